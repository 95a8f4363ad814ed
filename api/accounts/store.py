"""Accounts and their sessions in SQL."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, func, insert, or_, select, update

from api.accounts.audit import CHANGED, Actor, AuditLog, append, outrun
from api.accounts.passwords import Passwords, checked_password
from api.accounts.tables import accounts, sessions
from core.accounts import MAX_ACCOUNT_NAME, Account, AccountId, AccountState, NewSession, Role
from core.clock import Clock, utc_now
from core.database import reading, writing
from core.errors import Conflict, InvalidInput, NotFound, Unauthorized
from core.settings import Secret

SESSION_PREFIX: Final = "zs_"
"""Tells a session's token from the admin key and from conversations' tokens, also in a leaked file."""

TOKEN_BYTES: Final = 32
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly the last use of a session is known."""

REFUSED: Final = "The name or the password is wrong, or the account is disabled."
ENDED: Final = "The session has ended. Sign in again."


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLife:
    """When a session ends by itself."""

    idle: timedelta = timedelta(hours=1)
    absolute: timedelta = timedelta(hours=12)


class Accounts:
    """Accounts and sessions. Safe from several threads and processes.

    What a method has changed is durable when it returns, and stands in the log; an error means that
    nothing was changed.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        passwords: Passwords | None = None,
        life: SessionLife | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._passwords = passwords or Passwords()
        self._life = life or SessionLife()
        self._clock = clock
        self.log = AuditLog(engine)

    # Accounts

    def accounts(self) -> list[Account]:
        """All accounts, by name."""
        with reading(self._engine) as connection:
            return [_account(row) for row in connection.execute(select(accounts).order_by(accounts.c.name))]

    def account(self, account_id: AccountId) -> Account:
        """One account. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return _one(connection, account_id)

    def named(self, name: str) -> Account:
        """The account of that name. Raises `NotFound`."""
        with reading(self._engine) as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == _normal(name))).one_or_none()
        if row is None:
            raise NotFound("account", name)
        return _account(row)

    def add(self, name: str, role: Role, password: Secret, *, by: Actor, display_name: str = "") -> Account:
        """Add an account.

        Raises:
            InvalidInput: the name or the password can't be used.
            Conflict: the name is taken.
        """
        name = checked_name(name)
        hashed = self._passwords.hash(checked_password(password.reveal(), name=name))
        now = self._clock()
        with writing(self._engine) as connection:
            if connection.execute(select(accounts.c.id).where(accounts.c.name == name)).first() is not None:
                raise Conflict(f"There is an account {name!r} already. Choose another name.")
            made = connection.execute(
                insert(accounts).values(
                    name=name,
                    display_name=_shown(display_name) or name,
                    role=role,
                    password_hash=hashed,
                    disabled=False,
                    created_at=now,
                    password_changed_at=now,
                )
            )
            assert made.inserted_primary_key is not None
            append(connection, now, by, "account.added", target=name, detail=role)
            return _one(connection, AccountId(made.inserted_primary_key.id))

    def change(
        self,
        account_id: AccountId,
        *,
        by: Actor,
        role: Role | None = None,
        display_name: str | None = None,
        disabled: bool | None = None,
        instead_of: AccountState | None = None,
    ) -> Account:
        """Change an account; `None` leaves a field as it is. Another role, or disabling, ends its sessions.

        Raises:
            NotFound: no such account.
            Conflict: somebody else has changed it since `instead_of` was read.
        """
        now = self._clock()
        with writing(self._engine) as connection:
            before = _one(connection, account_id, lock=True)
            if instead_of not in (None, before.state):
                raise outrun(connection, before.name)
            wanted: dict[str, Any] = {
                "role": before.role if role is None else role,
                "display_name": _shown(display_name) if display_name else before.display_name,
                "disabled": before.disabled if disabled is None else disabled,
            }
            changed = {field: value for field, value in wanted.items() if value != getattr(before, field)}
            if not changed:
                return before
            connection.execute(update(accounts).where(accounts.c.id == account_id).values(**changed))
            if changed.get("disabled") or "role" in changed:
                _end_sessions(connection, account_id)
            detail = ", ".join(f"{field}: {value}" for field, value in changed.items())
            append(connection, now, by, CHANGED, target=before.name, detail=detail)
            return _one(connection, account_id)

    def set_password(self, account_id: AccountId, password: Secret, *, by: Actor) -> Account:
        """Give an account another password. Ends its sessions.

        Raises:
            NotFound: no such account.
            InvalidInput: the password can't be used.
        """
        name = self.account(account_id).name
        hashed = self._passwords.hash(checked_password(password.reveal(), name=name))
        now = self._clock()
        with writing(self._engine) as connection:
            account = _one(connection, account_id)
            values = {"password_hash": hashed, "password_changed_at": now}
            connection.execute(update(accounts).where(accounts.c.id == account_id).values(**values))
            _end_sessions(connection, account_id)
            append(connection, now, by, "account.password_changed", target=account.name)
            return _one(connection, account_id)

    def change_own_password(self, account_id: AccountId, old: Secret, new: Secret, *, by: Actor) -> Account:
        """As `set_password`, by somebody who knows the present one.

        Raises:
            Unauthorized: the present password is wrong.
            InvalidInput: the new one can't be used.
        """
        if not self._passwords.matches(self._stored(account_id), old.reveal()):
            raise Unauthorized("The present password is wrong. Nothing was changed.")
        return self.set_password(account_id, new, by=by)

    # Sessions

    def sign_in(self, name: str, password: Secret, *, address: str = "") -> NewSession:
        """Begin a session. An unknown name, a wrong password and a disabled account take equally long.

        Raises:
            Unauthorized: one of these three; which one isn't told.
        """
        with reading(self._engine) as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == _normal(name))).one_or_none()
        usable = row is not None and not row.disabled
        matches = self._passwords.matches(row.password_hash if row is not None and usable else None, password.reveal())
        actor, now = Actor(_normal(name), address), self._clock()
        if row is None or not matches:
            with writing(self._engine) as connection:
                append(connection, now, actor, "session.refused")
            raise Unauthorized(REFUSED)
        token = SESSION_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        renewed = self._passwords.hash(password.reveal()) if self._passwords.outdated(row.password_hash) else None
        with writing(self._engine) as connection:
            account = _one(connection, AccountId(row.id), lock=True)
            if account.disabled or account.password_changed_at != row.password_changed_at:
                raise Unauthorized(REFUSED)  # changed while the password was compared
            values = {"signed_in_at": now} | ({"password_hash": renewed} if renewed else {})
            connection.execute(update(accounts).where(accounts.c.id == row.id).values(**values))
            connection.execute(
                insert(sessions).values(token_sha256=_hashed(token), account_id=row.id, created_at=now, seen_at=now)
            )
            ended = or_(sessions.c.created_at <= now - self._life.absolute, sessions.c.seen_at <= now - self._life.idle)
            connection.execute(delete(sessions).where(ended))
            append(connection, now, actor, "session.started", target=account.name)
            account = _one(connection, AccountId(row.id))
        return NewSession(token=Secret(token), account=account, expires_at=now + self._life.absolute)

    def authenticate(self, token: str) -> Account:
        """Whose session it is.

        Raises:
            Unauthorized: no such session, or it has ended: by time, by signing out, by a new password
                or because the account was disabled or got another role.
        """
        now, key = self._clock(), _hashed(token)
        query = select(accounts, sessions.c.created_at.label("started_at"), sessions.c.seen_at)
        query = query.join(sessions, sessions.c.account_id == accounts.c.id).where(sessions.c.token_sha256 == key)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None or row.disabled:
            raise Unauthorized(ENDED)
        if now - row.started_at >= self._life.absolute or now - row.seen_at >= self._life.idle:
            raise Unauthorized(ENDED)
        if now - row.seen_at >= SEEN_EVERY:
            with writing(self._engine) as connection:
                connection.execute(update(sessions).where(sessions.c.token_sha256 == key).values(seen_at=now))
        return _account(row)

    def sign_out(self, token: str, *, by: Actor) -> None:
        """End a session. One that has ended already stays ended."""
        with writing(self._engine) as connection:
            if connection.execute(delete(sessions).where(sessions.c.token_sha256 == _hashed(token))).rowcount:
                append(connection, self._clock(), by, "session.ended", target=by.name)

    def open_sessions(self, account_id: AccountId) -> int:
        """How many sessions an account has, those that have ended by time included."""
        query = select(func.count()).select_from(sessions).where(sessions.c.account_id == account_id)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def _stored(self, account_id: AccountId) -> str | None:
        query = select(accounts.c.password_hash).where(accounts.c.id == account_id)
        with reading(self._engine) as connection:
            found: str | None = connection.execute(query).scalar_one_or_none()
            return found


_NAME: Final = re.compile(r"\w(?:[\w.@+-]*\w)?")


def checked_name(name: str) -> str:
    """The name in the form in which it is kept.

    Raises:
        InvalidInput: empty, too long, or with a character that can't be in a name.
    """
    normal = _normal(name)
    if not 2 <= len(normal) <= MAX_ACCOUNT_NAME or not _NAME.fullmatch(normal):
        raise InvalidInput(
            f"{name!r} can't be an account's name. Use 2 to {MAX_ACCOUNT_NAME} letters, digits and . _ - @ +"
        )
    return normal


def _normal(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().lower()


def _shown(name: str) -> str:
    """A name for people, in one line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())[:MAX_ACCOUNT_NAME]


def _one(connection: Connection, account_id: AccountId, *, lock: bool = False) -> Account:
    query = select(accounts).where(accounts.c.id == account_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("account", account_id)
    return _account(row)


def _account(row: Row[Any]) -> Account:
    return Account(
        account_id=AccountId(row.id),
        name=row.name,
        display_name=row.display_name,
        role=row.role,
        disabled=row.disabled,
        created_at=row.created_at,
        password_changed_at=row.password_changed_at,
        signed_in_at=row.signed_in_at,
    )


def _end_sessions(connection: Connection, account_id: AccountId) -> None:
    connection.execute(delete(sessions).where(sessions.c.account_id == account_id))


def _hashed(token: str) -> str:
    """A token has 256 random bits, so a plain hash can't be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
