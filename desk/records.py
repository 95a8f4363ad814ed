"""What the desk gives besides the nouns of `core.types`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.episodes import Episode
from core.types import Audience, ConversationId, DocumentId, Language, Message, MessageId, PassageId, Ticket, Tier


@dataclass(frozen=True, slots=True)
class Conversation:
    """A customer's visit. Who holds its token may read it and write in it."""

    conversation_id: ConversationId
    audience: Audience
    language: Language | None
    """What the customer chose; `None` follows each message."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CitationSpan:
    """Where a cited text stands. The text itself is in the knowledge base, or gone."""

    number: int
    """As shown in the answer, `[1]`."""
    passage_id: PassageId
    document_id: DocumentId
    document: str
    """Name of the document when it was cited."""
    version: int
    page: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """What a customer wrote and how it was answered, without saying who it was."""

    message_id: MessageId
    text: str
    """With personal data masked."""
    audience: Audience
    outcome: str
    """`answer`, `clarification` or `handover`."""
    answer: str
    """What the assistant wrote, masked alike."""
    tier: Tier | None
    confidence: float
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a customer's message when it was stored."""

    message: Message
    conversation_id: ConversationId
    version: int
    """Of the conversation. A reply is kept only as long as it stays this."""
    assistant_replies: bool
    """Whether the assistant is to reply; if not, a person is, or nothing is to be said."""
    told: Message | None = None
    """What the desk itself told the customer, if anything."""
    ticket: Ticket | None = None
    """Where a person goes on, if the message went to one."""
    repeated: bool = False
    """The message had arrived before, with the same key of its sender."""


@dataclass(frozen=True, slots=True)
class TurnContext:
    """All that the assistant needs to reply to what the customer wrote last."""

    text: str
    """Messages that nobody answered, joined: a burst gets one answer."""
    history: tuple[Message, ...]
    episode: Episode
    message_id: MessageId
    """Of the last of the joined messages."""
    files: int = 0
    """How many files came with the joined messages."""


@dataclass(frozen=True, slots=True)
class RecordedReply:
    """A turn as it was stored."""

    question: Message
    answer: Message
    ticket: Ticket | None
    """The conversation's open ticket, if the turn ended in a handover."""
