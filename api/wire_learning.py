"""The JSON form of gaps, candidates and figures, one for the HTTP API and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from api.wire import Json, plain
from core.errors import NotFound
from core.figures import FiguresReport
from core.learning import Candidate, Gap, GapCost, GapQuestion
from core.types import DocumentId


class Quotes(Protocol):
    """Where quoted texts are read: `kb.store.KnowledgeBase`."""

    def quote(self, document_id: DocumentId, number: int, start: int, end: int) -> str:
        """A span of a version's text. Raises `NotFound`."""
        ...


def gap_json(gap: Gap, cost: GapCost) -> Json:
    """A gap with its cost."""
    told: Json = {**plain(gap), **plain(cost), "agent_minutes": round(cost.agent_minutes, 1)}
    del told["episodes"]
    return told


def gap_with_questions_json(
    gap: Gap, cost: GapCost, asked: Sequence[GapQuestion], *, pairs: Sequence[Candidate], quotes: Quotes
) -> Json:
    """A gap with what customers wrote, by what each is answered now, and its pairs. Who they are isn't told."""
    return {
        **gap_json(gap, cost),
        "asked": [_asked_json(each, quotes) for each in asked],
        "pairs": [
            _without(candidate_json(each), "findings", "customers", "gap_id", "similar", "created_at", "updated_at")
            for each in pairs
        ],
    }


def _asked_json(question: GapQuestion, quotes: Quotes) -> Json:
    told = _without(plain(question), "customer", "episode_id", "told_keys")
    place = question.told_from
    if place is not None:
        try:
            told["told_from"]["quote"] = quotes.quote(place.document_id, place.version, place.start, place.end)
        except NotFound:
            told["told_from"] = None  # gone since; the next round says from what it is answered now
    return told


def candidate_json(candidate: Candidate) -> Json:
    """A candidate with what it was learnt from. Who asked isn't told."""
    findings = [_without(plain(each), "customer", "audience") for each in candidate.findings]
    return {**plain(candidate), "findings": findings}


def report_json(report: FiguresReport) -> Json:
    """All figures of a period."""
    told: Json = plain(report)
    return told


def _without(values: Json, *names: str) -> Json:
    return {name: value for name, value in values.items() if name not in names}
