"""Signing in to a page for staff: with a name and password, or with the admin key."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from api.client import Client
from api.client_accounts import Me
from core.accounts import Right
from core.errors import Forbidden, RateLimited, StorageError, Unauthorized, ZhidaError
from core.settings import Secret
from core.types import Language
from ui.connection import Connection
from ui.texts import say


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who has signed in."""

    key: Secret
    """The admin key, or the token of a session."""
    me: Me

    @property
    def account(self) -> str | None:
        """The name to show; `None` with the admin key."""
        return self.me.account.display_name if self.me.account else None


def enter(connection: Connection, name: str, password: Secret, address: str | None) -> Entry:
    """Sign in. Without a name the password is the admin key.

    Raises:
        Unauthorized: the name, the password or the key is wrong.
        RateLimited: too many attempts.
    """
    if not name.strip():
        key = Secret(password.reveal().strip())
        return Entry(key, connection.manager(key, address).me())
    session = connection.customer(address).sign_in(name, password)
    return Entry(session.token, connection.manager(session.token, address).me())


def demand(entry: Entry, right: Right) -> None:
    """Raise `Forbidden` unless whoever signed in has the right that a page needs."""
    if not entry.me.may(right):
        raise Forbidden(right.value)


def leave(client: Client) -> None:
    """End the client's session. One that can't be ended now ends by itself."""
    with suppress(ZhidaError):
        client.sign_out()


def refused(error: ZhidaError, name: str, language: Language) -> str:
    """Return why somebody can't come in."""
    match error:
        case Unauthorized():
            return say("sign_in.refused" if name.strip() else "kb.wrong_key", language)
        case Forbidden():
            return say("sign_in.no_right", language)
        case RateLimited():
            return say("error.busy", language, seconds=max(1, error.retry_after_s))
        case StorageError():
            return say("error.reach", language)
        case _:
            return str(error)
