"""The words of service levels: calendars, policies, clocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType
from zoneinfo import ZoneInfo

from core.errors import InvalidInput

if TYPE_CHECKING:
    from core.tickets import Priority

CalendarId = NewType("CalendarId", int)
PolicyId = NewType("PolicyId", int)

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_INTERVAL: Final = re.compile(r"(mon|tue|wed|thu|fri|sat|sun) (\d{2}):(\d{2})-(\d{2}):(\d{2})")
MINUTES_A_DAY: Final = 24 * 60


class ClockKind(StrEnum):
    """What is measured."""

    FIRST = "first"
    """From the ticket to the first public message of a person."""
    NEXT = "next"
    """From what the customer wrote to the next public message of a person; one cycle for each turn."""
    RESOLUTION = "resolution"
    """From the ticket to its solution; another cycle after it was opened again."""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A part of a weekday in which work is done, in local minutes from midnight."""

    weekday: int
    """0 is Monday."""
    start: int
    end: int
    """1440 is midnight at the day's end."""

    @classmethod
    def parse(cls, text: str) -> Interval:
        """Read `mon 09:00-12:30`; the end may be `24:00`.

        Raises:
            InvalidInput: it reads otherwise, or ends before it begins.
        """
        found = _INTERVAL.fullmatch(text.strip().lower())
        if found is None:
            raise InvalidInput(f"{text!r} isn't a time of a weekday. Write it like 'mon 09:00-12:30'.")
        start, end = int(found[2]) * 60 + int(found[3]), int(found[4]) * 60 + int(found[5])
        if int(found[3]) > 59 or int(found[5]) > 59 or not 0 <= start < end <= MINUTES_A_DAY:
            raise InvalidInput(f"{text!r} ends before it begins, or isn't a time of day.")
        return cls(WEEKDAYS.index(found[1]), start, end)

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {_clock(self.start)}-{_clock(self.end)}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """When work is done: several intervals a weekday if wanted, none on holidays."""

    zone: ZoneInfo
    intervals: tuple[Interval, ...]
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed for a ticket when its policy was applied. Seconds; `None` means that nothing is measured."""

    first_s: int | None
    next_s: int | None
    resolution_s: int | None
    runs_on_hold: bool = False
    """Whether the resolution clock goes on while somebody else than the customer is waited for."""
    calendar: Calendar | None = None
    """`None` means around the clock."""

    def seconds(self, kind: ClockKind) -> int | None:
        """Of one clock."""
        match kind:
            case ClockKind.FIRST:
                return self.first_s
            case ClockKind.NEXT:
                return self.next_s
            case ClockKind.RESOLUTION:
                return self.resolution_s


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaPolicy:
    """Terms, and for which tickets. The first one by position that fits is applied."""

    policy_id: PolicyId
    name: str
    position: int
    priority: Priority | None
    """`None` fits all."""
    channel: str | None
    tier: str | None
    """Of the customer."""
    first_s: int | None
    next_s: int | None
    resolution_s: int | None
    runs_on_hold: bool
    calendar_id: CalendarId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCalendar:
    """A calendar with its name."""

    calendar_id: CalendarId
    name: str
    calendar: Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a ticket would be promised that is opened at a moment."""

    priority: Priority
    policy_id: PolicyId | None
    """`None` where no policy fits and what Zhida comes with is applied."""
    policy: str
    """Its name; empty without one."""
    opened_at: datetime
    first_due: datetime | None
    """`None` where it isn't measured, or work is never done."""
    next_due: datetime | None
    """For a message that the customer writes then, once a person has answered before."""
    resolution_due: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """One cycle of one clock."""

    kind: ClockKind
    cycle: int
    """Counts from 1."""
    started_at: datetime
    due_at: datetime | None
    """`None` while it is paused, once it has ended, or if work is never done."""
    warn_at: datetime | None
    elapsed_s: float
    """Working time that counts against it."""
    met_at: datetime | None
    """When what was waited for happened, in time or not."""
    breached_at: datetime | None
    """The deadline that passed. Never goes away."""
    ended: bool
    """Nothing can change it any more."""


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
