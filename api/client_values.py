"""What the API's client gives and takes besides the nouns of `core.types`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.explanations import Withheld
from core.settings import Secret
from core.types import (
    ConversationId,
    Decision,
    DocumentId,
    Hit,
    MessageId,
    Outcome,
    Silence,
    TicketId,
    TicketStatus,
    Understood,
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation and the token that opens it. Keep both as long as the customer's page is open."""

    conversation_id: ConversationId
    token: Secret


@dataclass(frozen=True, slots=True)
class ConversationReply:
    """What the assistant replied to a message, as it was recorded."""

    outcome: Outcome | Silence
    ms: Mapping[str, float]
    """Milliseconds by step; `total` is always present."""
    message_id: MessageId
    """Of the assistant's message; sources are asked for by it."""
    ticket_id: TicketId | None
    """Set when the outcome is a `Handover`."""
    offer: str = ""
    """A person is offered: what to show beside the button."""


@dataclass(frozen=True, slots=True)
class TextPiece:
    """The next part of the reply's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Restart:
    """The pieces so far don't count: the reply's text starts anew."""


@dataclass(frozen=True, slots=True)
class FinalReply:
    """The reply is complete and recorded. `reply.outcome.text` is the whole text."""

    reply: ConversationReply


Event = TextPiece | Restart | FinalReply


@dataclass(frozen=True, slots=True)
class TestedReply:
    """What the assistant would reply to a question, what it found, and why. Nothing is recorded."""

    outcome: Outcome
    hits: tuple[Hit, ...]
    """Best first, each with its `why`."""
    ms: Mapping[str, float]
    decision: Decision | None = None
    understood: Understood | None = None
    """What the question was taken to mean; `None` where nothing was searched for."""
    withheld: tuple[Withheld, ...] = ()
    """Passages that were kept from the asker, best first."""


@dataclass(frozen=True, slots=True)
class Source:
    """A cited passage, read from the document version that was cited."""

    number: int
    document_id: DocumentId
    document: str
    version: int
    current: bool
    """Whether that version is still the one that customers are answered from."""
    page: int | None
    heading: str
    """Path of headings, outermost first, joined by ` > `."""
    text: str
    """The whole passage."""
    quote_start: int
    """Of the cited part inside `text`: `text[quote_start:quote_end]`."""
    quote_end: int


@dataclass(frozen=True, slots=True)
class TicketReceipt:
    """What a customer learns about the own ticket."""

    ticket_id: TicketId
    status: TicketStatus
    contact: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPair:
    """A Q&A pair to add."""

    question: str
    answer: str
    similar: tuple[str, ...] = ()
    """Other wordings of the question."""
    negative: tuple[str, ...] = ()
    """Questions that look alike but must not get this answer."""
    valid_from: date | None = None
    valid_until: date | None = None
    """First day on which the answer is no longer valid."""
    product: str | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """For whom a page of this very server asks, so that limits count visitors and not the page.

    Other callers can't use it: `proof` is known to the server's own process alone.
    """

    address: str
    """IP address of the visitor."""
    proof: Secret
    """`app.state.visitor_proof` of the server's application."""


VISITOR_HEADER: Final = "Zhida-Visitor"
PROOF_HEADER: Final = "Zhida-Visitor-Proof"
