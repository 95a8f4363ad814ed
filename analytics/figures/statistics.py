"""Medians, percentiles and intervals that are honest about cases which aren't over yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

Z: Final = 1.959963984540054
"""Standard normal quantile of a two-sided 95 % interval."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A time in seconds. An `open` one has lasted so long and goes on."""

    seconds: float
    open: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """Times of a number of cases, those included that go on."""

    n: int
    open: int
    median: float | None
    p90: float | None
    mean: float | None


def spread(samples: Sequence[Sample]) -> Spread:
    """Median, 90th percentile and mean of times, some of which are only known to be longer than so far.

    Kaplan and Meier, "Nonparametric estimation from incomplete observations", JASA 1958: leaving open
    cases out would praise a team for what it hasn't touched. A percentile is the least time by which that
    share is over; `None` if so many are open that it was never reached. The mean is the area under the
    curve up to the longest time seen, which is the plain mean where nothing is open.
    """
    if not samples:
        return Spread(0, 0, None, None, None)
    ordered = sorted(samples, key=lambda sample: (sample.seconds, sample.open))  # at a tie what ended goes first
    still, since, area = 1.0, 0.0, 0.0
    median: float | None = None
    p90: float | None = None
    for at, sample in enumerate(ordered):
        area += still * (sample.seconds - since)
        since = sample.seconds
        if not sample.open:
            left = len(ordered) - at
            still *= (left - 1) / left
            median = sample.seconds if median is None and still <= 0.5 + _EPSILON else median
            p90 = sample.seconds if p90 is None and still <= 0.1 + _EPSILON else p90
    return Spread(len(samples), sum(sample.open for sample in samples), median, p90, area)


_EPSILON: Final = 1e-9
"""What products of fractions lose to rounding."""


def share_interval(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share; it never leaves 0 to 1, and isn't empty at 0 or 1.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 1927.
    """
    if n == 0:
        return 0.0, 1.0
    share, square = hits / n, Z * Z
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = Z * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def mean_interval(points: Sequence[float]) -> tuple[float, float, float] | None:
    """Mean and 95 % interval of points; `None` for fewer than two, which have no spread."""
    if len(points) < 2:
        return None
    mean = sum(points) / len(points)
    error = sqrt(sum((point - mean) ** 2 for point in points) / (len(points) - 1) / len(points))
    return mean, mean - Z * error, mean + Z * error
