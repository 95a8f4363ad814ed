"""Working time: how much of it lies between two moments, and when a share of it will have passed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from core.sla import MINUTES_A_DAY, Calendar

HORIZON_DAYS: Final = 3 * 366
"""Work that isn't done within three years is never done."""


def working_seconds(calendar: Calendar | None, start: datetime, end: datetime) -> float:
    """Seconds of work between two moments; 0.0 if `end` isn't later."""
    if end <= start:
        return 0.0
    if calendar is None:
        return (end - start).total_seconds()
    total = 0.0
    for opens, closes in _spans(calendar, start):
        if opens >= end:
            break
        total += max(0.0, (min(closes, end) - max(opens, start)).total_seconds())
    return total


def after_working(calendar: Calendar | None, start: datetime, seconds: float) -> datetime | None:
    """The moment at which so many seconds of work will have passed; `None` if that never comes."""
    if calendar is None:
        return start + timedelta(seconds=seconds)
    left = timedelta(seconds=seconds)
    for opens, closes in _spans(calendar, start):
        begins = max(opens, start)
        if begins >= closes:
            continue
        if left <= closes - begins:
            return begins + left
        left -= closes - begins
    return None


def _spans(calendar: Calendar, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Times of work as moments in UTC, in order and apart from each other, from the day of `start` on."""
    if not calendar.intervals:
        return
    first = start.astimezone(calendar.zone).date() - timedelta(days=1)  # one that ends at midnight
    reached = datetime.min.replace(tzinfo=UTC)
    for day in (first + timedelta(days=n) for n in range(HORIZON_DAYS)):
        if day in calendar.holidays:
            continue
        for interval in sorted(calendar.intervals):
            if interval.weekday != day.weekday():
                continue
            opens = max(_moment(calendar, day, interval.start), reached)
            closes = _moment(calendar, day, interval.end)
            if closes > opens:
                yield opens, closes
                reached = closes  # where intervals overlap, time counts once


def _moment(calendar: Calendar, day: date, minutes: int) -> datetime:
    """A local time of day as a moment. One that a clock change leaves out becomes the moment of the change."""
    if minutes == MINUTES_A_DAY:
        day, minutes = day + timedelta(days=1), 0
    return datetime.combine(day, time(minutes // 60, minutes % 60), calendar.zone).astimezone(UTC)
