"""The client's calls about figures, unanswered questions and candidate pairs. `api.client.Client` has them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.client_reading import read
from core.figures import FigureCase, FiguresReport
from core.gold import GoldQuestion
from core.learning import (
    CandidateId,
    CandidateStatus,
    Filling,
    GapDialogue,
    GapId,
    GapStatus,
    GivenAnswer,
    Origin,
    Trial,
)
from core.settings import Secret
from core.types import Audience, ConversationId, DocumentId, HandoverCode, MessageId, PassageId


@dataclass(frozen=True, slots=True)
class QuotedPlace:
    """From where a question was answered, with the words."""

    document_id: DocumentId
    document: str
    version: int
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class AskedInVain:
    """What a customer asked, with personal data removed."""

    message_id: MessageId
    conversation_id: ConversationId
    text: str
    audience: Audience
    code: HandoverCode
    asked_at: datetime
    answered: bool | None
    filling: Filling | None = None
    told_from: QuotedPlace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPair:
    """A pair that was written for a gap."""

    candidate_id: CandidateId
    question: str
    answer: str
    audience: Audience
    status: CandidateStatus
    note: str
    decided_by: str
    document_id: DocumentId | None
    version: int | None
    problem: str
    trial: Trial | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardGap:
    """A gap on the board, with its cost; `asked` and `pairs` only where one gap was asked for."""

    gap_id: GapId
    question: str
    status: GapStatus
    owner: str
    due_on: date | None
    note: str
    questions: int
    customers: int
    opened_at: datetime
    last_asked_at: datetime
    closed_at: datetime | None
    reopened: int
    tested_at: datetime | None
    tested: int
    answered: int
    rightly: int
    handovers: int
    agent_minutes: float
    asked: tuple[AskedInVain, ...] = ()
    pairs: tuple[GapPair, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NearBoardGap(BoardGap):
    """Another gap that may be the same need."""

    closeness: float
    suggested: bool


@dataclass(frozen=True, slots=True)
class NearestPassage:
    """A passage that is near a gap and wasn't enough."""

    passage_id: PassageId
    document_id: DocumentId
    document: str
    version: int
    heading: str
    page: int | None
    text: str
    audience: Audience
    score: float


@dataclass(frozen=True, slots=True)
class Material:
    """What helps to fill a gap."""

    dialogues: tuple[GapDialogue, ...]
    answers: tuple[GivenAnswer, ...]
    passages: tuple[NearestPassage, ...]
    near: tuple[NearBoardGap, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A page of the board, with the counts of all."""

    counts: dict[GapStatus, int]
    items: tuple[BoardGap, ...]


@dataclass(frozen=True, slots=True)
class Learnt:
    """One time that a person answered a question."""

    origin: Origin
    key: str
    conversation_id: ConversationId
    message_ids: tuple[MessageId, ...]
    question: str
    answer: str
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedPair:
    """A candidate of the review queue."""

    candidate_id: CandidateId
    question: str
    answer: str
    similar: tuple[str, ...]
    audience: Audience
    status: CandidateStatus
    customers: int
    findings: tuple[Learnt, ...]
    note: str
    decided_by: str
    document_id: DocumentId | None
    version: int | None
    problem: str
    trial: Trial | None
    created_at: datetime
    updated_at: datetime
    gap_id: GapId | None = None


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """A page of the review queue, with the counts of all."""

    counts: dict[CandidateStatus, int]
    items: tuple[QueuedPair, ...]


class LearningCalls:
    """The calls. A mixin: it needs `Client`'s way of sending."""

    _key: Secret | None

    def _json(self, method: str, path: str, *, key: Secret | None = None, **request: Any) -> Any:
        raise NotImplementedError

    def figures(self, *, start: date | None = None, end: date | None = None) -> FiguresReport:
        """All figures from the first day to the last, both included; without days of the last thirty."""
        return read(FiguresReport, self._json("GET", "/figures", key=self._key, params=_days(start, end)))

    def figure_cases(
        self, name: str, *, start: date | None = None, end: date | None = None, offset: int = 0, limit: int = 100
    ) -> list[FigureCase]:
        """The rows behind a figure. Raises `NotFound`."""
        query = {**_days(start, end), "offset": offset, "limit": limit}
        return read(list[FigureCase], self._json("GET", f"/figures/{name}/cases", key=self._key, params=query))

    def gaps(self, *, status: GapStatus | None = None, offset: int = 0, limit: int = 100) -> Board:
        """The board of unanswered questions; what most customers met comes first."""
        query = {"offset": offset, "limit": limit} | ({} if status is None else {"status": status.value})
        return read(Board, self._json("GET", "/gaps", key=self._key, params=query))

    def gap(self, gap_id: GapId) -> BoardGap:
        """One gap with what customers asked. Raises `NotFound`."""
        return read(BoardGap, self._json("GET", f"/gaps/{gap_id}", key=self._key))

    def change_gap(
        self, gap_id: GapId, *, owner: str = "", due_on: date | None = None, note: str = "", dismissed: bool = False
    ) -> BoardGap:
        """Say who looks after a gap, until when, or that it isn't ours. Raises `NotFound`."""
        due = None if due_on is None else due_on.isoformat()
        body = {"owner": owner, "due_on": due, "note": note, "dismissed": dismissed}
        return read(BoardGap, self._json("PUT", f"/gaps/{gap_id}", key=self._key, json=body))

    def try_gap(self, gap_id: GapId) -> BoardGap:
        """Ask a gap's questions now; it closes if all are answered rightly. Raises `NotFound`."""
        return self._gap_act(gap_id, "trial", None)

    def gap_material(self, gap_id: GapId) -> Material:
        """What helps to fill a gap. Raises `NotFound`."""
        return read(Material, self._json("GET", f"/gaps/{gap_id}/material", key=self._key))

    def answer_gap(
        self, gap_id: GapId, answer: str, *, question: str = "", similar: Sequence[str] = (), confirm: bool = False
    ) -> BoardGap:
        """Write the answer: an approved pair with the gap's wordings, published and tried.

        Raises:
            PairConflict: an approved pair is asked the same and answers otherwise; `confirm` lets both stay.
            NotFound: no such gap.
        """
        body = {"question": question, "answer": answer, "similar": list(similar), "confirm": confirm}
        return self._gap_act(gap_id, "answer", body)

    def confirm_gap(self, gap_id: GapId, message_id: MessageId) -> BoardGap:
        """Say that the answer that a question gets now is right. Raises `NotFound` or `Conflict`."""
        return self._gap_act(gap_id, "confirmation", {"message_id": message_id})

    def keep_gap_as_gold(self, gap_id: GapId, *, facts: Sequence[str] = (), note: str = "") -> GoldQuestion:
        """Put a gap's question into the gold set. Raises `NotFound` or `Conflict`."""
        body = {"facts": list(facts), "note": note}
        return read(GoldQuestion, self._json("POST", f"/gaps/{gap_id}/gold", key=self._key, json=body))

    def merge_gap(self, gap_id: GapId, other: GapId) -> BoardGap:
        """Put another gap's questions into this one. Raises `NotFound`."""
        return self._gap_act(gap_id, "merge", {"other": other})

    def split_gap(self, gap_id: GapId, messages: Sequence[MessageId]) -> BoardGap:
        """Make a gap of its own of some questions; returns that. Raises `NotFound` or `InvalidInput`."""
        return self._gap_act(gap_id, "split", {"message_ids": list(messages)})

    def keep_gaps_apart(self, gap_id: GapId, other: GapId) -> BoardGap:
        """Say that another gap isn't the same need. Raises `NotFound`."""
        return self._gap_act(gap_id, "apart", {"other": other})

    def _gap_act(self, gap_id: GapId, act: str, body: dict[str, Any] | None) -> BoardGap:
        return read(BoardGap, self._json("POST", f"/gaps/{gap_id}/{act}", key=self._key, json=body))

    def candidates(self, *, status: CandidateStatus | None = None, offset: int = 0, limit: int = 100) -> ReviewQueue:
        """The review queue; what most customers asked comes first."""
        query = {"offset": offset, "limit": limit} | ({} if status is None else {"status": status.value})
        return read(ReviewQueue, self._json("GET", "/candidates", key=self._key, params=query))

    def candidate(self, candidate_id: CandidateId) -> QueuedPair:
        """One candidate. Raises `NotFound`."""
        return read(QueuedPair, self._json("GET", f"/candidates/{candidate_id}", key=self._key))

    def change_candidate(
        self, candidate_id: CandidateId, *, question: str, answer: str, similar: Sequence[str] = (), note: str = ""
    ) -> QueuedPair:
        """Change the words before they are approved. Raises `NotFound`, `Conflict` or `InvalidInput`."""
        body = {"question": question, "answer": answer, "similar": list(similar), "note": note}
        return read(QueuedPair, self._json("PUT", f"/candidates/{candidate_id}", key=self._key, json=body))

    def decide_candidate(self, candidate_id: CandidateId, *, approve: bool, confirm: bool = False) -> QueuedPair:
        """Publish a candidate, or keep it out.

        Raises:
            PairConflict: an approved pair is asked the same and answers otherwise; `confirm` lets both stay.
            NotFound, Conflict: no such candidate, or it is decided already.
        """
        body = {"decision": "approve" if approve else "dismiss", "confirm": confirm}
        return read(QueuedPair, self._json("POST", f"/candidates/{candidate_id}/decision", key=self._key, json=body))


def _days(start: date | None, end: date | None) -> dict[str, str]:
    given = {"start": start, "end": end}
    return {name: day.isoformat() for name, day in given.items() if day is not None}


__all__ = [
    "AskedInVain",
    "Board",
    "BoardGap",
    "GapPair",
    "LearningCalls",
    "Learnt",
    "Material",
    "NearBoardGap",
    "NearestPassage",
    "QueuedPair",
    "QuotedPlace",
    "ReviewQueue",
]
