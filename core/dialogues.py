"""A conversation as people at the desk see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.accounts import AccountId
from core.actors import CustomerId
from core.episodes import EpisodeId, EpisodeState
from core.handover_codes import HandoverCode
from core.ids import ConversationId, MessageId, TicketId
from core.language import Language
from core.messages import Role
from core.staff import TeamId
from core.tickets import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message of the timeline."""

    number: int
    """Counts the conversation's messages from 1; rises, so that a reader can ask for what is newer."""
    message_id: MessageId
    role: Role
    text: str
    author_id: AccountId | None
    """The agent who wrote it."""
    created_at: datetime
    episode_id: EpisodeId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueView:
    """A conversation with the episode that it is in."""

    conversation_id: ConversationId
    version: int
    channel: str
    language: Language | None
    customer_id: CustomerId | None
    episode_id: EpisodeId
    number: int
    state: EpisodeState
    owner_id: AccountId | None
    team_id: TeamId | None
    code: HandoverCode | None
    """Why a person was wanted first."""
    priority: Priority
    """The highest of its open tickets."""
    tickets: tuple[TicketId, ...]
    """Open ones, oldest first."""
    started_at: datetime
    entered_at: datetime
    """When the state began."""
    waiting_since: datetime | None
    """The customer's first message that a person owes an answer to."""
    wake_at: datetime | None
    last_text: str
    """What was said last by customer, assistant or agent; what the desk itself tells doesn't count."""
    last_role: Role | None
    last_at: datetime | None
