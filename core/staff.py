"""The words of people at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from core.accounts import AccountId

TeamId = NewType("TeamId", int)


class Presence(StrEnum):
    """Whether somebody can take a conversation."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAgent:
    """A person at the desk."""

    account_id: AccountId
    name: str
    """What customers and colleagues read."""
    presence: Presence
    """What they said last; see `DeskPolicy.present_for` for how long that holds."""
    seen_at: datetime
    cap: int
    """Conversations at once."""
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    """Empty means all."""
    teams: tuple[TeamId, ...]
    load: int
    """Conversations that they have now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Agents who answer for the same topics."""

    team_id: TeamId
    name: str
    topics: tuple[str, ...]
    """Hand-over codes and intents."""
    fallback: bool
    """Gets what is no team's topic."""
    calendar_id: int | None
    """When it works; `None` means always."""
