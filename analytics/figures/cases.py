"""A measure gives cases, and cases become a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analytics.facts import Facts
from analytics.figures.statistics import Sample, mean_interval, share_interval, spread
from core.figures import MIN_CASES, Cohort, Figure, FigureKind, Period


@dataclass(frozen=True, slots=True)
class Case:
    """One row behind a figure."""

    case_id: str
    """What it is about, e.g. `episode 12`."""
    value: float
    """1.0 or 0.0 of a share, seconds of a duration, points of a score."""
    open: bool = False
    """Its outcome is still to come, or never came. A time is then only known to be longer."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How a figure is computed. Its words are in `analytics.figures.definitions`, under the same name."""

    name: str
    kind: FigureKind
    cohort: Cohort
    cases: Callable[[Facts, Period], list[Case]]


def figure(measure: Measure, facts: Facts, period: Period) -> Figure:
    """Compute a measure over a period."""
    return summed_up(measure, measure.cases(facts, period))


def summed_up(measure: Measure, cases: Sequence[Case]) -> Figure:
    """The figure of some cases. With fewer than `MIN_CASES` it has only their number."""
    told = Figure(
        name=measure.name,
        kind=measure.kind,
        cohort=measure.cohort,
        n=len(cases),
        open=sum(case.open for case in cases),
    )
    if measure.kind is FigureKind.COUNT:
        return _counted(told, cases)
    if len(cases) < MIN_CASES:
        return told
    return {FigureKind.SHARE: _share, FigureKind.SCORE: _score, FigureKind.DURATION: _times}[measure.kind](told, cases)


def _share(told: Figure, cases: Sequence[Case]) -> Figure:
    hits = sum(case.value > 0 for case in cases)
    low, high = share_interval(hits, len(cases))
    return _with(told, hits=hits, value=hits / len(cases), low=low, high=high)


def _score(told: Figure, cases: Sequence[Case]) -> Figure:
    found = mean_interval([case.value for case in cases])
    if found is None:
        return told
    mean, low, high = found
    return _with(told, value=mean, low=low, high=high)


def _times(told: Figure, cases: Sequence[Case]) -> Figure:
    found = spread([Sample(case.value, case.open) for case in cases])
    return _with(told, median=found.median, p90=found.p90, mean=found.mean)


def _counted(told: Figure, cases: Sequence[Case]) -> Figure:
    """A number of things, with how long each has been there."""
    ages = spread([Sample(case.value) for case in cases])
    return _with(told, value=float(len(cases)), median=ages.median, p90=ages.p90, mean=ages.mean)


def _with(told: Figure, **values: float | int | None) -> Figure:
    return replace(told, **values)  # type: ignore[arg-type]  # the names are those of this module


def elapsed(since: datetime, until: datetime | None, *, now: datetime) -> tuple[float, bool]:
    """Seconds from one moment to another, and whether the second hasn't come: then it is those until `now`."""
    end = now if until is None else until
    return max(0.0, (end - since).total_seconds()), until is None


def first(moments: Iterable[datetime], *, since: datetime) -> datetime | None:
    """The earliest moment that isn't before another one; `None` if there is none."""
    return min((moment for moment in moments if moment >= since), default=None)


def days(count: float) -> timedelta:
    """A number of days."""
    return timedelta(days=count)
