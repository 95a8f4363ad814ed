"""What the assistant asks of a calibration: may this be answered, and how likely is it right?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Final

from retrieval.calibration.probability import IDENTITY, ProbabilityMap
from retrieval.pairs import PAIR_PROBABILITY


@dataclass(frozen=True, slots=True)
class AnswerLimit:
    """From which score on the assistant answers, and what its scores are worth."""

    threshold: float
    """Of the raw score. `inf` answers nothing but approved pairs."""
    probabilities: ProbabilityMap = IDENTITY
    pair_probability: float = PAIR_PROBABILITY
    """From which probability on an approved answer is given word for word."""

    def allows(self, score: float) -> bool:
        """Whether an answer with this raw score may be given."""
        return score >= self.threshold

    def probability(self, score: float) -> float:
        """Probability that an answer with this raw score is right; 0.0 where nothing was found."""
        return self.probabilities.probability(score) if score > 0.0 else 0.0


LimitNow = Callable[[], AnswerLimit]
"""Asked for each reply, so that a change by the operator holds from the next message on."""

SILENT: Final = AnswerLimit(inf)
"""Answers nothing from passages; scores stay as they are. For measuring."""

EVERYTHING: Final = AnswerLimit(0.0)
"""Answers whatever has any evidence; scores stay as they are. For scoring gold questions."""
