"""What the HTTP API gives. `api.wire` makes the same shapes; a test compares them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, Literal

from pydantic import BaseModel

from api.schemas.common import example
from core.types import (
    Audience,
    Closeness,
    DocumentKind,
    HandoverCode,
    QAStatus,
    QuestionKind,
    Role,
    TicketStatus,
    Tier,
    VersionStatus,
)


class Conversation(BaseModel):
    """A new conversation. The token is told only once."""

    model_config = example(conversation_id="0f8b…", token="kX3…")  # noqa: S106 - an example

    conversation_id: str
    token: str
    """Send it as `Authorization: Bearer …` with every request of this conversation."""


class Citation(BaseModel):
    """Where a part of an answer stands, to the character."""

    model_config = example(
        number=1,
        document="退换货政策.pdf",
        version=2,
        page=3,
        heading="退换货政策 > 退货期限",
        start=1024,
        end=1042,
        quote="自签收之日起三十天内可以无理由退货。",
        document_id="6f1c…",
        passage_id=17,
    )

    number: int
    """As shown in the text, `[1]`."""
    document: str
    version: int
    page: int | None
    """Page, slide or sheet number from 1."""
    heading: str
    """Path of headings, outermost first, joined by ` > `."""
    start: int
    """Code-point offset in the text of that document version."""
    end: int
    quote: str
    document_id: str
    passage_id: int


ANSWER: Final[dict[str, Any]] = {
    "outcome": "answer",
    "text": "自签收之日起三十天内可以无理由退货。[1]",
    "citations": [],
    "confidence": 0.93,
    "tier": "quoted",
    "ms": {"total": 14.2},
}


class PersonOffer(BaseModel):
    """A button: who presses it writes that a person is wanted."""

    model_config = example(code="missing_knowledge", text="需要我为您转接人工客服吗？")

    code: HandoverCode
    text: str
    """To show beside it."""


class Outcome(BaseModel):
    """How a turn ended. A clarification has `options` and perhaps `code`, a handover `code` and `reason`."""

    model_config = example(**ANSWER)

    outcome: Literal["answer", "clarification", "handover"]
    text: str
    citations: list[Citation]
    confidence: float
    """Probability that the evidence answers the question, 0 to 1."""
    tier: Tier | None
    """Which step of the cascade answered; none unless it is an answer."""
    options: list[str] | None = None
    """The readings between which a clarification asks to choose."""
    code: HandoverCode | None = None
    """Why a person is needed; of a clarification the rule that would be next."""
    reason: str | None = None
    """The same for the colleague who takes over; empty for customers."""
    offer: PersonOffer | None = None
    """A person is offered beside the reply, once in an episode."""
    ms: dict[str, float]
    """Milliseconds by step; `total` is always present."""


class ConversationReply(Outcome):
    """A reply as it was recorded. `silent` means that the assistant says nothing, because a person has the turn
    or because what was written later is answered together with this; `text` is what the customer is told."""

    model_config = example(**ANSWER, message_id="5d2a…", ticket_id=None)

    outcome: Literal["answer", "clarification", "handover", "silent"]  # type: ignore[assignment]  # one more than Outcome
    message_id: str
    """Of the reply; of the customer's own message where there is none."""
    ticket_id: int | None
    """The ticket that a handover opened or belongs to."""


class Message(BaseModel):
    """One line of a conversation."""

    model_config = example(message_id="5d2a…", role="customer", text="多久发货？", created_at="2026-01-05T08:30:00Z")

    message_id: str
    role: Role
    text: str
    created_at: datetime


class Source(BaseModel):
    """A cited passage, with the cited part as offsets inside `text`."""

    model_config = example(
        number=1,
        document_id="6f1c…",
        document="退换货政策.pdf",
        version=2,
        current=True,
        page=3,
        heading="退换货政策 > 退货期限",
        text="自签收之日起三十天内可以无理由退货。商品须完好。",
        quote_start=0,
        quote_end=18,
    )

    number: int
    document_id: str
    document: str
    version: int
    current: bool
    """Whether customers are still answered from that version."""
    page: int | None
    heading: str
    text: str
    quote_start: int
    quote_end: int


class TicketReceipt(BaseModel):
    """What a customer learns about the own ticket."""

    model_config = example(ticket_id=12, status="new", contact="lin@customer.example")

    ticket_id: int
    status: TicketStatus
    contact: str | None


class Ticket(TicketReceipt):
    """A customer's problem that waits for a person."""

    model_config = example(
        ticket_id=12,
        conversation_id="0f8b…",
        message_id="5d2a…",
        code="missing_knowledge",
        reason="no passage supports the question",
        question="你们卖洗碗机吗？",
        contact=None,
        status="new",
        created_at="2026-01-05T08:30:00Z",
    )

    conversation_id: str
    message_id: str
    code: HandoverCode
    reason: str
    question: str
    created_at: datetime


class Document(BaseModel):
    """A source with its versions."""

    model_config = example(
        document_id="6f1c…",
        name="退换货政策.pdf",
        kind="text",
        audience="public",
        live_version=2,
        latest_version=2,
        status="ready",
        reason=None,
        passages=14,
        created_at="2026-01-05T08:30:00Z",
        updated_at="2026-01-06T10:00:00Z",
    )

    document_id: str
    name: str
    kind: DocumentKind
    audience: Audience
    live_version: int | None
    """What customers are answered from; none until a version is ready."""
    latest_version: int
    status: VersionStatus
    """Of the latest version."""
    reason: str | None
    """Why the latest version failed."""
    passages: int
    created_at: datetime
    updated_at: datetime


class DocumentVersion(BaseModel):
    """One upload of a document."""

    model_config = example(
        document_id="6f1c…",
        number=2,
        name="退换货政策.pdf",
        media_type="application/pdf",
        blob_sha256="9f86…",
        size=184_320,
        audience="public",
        status="processing",
        reason=None,
        progress=0.4,
        passages=0,
        warnings=[],
        live=False,
        effective_from=None,
        expires_on=None,
        created_at="2026-01-05T08:30:00Z",
        published_at=None,
    )

    document_id: str
    number: int
    name: str
    media_type: str
    blob_sha256: str
    size: int
    """Bytes of the file."""
    audience: Audience
    status: VersionStatus
    reason: str | None
    """Why it failed, in words for the person who uploaded it."""
    progress: float
    """Share of the work done, 0 to 1."""
    passages: int
    warnings: list[str]
    live: bool
    effective_from: date | None
    expires_on: date | None
    """First day on which it may no longer be used."""
    created_at: datetime
    published_at: datetime | None


PASSAGE: Final[dict[str, Any]] = {
    "passage_id": 17,
    "document_id": "6f1c…",
    "document": "退换货政策.pdf",
    "version": 2,
    "ordinal": 3,
    "heading": "退换货政策 > 退货期限",
    "page": 3,
    "start": 1024,
    "end": 1042,
    "text": "自签收之日起三十天内可以无理由退货。",
    "context": "退换货政策 > 退货期限",
    "audience": "public",
    "since": "2026-03-01",
}


class Passage(BaseModel):
    """The unit that is retrieved."""

    model_config = example(**PASSAGE)

    passage_id: int
    document_id: str
    document: str
    version: int
    ordinal: int
    """Position among the version's passages, from 0."""
    heading: str
    """Path of headings, outermost first, joined by ` > `."""
    page: int | None
    start: int
    end: int
    text: str
    context: str
    """Title and headings as they are indexed with the text."""
    audience: Audience
    since: date | None
    """First day on which it holds."""


WHY: Final[dict[str, Any]] = {
    "matched": ["退货"],
    "dense_rank": 1,
    "dense_score": 0.87,
    "lexical_rank": 2,
    "lexical_score": 9.1,
    "closeness": "loose",
    "contributions": [{"part": "meaning", "points": 1.9}, {"part": "words", "points": 0.9}],
    "weakest": 0.71,
    "highlights": [[10, 12]],
}


class Contribution(BaseModel):
    """What one reason added to a hit's score, or took from it."""

    model_config = example(part="meaning", points=1.9)

    part: str
    """`meaning`, `words`, or another feature of the ranking."""
    points: float


class Why(BaseModel):
    """Why a passage was found. Ranks count from 1; none means that side didn't find it."""

    model_config = example(**WHY)

    matched: list[str]
    dense_rank: int | None
    dense_score: float | None
    lexical_rank: int | None
    lexical_score: float | None
    closeness: Closeness | None
    """`dense_score` in words."""
    contributions: list[Contribution]
    """What pushed the passage up or down, the strongest first. They add up to the score."""
    weakest: float | None
    """How well the passage meets the question's least met tokens, -1 to 1; none if it wasn't looked at closely."""
    highlights: list[tuple[int, int]]
    """Where the matched words stand in the passage's text: `text[start:end]`."""


class Hit(Passage):
    """A passage with its score. Higher is better; scores compare within one question only."""

    model_config = example(**PASSAGE, score=2.8, why=WHY)

    score: float
    why: Why


class Question(BaseModel):
    """One wording of a pair's question."""

    model_config = example(text="包邮吗？", kind="similar")

    text: str
    kind: QuestionKind


class QAPair(BaseModel):
    """A question with its approved answer."""

    model_config = example(
        pair_id=5,
        document_id="77aa…",
        document="运费问答.jsonl",
        version=1,
        passage_id=40,
        questions=[{"text": "运费多少？", "kind": "standard"}],
        answer="满 99 元免运费。",
        answer_start=6,
        status="approved",
        audience="public",
        valid_from=None,
        valid_until=None,
        product=None,
    )

    pair_id: int
    document_id: str
    document: str
    version: int
    passage_id: int
    questions: list[Question]
    """The standard question first."""
    answer: str
    answer_start: int
    status: QAStatus
    audience: Audience
    valid_from: date | None
    valid_until: date | None
    product: str | None


class Health(BaseModel):
    """The server answers."""

    model_config = example(status="ok")

    status: Literal["ok"]


class Readiness(BaseModel):
    """The indexes are open and hold every change of the knowledge base."""

    model_config = example(status="ready")

    status: Literal["ready"]


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    model_config = example(
        type="urn:zhida:problem:not_found",
        title="Not Found",
        status=404,
        code="not_found",
        detail="There is no document '6f1c…'. It may have been deleted; list what exists and try again.",
    )

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[dict[str, str]] | None = None
    """What is wrong in which field, for a request that isn't as described."""
