"""Working time: with breaks, holidays and changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.sla import Calendar, Interval
from desk.sla.calendar import after_working, working_seconds

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = 3600.0
SPLIT = Calendar(
    SHANGHAI,
    tuple(
        Interval.parse(f"{day} {hours}")
        for day in ("mon", "tue", "wed", "thu", "fri")
        for hours in ("09:00-12:00", "14:00-18:00")
    ),
    frozenset({date(2026, 1, 1)}),
)
MOMENTS = st.datetimes(datetime(2025, 11, 1), datetime(2026, 4, 30)).map(lambda at: at.replace(tzinfo=UTC))
CALENDARS = st.sampled_from(
    [
        None,
        SPLIT,
        Calendar(ZoneInfo("Europe/Berlin"), (Interval.parse("sun 00:00-24:00"), Interval.parse("mon 00:00-06:00"))),
        Calendar(ZoneInfo("America/New_York"), (Interval.parse("wed 10:00-20:00"), Interval.parse("wed 18:00-24:00"))),
    ]
)


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_breaks_nights_weekends_and_holidays_dont_count() -> None:
    """From Wednesday 17:00 over New Year's Day to Friday 10:00 there are two hours of work."""
    assert working_seconds(SPLIT, local("2025-12-31 17:00"), local("2026-01-02 10:00")) == 2 * HOUR
    assert working_seconds(SPLIT, local("2026-01-05 11:00"), local("2026-01-05 15:00")) == 2 * HOUR
    assert working_seconds(SPLIT, local("2026-01-03 00:00"), local("2026-01-05 09:00")) == 0


def test_a_deadline_falls_into_working_time() -> None:
    """Four hours from Friday 17:00 end on Monday at 12:00."""
    assert after_working(SPLIT, local("2026-01-09 17:00"), 4 * HOUR) == local("2026-01-12 12:00")
    assert after_working(SPLIT, local("2026-01-09 20:00"), 60) == local("2026-01-12 09:01")


def test_a_night_in_which_the_clock_changes_has_its_real_length() -> None:
    """In Berlin the 29th of March 2026 has 23 hours."""
    berlin = ZoneInfo("Europe/Berlin")
    sundays = Calendar(berlin, (Interval.parse("sun 00:00-24:00"),))

    assert working_seconds(sundays, local("2026-03-28 12:00", berlin), local("2026-03-31 00:00", berlin)) == 23 * HOUR


def test_work_that_is_never_done_is_never_due() -> None:
    """A calendar without hours has no deadline."""
    assert after_working(Calendar(SHANGHAI, ()), local("2026-01-05 11:00"), 60) is None


@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS)
def test_time_adds_up(calendar: Calendar | None, a: datetime, b: datetime, c: datetime) -> None:
    """Two stretches next to each other are one, and none is longer than the time that passes."""
    first, middle, last = sorted((a, b, c))

    whole = working_seconds(calendar, first, last)

    parts = working_seconds(calendar, first, middle) + working_seconds(calendar, middle, last)
    assert whole == pytest.approx(parts, abs=1e-3)
    assert 0 <= whole <= (last - first).total_seconds() + 1e-3


@given(CALENDARS, MOMENTS, st.integers(1, 200_000))
def test_a_deadline_is_where_its_time_has_passed(calendar: Calendar | None, start: datetime, seconds: int) -> None:
    """And not a second earlier."""
    due = after_working(calendar, start, seconds)

    assert due is not None
    assert working_seconds(calendar, start, due) == pytest.approx(seconds, abs=1e-3)
    assert working_seconds(calendar, start, due - timedelta(seconds=1)) < seconds


@pytest.mark.parametrize(
    "text", ["mon", "mon 9-12", "mon 12:00-09:00", "mon 09:61-10:00", "day 09:00-10:00", "mon 09:00-24:30"]
)
def test_a_time_that_cant_be_read_is_refused(text: str) -> None:
    """With how to write it."""
    with pytest.raises(InvalidInput):
        Interval.parse(text)


def test_a_time_reads_back_as_it_was_written() -> None:
    """Calendars are stored that way."""
    assert str(Interval.parse("Sun 00:30-24:00")) == "sun 00:30-24:00"
