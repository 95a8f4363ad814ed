"""Help for agents: drafts of a reply, a summary of the conversation, another tone, a fitting macro.

Whoever reads these is the person. So a draft never offers «a colleague», and nothing is ever sent by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from core.answers import Citation
from core.ids import ConversationId, MessageId

SuggestionId = NewType("SuggestionId", int)


class DraftKind(StrEnum):
    """Where a draft comes from."""

    APPROVED = "approved"
    """The answer of an approved Q&A pair, word for word."""
    TICKET = "ticket"
    """What a colleague wrote in a similar ticket that was resolved."""
    COMPOSED = "composed"
    """Written by the language model from the documents and checked, or quoted from them."""


class SuggestionState(StrEnum):
    """What became of a draft."""

    SHOWN = "shown"
    ACCEPTED = "accepted"
    EDITED = "edited"
    """Sent with changes; they are kept."""
    DISMISSED = "dismissed"


class Tone(StrEnum):
    """How a text is rewritten."""

    POLITE = "polite"
    SHORTER = "shorter"
    SIMPLER = "simpler"


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply that a person may send. `text` marks its citations as `[1]`."""

    kind: DraftKind
    text: str
    citations: tuple[Citation, ...]
    confidence: float
    """Probability that it answers the question, 0.0 to 1.0."""
    source: str
    """Where it comes from, in words: a document's name, a ticket's title."""
    internal: bool = False
    """It rests on something that only colleagues may read, so not all of it may be for the customer."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A draft that was shown, and what became of it."""

    suggestion_id: SuggestionId
    conversation_id: ConversationId
    message_id: MessageId
    """The customer's message that it replies to."""
    draft: Draft
    state: SuggestionState
    edited: str | None
    """What was sent instead of the draft's text."""
    difference: str | None
    """From the draft's text to what was sent, as a unified diff."""
    shown_to: str | None
    shown_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """A line of a summary and the messages that it is taken from."""

    text: str
    message_ids: tuple[MessageId, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in fixed fields, for a person who takes over. A field that nothing is known of has no line."""

    request: SummaryLine
    """What the customer wants."""
    summary: tuple[SummaryLine, ...]
    """What happened so far."""
    open_questions: tuple[SummaryLine, ...]
    upcoming: tuple[SummaryLine, ...]
    """Dates and deadlines that were mentioned."""
    mood: SummaryLine
    written_by: str
    """`rules`, or the name of the language model."""


@dataclass(frozen=True, slots=True)
class MacroChoice:
    """A macro that fits the conversation, and why."""

    macro_id: int
    name: str
    reason: str
