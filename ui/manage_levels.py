"""The tab of service levels and calendars, without the page: a view and a client in, HTML out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from api.client import Client
from api.client_settings import NEW_POLICY
from core.errors import NotFound, ZhidaError
from core.sla import CalendarId, PolicyId, SlaPolicy
from core.tickets import Priority
from ui.durations import duration_text, parse_duration
from ui.forms import YES, Field, Kind, Refusal, Values
from ui.manage_calendars import CalendarSheet
from ui.manage_view import SettingsView
from ui.render_knowledge import note
from ui.render_levels import LevelsShown, confirm_removal, levels_page
from ui.sheets import Edited, explained, missing, opened, saved, whole
from ui.texts import say

CLOCKS: Final = ("first_s", "next_s", "resolution_s")
MOST_S: Final = 366 * 24 * 3600


@dataclass(frozen=True, slots=True)
class LevelSheet:
    """How a service level is edited."""

    view: SettingsView
    client: Client
    what: str = "level"

    def title(self, read: SlaPolicy | None) -> str:
        """Over the form."""
        language = self.view.language
        return say("levels.edit", language, name=read.name) if read else say("levels.new", language)

    def fields(self, read: SlaPolicy | None) -> Sequence[Field]:
        """What can be filled in."""
        language = self.view.language
        fits, terms = say("levels.fits", language), say("levels.terms", language)
        anything = say("manage.any", language)
        fields = [
            Field(name="name", label=say("levels.name", language), attributes={"maxlength": "100"}),
            Field(
                name="position",
                label=say("levels.position", language),
                hint=say("levels.position.hint", language),
                attributes={"inputmode": "numeric", "maxlength": "5"},
            ),
            Field(
                name="priority",
                label=say("levels.priority", language),
                kind=Kind.CHOICE,
                group=fits,
                options=(
                    ("", anything),
                    *((each.value, say(f"desk.priority.{each}", language)) for each in reversed(Priority)),
                ),
            ),
        ]
        for name in ("channel", "tier"):
            label, hint = say(f"levels.{name}", language), say(f"levels.{name}.hint", language)
            fields.append(Field(name=name, label=label, hint=hint, group=fits, attributes={"maxlength": "32"}))
        fields += [
            Field(
                name=clock,
                label=say(f"levels.{clock}", language),
                hint=say("levels.duration.hint" if clock == CLOCKS[0] else "levels.unmeasured", language),
                group=terms,
                attributes={"maxlength": "60"},
            )
            for clock in CLOCKS
        ]
        calendars = ((str(each.calendar_id), each.name) for each in self.client.calendars())
        return [
            *fields,
            Field(name="runs_on_hold", label=say("levels.runs_on_hold", language), kind=Kind.CHECK, group=terms),
            Field(
                name="calendar_id",
                label=say("levels.calendar", language),
                hint=say("levels.calendar.hint", language),
                kind=Kind.CHOICE,
                group=terms,
                options=(("", say("levels.always", language)), *calendars),
            ),
        ]

    def values(self, read: SlaPolicy | None) -> Values:
        """What the form shows of it; a new one goes to the end."""
        if read is None:
            after = max((each.position for each in self.client.sla_policies()), default=0) + 1
            return {"position": str(after)}
        shown = {
            "name": read.name,
            "position": str(read.position),
            "priority": read.priority or "",
            "channel": read.channel or "",
            "tier": read.tier or "",
            "calendar_id": str(read.calendar_id or ""),
        }
        for clock, seconds in zip(CLOCKS, (read.first_s, read.next_s, read.resolution_s), strict=True):
            shown[clock] = "" if seconds is None else duration_text(seconds, self.view.language)
        return shown | ({"runs_on_hold": YES} if read.runs_on_hold else {})

    def now(self, number: int) -> SlaPolicy:
        """As it holds now."""
        found = next((each for each in self.client.sla_policies() if each.policy_id == number), None)
        if found is None:
            raise NotFound("policy", number)
        return found

    def parsed(self, sent: Values, read: SlaPolicy | None) -> SlaPolicy | Refusal:
        """What a form says."""
        language = self.view.language
        if not sent.get("name", "").strip():
            return missing(say("levels.name", language), "name", language)
        position = whole(sent.get("position", ""))
        if position is None or position > 10_000:
            return Refusal(say("levels.position.bad", language), "position")
        seconds: dict[str, int | None] = {}
        for clock in CLOCKS:
            given = sent.get(clock, "").strip()
            seconds[clock] = parse_duration(given) if given else None
            if given and not 0 < (seconds[clock] or 0) <= MOST_S:
                return Refusal(say("levels.duration.bad", language, text=given), clock)
        if not any(seconds.values()):
            return Refusal(say("manage.bad.nothing_measured", language), CLOCKS[0])
        priority, calendar = sent.get("priority", ""), whole(sent.get("calendar_id", ""))
        return SlaPolicy(
            policy_id=read.policy_id if read else NEW_POLICY,
            name=sent["name"].strip(),
            position=position,
            priority=Priority(priority) if priority in set(Priority) else None,
            channel=sent.get("channel", "").strip() or None,
            tier=sent.get("tier", "").strip() or None,
            first_s=seconds["first_s"],
            next_s=seconds["next_s"],
            resolution_s=seconds["resolution_s"],
            runs_on_hold="runs_on_hold" in sent,
            calendar_id=CalendarId(calendar) if calendar else None,
        )

    def store(self, wanted: SlaPolicy, read: SlaPolicy | None) -> str:
        """Save it."""
        made = self.client.save_sla_policy(wanted, instead_of=read)
        return note(say("levels.saved", self.view.language, name=made.name))

    def below(self, sent: Values) -> str:
        """Nothing."""
        return ""


def shown(
    view: SettingsView, client: Client, edited: Edited | None = None, *, channel: str = "", tier: str = ""
) -> str:
    """The tab; channel and tier are those of the preview."""
    edited = edited or Edited(view)
    try:
        found = LevelsShown(
            levels=tuple(client.sla_policies()),
            calendars=tuple(client.calendars()),
            promises=tuple(client.promises(channel=channel, tier=tier)),
            channel=channel,
            tier=tier,
        )
    except ZhidaError as error:
        return edited.said + note(explained(error, view), problem=True) + edited.form
    return edited.said + levels_page(found, view, edited.form)


def act(view: SettingsView, name: str, sent: Values, client: Client) -> tuple[SettingsView, str]:
    """Do what was clicked, and return the tab."""
    number, calendar = whole(sent.get("number", "")) or 0, sent.get("what") == "calendar"
    if name == "save" and sent.get("what") == "promises":
        return view, shown(view, client, channel=sent.get("channel", "")[:32], tier=sent.get("tier", "")[:32])
    done = Edited(replace(view, read=None))
    if view.may_set and name in ("open", "save"):
        if calendar:
            hours = CalendarSheet(view, client)
            done = opened(view, hours, number) if name == "open" else saved(view, hours, number, sent)
        else:
            level = LevelSheet(view, client)
            done = opened(view, level, number) if name == "open" else saved(view, level, number, sent)
    elif view.may_set and name == "remove":
        done = replace(done, form=confirm_removal(calendar, number, sent.get("name", ""), view.language))
    elif view.may_set and name == "really":
        done = _removed(view, number, client, calendar=calendar)
    return done.view, shown(done.view, client, done)


def _removed(view: SettingsView, number: int, client: Client, *, calendar: bool) -> Edited:
    try:
        if calendar:
            client.remove_calendar(CalendarId(number))
        else:
            client.remove_sla_policy(PolicyId(number))
    except ZhidaError as error:
        return Edited(view, said=note(explained(error, view), problem=True))
    key = "levels.calendar.removed" if calendar else "levels.removed"
    return Edited(replace(view, read=None), said=note(say(key, view.language)))
