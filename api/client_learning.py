"""The client's calls about figures, unanswered questions and candidate pairs. `api.client.Client` has them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.client_reading import read
from core.figures import FigureCase, FiguresReport
from core.learning import CandidateId, CandidateStatus, GapId, GapStatus, Origin, Trial
from core.settings import Secret
from core.types import Audience, ConversationId, DocumentId, HandoverCode, MessageId


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


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardGap:
    """A gap on the board, with its cost; `asked` only where one gap was asked for."""

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
    handovers: int
    agent_minutes: float
    asked: tuple[AskedInVain, ...] = ()


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
        """Ask a gap's questions now; it closes if all are answered. Raises `NotFound`."""
        return read(BoardGap, self._json("POST", f"/gaps/{gap_id}/trial", key=self._key))

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


__all__ = ["AskedInVain", "Board", "BoardGap", "LearningCalls", "Learnt", "QueuedPair", "ReviewQueue"]
