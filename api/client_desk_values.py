"""What the client gives of the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.accounts import AccountId
from core.actors import CustomerId
from core.analysis import NamedEntity
from core.episodes import EpisodeId, EpisodeState
from core.staff import TeamId
from core.suggestions import DraftKind, SuggestionId, SuggestionState
from core.surveys import SurveyKind
from core.tickets import CloseReason, Priority
from core.types import ConversationId, HandoverCode, Language, MessageId, Role, TicketId, TicketStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """A conversation as it stands in the queue."""

    conversation_id: ConversationId
    version: int
    """Rises with every change."""
    state: EpisodeState
    customer: str
    """Name, or what stands for one."""
    language: Language | None
    code: HandoverCode | None
    """Of the hand-over."""
    priority: Priority | None
    ticket_id: TicketId | None
    owner_id: AccountId | None
    owner: str | None
    team_id: TeamId | None
    team: str | None
    waiting_since: datetime | None
    """The customer's first message that a person owes an answer to."""
    due_at: datetime | None
    """The nearest deadline."""
    breached: bool
    last_role: Role
    last_text: str
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedSource:
    """A source that a message names."""

    number: int
    document: str
    version: int
    page: int | None
    quote: str
    """The cited text as the knowledge base has it; empty when it is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskMessage:
    """A message as the desk sees it."""

    message_id: MessageId
    sequence: int
    """Counts the conversation's messages, notes among them."""
    role: Role
    text: str
    created_at: datetime
    author: str | None
    """Of an agent's."""
    intent: str | None
    sentiment: int | None
    """1 very negative to 5 very positive, of a customer's."""
    anger: float | None
    entities: tuple[NamedEntity, ...]
    outcome: str | None
    """Of the assistant's: `answer`, `clarification` or `handover`."""
    helpful: bool | None
    """What the customer said of the assistant's."""
    citations: tuple[CitedSource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCard:
    """Who the customer is, as far as anybody knows."""

    customer_id: CustomerId | None
    name: str
    identity_level: int
    """0 unknown visitor, 1 known by the channel, 2 verified by a code."""
    vip: bool
    tags: tuple[str, ...]
    contact: str | None
    conversations: int
    """How many they have had, this one included."""
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeCard:
    """One problem of the customer."""

    episode_id: EpisodeId
    number: int
    state: EpisodeState
    owner_id: AccountId | None
    owner: str | None
    team_id: TeamId | None
    team: str | None
    code: HandoverCode | None
    started_at: datetime
    waiting_since: datetime | None
    wake_at: datetime | None
    close_reason: CloseReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketNote:
    """A ticket of the conversation."""

    ticket_id: TicketId
    status: TicketStatus
    priority: Priority
    code: HandoverCode
    reason: str
    question: str
    assignee: str | None
    due_at: datetime | None
    breached: bool
    close_reason: CloseReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageLine:
    """One line of the summary, with the messages that it is taken from."""

    text: str
    messages: tuple[MessageId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageCard:
    """The hand-over package: what the person sees first."""

    code: HandoverCode
    reason: str
    words: tuple[str, ...]
    """Of the customer, which led to it."""
    wanted: PackageLine
    tried: PackageLine
    open_question: PackageLine
    shown: tuple[CitedSource, ...]
    """What the customer was shown."""
    rejected: tuple[CitedSource, ...]
    """The nearest sources that weren't good enough."""
    suggestion: str | None
    suggestion_sources: tuple[CitedSource, ...]
    team: str
    tags: tuple[str, ...]
    priority: Priority
    priority_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskConversation:
    """A conversation with all that a person needs to go on with it."""

    conversation_id: ConversationId
    version: int
    language: Language | None
    channel: str
    customer: CustomerCard
    episode: EpisodeCard | None
    """The one that the conversation is in."""
    episodes: tuple[EpisodeCard, ...]
    tickets: tuple[TicketNote, ...]
    package: PackageCard | None
    """Of the last hand-over."""
    entities: tuple[NamedEntity, ...]
    """Of the customer's messages, each once."""
    messages: tuple[DeskMessage, ...]
    mine: bool
    """Whoever asks has the turn."""
    may_work: bool
    """Whoever asks may claim it, or reply in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionCard:
    """A draft for a reply."""

    suggestion_id: SuggestionId
    message_id: MessageId
    kind: DraftKind
    text: str
    confidence: float
    source: str
    state: SuggestionState
    citations: tuple[CitedSource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerState:
    """What a customer knows about their own conversation."""

    sequence: int
    """Of the last message."""
    with_person: bool
    """A person has the turn, or is waited for."""
    waiting: bool
    """For a person."""
    agent: str | None
    """Name of the person."""
    ticket_id: TicketId | None
    label: str | None
    """What stands for the ticket's state, in the customer's language."""
    ask_solved: bool
    """The assistant answered and asks whether that helped."""
    survey: SurveyKind | None
    """What the customer may be asked to rate now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessageForCustomer:
    """A message as its customer sees it."""

    message_id: MessageId
    sequence: int
    role: Role
    text: str
    created_at: datetime
    author: str | None
