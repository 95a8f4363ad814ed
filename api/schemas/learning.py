"""What the HTTP API takes and gives about unanswered questions and candidate pairs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, StringConstraints

from api.schemas.common import example
from core.learning import MAX_ANSWER, MAX_NOTE, MAX_OWNER, MAX_QUESTION, CandidateStatus, Filling, GapStatus, Origin
from core.types import Audience, HandoverCode

GAP: Final[dict[str, Any]] = {
    "gap_id": 4,
    "question": "咖啡机可以维修吗？",
    "status": "open",
    "owner": "王敏",
    "due_on": "2026-02-01",
    "note": "",
    "questions": 9,
    "customers": 7,
    "opened_at": "2026-01-05T08:30:00Z",
    "last_asked_at": "2026-01-09T10:02:00Z",
    "closed_at": None,
    "reopened": 0,
    "tested_at": "2026-01-09T10:05:00Z",
    "tested": 3,
    "answered": 2,
    "rightly": 1,
    "handovers": 6,
    "agent_minutes": 41.5,
}

GAP_QUESTION: Final[dict[str, Any]] = {
    "message_id": "5d2a…",
    "conversation_id": "6f1c…",
    "text": "咖啡机坏了能修吗",
    "audience": "public",
    "code": "missing_knowledge",
    "asked_at": "2026-01-09T10:02:00Z",
    "answered": True,
    "filling": "pair",
    "told_from": {
        "document_id": "6f1c…",
        "document": "从客服学到的问答 Learned answers.jsonl",
        "version": 3,
        "start": 120,
        "end": 133,
        "quote": "可以寄修，运费由我们承担。",
    },
}

PAIR: Final[dict[str, Any]] = {
    "candidate_id": 8,
    "question": "咖啡机可以维修吗？",
    "answer": "可以寄修，运费由我们承担。",
    "audience": "public",
    "status": "published",
    "note": "",
    "decided_by": "lin",
    "document_id": "6f1c…",
    "version": 3,
    "problem": "",
    "trial": None,
}


class ToldFrom(BaseModel):
    """The first place that an answer cites."""

    model_config = example(**GAP_QUESTION["told_from"])

    document_id: str
    document: str
    version: int
    start: int
    end: int
    quote: str


class GapQuestion(BaseModel):
    """What a customer asked in vain, with personal data removed."""

    model_config = example(**GAP_QUESTION)

    message_id: str
    conversation_id: str
    text: str
    audience: Audience
    code: HandoverCode
    asked_at: datetime
    answered: bool | None
    """Whether it was answered when it was tried last."""
    filling: Filling | None
    """What that answer was worth: `pair`, `confirmed` and `newer` fill the gap, `doubtful` and `unanswered` don't."""
    told_from: ToldFrom | None
    """From where it was answered; none where it wasn't, or where that is gone since."""


class Gap(BaseModel):
    """A need that the knowledge base doesn't meet."""

    model_config = example(**GAP)

    gap_id: int
    question: str
    """The one that is nearest to all of them."""
    status: GapStatus
    owner: str
    due_on: date | None
    note: str
    questions: int
    customers: int
    """Distinct ones."""
    opened_at: datetime
    last_asked_at: datetime
    closed_at: datetime | None
    reopened: int
    """How often it failed again after it had been closed."""
    tested_at: datetime | None
    tested: int
    """Wordings that were tried last."""
    answered: int
    rightly: int
    """Of these, those that were answered rightly."""
    handovers: int
    """Episodes that a person had to take because of it."""
    agent_minutes: float


class CandidateTrial(BaseModel):
    """How the assistant answered the question after publication."""

    model_config = example(passed=True, outcome="answer", text="可以寄修…", tried_at="2026-01-09T11:00:00Z")

    passed: bool
    """It answered from the published pair."""
    outcome: Literal["answer", "clarification", "handover"]
    text: str
    tried_at: datetime


class GapPair(BaseModel):
    """A pair that was written for a gap."""

    model_config = example(**PAIR)

    candidate_id: int
    question: str
    answer: str
    audience: Audience
    status: CandidateStatus
    note: str
    decided_by: str
    document_id: str | None
    version: int | None
    problem: str
    """Why it couldn't be published."""
    trial: CandidateTrial | None


class GapWithQuestions(Gap):
    """A gap with what customers asked."""

    model_config = example(**GAP, asked=[GAP_QUESTION], pairs=[PAIR])

    asked: list[GapQuestion]
    pairs: list[GapPair]
    """That were written for it."""


class GapPage(BaseModel):
    """A page of the board, with the counts of all."""

    model_config = example(counts={"open": 12, "closed": 30, "dismissed": 2}, items=[GAP])

    counts: dict[GapStatus, int]
    items: list[Gap]


class GapChange(BaseModel):
    """Who looks after a gap, until when, and whether it is ours."""

    model_config = example(owner="王敏", due_on="2026-02-01", note="", dismissed=False)

    owner: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_OWNER)] = ""
    due_on: date | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_NOTE)] = ""
    dismissed: bool = False
    """Not ours to answer."""


Wording = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION)]

FINDING: Final[dict[str, Any]] = {
    "origin": "resolved",
    "key": "31",
    "conversation_id": "6f1c…",
    "message_ids": ["5d2a…", "77ab…"],
    "question": "咖啡机坏了能修吗",
    "answer": "可以寄修，运费由我们承担。",
    "found_at": "2026-01-09T10:20:00Z",
}

CANDIDATE: Final[dict[str, Any]] = {
    "candidate_id": 8,
    "question": "咖啡机可以维修吗？",
    "answer": "可以寄修，运费由我们承担。",
    "similar": ["咖啡机坏了能修吗"],
    "audience": "public",
    "status": "open",
    "customers": 3,
    "findings": [FINDING],
    "note": "",
    "decided_by": "",
    "document_id": None,
    "version": None,
    "problem": "",
    "trial": None,
    "gap_id": None,
    "created_at": "2026-01-09T10:21:00Z",
    "updated_at": "2026-01-09T10:21:00Z",
}


class LearningFinding(BaseModel):
    """One time that a person answered a question, with personal data removed."""

    model_config = example(**FINDING)

    origin: Origin
    key: str
    """Number of the episode or suggestion."""
    conversation_id: str
    message_ids: list[str]
    """The customer's question first."""
    question: str
    answer: str
    found_at: datetime


class Candidate(BaseModel):
    """A question and an answer that people's work suggests."""

    model_config = example(**CANDIDATE)

    candidate_id: int
    question: str
    answer: str
    similar: list[str]
    audience: Audience
    status: CandidateStatus
    customers: int
    """Distinct ones who asked it."""
    findings: list[LearningFinding]
    note: str
    decided_by: str
    document_id: str | None
    version: int | None
    problem: str
    """Why it couldn't be published."""
    trial: CandidateTrial | None
    gap_id: int | None
    """The gap that it was written for."""
    created_at: datetime
    updated_at: datetime


class CandidatePage(BaseModel):
    """A page of the review queue, with the counts of all."""

    model_config = example(
        counts={"open": 5, "approved": 0, "published": 31, "dismissed": 12, "withdrawn": 0}, items=[CANDIDATE]
    )

    counts: dict[CandidateStatus, int]
    items: list[Candidate]


class CandidateChange(BaseModel):
    """The words as they should be published."""

    model_config = example(question="咖啡机可以维修吗？", answer="可以寄修。", similar=[], note="")

    question: Wording
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ANSWER)]
    similar: Annotated[list[Wording], Field(max_length=10)] = []
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_NOTE)] = ""


class CandidateDecision(BaseModel):
    """Whether a candidate is published."""

    model_config = example(decision="approve", confirm=False)

    decision: Literal["approve", "dismiss"]
    confirm: bool = False
    """Approve also if an approved pair that is asked the same answers otherwise."""
