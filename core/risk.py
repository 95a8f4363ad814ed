"""Nouns of the operator's tolerance for wrong answers, as the store, the API and the pages share them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

DEFAULT_TOLERATED: Final = 0.05
"""Wrong answers that are tolerated until somebody says otherwise."""

LEAST_TOLERATED: Final = 0.001
MOST_TOLERATED: Final = 0.5
"""Shares that can be set. Nobody has gold questions enough for less, and beyond one half there is nothing to guard."""


class RiskOf(StrEnum):
    """What the tolerated share is a share of. `retrieval.calibration.risk` says what is promised for each."""

    QUESTIONS = "questions"
    """Of a hundred questions asked, so many end in a wrong answer."""
    ANSWERS = "answers"
    """Of a hundred answers given, so many are wrong. The stricter one."""


class CalibrationSource(StrEnum):
    """Where the calibration that is in force comes from."""

    START = "start"
    """Nobody has said yet what is tolerated, and there aren't gold questions enough: a start value, not a promise."""
    SHIPPED = "shipped"
    """It came with Zhida, made from other sets of questions, for the tolerance that the operator has set."""
    OWN = "own"
    """Made from this knowledge base's gold questions."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What the operator tolerates."""

    share: float = DEFAULT_TOLERATED
    of: RiskOf = RiskOf.QUESTIONS
    updated_at: datetime | None = None
    """`None` while it is the default."""


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Questions of about the same probability, and how often an answer to them was right."""

    questions: int
    mean_probability: float
    right_share: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a tolerance means for the questions of the calibration."""

    tolerated: float
    of: RiskOf
    threshold: float | None
    """Of the raw score; `None` if no threshold keeps the promise, so that only approved answers are given."""
    answered: float
    """Share of all questions that are answered; the others are handed to a person."""
    right_answered: float
    """Of the questions that could be answered rightly, the share that is."""
    wrong_of_questions: float
    wrong_of_answers: float


@dataclass(frozen=True, slots=True)
class RiskReport:
    """The tolerance, the threshold that follows, and what both mean."""

    tolerance: Tolerance
    outlook: Outlook
    probability: float | None
    """That an answer right at the threshold is right; `None` without a threshold."""
    source: CalibrationSource
    questions: int
    """Of the calibration in force."""
    right: int
    """How many of them could be answered rightly."""
    own_questions: int
    """Gold questions in the newest calibration of this knowledge base, in force or not."""
    questions_needed: int
    """From so many on, the knowledge base's own calibration is used for this tolerance."""
    unanswerable_needed: int
    """Of them, so many at least must be ones that can't be answered rightly."""
    fitted_at: datetime
    version: str
    encoder_key: str
    reliability: tuple[ReliabilityBin, ...]
    choices: tuple[Outlook, ...]
    """What other tolerated shares would mean, of questions and of answers, each from the least to the most."""
