"""How a calendar of working hours is edited: a line for each weekday, with several intervals if wanted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.client import Client
from api.client_settings import NEW_CALENDAR, DeskCalendar
from core.errors import InvalidInput, NotFound
from core.sla import WEEKDAYS, Interval
from core.types import Language
from ui.forms import Field, Kind, Refusal, Values
from ui.manage_view import SettingsView
from ui.render_knowledge import note
from ui.sheets import missing
from ui.texts import say

ZONES: Final = (
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "UTC",
)
"""Offered; any other name of the IANA database can be typed."""

_HOURS: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|–|—|~|至|到|to)\s*(\d{1,2})(?:[:.](\d{2}))?")


@dataclass(frozen=True, slots=True)
class CalendarSheet:
    """How a calendar is edited."""

    view: SettingsView
    client: Client
    what: str = "calendar"

    def title(self, read: DeskCalendar | None) -> str:
        """Over the form."""
        language = self.view.language
        return say("calendars.edit", language, name=read.name) if read else say("calendars.new", language)

    def fields(self, read: DeskCalendar | None) -> Sequence[Field]:
        """What can be filled in."""
        language = self.view.language
        week = say("calendars.week", language)
        days = [
            Field(
                name=day,
                label=say(f"calendars.{day}", language),
                hint=say("calendars.hours.hint", language) if day == WEEKDAYS[0] else "",
                group=week,
                attributes={"maxlength": "200", "placeholder": say("calendars.closed", language)},
            )
            for day in WEEKDAYS
        ]
        return [
            Field(name="name", label=say("calendars.name", language), attributes={"maxlength": "100"}),
            Field(
                name="time_zone",
                label=say("calendars.zone", language),
                hint=say("calendars.zone.hint", language),
                options=tuple((zone, zone) for zone in ZONES),
                attributes={"maxlength": "64"},
            ),
            *days,
            Field(
                name="holidays",
                label=say("calendars.holidays", language),
                hint=say("calendars.holidays.hint", language),
                kind=Kind.AREA,
                attributes={"rows": "4"},
            ),
        ]

    def values(self, read: DeskCalendar | None) -> Values:
        """What the form shows of it; a new one begins with usual hours."""
        if read is None:
            usual = {day: "09:00-12:00, 13:00-18:00" for day in WEEKDAYS[:5]}
            return {"time_zone": ZONES[0], **usual}
        return {
            "name": read.name,
            "time_zone": read.time_zone,
            "holidays": "\n".join(day.isoformat() for day in read.holidays),
            **{day: ", ".join(_of_day(read, day)) for day in WEEKDAYS},
        }

    def now(self, number: int) -> DeskCalendar:
        """As it holds now."""
        found = next((each for each in self.client.calendars() if each.calendar_id == number), None)
        if found is None:
            raise NotFound("calendar", number)
        return found

    def parsed(self, sent: Values, read: DeskCalendar | None) -> DeskCalendar | Refusal:
        """What a form says."""
        language = self.view.language
        for name, key in (("name", "calendars.name"), ("time_zone", "calendars.zone")):
            if not sent.get(name, "").strip():
                return missing(say(key, language), name, language)
        intervals: list[str] = []
        for day in WEEKDAYS:
            hours = parsed_hours(day, sent.get(day, ""))
            if isinstance(hours, str):
                return Refusal(say("calendars.hours.bad", language, text=hours), day)
            intervals += hours
        if not intervals:
            return Refusal(say("manage.bad.no_hours", language), WEEKDAYS[0])
        holidays = _dates(sent.get("holidays", ""), language)
        if isinstance(holidays, Refusal):
            return holidays
        return DeskCalendar(
            calendar_id=read.calendar_id if read else NEW_CALENDAR,
            name=sent["name"].strip(),
            time_zone=sent["time_zone"].strip(),
            intervals=tuple(intervals),
            holidays=holidays,
        )

    def store(self, wanted: DeskCalendar, read: DeskCalendar | None) -> str:
        """Save it."""
        made = self.client.save_calendar(wanted, instead_of=read)
        return note(say("calendars.saved", self.view.language, name=made.name))

    def below(self, sent: Values) -> str:
        """Nothing."""
        return ""


def parsed_hours(day: str, text: str) -> list[str] | str:
    """Return the intervals of a weekday as the API writes them, or the part that can't be read."""
    plain = unicodedata.normalize("NFKC", text)
    found: list[str] = []
    for part in re.split(r"[,、;\n]", plain):
        if not part.strip():
            continue
        hours = _HOURS.fullmatch(part.strip().lower())
        if hours is None:
            return part.strip()
        start, end = f"{int(hours[1]):02d}:{hours[2] or '00'}", f"{int(hours[3]):02d}:{hours[4] or '00'}"
        try:
            found.append(str(Interval.parse(f"{day} {start}-{end}")))
        except InvalidInput:
            return part.strip()
    return found


def _of_day(calendar: DeskCalendar, day: str) -> list[str]:
    return [each.split(" ", 1)[1] for each in calendar.intervals if each.startswith(f"{day} ")]


def _dates(text: str, language: Language) -> tuple[date, ...] | Refusal:
    plain = unicodedata.normalize("NFKC", text)
    found: list[date] = []
    for part in re.split(r"[\s,、;]+", plain):
        if not part:
            continue
        parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", part)
        try:
            if parts is None:
                raise ValueError(part)
            found.append(date(int(parts[1]), int(parts[2]), int(parts[3])))
        except ValueError:
            return Refusal(say("calendars.holidays.bad", language, text=part), "holidays")
    return tuple(sorted(dict.fromkeys(found)))
