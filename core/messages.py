"""The lines of a conversation, and the one that is being answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.documents import Audience
from core.episodes import Episode
from core.ids import ConversationId, MessageId
from core.language import Language


class Role(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    ASSISTANT = "assistant"
    AGENT = "agent"
    """A person at the desk."""
    SYSTEM = "system"
    """The desk itself: a ticket's number, a waiting time."""
    NOTE = "note"
    """Among colleagues; customers and the assistant never see it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a conversation."""

    message_id: MessageId
    role: Role
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the customer just wrote, and what the assistant knows about the conversation."""

    text: str
    history: tuple[Message, ...] = ()
    """Earlier messages, oldest first, without this one."""
    audience: Audience = Audience.PUBLIC
    language: Language | None = None
    """The reply's language; `None` means that of the message."""
    as_of: date | None = None
    episode: Episode | None = None
    """The problem so far; `None` means that nothing was said before."""
    message_id: MessageId | None = None
    """Of what the customer just wrote, where it is stored already."""
    conversation_id: ConversationId | None = None
    """`None` where somebody tries a question out."""
