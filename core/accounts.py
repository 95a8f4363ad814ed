"""The nouns of accounts: who works here, in which **Role**, and which **Right** within which **Scope** follows from it.

A **Principal** is who a request comes from, once its key or session has been checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from core.settings import Secret

AccountId = NewType("AccountId", int)

MIN_PASSWORD: Final = 10
MAX_PASSWORD: Final = 128
"""Characters of a password. Any character will do; nobody has to mix kinds."""

MAX_ACCOUNT_NAME: Final = 64


class Role(StrEnum):
    """What somebody does here. `core.rights` says what follows from it."""

    CUSTOMER = "customer"
    AGENT = "agent"
    LEAD = "lead"
    KNOWLEDGE_MANAGER = "knowledge_manager"
    SERVICE_MANAGER = "service_manager"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Right(StrEnum):
    """What may be done, as thing and verb."""

    KNOWLEDGE_READ = "knowledge.read"
    """Documents, Q&A pairs, vocabulary and gold questions; searching and trying out questions."""
    KNOWLEDGE_WRITE = "knowledge.write"
    DESK_READ = "desk.read"
    """The queue, conversations with customers, tickets."""
    DESK_WORK = "desk.work"
    """Claim, reply, note, transfer, resolve."""
    POLICY_READ = "policy.read"
    """Teams, clocks, macros, hand-over rules."""
    POLICY_WRITE = "policy.write"
    PERSONAL_READ = "personal.read"
    """Personal data as the customer wrote it; everybody else sees it masked."""
    FIGURES_READ = "figures.read"
    ACCOUNTS_READ = "accounts.read"
    ACCOUNTS_WRITE = "accounts.write"
    AUDIT_READ = "audit.read"
    """Who did what to accounts."""
    SERVER_READ = "server.read"
    """The description of the API."""
    ADMINISTER = "administer"
    """Whatever no other right names."""


class Scope(StrEnum):
    """Whose things a right reaches, the narrowest first."""

    OWN = "own"
    """What is assigned to oneself."""
    TEAM = "team"
    """What belongs to one's own teams, or to nobody yet."""
    ALL = "all"

    @property
    def width(self) -> int:
        """Rises from `OWN` to `ALL`."""
        return list(Scope).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """What of an account can be changed, as somebody has read it."""

    role: Role
    display_name: str
    disabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who can sign in."""

    account_id: AccountId
    name: str
    """What is typed to sign in; lower case, unique."""
    display_name: str
    """What colleagues and customers read."""
    role: Role
    disabled: bool
    created_at: datetime
    password_changed_at: datetime
    signed_in_at: datetime | None
    """The last time; `None` means never."""

    @property
    def state(self) -> AccountState:
        """What of it can be changed."""
        return AccountState(role=self.role, display_name=self.display_name, disabled=self.disabled)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """What signing in gives. The token is told once; only its hash is stored."""

    token: Secret
    account: Account
    expires_at: datetime
    """At the latest; earlier when nothing is asked for a while."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a request comes from."""

    role: Role
    account: Account | None = None
    """`None` for whoever holds the admin key."""

    @property
    def account_id(self) -> AccountId | None:
        """Of the account; `None` for whoever holds the admin key."""
        return None if self.account is None else self.account.account_id

    @property
    def name(self) -> str:
        """As the audit log has it."""
        return ADMIN_KEY if self.account is None else self.account.name


ADMIN_KEY: Final = "(admin key)"
"""The name of whoever holds the admin key. No account can have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit log. Each line's digest covers the line before, so none can be changed unnoticed."""

    number: int
    """Counts from 1 without gaps."""
    at: datetime
    actor: str
    """Name of the account, `ADMIN_KEY`, `(command line)` or, for a refused sign-in, the name that was tried."""
    action: str
    """`account.added`, `session.refused`, …"""
    target: str
    """Name of the account that it was done to; empty where there is none."""
    detail: str
    address: str
    """Where the request came from; empty on the command line."""
    digest: str
