"""What each part of an answer rests on, how it was checked, and which past answers a changed document makes wrong.

An answer of a language model is cut into **Segment**s, each checked against the passages that it
names. A **StaleAnswer** is one that was right when it was given and isn't any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.answers import Check, Segment
from core.ids import ConversationId, DocumentId, MessageId, TicketId

__all__ = ["Change", "Check", "Segment", "StaleAnswer", "StaleReason"]


class StaleReason(StrEnum):
    """What became of the text that an answer rests on."""

    DELETED = "deleted"
    """The document is gone, or isn't in force any more."""
    REMOVED = "removed"
    """The document is there, and nothing in it says this any more."""
    NUMBERS = "numbers"
    """It says the same with other numbers, dates or units."""
    NEGATED = "negated"
    """It says the opposite now."""


@dataclass(frozen=True, slots=True)
class Change:
    """Why a part of a past answer doesn't hold any more."""

    reason: StaleReason
    document_id: DocumentId
    document: str
    """Name of the document when it was cited."""
    cited_version: int
    live_version: int | None
    """The version looked at; `None` where there is none any more."""
    said: str
    """What the answer says there."""
    now: str
    """What the document says instead, word for word; empty where it says nothing."""


@dataclass(frozen=True, slots=True)
class StaleAnswer:
    """A past answer that a change of the knowledge makes wrong, and whom it concerns."""

    message_id: MessageId
    """The assistant's message."""
    conversation_id: ConversationId
    answered_at: datetime
    question: str
    """What the customer had asked, masked."""
    answer: str
    """Masked alike."""
    changes: tuple[Change, ...]
    tickets: tuple[TicketId, ...]
    """Tickets of that conversation."""
    customer: str | None
    """Whom it was told: the customer's id at the desk; `None` for an unknown visitor."""
    found_at: datetime
    handled_at: datetime | None = None
    note: str = ""
