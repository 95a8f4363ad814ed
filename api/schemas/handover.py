"""What the API takes and gives about hand-overs: the table of rules, its history, and the packages for people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.common import example
from core.tickets import Priority
from core.types import HandoverCode

TABLE: Final[dict[str, Any]] = {
    "rules": [{"code": "loop", "limits": {"offer_at": 2, "immediate_at": 3}, "text": {"zh": "…", "en": "…"}}],
    "topics": [],
}

MESSAGE: Final = "1f0c9d8e7b6a45f3a2b1c0d9e8f7a6b5"
SAID: Final[dict[str, Any]] = {"text": "“电视送来就有划痕，能换吗”", "messages": [MESSAGE]}
TRIED: Final[dict[str, Any]] = {"text": "还没有尝试。", "messages": []}
CITED: Final[dict[str, Any]] = {
    "number": 1,
    "passage_id": 42,
    "document_id": "9c1e5b7a2d4f46a8b0c3e6d9f1a2b4c7",
    "document": "运费说明.md",
    "version": 3,
    "page": None,
    "quote": "满 99 元免运费。",
}
REPLY: Final[dict[str, Any]] = {"text": "满 99 元免运费。[1]", "citations": [CITED], "confidence": 0.93}
EVIDENCE: Final[dict[str, Any]] = {"words": [], "messages": [MESSAGE], "figures": [], "topic": None}


class HandoverRulesChange(BaseModel):
    """A whole table of rules, as the export gives it."""

    model_config = example(table=TABLE, note="3 次改为 2 次", instead_of=4)

    table: dict[str, Any]
    """`rules` and `topics`, in the form of the export. It is checked: a word too short, a text in one language only, a
    promise or a number out of bounds is refused with a sentence that says what would do."""
    note: Annotated[str, Field(max_length=200)] = ""
    """Why it is changed."""
    instead_of: int | None = None
    """The version that was edited. If another one holds by now, nothing is changed."""


class LimitBounds(BaseModel):
    """A number that may be set in a rule's `limits`."""

    model_config = example(
        default=2, least=1, most=10, meaning="How often the same is said before a person is offered."
    )

    default: float
    least: float
    most: float
    meaning: str


class HandoverRuleTable(BaseModel):
    """A state of the table of hand-over rules."""

    model_config = example(
        number=4, note="", author="lin", created_at="2026-03-05T08:00:00Z", table=TABLE, bounds={"loop": {}}
    )

    number: int
    """0 is the table that Zhida comes with."""
    note: str
    author: str
    created_at: datetime | None
    table: dict[str, Any]
    bounds: dict[str, dict[str, LimitBounds]]
    """By code: what may be set in `limits`."""


class HandoverRuleVersion(BaseModel):
    """A line of the history."""

    model_config = example(number=4, note="", author="lin", created_at="2026-03-05T08:00:00Z")

    number: int
    note: str
    author: str
    created_at: datetime | None


class Figure(BaseModel):
    """A number that a rule compared with its limit."""

    model_config = example(name="anger", value=0.91, limit=0.8)

    name: str
    value: float
    limit: float


class HandoverEvidence(BaseModel):
    """What a rule saw."""

    model_config = example(**EVIDENCE)

    words: list[str]
    messages: list[str]
    figures: list[Figure]
    topic: str | None


class SummaryLine(BaseModel):
    """A line of the summary, with the messages that it is taken from."""

    model_config = example(**SAID)

    text: str
    messages: list[str]


class HandoverSummary(BaseModel):
    """The episode in three lines."""

    model_config = example(wanted=SAID, tried=TRIED, open_question=SAID)

    wanted: SummaryLine
    tried: SummaryLine
    open_question: SummaryLine


class Mood(BaseModel):
    """How the customer felt at one message, 1 worst to 5 best."""

    model_config = example(message_id=MESSAGE, level=2, anger=0.35)

    message_id: str | None
    level: int | None
    anger: float | None


class PackageEntity(BaseModel):
    """A part of a message, copied."""

    model_config = example(type="order", start=3, end=15, text="DD2026110901", value="DD2026110901")

    type: str
    start: int
    end: int
    text: str
    value: str


class SuggestedCitation(BaseModel):
    """Where a part of the suggested reply stands."""

    model_config = ConfigDict(use_attribute_docstrings=True, json_schema_extra={"examples": [CITED]})

    number: int
    passage_id: int
    document_id: str
    document: str
    version: int
    page: int | None
    quote: str


class SuggestedReply(BaseModel):
    """What the assistant would have said."""

    model_config = example(**REPLY)

    text: str
    citations: list[SuggestedCitation]
    confidence: float


class HandoverPackage(BaseModel):
    """What the person who takes over sees first."""

    model_config = example(
        code="customer_request",
        reason="客户要求人工。",
        evidence=EVIDENCE | {"words": ["转人工"]},
        summary={"wanted": SAID, "tried": TRIED, "open_question": SAID},
        identity_level=0,
        moods=[{"message_id": MESSAGE, "level": 2, "anger": 0.35}],
        entities=[],
        shown=[42],
        rejected=[57],
        suggestion=REPLY,
        team="售后",
        tags=["exchange"],
        priority="medium",
        priority_reason="规则“客户要求人工”的设置。",
    )

    code: HandoverCode
    reason: str
    evidence: HandoverEvidence
    summary: HandoverSummary
    identity_level: int
    moods: list[Mood]
    entities: list[PackageEntity]
    shown: list[int]
    rejected: list[int]
    suggestion: SuggestedReply | None
    team: str
    tags: list[str]
    priority: Priority
    priority_reason: str
