"""What the HTTP API takes and gives about the gold set."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.schemas.common import example
from core.gold import (
    MAX_FACT,
    MAX_FACTS,
    MAX_SOURCES,
    MAX_TEXT,
    ChangeKind,
    GoldOrigin,
    RunCause,
    RunStatus,
    Verdict,
)
from core.types import Audience, Language, Tier

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_TEXT)]


class GoldSource(BaseModel):
    """Where a right answer stands, by name and words: it holds for every later version of the document."""

    model_config = example(document="退换货政策.pdf", quote="自签收之日起三十天内")

    document: Line = ""
    """Name of the document; empty means any."""
    quote: Line = ""
    """Words of the passage, or of the Q&A pair; empty means anywhere in the document."""


ENTRY: Final[dict[str, Any]] = {
    "text": "退货期限是多久？",
    "language": None,
    "audience": "public",
    "answerable": True,
    "sources": [{"document": "退换货政策.pdf", "quote": "自签收之日起三十天内"}],
    "facts": ["三十天 | 30 天"],
    "note": "",
    "enabled": True,
}


class GoldEntry(BaseModel):
    """A question whose right answer is known. An answerable one needs a source or a fact."""

    model_config = example(**ENTRY)

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]
    language: Language | None = None
    """Of the reply; none means that of the question."""
    audience: Audience = Audience.PUBLIC
    """Who asks."""
    answerable: bool = True
    sources: Annotated[list[GoldSource], Field(max_length=MAX_SOURCES)] = []
    """A right answer cites at least one of them."""
    facts: Annotated[
        list[Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_FACT)]], Field(max_length=MAX_FACTS)
    ] = []
    """A right answer contains every one of them; wordings that count alike are separated by `|`."""
    note: Line = ""
    enabled: bool = True
    """Whether runs ask it."""


class NewGoldQuestion(GoldEntry):
    """A question to add."""

    model_config = example(**ENTRY, message_id=None)

    message_id: Annotated[str, StringConstraints(max_length=32)] | None = None
    """The customer's message that it was made from."""


QUESTION: Final[dict[str, Any]] = {
    **ENTRY,
    "gold_id": 7,
    "origin": "written",
    "message_id": None,
    "created_at": "2026-01-05T08:30:00Z",
    "updated_at": "2026-01-05T08:30:00Z",
}


class GoldQuestion(GoldEntry):
    """A question of the gold set."""

    model_config = example(**QUESTION)

    gold_id: int
    origin: GoldOrigin
    message_id: str | None
    created_at: datetime
    updated_at: datetime


class CitedPlace(BaseModel):
    """What an answer cites."""

    model_config = example(
        document_id="6f1c…",
        document="退换货政策.pdf",
        version=2,
        page=3,
        start=1024,
        end=1042,
        passage_id=17,
        digest="9f86…",
        quote="自签收之日起三十天内可以无理由退货。",
    )

    document_id: str
    document: str
    version: int
    page: int | None
    start: int
    end: int
    passage_id: int
    digest: str
    """Equal for equal texts, whichever version they are cited from."""
    quote: str | None
    """None when it wasn't asked for, or its document was deleted."""


RESULT: Final[dict[str, Any]] = {
    "gold_id": 7,
    "text": "退货期限是多久？",
    "audience": "public",
    "answerable": True,
    "asked_as": "2026-01-05T08:30:00Z",
    "outcome": "answer",
    "tier": "quoted",
    "answer": "自签收之日起三十天内可以无理由退货。[1]",
    "citations": [],
    "confidence": 0.83,
    "verdict": "right",
    "cited": True,
    "missing": [],
    "found": True,
    "stale": False,
    "ms": 21.4,
}


class GoldResult(BaseModel):
    """How a question of a run was answered, and what to make of it."""

    model_config = example(**RESULT)

    gold_id: int
    text: str
    audience: Audience
    answerable: bool
    asked_as: datetime
    """When the question had last been edited."""
    outcome: Literal["answer", "clarification", "handover"]
    tier: Tier | None
    answer: str
    """Empty when the document that it came from was deleted since."""
    citations: list[CitedPlace]
    confidence: float
    verdict: Verdict
    """`right`; `wrong`; `missed`: not answered though it could be; `refused`: not answered, as it should be."""
    cited: bool
    """An expected source is cited, or none is expected."""
    missing: list[str]
    """Facts that the answer lacks."""
    found: bool
    """The first passages hold what a right answer needs."""
    stale: bool
    """An expected quote isn't in its document any more: the question needs a look."""
    ms: float


class GoldItem(GoldQuestion):
    """A question with what the last run found."""

    model_config = example(**QUESTION, last=RESULT)

    last: GoldResult | None


class GoldCounts(BaseModel):
    """How many questions there are, by what the last run made of them."""

    model_config = example(questions=127, off=2, new=1, stale=1, right=90, wrong=4, missed=6, refused=23)

    questions: int
    off: int
    """Switched off."""
    new: int
    """Not asked by the last run."""
    stale: int
    right: int
    wrong: int
    missed: int
    refused: int


class GoldPage(BaseModel):
    """A page of the questions, with the counts of all."""

    model_config = example(counts={}, items=[])

    counts: GoldCounts
    items: list[GoldItem]


class Imported(BaseModel):
    """What became of imported questions."""

    model_config = example(added=120, changed=3, unchanged=4)

    added: int
    changed: int
    unchanged: int


class AskedMessage(BaseModel):
    """What a customer wrote and how it was answered, with personal data masked."""

    model_config = example(
        message_id="5d2a…",
        text="退货期限是多久？",
        audience="public",
        outcome="handover",
        answer="这个问题我没有把握…",
        tier=None,
        confidence=0.12,
        created_at="2026-01-05T08:30:00Z",
    )

    message_id: str
    text: str
    audience: Audience
    outcome: Literal["answer", "clarification", "handover"]
    answer: str
    tier: Tier | None
    confidence: float
    created_at: datetime


class PublishedVersion(BaseModel):
    """A version that a run was made for."""

    model_config = example(document="退换货政策.pdf", version=2)

    document: str
    version: int


RUN: Final[dict[str, Any]] = {
    "run_id": 12,
    "cause": "published",
    "published": [{"document": "退换货政策.pdf", "version": 2}],
    "status": "done",
    "reason": None,
    "requested_at": "2026-01-05T08:30:00Z",
    "ended_at": "2026-01-05T08:30:04Z",
    "sequence": 481,
    "questions": 127,
    "asked": 127,
    "right": 90,
    "wrong": 4,
    "missed": 6,
    "refused": 27,
    "settings": {"zhida": "0.1.0", "encoder": "e5-small-zh-en@1f2e…/384"},
    "share": 0.92,
}


class GoldRun(BaseModel):
    """One pass over the gold set."""

    model_config = example(**RUN)

    run_id: int
    cause: RunCause
    published: list[PublishedVersion]
    """The first of the versions that came since the run before."""
    status: RunStatus
    reason: str | None
    """Why it failed."""
    requested_at: datetime
    ended_at: datetime | None
    sequence: int
    questions: int
    asked: int
    right: int
    wrong: int
    missed: int
    refused: int
    settings: dict[str, str]
    share: float
    """Share that was answered or refused as it should be, 0 to 1."""


class GoldChange(BaseModel):
    """A question that was answered differently than in the run before."""

    model_config = example(kind="fell", before=RESULT, after=RESULT, edited=False)

    kind: ChangeKind
    before: GoldResult
    after: GoldResult
    edited: bool
    """The question itself was edited in between."""


class GoldComparison(BaseModel):
    """A run beside the one before it, or another one."""

    model_config = example(run=RUN, against=RUN, counts={"fell": 1, "rose": 0, "reworded": 2, "moved": 0}, changes=[])

    run: GoldRun
    against: GoldRun | None
    """None when there is none before it."""
    counts: dict[ChangeKind, int]
    changes: list[GoldChange]
    """A page of them, the most serious first."""
