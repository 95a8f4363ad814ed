"""What a turn stands on while it is answered: what was searched for and found, how sure that is, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from core.types import Language, PassageId
from retrieval.calibration.limit import AnswerLimit
from retrieval.search import Found

NEAREST: Final = 5
"""Passages that a hand-over names for the colleague."""


@dataclass(frozen=True, slots=True)
class Search:
    """What was searched for, what was found, and how likely it answers."""

    question: str
    language: Language
    found: Found
    score: float
    """The raw confidence in the evidence."""
    limit: AnswerLimit

    @property
    def allowed(self) -> bool:
        """The evidence is good enough for an answer, as the operator tolerates errors."""
        return self.limit.allows(self.score)

    @property
    def certainty(self) -> float:
        """Probability that an answer from this evidence is right."""
        return self.limit.probability(self.score)

    @property
    def nearest(self) -> tuple[PassageId, ...]:
        """The best passages, for the record."""
        return tuple(hit.passage.passage_id for hit in self.found.hits[:NEAREST])


class Stopwatch:
    """Milliseconds by step."""

    def __init__(self) -> None:
        self._start = self._last = perf_counter()
        self._ms: dict[str, float] = {}

    def lap(self, step: str, parts: Mapping[str, float] | None = None) -> None:
        """The step ends now; `parts` are steps within it."""
        now = perf_counter()
        self._ms |= {step: 1000 * (now - self._last), **(parts or {})}
        self._last = now

    def total(self) -> dict[str, float]:
        """All steps so far, and `total`."""
        return {**self._ms, "total": 1000 * (perf_counter() - self._start)}
