"""The nouns of the service's figures: what is measured, over whom, and what came out.

A **Figure** is one measure over one **Period**. It always says how many cases it stands on, and how
many of them were still open when it was computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

MIN_CASES: Final = 20
"""Below this many cases a share or a mean says more about chance than about the service, so it isn't shown."""


class FigureKind(StrEnum):
    """How a figure is read."""

    SHARE = "share"
    """Cases with the property ÷ all cases, 0.0 to 1.0."""
    DURATION = "duration"
    """Seconds."""
    SCORE = "score"
    """The mean of points, such as ratings of 1 to 5."""
    COUNT = "count"


class Cohort(StrEnum):
    """Which moment of a case must lie in the period. Numerator and denominator share it."""

    STARTED = "started"
    """The episode began."""
    CREATED = "created"
    """The ticket was made."""
    DUE = "due"
    """A person became due: hand-over, or creation of the ticket."""
    DEADLINE = "deadline"
    RESOLVED = "resolved"
    RATED = "rated"
    ASKED = "asked"
    """The customer's message came."""
    SHOWN = "shown"
    """The suggestion was shown."""
    NOW = "now"
    """Cases as they stand at the end of the period."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` inclusive to `end` exclusive."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment lies in it; one that never came doesn't."""
        return moment is not None and self.start <= moment < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What a measure gives. Fields that its kind doesn't have, or too few cases hide, are `None`."""

    name: str
    kind: FigureKind
    cohort: Cohort
    n: int
    """Cases."""
    open: int
    """Cases whose outcome is still to come. They count, they are never left out."""
    hits: int | None = None
    """Of a share: cases with the property."""
    value: float | None = None
    """Of a share, a score or a count."""
    low: float | None = None
    """Of a share or a score: the 95 % interval."""
    high: float | None = None
    median: float | None = None
    p90: float | None = None
    """As the median: seconds; `None` too where so many cases are open that it lies beyond what was seen."""
    mean: float | None = None
    """With open cases the mean up to the longest time seen, so the true one is higher."""

    @property
    def hidden(self) -> bool:
        """Too few cases to show a share, a score or times."""
        return self.kind is not FigureKind.COUNT and self.n < MIN_CASES


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its words, each as (Chinese, English)."""

    figure: Figure
    title: tuple[str, str]
    definition: tuple[str, str]


@dataclass(frozen=True, slots=True)
class TileGroup:
    """Figures that belong together: `assistant`, `waiting`, `service`, `customers`, `suggestions`."""

    name: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Episodes that began on one day (UTC) and in which the assistant was involved."""

    day: date
    involved: int
    contained: int
    confirmed: int
    assumed: int
    handed_over: int


@dataclass(frozen=True, slots=True)
class WaitCounts:
    """How many customers waited so long."""

    up_to_s: float | None
    """Upper end in seconds; `None` for what is longer than all others."""
    agent: int
    """Until a person replied."""
    anybody: int
    """Until the assistant or a person did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresReport:
    """All figures of a period."""

    period: Period
    whose: str
    """`all`, or `team` or `own` for readers who may see no more."""
    groups: tuple[TileGroup, ...]
    handovers: tuple[Tile, ...]
    """Shares of episodes by the rule that handed them over, those that happened, the most frequent first."""
    days: tuple[DayCounts, ...]
    waits: tuple[WaitCounts, ...]
    waiting: int
    """Customers whom no person has answered."""
    ratings: tuple[int, ...]
    """How many customers gave 1, 2, 3, 4 and 5."""


@dataclass(frozen=True, slots=True)
class FigureCase:
    """One row behind a figure."""

    case_id: str
    """E.g. `episode 12`."""
    value: float
    open: bool
