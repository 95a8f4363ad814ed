"""What the API takes and gives about hand-overs: the table of rules, its history, and the packages for people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from api.schemas.common import example
from core.tickets import Priority
from core.types import HandoverCode

TABLE: Final[dict[str, Any]] = {
    "rules": [{"code": "loop", "limits": {"offer_at": 2, "immediate_at": 3}, "text": {"zh": "…", "en": "…"}}],
    "topics": [],
}


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

    name: str
    value: float
    limit: float


class HandoverEvidence(BaseModel):
    """What a rule saw."""

    words: list[str]
    messages: list[str]
    figures: list[Figure]
    topic: str | None


class SummaryLine(BaseModel):
    """A line of the summary, with the messages that it is taken from."""

    text: str
    messages: list[str]


class HandoverSummary(BaseModel):
    """The episode in three lines."""

    wanted: SummaryLine
    tried: SummaryLine
    open_question: SummaryLine


class Mood(BaseModel):
    """How the customer felt at one message, 1 worst to 5 best."""

    message_id: str | None
    level: int | None
    anger: float | None


class PackageEntity(BaseModel):
    """A part of a message, copied."""

    type: str
    start: int
    end: int
    text: str
    value: str


class SuggestedCitation(BaseModel):
    """Where a part of the suggested reply stands."""

    number: int
    passage_id: int
    document_id: str
    document: str
    version: int
    page: int | None
    quote: str


class SuggestedReply(BaseModel):
    """What the assistant would have said."""

    text: str
    citations: list[SuggestedCitation]
    confidence: float


class HandoverPackage(BaseModel):
    """What the person who takes over sees first."""

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
