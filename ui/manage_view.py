"""What the settings page knows about one browser."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.accounts import AccountId, Right
from core.settings import Secret
from core.types import Language


class Part(StrEnum):
    """The tabs, in the order in which they stand."""

    PEOPLE = "people"
    MACROS = "macros"
    LEVELS = "levels"
    POLICY = "policy"
    ACCOUNTS = "accounts"
    OWN = "own"
    """One's own password, for who has signed in with an account."""

    @property
    def right(self) -> Right:
        """What somebody needs who is to see it."""
        return {Part.ACCOUNTS: Right.ACCOUNTS_READ, Part.PEOPLE: Right.DESK_READ}.get(self, Right.POLICY_READ)


@dataclass(frozen=True, slots=True)
class SettingsView:
    """One browser's session."""

    language: Language
    key: Secret | None = None
    """The admin key, or the token of a session."""
    account: str | None = None
    """Who is signed in; `None` with the admin key."""
    account_id: AccountId | None = None
    rights: frozenset[Right] = frozenset(Right)
    address: str | None = None
    part: Part = Part.PEOPLE
    read: object = None
    """What the opened form edits, as it was read: saved only if nobody was faster."""
    offset: int = 0
    """Of the audit log."""

    @property
    def may_set(self) -> bool:
        """Whether they set what the desk goes by."""
        return Right.POLICY_WRITE in self.rights

    @property
    def parts(self) -> list[Part]:
        """The tabs that they see."""
        return [part for part in Part if part.right in self.rights and (part is not Part.OWN or self.account)]
