"""The mean of a measure over cases, always with its standard error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean and how sure it is. `stderr` is that of the mean over cases, 0.0 for a single case."""

    value: float
    stderr: float
    cases: int


def mean(values: Sequence[float]) -> Mean:
    """Mean with the standard error from the sample's variance (n - 1). No values give 0.0 over 0 cases."""
    count = len(values)
    if not count:
        return Mean(0.0, 0.0, 0)
    average = sum(values) / count
    if count == 1:
        return Mean(average, 0.0, 1)
    variance = sum((value - average) ** 2 for value in values) / (count - 1)
    return Mean(average, sqrt(variance / count), count)
