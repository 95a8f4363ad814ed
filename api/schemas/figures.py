"""What the HTTP API gives about figures of the service."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from pydantic import BaseModel

from api.schemas.common import example
from core.figures import Cohort, FigureKind

FIGURE: Final[dict[str, Any]] = {
    "name": "containment",
    "kind": "share",
    "cohort": "started",
    "n": 412,
    "open": 9,
    "hits": 301,
    "value": 0.73,
    "low": 0.69,
    "high": 0.77,
    "median": None,
    "p90": None,
    "mean": None,
}


class Figure(BaseModel):
    """One measure over the period. With fewer than 20 cases only their number is told."""

    model_config = example(**FIGURE)

    name: str
    kind: FigureKind
    cohort: Cohort
    """Which moment of a case lies in the period."""
    n: int
    """Cases."""
    open: int
    """Cases whose outcome is still to come, or never came. They count; none is left out."""
    hits: int | None
    value: float | None
    """Of a share (0 to 1), a score or a count."""
    low: float | None
    high: float | None
    """With `low` the 95 % interval."""
    median: float | None
    """Seconds; none where so many cases are open that it isn't known."""
    p90: float | None
    mean: float | None


class FigureTile(BaseModel):
    """A figure with its words, each in Chinese and English."""

    model_config = example(figure=FIGURE, title=["未转人工率", "Containment"], definition=["…", "…"])

    figure: Figure
    title: tuple[str, str]
    definition: tuple[str, str]


class FigureGroup(BaseModel):
    """Figures that belong together."""

    model_config = example(name="assistant", tiles=[])

    name: str
    tiles: list[FigureTile]


class FigurePeriod(BaseModel):
    """From `start` inclusive to `end` exclusive."""

    model_config = example(start="2026-01-01T00:00:00Z", end="2026-01-31T00:00:00Z")

    start: datetime
    end: datetime


class DayCounts(BaseModel):
    """Episodes that began on one day and in which the assistant was involved."""

    model_config = example(day="2026-01-05", involved=31, contained=24, confirmed=11, assumed=8, handed_over=6)

    day: date
    involved: int
    contained: int
    confirmed: int
    assumed: int
    handed_over: int


class WaitCounts(BaseModel):
    """How many customers waited so long for a first reply."""

    model_config = example(up_to_s=60.0, agent=3, anybody=205)

    up_to_s: float | None
    agent: int
    anybody: int


class FiguresReport(BaseModel):
    """All figures of a period."""

    model_config = example(
        period={"start": "2026-01-01T00:00:00Z", "end": "2026-01-31T00:00:00Z"},
        whose="all",
        groups=[],
        handovers=[],
        days=[],
        waits=[],
        waiting=2,
        ratings=[1, 0, 4, 12, 30],
    )

    period: FigurePeriod
    whose: str
    """`all`; `team` or `own` for readers who may see no more."""
    groups: list[FigureGroup]
    handovers: list[FigureTile]
    """By the rule that handed over, the most frequent first; `hits` is told however few they are."""
    days: list[DayCounts]
    waits: list[WaitCounts]
    waiting: int
    """Customers whom no person has answered."""
    ratings: list[int]
    """How many gave 1, 2, 3, 4 and 5."""


class FigureCase(BaseModel):
    """One row behind a figure."""

    model_config = example(case_id="episode 12", value=1.0, open=False)

    case_id: str
    value: float
    open: bool
