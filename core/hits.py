"""What was found, how well it fits, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.documents import Passage
from core.qa import QAPair, Question


class Closeness(StrEnum):
    """How close in meaning a passage is to a question, in words instead of a cosine."""

    VERY_CLOSE = "very_close"
    CLOSE = "close"
    LOOSE = "loose"
    FAR = "far"


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one reason added to a hit's score, or took from it. A hit's contributions add up to its score."""

    part: str
    """`meaning`, `words`, or another feature of the ranking."""
    points: float


@dataclass(frozen=True, slots=True)
class Why:
    """Why a passage was found. Ranks count from 1; `None` means that side didn't find it."""

    matched: tuple[str, ...]
    """Words of the question that the passage contains."""
    dense_rank: int | None
    dense_score: float | None
    """Cosine similarity, -1.0 to 1.0."""
    lexical_rank: int | None
    lexical_score: float | None
    """BM25, 0.0 and up; compares only within one query."""
    closeness: Closeness | None = None
    """`dense_score` in words."""
    contributions: tuple[Contribution, ...] = ()
    """What pushed the passage up or down, the strongest first."""
    weakest: float | None = None
    """How well the passage meets the question's least met tokens, -1.0 to 1.0; `None` if it wasn't looked at closely."""
    highlights: tuple[tuple[int, int], ...] = ()
    """Where the matched words stand in the passage's text, in order: `text[start:end]`."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and its score. Higher is better; scores of two retrievers never compare."""

    passage: Passage
    score: float
    why: Why


@dataclass(frozen=True, slots=True)
class QAHit:
    """A Q&A pair and how near the asked question is to one of its wordings."""

    pair: QAPair
    matched: Question
    score: float
    """Cosine of the asked question and `matched`, -1.0 to 1.0."""
    meaning: float = 0.0
    """How close the question is to the pair as a whole: the mean of `score` and the cosine with all wordings' mean."""
    probability: float = 0.0
    """Calibrated: that the pair's answer is the one asked for."""
    either: float = 0.0
    """The same, whichever of the pairs that are about as near is meant."""
