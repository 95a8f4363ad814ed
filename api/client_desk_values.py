"""The desk over HTTP: what the server writes and the client reads. Each class has one example of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.client_examples import example
from api.client_file_values import FileCard
from api.client_lookups import LookUp
from api.client_own_values import OwnConsent
from core.accounts import AccountId
from core.actors import CustomerId
from core.episodes import EpisodeId, EpisodeState
from core.staff import TeamId
from core.suggestions import DraftKind, SuggestionId, SuggestionState
from core.surveys import SurveyKind
from core.tickets import CloseReason, Priority
from core.types import ConversationId, HandoverCode, Language, MessageId, Role, TicketId, TicketStatus

_AT = "2026-11-23T09:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityCard:
    """A part of a message that service work needs."""

    __pydantic_config__: ClassVar = example(type="order", start=3, end=15, text="2026112300017", value="2026112300017")

    type: str
    start: int
    end: int
    text: str
    """As written."""
    value: str
    """In one form for all ways to write it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """A conversation as it stands in the queue."""

    __pydantic_config__: ClassVar = example(
        conversation_id="9f3c…",
        version=7,
        state="queued",
        customer="",
        language="zh",
        code="customer_request",
        priority="medium",
        ticket_id=12,
        owner_id=None,
        owner=None,
        team_id=1,
        team="售后",
        waiting_since=_AT,
        due_at=_AT,
        breached=False,
        last_role="customer",
        last_text="转人工",
        last_at=_AT,
    )

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

    __pydantic_config__: ClassVar = example(
        number=1, document="退换货政策.pdf", version=2, page=3, quote="自签收之日起三十天内可以无理由退货。"
    )

    number: int
    document: str
    version: int
    page: int | None
    quote: str
    """The cited text as the knowledge base has it; empty when it is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskMessage:
    """A message as the desk sees it."""

    __pydantic_config__: ClassVar = example(
        message_id="5d2a…",
        sequence=3,
        role="customer",
        text="多久发货？",
        created_at=_AT,
        author=None,
        intent="delivery",
        sentiment=3,
        anger=0.02,
        entities=[],
        outcome=None,
        helpful=None,
        citations=[],
        files=[],
    )

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
    entities: tuple[EntityCard, ...]
    outcome: str | None
    """Of the assistant's: `answer`, `clarification` or `handover`."""
    helpful: bool | None
    """What the customer said of the assistant's."""
    citations: tuple[CitedSource, ...]
    files: tuple[FileCard, ...] = ()
    """What came with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierTicket:
    """A ticket of the customer from another conversation."""

    __pydantic_config__: ClassVar = example(
        ticket_id=9, conversation_id="7b1e…", status="resolved", question="发票还没到", created_at=_AT
    )

    ticket_id: TicketId
    conversation_id: ConversationId
    status: TicketStatus
    question: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerHint:
    """Somebody who may be the same person."""

    __pydantic_config__: ClassVar = example(customer_id=2, name="林")

    customer_id: CustomerId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCard:
    """Who the customer is, as far as anybody knows."""

    __pydantic_config__: ClassVar = example(
        customer_id=4,
        name="林",
        identity_level=1,
        vip=False,
        tags=["批发"],
        contact="lin@customer.example",
        conversations=2,
        since=_AT,
        earlier=[],
        consents=[],
        alike=[],
    )

    customer_id: CustomerId | None
    name: str
    identity_level: int
    """0 unknown, or only by the contact that was left; 1 known by the channel or a colleague; 2 verified by your site."""
    vip: bool
    tags: tuple[str, ...]
    contact: str | None
    conversations: int
    """How many they have had, this one included."""
    since: datetime
    earlier: tuple[EarlierTicket, ...] = ()
    """Of their other conversations, the newest first, as far as they are in sight."""
    consents: tuple[OwnConsent, ...] = ()
    """What they said last of each purpose."""
    alike: tuple[CustomerHint, ...] = ()
    """Others with the same address or number, who may be the same person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeCard:
    """One problem of the customer."""

    __pydantic_config__: ClassVar = example(
        episode_id=8,
        number=1,
        state="agent",
        owner_id=2,
        owner="王敏",
        team_id=1,
        team="售后",
        code="customer_request",
        started_at=_AT,
        waiting_since=None,
        wake_at=None,
        close_reason=None,
    )

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

    __pydantic_config__: ClassVar = example(
        ticket_id=12,
        status="open",
        priority="medium",
        code="customer_request",
        reason="…",
        question="转人工",
        assignee="王敏",
        due_at=_AT,
        breached=False,
        close_reason=None,
    )

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

    __pydantic_config__: ClassVar = example(text="客户想退货。", messages=["5d2a…"])

    text: str
    messages: tuple[MessageId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageCard:
    """The hand-over package: what the person sees first."""

    __pydantic_config__: ClassVar = example(
        code="customer_request",
        reason="…",
        words=["转人工"],
        wanted={"text": "退货", "messages": []},
        tried={"text": "", "messages": []},
        open_question={"text": "", "messages": []},
        shown=[],
        rejected=[],
        suggestion=None,
        suggestion_sources=[],
        team="售后",
        tags=[],
        priority="medium",
        priority_reason="…",
        files=[],
    )

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
    """Name of the team that answers for this; empty where nobody has made one."""
    tags: tuple[str, ...]
    priority: Priority
    priority_reason: str
    files: tuple[FileCard, ...] = ()
    """What the customer has sent about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskConversation:
    """A conversation with all that a person needs to go on with it."""

    __pydantic_config__: ClassVar = example(
        conversation_id="9f3c…",
        version=7,
        language="zh",
        channel="web",
        customer={},
        episode=None,
        episodes=[],
        tickets=[],
        package=None,
        entities=[],
        messages=[],
        mine=False,
        may_work=True,
        lookups=[],
    )

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
    entities: tuple[EntityCard, ...]
    """Of the customer's messages, each once."""
    messages: tuple[DeskMessage, ...]
    mine: bool
    """Whoever asks has the turn."""
    may_work: bool
    """Whoever asks may claim it, or reply in it."""
    lookups: tuple[LookUp, ...] = ()
    """What was looked up for the customer, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionCard:
    """A draft for a reply."""

    __pydantic_config__: ClassVar = example(
        suggestion_id=3,
        message_id="5d2a…",
        kind="approved",
        text="满 99 元免运费。[1]",
        confidence=0.93,
        source="常见问题",
        internal=False,
        state="shown",
        citations=[],
    )

    suggestion_id: SuggestionId
    message_id: MessageId
    kind: DraftKind
    text: str
    confidence: float
    source: str
    internal: bool
    """It rests on something that only colleagues may read."""
    state: SuggestionState
    citations: tuple[CitedSource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerState:
    """What a customer knows about their own conversation."""

    __pydantic_config__: ClassVar = example(
        sequence=4,
        with_person=True,
        waiting=True,
        agent=None,
        ticket_id=12,
        label="已收到",
        ask_solved=False,
        survey=None,
        verified=False,
        contact_left=False,
    )

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
    verified: bool = False
    """The company's own site says who this is."""
    contact_left: bool = False
    """How the customer is reached about the open ticket is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessageForCustomer:
    """A message as its customer sees it."""

    __pydantic_config__: ClassVar = example(
        message_id="5d2a…",
        sequence=5,
        role="agent",
        text="您好，我来帮您处理。",
        created_at=_AT,
        author="王敏",
        answer=False,
        helpful=None,
        files=[],
    )

    message_id: MessageId
    sequence: int
    role: Role
    text: str
    created_at: datetime
    author: str | None
    answer: bool
    """An answer of the assistant, which the customer may rate."""
    helpful: bool | None
    """What the customer said of it; `None` means nothing yet."""
    files: tuple[FileCard, ...] = ()
    """What came with it."""
