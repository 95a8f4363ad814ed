"""HTML of the tab of service levels and calendars. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape

from api.client_settings import DeskCalendar
from core.sla import WEEKDAYS, CalendarId, Promise, SlaPolicy
from core.types import Language
from ui.durations import duration_text
from ui.manage_view import SettingsView
from ui.render import button, element, moment
from ui.sheets import empty
from ui.texts import say


@dataclass(frozen=True, slots=True)
class LevelsShown:
    """What the tab shows."""

    levels: tuple[SlaPolicy, ...]
    calendars: tuple[DeskCalendar, ...]
    promises: tuple[Promise, ...]
    channel: str
    """Of the preview."""
    tier: str


def levels_page(found: LevelsShown, view: SettingsView, form: str) -> str:
    """Return the preview, the levels in their order, the calendars, and the opened form on top."""
    return form + _preview(found, view.language) + _levels(found, view) + _calendars(found, view)


def _preview(found: LevelsShown, language: Language) -> str:
    columns = ("priority", "level", "first_s", "next_s", "resolution_s")
    heads = "".join(element("th", escape(say(f"levels.col.{each}", language)), scope="col") for each in columns)
    rows = "".join(_promise(each, language) for each in found.promises)
    table = element(
        "table", element("thead", element("tr", heads)) + element("tbody", rows), classes="zd-table zd-settings-table"
    )
    fields = "".join(
        element(
            "label",
            escape(say(f"levels.{name}", language))
            + element("input", "", type="text", name=name, value=value, maxlength=32).removesuffix("</input>"),
            classes="zd-field",
        )
        for name, value in (("channel", found.channel), ("tier", found.tier))
    )
    send = element("button", escape(say("levels.preview.show", language)), classes="zd-button", type="submit")
    ask = element("form", fields + send, classes="zd-settings-line", data_act="save", data_what="promises")
    head = element("h2", escape(say("levels.preview", language)))
    intro = element("p", escape(say("levels.preview.intro", language)), classes="zd-small")
    return element("section", head + intro + element("div", table, classes="zd-wide") + ask, classes="zd-block")


def _promise(each: Promise, language: Language) -> str:
    level = each.policy or say("levels.shipped", language)
    cells = [escape(say(f"desk.priority.{each.priority}", language)), escape(level)]
    cells += [_due(due, each.opened_at, language) for due in (each.first_due, each.next_due, each.resolution_due)]
    return element("tr", "".join(element("td", cell) for cell in cells))


def _due(due: datetime | None, opened: datetime, language: Language) -> str:
    if due is None:
        return escape(say("levels.not_measured", language))
    seconds = round((due - opened).total_seconds())
    left = duration_text(seconds if seconds < 3600 else seconds // 60 * 60, language)
    return moment(due) + element("span", escape(f" ({left})"), classes="zd-small")


def _levels(found: LevelsShown, view: SettingsView) -> str:
    language = view.language
    add = button(say("levels.add", language), "open", classes="zd-button zd-primary", what="level", number=0)
    add = add if view.may_set else ""
    if not found.levels:
        nothing = "levels.none.text" if view.may_set else "levels.none.reader"
        return empty(say("levels.none", language), say(nothing, language), add)
    head = element("div", element("h2", escape(say("levels.levels", language))) + add, classes="zd-settings-head")
    head += element("p", escape(say("levels.intro", language)), classes="zd-small")
    names = {each.calendar_id: each.name for each in found.calendars}
    rows = "".join(_level(at, each, names, view) for at, each in enumerate(found.levels, start=1))
    return head + rows


def _level(at: int, level: SlaPolicy, names: Mapping[CalendarId, str], view: SettingsView) -> str:
    language = view.language
    fits = [
        say("levels.is", language, label=say(f"levels.{name}", language), value=value)
        for name, value in (
            ("priority", say(f"desk.priority.{level.priority}", language) if level.priority else ""),
            ("channel", level.channel or ""),
            ("tier", level.tier or ""),
        )
        if value
    ]
    joined = ("；" if language is Language.ZH else "; ").join(fits) or say("levels.fits.all", language)
    terms = [
        say("levels.is", language, label=say(f"levels.col.{clock}", language), value=duration_text(seconds, language))
        for clock, seconds in (
            ("first_s", level.first_s),
            ("next_s", level.next_s),
            ("resolution_s", level.resolution_s),
        )
        if seconds is not None
    ]
    terms.append(names.get(level.calendar_id, "") if level.calendar_id else say("levels.always", language))
    terms.append(say("levels.runs_on_hold", language) if level.runs_on_hold else "")
    said = ("；" if language is Language.ZH else "; ").join(each for each in terms if each)
    lines = element("p", escape(say("levels.for", language, which=joined)))
    lines += element("p", escape(said), classes="zd-small")
    return _block(f"{at}. {level.name}", lines, "level", level.policy_id, level.name, view)


def _calendars(found: LevelsShown, view: SettingsView) -> str:
    language = view.language
    add = button(say("calendars.add", language), "open", classes="zd-button", what="calendar", number=0)
    add = add if view.may_set else ""
    if not found.calendars:
        return empty(say("calendars.none", language), say("calendars.none.text", language), add)
    head = element("div", element("h2", escape(say("calendars.calendars", language))) + add, classes="zd-settings-head")
    return head + "".join(
        _block(each.name, _hours(each, language), "calendar", each.calendar_id, each.name, view)
        for each in found.calendars
    )


def _hours(calendar: DeskCalendar, language: Language) -> str:
    days = []
    for day in WEEKDAYS:
        hours = [each.split(" ", 1)[1] for each in calendar.intervals if each.startswith(f"{day} ")]
        said = ", ".join(hours) or say("calendars.closed", language)
        days.append(say("levels.is", language, label=say(f"calendars.{day}", language), value=said))
    week = element("p", escape(("；" if language is Language.ZH else "; ").join(days)))
    free = ", ".join(day.isoformat() for day in calendar.holidays)
    said = say("calendars.zone.is", language, zone=calendar.time_zone)
    if free:
        said += " · " + say("calendars.holidays.are", language, days=free)
    return week + element("p", escape(said), classes="zd-small")


def _block(title: str, lines: str, what: str, number: int, name: str, view: SettingsView) -> str:
    language = view.language
    acts = ""
    if view.may_set:
        acts = _act("manage.edit", "open", what, number, name, language)
        acts += _act("manage.remove", "remove", what, number, name, language)
    row = element("div", element("strong", escape(title)), classes="zd-pills")
    row += element("div", acts, classes="zd-actions")
    return element("section", element("div", row, classes="zd-manage-line") + lines, classes="zd-block")


def _act(key: str, act: str, what: str, number: int, name: str, language: Language) -> str:
    label = say(key, language)
    return element(
        "button",
        escape(label),
        classes="zd-quiet",
        type="button",
        data_act=act,
        data_what=what,
        data_number=number,
        data_name=name,
        aria_label=f"{label}: {name}",
    )


def confirm_removal(calendar: bool, number: int, name: str, language: Language) -> str:
    """Return the question whether something is really to go."""
    key = "levels.calendar.remove.ask" if calendar else "levels.remove.ask"
    yes = button(
        say("manage.remove.yes", language),
        "really",
        classes="zd-button zd-danger",
        what="calendar" if calendar else "level",
        number=number,
    )
    no = button(say("cancel", language), "stop", classes="zd-quiet")
    asked = element("p", escape(say(key, language, name=name)))
    return element(
        "section", asked + element("div", yes + no, classes="zd-form-buttons"), classes="zd-block zd-asks", role="alert"
    )
