"""Accounts for tests: one of each role, with hashes that take no time."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher

from api.accounts.audit import OPERATOR
from api.accounts.passwords import Passwords
from api.accounts.store import Accounts
from core.accounts import NewSession, Role
from core.settings import Secret

FAST: Final = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

PASSWORD: Final = Secret("correct horse battery")


def signed_in(accounts: Accounts, role: Role, name: str | None = None) -> NewSession:
    """A session of a new account."""
    account = accounts.add(name or f"the-{role}", role, PASSWORD, by=OPERATOR)
    return accounts.sign_in(account.name, PASSWORD)


def bearer(session: NewSession) -> dict[str, str]:
    """Its header."""
    return {"Authorization": f"Bearer {session.token.reveal()}"}
