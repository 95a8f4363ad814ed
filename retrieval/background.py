"""How close questions come to passages that have nothing to do with them, in this knowledge base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from models.encoder import Vectors

UNRELATED_COSINE: Final = 0.81
"""Of the default encoder: the mean over questions with passages of other suites. What is expected before
anything of the knowledge base was seen."""

UNRELATED_DEVIATION: Final = 0.018
"""The same for the standard deviation: .014 to .021 on thirteen suites."""

PRIOR: Final = 20
"""Passages that the two values above count for. A knowledge base of two pages can't tell what is usual."""

SAMPLE: Final = 2_000
"""Passages looked at: of more the estimate gets no better, as a mean's error is then 0.0004."""

_LEAST_DEVIATION: Final = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Mean and spread of the vectors of passages in one language.

    From them follow mean and deviation of the cosines between any question and all of them,
    without comparing it to any: for a question `q` these are `q·mean` and `sqrt(qᵀ·covariance·q)`.
    """

    sampled: int
    mean: NDArray[np.float64]
    """Shape `(dimension,)`."""
    covariance: NDArray[np.float64]
    """Shape `(dimension, dimension)`."""

    @classmethod
    def of(cls, vectors: Vectors) -> Self:
        """Read it off passage vectors, shape `(sampled, dimension)`, at least one."""
        rows = vectors.astype(np.float64)
        mean = rows.mean(axis=0)
        centred = rows - mean
        return cls(len(rows), mean, centred.T @ centred / len(rows))

    def usual(self, question: NDArray[np.float64]) -> tuple[float, float]:
        """Mean and deviation of the question's cosines, drawn towards the prior while there are few passages."""
        share = self.sampled / (self.sampled + PRIOR)
        mean = share * float(self.mean @ question) + (1 - share) * UNRELATED_COSINE
        variance = share * float(question @ self.covariance @ question) + (1 - share) * UNRELATED_DEVIATION**2
        return mean, max(sqrt(max(variance, 0.0)), _LEAST_DEVIATION)


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """What is usual in a knowledge base, by the language of its passages.

    A cosine in deviations from what is usual compares across questions, which a bare one does not:
    some questions are close to everything (the cohort normalisation of speaker verification:
    Auckenthaler, Carey and Lloyd-Thomas, "Score Normalization for Text-Independent Speaker
    Verification Systems", 2000). Languages are kept apart, as an encoder sees first of all in which
    one a text is: in a mixed knowledge base every passage in the question's language would stand out.
    """

    passages: int
    """All of the knowledge base."""
    populations: tuple[Population, ...]

    @classmethod
    def of(cls, samples: Sequence[Vectors], *, passages: int) -> Self:
        """Read it off some vectors of each language, of so many passages in all."""
        return cls(passages, tuple(Population.of(vectors) for vectors in samples if len(vectors)))

    def standing(self, question: Vectors, cosine: float) -> float:
        """By how many deviations the best cosine is above what the best of so many unrelated passages would have.

        The best of `n` normally distributed values is about `sqrt(2 ln n)` deviations above their mean
        (extreme value theory: Cramér, "Mathematical Methods of Statistics", 1946, section 28.6), so a
        large knowledge base needs a better match to say as much as a small one. Of several languages
        the one counts to which the question is closest.
        """
        vector = question.astype(np.float64)
        usual = [population.usual(vector) for population in self.populations]
        mean, deviation = max(usual, default=(UNRELATED_COSINE, UNRELATED_DEVIATION))
        return (cosine - mean) / deviation - sqrt(2 * log(max(1, self.passages)))
