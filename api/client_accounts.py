"""The client's calls about accounts and sessions. `api.client.Client` has them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from api.client_reading import Json, read
from core.accounts import Account, AccountId, AuditEntry, NewSession, Right, Role, Scope
from core.settings import Secret


@dataclass(frozen=True, slots=True)
class Me:
    """Who a client's key or session belongs to."""

    account: Account | None
    """`None` for the admin key."""
    role: Role
    rights: Mapping[Right, Scope]

    def may(self, right: Right) -> bool:
        """Whether the right is among theirs, however far it reaches."""
        return right in self.rights


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the audit log."""

    broken_at: int | None
    """Number of the first line that was changed or removed; `None` when the log is whole."""
    entries: tuple[AuditEntry, ...]


class AccountCalls:
    """The calls. A mixin: it needs `Client`'s way of sending."""

    _key: Secret | None

    def _json(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        raise NotImplementedError

    def _send(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> httpx.Response:
        raise NotImplementedError

    def sign_in(self, name: str, password: Secret) -> NewSession:
        """Begin a session. A client with its token as `key` acts for the account.

        Raises:
            Unauthorized: the name or the password is wrong, or the account is disabled.
            RateLimited: too many wrong attempts.
        """
        raw: Json = self._json("POST", "/sessions", json={"name": name, "password": password.reveal()})
        account, expires_at = read(Account, raw["account"]), read(datetime, raw["expires_at"])
        return NewSession(token=Secret(raw["token"]), account=account, expires_at=expires_at)

    def sign_out(self) -> None:
        """End the session that is this client's key."""
        self._send("DELETE", "/sessions/current", key=self._key)

    def me(self) -> Me:
        """Who this client acts for. Raises `Unauthorized`."""
        return read(Me, self._json("GET", "/me", key=self._key))

    def change_own_password(self, present: Secret, password: Secret) -> Account:
        """Set another password; every session of the account ends.

        Raises:
            Unauthorized: the present one is wrong.
            InvalidInput: the new one can't be used.
        """
        body = {"present": present.reveal(), "password": password.reveal()}
        return read(Account, self._json("PUT", "/me/password", key=self._key, json=body))

    def accounts(self) -> list[Account]:
        """All accounts, by name."""
        return read(list[Account], self._json("GET", "/accounts", key=self._key))

    def add_account(self, name: str, role: Role, password: Secret, *, display_name: str = "") -> Account:
        """Add an account.

        Raises:
            InvalidInput: the name or the password can't be used.
            Conflict: the name is taken.
        """
        body = {"name": name, "role": role, "password": password.reveal(), "display_name": display_name}
        return read(Account, self._json("POST", "/accounts", key=self._key, json=body))

    def change_account(
        self,
        account_id: AccountId,
        *,
        role: Role | None = None,
        display_name: str | None = None,
        disabled: bool | None = None,
        instead_of: Account | None = None,
    ) -> Account:
        """Change an account; `None` leaves a field as it is.

        Raises:
            NotFound: no such account.
            Conflict: somebody else has changed it since `instead_of` was read; the sentence says who.
        """
        was = None
        if instead_of is not None:
            state = instead_of.state
            was = {"role": state.role, "display_name": state.display_name, "disabled": state.disabled}
        given = {"role": role, "display_name": display_name, "disabled": disabled, "instead_of": was}
        body = {name: value for name, value in given.items() if value is not None}
        return read(Account, self._json("PATCH", f"/accounts/{account_id}", key=self._key, json=body))

    def set_password(self, account_id: AccountId, password: Secret) -> Account:
        """Give an account another password; its sessions end."""
        body = {"password": password.reveal()}
        return read(Account, self._json("PUT", f"/accounts/{account_id}/password", key=self._key, json=body))

    def audit(self, *, offset: int = 0, limit: int = 100) -> AuditPage:
        """What was done to accounts, the newest first, and whether the log is whole."""
        return read(AuditPage, self._json("GET", "/audit", key=self._key, params={"offset": offset, "limit": limit}))
