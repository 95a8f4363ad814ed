"""Area under the ROC curve: how well a score tells answerable questions from the others."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from eval.measures.mean import Mean
from eval.measures.pairing import Floats, paired


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float | None:
    """Chance that a positive case scores above a negative one, 0.0 to 1.0; equal scores count half.

    0.5 is what guessing gives, less means that the score points the wrong way. `None` when there is
    no positive or no negative case: there is nothing to tell apart.

    The Mann-Whitney U over the number of pairs: Hanley and McNeil, "The meaning and use of the area
    under a receiver operating characteristic (ROC) curve", Radiology 1982.

    Raises:
        InvalidInput: the two differ in length, or a score isn't a finite number.
    """
    values, truth = paired(scores, positive)
    if truth.all() or not truth.any():
        return None
    return float(resampled_auroc(values, truth, np.ones((1, len(values))))[0])


def auroc_mean(scores: Sequence[float], positive: Sequence[bool]) -> Mean | None:
    """The area with its standard error over all cases; `None` as `auroc`.

    The variance of the placements: DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two
    or more correlated receiver operating characteristic curves", Biometrics 1988. With a single
    positive or negative case its part of the variance is unknown and taken for 0.
    """
    area = auroc(scores, positive)
    if area is None:
        return None
    values, truth = paired(scores, positive)
    parts = [_placements(values[truth], values[~truth]), _placements(-values[~truth], -values[truth])]
    variance = sum(float(part.var(ddof=1)) / len(part) for part in parts if len(part) > 1)
    return Mean(area, sqrt(variance), len(values))


def _placements(these: Floats, others: Floats) -> Floats:
    """Share of `others` that each of `these` is above; equal ones count half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, these, side="left") + np.searchsorted(ordered, these, side="right")
    placed: Floats = below / (2 * len(others))
    return placed


def resampled_auroc(scores: Floats, positive: NDArray[np.bool_], weights: Floats) -> Floats:
    """The area under each row of `weights` (how often each case was drawn), shape `(rows, cases)` to `(rows,)`.

    0.5 for a row that draws only one of the two classes.
    """
    order = np.argsort(scores, kind="stable")
    _, starts = np.unique(scores[order], return_index=True)
    drawn, truth = weights[:, order], positive[order]
    above = np.add.reduceat(drawn * truth, starts, axis=1)
    below = np.add.reduceat(drawn * ~truth, starts, axis=1)
    wins = (above * (np.cumsum(below, axis=1) - below / 2)).sum(axis=1)
    pairs = above.sum(axis=1) * below.sum(axis=1)
    areas: Floats = np.divide(wins, pairs, out=np.full(len(weights), 0.5), where=pairs > 0)
    return areas
