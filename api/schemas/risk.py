"""The tolerance for wrong answers, in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, Field

from api.schemas.common import example
from core.risk import LEAST_TOLERATED, MOST_TOLERATED, CalibrationSource, RiskOf

_OUTLOOK: Final = {
    "tolerated": 0.05,
    "of": "questions",
    "threshold": 0.62,
    "answered": 0.58,
    "right_answered": 0.81,
    "wrong_of_questions": 0.045,
    "wrong_of_answers": 0.078,
}


class NewTolerance(BaseModel):
    """How many wrong answers are tolerated."""

    model_config = example(share=0.05, of="questions")

    share: Annotated[float, Field(ge=LEAST_TOLERATED, le=MOST_TOLERATED, allow_inf_nan=False)]
    """0.05 is five in a hundred."""
    of: RiskOf = RiskOf.QUESTIONS
    """In a hundred `questions` asked, or in a hundred `answers` given, which is stricter."""


class Tolerance(BaseModel):
    """What is tolerated."""

    model_config = example(share=0.05, of="questions", updated_at=None)

    share: float
    of: RiskOf
    updated_at: datetime | None
    """`null` while it is the default."""


class ReliabilityBin(BaseModel):
    """Questions of about the same probability, and how often an answer to them was right."""

    model_config = example(questions=41, mean_probability=0.86, right_share=0.88)

    questions: int
    mean_probability: float
    right_share: float


class Outlook(BaseModel):
    """What a tolerated share means for the questions of the calibration."""

    model_config = example(**_OUTLOOK)

    tolerated: float
    of: RiskOf
    threshold: float | None
    """Of the raw confidence; `null` if no threshold keeps the promise, so that only approved answers are given."""
    answered: float
    """Share of all questions that are answered; the others are handed to a person."""
    right_answered: float
    """Of the questions that could be answered rightly, the share that is."""
    wrong_of_questions: float
    wrong_of_answers: float


class RiskReport(BaseModel):
    """The tolerance, the threshold that follows, and what both mean."""

    model_config = example(
        tolerance={"share": 0.05, "of": "questions", "updated_at": None},
        outlook=_OUTLOOK,
        probability=0.71,
        source="own",
        questions=127,
        right=73,
        own_questions=127,
        questions_needed=79,
        unanswerable_needed=20,
        fitted_at="2026-11-23T08:00:00Z",
        version="0.2.0",
        encoder_key="e5-small-zh-en-int8/…",
        reliability=[{"questions": 41, "mean_probability": 0.86, "right_share": 0.88}],
        choices=[_OUTLOOK],
    )

    tolerance: Tolerance
    outlook: Outlook
    probability: float | None
    """That an answer right at the threshold is right; `null` without a threshold."""
    source: CalibrationSource
    """`own` if it was made from this knowledge base's gold questions, `shipped` if it came with Zhida."""
    questions: int
    """Of the calibration in force."""
    right: int
    """How many of them could be answered rightly."""
    own_questions: int
    """Gold questions in this knowledge base's newest calibration, in force or not."""
    questions_needed: int
    """From so many on its own calibration is used for this tolerance."""
    unanswerable_needed: int
    """Of them, so many at least must be ones that can't be answered rightly."""
    fitted_at: datetime
    version: str
    encoder_key: str
    reliability: list[ReliabilityBin]
    choices: list[Outlook]
    """What other tolerated shares would mean, of questions and of answers."""
