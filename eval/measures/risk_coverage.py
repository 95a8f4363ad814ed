"""The risk–coverage curve: what share of the answers is wrong when only the surest questions are answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.measures.pairing import Floats, paired


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """What answering from `threshold` on would mean."""

    threshold: float
    """Cases with at least this score are answered."""
    coverage: float
    """Share of all cases that are answered, above 0.0 to 1.0."""
    risk: float
    """Share of the answered cases that are wrong, 0.0 to 1.0."""


def risk_coverage(scores: Sequence[float], right: Sequence[bool]) -> list[CoveragePoint]:
    """One point for each distinct score, from the highest down; no cases give no points.

    Cases with equal scores are answered together or not at all, since no threshold parts them.

    El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", JMLR 2010.

    Raises:
        InvalidInput: the two differ in length, or a score isn't a finite number.
    """
    values, truth = paired(scores, right)
    thresholds, answered, wrong = _falling(values, truth, np.ones((1, len(values))))
    answered_to, wrong_to = np.cumsum(answered, axis=1)[0], np.cumsum(wrong, axis=1)[0]
    return [
        CoveragePoint(float(threshold), float(count) / len(values), float(bad / count))
        for threshold, count, bad in zip(thresholds, answered_to, wrong_to, strict=True)
    ]


def aurc(scores: Sequence[float], right: Sequence[bool]) -> float:
    """Area under the risk–coverage curve: the mean risk over all coverages, 0.0 to 1.0; lower is better.

    Each point of the curve counts with the coverage that it adds, so that distinct scores give the
    usual mean over the i surest cases, i = 1 … n, and a score that is the same for all gives the
    share of wrong cases. No cases give 0.0. The best possible order doesn't give 0.0 unless every
    case is right: compare only runs over the same cases.

    Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers", ICLR 2019.

    Raises:
        InvalidInput: the two differ in length, or a score isn't a finite number.
    """
    values, truth = paired(scores, right)
    return float(resampled_aurc(values, truth, np.ones((1, len(values))))[0])


def resampled_aurc(scores: Floats, right: NDArray[np.bool_], weights: Floats) -> Floats:
    """The area under each row of `weights` (how often each case was drawn), shape `(rows, cases)` to `(rows,)`."""
    _, answered, wrong = _falling(scores, right, weights)
    answered_to = np.cumsum(answered, axis=1)
    risk = np.divide(np.cumsum(wrong, axis=1), answered_to, out=np.zeros_like(answered_to), where=answered_to > 0)
    areas: Floats = (risk * answered).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)
    return areas


def _falling(scores: Floats, right: NDArray[np.bool_], weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Distinct scores from the highest down, and what is answered and wrong at each: `(scores,)`, `(rows, scores)` twice."""
    if not len(scores):
        nothing = np.zeros((len(weights), 0))
        return scores, nothing, nothing
    order = np.argsort(-scores, kind="stable")
    _, starts = np.unique(-scores[order], return_index=True)
    drawn = weights[:, order]
    answered = np.add.reduceat(drawn, starts, axis=1)
    wrong = np.add.reduceat(drawn * ~right[order], starts, axis=1)
    return scores[order][starts], answered, wrong
