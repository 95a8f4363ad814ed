"""Accounts, sessions and the audit log over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, StringConstraints

from api.schemas.common import example
from core.accounts import MAX_ACCOUNT_NAME, MAX_PASSWORD, Right, Role, Scope

AccountName = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ACCOUNT_NAME)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=2 * MAX_PASSWORD)]


class SignIn(BaseModel):
    """Name and password."""

    model_config = example(name="lin", password="…")  # noqa: S106

    name: Annotated[str, StringConstraints(min_length=1, max_length=2 * MAX_ACCOUNT_NAME)]
    password: Password


class Account(BaseModel):
    """Somebody who can sign in."""

    model_config = example(
        account_id=2,
        name="lin",
        display_name="林",
        role="agent",
        disabled=False,
        created_at="2026-11-23T09:00:00Z",
        password_changed_at="2026-11-23T09:00:00Z",  # noqa: S106
        signed_in_at=None,
    )

    account_id: int
    name: str
    """What is typed to sign in."""
    display_name: str
    """What colleagues and customers read."""
    role: Role
    disabled: bool
    created_at: datetime
    password_changed_at: datetime
    signed_in_at: datetime | None
    """The last time."""


class Session(BaseModel):
    """What signing in gives."""

    model_config = example(token="zs_…", expires_at="2026-11-23T21:00:00Z", account={})  # noqa: S106

    token: str
    """Told only now. Send it as `Authorization: Bearer …`."""
    expires_at: datetime
    """At the latest; an hour after the last request if nothing is asked meanwhile."""
    account: Account


class Me(BaseModel):
    """Who asks."""

    model_config = example(account=None, role="admin", rights={"administer": "all"})

    account: Account | None
    """None for whoever holds the admin key."""
    role: Role
    rights: dict[Right, Scope]
    """What may be done, and how far that reaches."""


class NewAccount(BaseModel):
    """An account to add."""

    model_config = example(name="lin", display_name="林", role="agent", password="a long sentence")  # noqa: S106

    name: AccountName
    display_name: Annotated[str, StringConstraints(max_length=MAX_ACCOUNT_NAME)] = ""
    role: Role
    password: Password


class AccountState(BaseModel):
    """What of an account can be changed, as it was read."""

    model_config = example(role="agent", display_name="林", disabled=False)

    role: Role
    display_name: AccountName
    disabled: bool


class AccountChange(BaseModel):
    """What is to change; what is left out stays."""

    model_config = example(disabled=True)

    display_name: AccountName | None = None
    role: Role | None = None
    """Another role ends the account's sessions."""
    disabled: bool | None = None
    """Disabling ends them too."""
    instead_of: AccountState | None = None
    """The account as it was read. If it is another one by now, nothing is changed, and the 409 says who was faster."""


class NewPassword(BaseModel):
    """Another password for an account."""

    model_config = example(password="another long sentence")  # noqa: S106

    password: Password


class OwnPassword(BaseModel):
    """Another password for oneself."""

    model_config = example(present="a long sentence", password="another long sentence")  # noqa: S106

    present: Password
    password: Password


class AuditEntry(BaseModel):
    """One line of the audit log."""

    model_config = example(
        number=1,
        at="2026-11-23T09:00:00Z",
        actor="(command line)",
        action="account.added",
        target="lin",
        detail="agent",
        address="",
        digest="…",
    )

    number: int
    at: datetime
    actor: str
    action: str
    target: str
    detail: str
    address: str
    digest: str
    """SHA-256 of this line and the digest before it."""


class AuditPage(BaseModel):
    """A page of the log."""

    model_config = example(broken_at=None, entries=[])

    broken_at: int | None
    """Number of the first line that was changed or removed; none when the log is whole."""
    entries: list[AuditEntry]
