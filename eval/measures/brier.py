"""The Brier score: the mean squared error of a probability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eval.measures.mean import Mean, mean
from eval.measures.pairing import Floats, paired


def brier(confidence: Sequence[float], right: Sequence[bool]) -> Mean:
    """Mean of `(confidence - right)²`, 0.0 to 1.0; lower is better. No cases give 0.0 over 0 cases.

    It grows with bad calibration *and* with confidences that don't tell cases apart: saying the share
    of right cases p for every case gives p (1 - p).

    Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 1950
    (half of what is printed there, which sums over both outcomes).

    Raises:
        InvalidInput: the two differ in length, or a confidence isn't a finite number.
    """
    values, truth = paired(confidence, right)
    return mean(((values - truth) ** 2).tolist())


def resampled_brier(confidence: Floats, right: NDArray[np.bool_], weights: Floats) -> Floats:
    """The score under each row of `weights` (how often each case was drawn), shape `(rows, cases)` to `(rows,)`."""
    scores: Floats = weights @ ((confidence - right) ** 2) / np.maximum(weights.sum(axis=1), 1.0)
    return scores
