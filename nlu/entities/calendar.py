"""Days and stretches of days that words such as «下周三» or «last month» mean, seen from a day."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, both included."""

    first: date
    last: date

    @property
    def value(self) -> str:
        """ISO 8601: a date, or two with a slash between."""
        return (
            self.first.isoformat() if self.first == self.last else f"{self.first.isoformat()}/{self.last.isoformat()}"
        )


def one_day(day: date) -> Days:
    """A single day."""
    return Days(day, day)


def shifted(day: date, days: int) -> Days | None:
    """So many days later or, below zero, earlier; `None` where no calendar reaches."""
    try:
        return one_day(day + timedelta(days=days))
    except OverflowError:
        return None


def week(day: date, weeks: int) -> Days:
    """The week from Monday to Sunday, so many weeks from the day's own."""
    monday = day - timedelta(days=day.weekday()) + timedelta(weeks=weeks)
    return Days(monday, monday + timedelta(days=6))


def weekday(day: date, number: int, weeks: int) -> Days:
    """Monday is 0; of the day's own week, or so many weeks from it."""
    return one_day(week(day, weeks).first + timedelta(days=number))


def next_weekday(day: date, number: int, *, back: bool = False) -> Days:
    """The nearest such day after this one, or before it."""
    distance = (day.weekday() - number) % 7 or 7 if back else (number - day.weekday()) % 7 or 7
    return one_day(day + timedelta(days=-distance if back else distance))


def month(day: date, months: int) -> Days | None:
    """The whole month, so many months from the day's own."""
    number = day.year * 12 + day.month - 1 + months
    return whole_month(number // 12, number % 12 + 1)


def whole_month(year: int, number: int) -> Days | None:
    """A month of a year."""
    if not (1 <= year <= 9999 and 1 <= number <= 12):
        return None
    return Days(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]))


def whole_year(year: int) -> Days | None:
    """A year."""
    return Days(date(year, 1, 1), date(year, 12, 31)) if 1 <= year <= 9999 else None


def months_away(day: date, months: int) -> Days | None:
    """The same day so many months away; the month's last where it is too short."""
    there = month(day, months)
    return one_day(there.first.replace(day=min(day.day, there.last.day))) if there is not None else None


def known_day(year: int, number: int, day: int) -> Days | None:
    """A day of the calendar; `None` if there is no such day."""
    try:
        return one_day(date(year, number, day))
    except ValueError:
        return None


def nearest_year(now: date, number: int, day: int) -> Days | None:
    """A day without a year: the one nearest to now, as «12月30日» said in January is last year's."""
    found = [each for year in (now.year - 1, now.year, now.year + 1) if (each := known_day(year, number, day))]
    return min(found, key=lambda each: abs((each.first - now).days)) if found else None
