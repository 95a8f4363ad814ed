"""Calibration: whether of the cases called 80 % sure, 80 % are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput
from eval.measures.pairing import Floats, paired

BINS: Final = 10
"""Wide enough to hold some twenty cases each in our smallest suites."""


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Cases of about the same confidence. A bin holds `low` and leaves out `high`; the last one holds both."""

    low: float
    high: float
    confidence: float
    """Mean of what was claimed, 0.0 to 1.0."""
    share: float
    """Share of the cases that were right, 0.0 to 1.0."""
    cases: int


def reliability(confidence: Sequence[float], right: Sequence[bool], *, bins: int = BINS) -> list[ReliabilityBin]:
    """The bins of the reliability diagram, of equal width, lowest first. Empty bins are left out.

    Niculescu-Mizil and Caruana, "Predicting Good Probabilities With Supervised Learning", ICML 2005.

    Raises:
        InvalidInput: the two differ in length, or a confidence isn't between 0 and 1.
    """
    values, truth = _probabilities(confidence, right)
    at = _bins(values, bins)
    return [
        ReliabilityBin(
            number / bins,
            (number + 1) / bins,
            float(values[at == number].mean()),
            float(truth[at == number].mean()),
            int((at == number).sum()),
        )
        for number in np.unique(at).tolist()
    ]


def expected_calibration_error(confidence: Sequence[float], right: Sequence[bool], *, bins: int = BINS) -> float:
    """Mean gap between what was claimed and what came true, over bins weighted by their cases; lower is better.

    0.0 to 1.0; no cases give 0.0. It depends on the number of bins and is never quite 0 for a finite
    suite, so compare only the same suite with the same bins.

    Naeini, Cooper and Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning",
    AAAI 2015; Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.

    Raises:
        InvalidInput: the two differ in length, or a confidence isn't between 0 and 1.
    """
    values, truth = _probabilities(confidence, right)
    return float(resampled_ece(values, truth, np.ones((1, len(values))), bins=bins)[0])


def resampled_ece(confidence: Floats, right: NDArray[np.bool_], weights: Floats, *, bins: int = BINS) -> Floats:
    """The error under each row of `weights` (how often each case was drawn), shape `(rows, cases)` to `(rows,)`."""
    into = np.equal.outer(_bins(confidence, bins), np.arange(bins)).astype(np.float64)
    # The bin's weight cancels: |mean claimed - mean true| * cases = |sum claimed - sum true|.
    gaps = np.abs((weights * (confidence - right)) @ into)
    errors: Floats = gaps.sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)
    return errors


def _bins(confidence: Floats, bins: int) -> NDArray[np.int64]:
    """Number of each case's bin; a confidence of 1.0 belongs to the last one."""
    return np.minimum((confidence * bins).astype(np.int64), bins - 1)


def _probabilities(confidence: Sequence[float], right: Sequence[bool]) -> tuple[Floats, NDArray[np.bool_]]:
    values, truth = paired(confidence, right)
    if len(values) and not (values.min() >= 0 and values.max() <= 1):
        raise InvalidInput("A confidence isn't between 0 and 1. Calibration is defined for probabilities only.")
    return values, truth
