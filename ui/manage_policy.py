"""The tab of the desk's policy, without the page: a view and a client in, HTML out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from api.client import Client
from api.client_settings import DeskPolicyState, PolicyValue
from core.desk_policy_bounds import ANGER, BOUNDS
from core.errors import ZhidaError
from core.types import Language
from ui.durations import duration_text, parse_duration
from ui.forms import YES, Field, Kind, Refusal, Values
from ui.manage_view import SettingsView
from ui.render_knowledge import note
from ui.render_policy import policy_page
from ui.sheets import Edited, explained, opened, saved, whole
from ui.texts import say

VERSIONS: Final = 50
SWITCH: Final = "auto_assign"
NOTE: Final = 200

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "turns": ("left_after_s", "assumed_after_s", "queue_wait_s", "resume_after_s"),
    "people": ("present_for_s", SWITCH),
    "waits": ("wait_urgent_s", "wait_high_s", "wait_medium_s", "wait_low_s"),
    "tickets": (
        "reopen_window_s",
        "undo_window_s",
        "repeat_contacts",
        "repeat_within_s",
        ANGER,
    ),
    "surveys": ("good_rating", "reopening_rating", "survey_window_s", "nps_every_s"),
}
"""All fields, by what they are about."""


def value_text(name: str, value: PolicyValue, language: Language) -> str:
    """A value of the policy in words that can be typed back."""
    if name == SWITCH:
        return say("manage.yes" if value else "manage.no", language)
    if value is None:
        return ""
    return duration_text(int(value), language) if name.endswith("_s") else f"{value:g}"


def bounds_text(name: str, language: Language) -> str:
    """What a value may be, in words."""
    bounds = BOUNDS[name]
    least, most = (value_text(name, _plain(each), language) for each in (bounds.least, bounds.most))
    said = say("policy.bounds", language, least=least, most=most)
    return said + (say("policy.bounds.never", language) if bounds.may_be_null else "")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a form says: values that are to change, and why."""

    values: Mapping[str, PolicyValue]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PolicySheet:
    """How the policy is edited. Its number is that of the version."""

    view: SettingsView
    client: Client
    what: str = "policy"

    def title(self, read: DeskPolicyState | Wanted | None) -> str:
        """Over the form."""
        return say("policy.edit", self.view.language)

    def fields(self, read: DeskPolicyState | Wanted | None) -> Sequence[Field]:
        """All of them, by what they are about."""
        language = self.view.language
        fields = [
            Field(
                name=name,
                label=say(f"policy.{name}", language),
                kind=Kind.CHECK if name == SWITCH else Kind.LINE,
                hint=self._hint(name),
                group=say(f"policy.group.{group}", language),
                attributes={} if name == SWITCH else {"maxlength": "60"},
            )
            for group, names in GROUPS.items()
            for name in names
        ]
        why = Field(name="note", label=say("policy.note", language), attributes={"maxlength": str(NOTE)})
        return [*fields, why]

    def _hint(self, name: str) -> str:
        meaning = say(f"policy.{name}.hint", self.view.language)
        return meaning if name == SWITCH else f"{meaning} {bounds_text(name, self.view.language)}"

    def values(self, read: DeskPolicyState | Wanted | None) -> Values:
        """What the form shows."""
        policy = read.policy if isinstance(read, DeskPolicyState) else {}
        shown = {name: value_text(name, value, self.view.language) for name, value in policy.items() if name != SWITCH}
        return shown | ({SWITCH: YES} if policy.get(SWITCH) else {})

    def now(self, number: int) -> DeskPolicyState | Wanted:
        """The version that holds."""
        return self.client.desk_policy()

    def parsed(self, sent: Values, read: DeskPolicyState | Wanted | None) -> DeskPolicyState | Wanted | Refusal:
        """What a form says, as far as it differs from what was read."""
        language, values = self.view.language, dict[str, PolicyValue]()
        for name, bounds in BOUNDS.items():
            typed = sent.get(name, "").strip()
            if not typed and bounds.may_be_null:
                values[name] = None
                continue
            value = _read(name, typed)
            if value is None or not bounds.least <= value <= bounds.most:
                label = say(f"policy.{name}", language)
                why = say("policy.bad", language, label=label, text=typed, bounds=bounds_text(name, language))
                return Refusal(why, name)
            values[name] = value
        values[SWITCH] = SWITCH in sent
        before = read.policy if isinstance(read, DeskPolicyState) else {}
        changed = {name: value for name, value in values.items() if before.get(name) != value}
        if not changed:
            return Refusal(say("policy.unchanged", language))
        return Wanted(changed, sent.get("note", "").strip())

    def store(self, wanted: DeskPolicyState | Wanted, read: DeskPolicyState | Wanted | None) -> str:
        """Save it as the next version."""
        assert isinstance(wanted, Wanted)
        number = read.number if isinstance(read, DeskPolicyState) else 0
        made = self.client.save_desk_policy(wanted.values, instead_of=number, note=wanted.note)
        return note(say("policy.saved", self.view.language, number=made.number))

    def below(self, sent: Values) -> str:
        """Nothing."""
        return ""


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _read(name: str, typed: str) -> int | float | None:
    if name.endswith("_s"):
        return parse_duration(typed)
    if name == ANGER:
        try:
            return float(typed)
        except ValueError:
            return None
    return whole(typed)


def shown(view: SettingsView, client: Client, edited: Edited | None = None) -> str:
    """The tab."""
    edited = edited or Edited(view)
    try:
        current, versions = client.desk_policy(), client.desk_policy_versions(limit=VERSIONS)
        if len(versions) < VERSIONS:
            versions.append(client.desk_policy_at(0))
    except ZhidaError as error:
        return edited.said + note(explained(error, view), problem=True) + edited.form
    rows = {
        group: [
            (
                say(f"policy.{name}", view.language),
                value_text(name, current.policy.get(name), view.language) or say("policy.never", view.language),
                say(f"policy.{name}.hint", view.language),
            )
            for name in names
        ]
        for group, names in GROUPS.items()
    }
    changes = {each.number: _changes(each, before, view.language) for each, before in _pairs(versions)}
    return edited.said + edited.form + policy_page(current, versions, rows, changes, view, editing=bool(edited.form))


def _pairs(versions: Sequence[DeskPolicyState]) -> list[tuple[DeskPolicyState, DeskPolicyState | None]]:
    return list(zip(versions, [*versions[1:], None], strict=True))


def _changes(version: DeskPolicyState, before: DeskPolicyState | None, language: Language) -> list[str]:
    """What a version has changed, against the one before it where that is known."""
    if before is None:
        return []
    never = say("policy.never", language)
    return [
        say(
            "policy.change",
            language,
            label=say(f"policy.{name}", language),
            old=value_text(name, before.policy.get(name), language) or never,
            new=value_text(name, value, language) or never,
        )
        for name, value in version.policy.items()
        if before.policy.get(name) != value
    ]


def act(view: SettingsView, name: str, sent: Values, client: Client) -> tuple[SettingsView, str]:
    """Do what was clicked, and return the tab."""
    sheet, number = PolicySheet(view, client), whole(sent.get("number", "")) or 0
    done = Edited(replace(view, read=None))
    if view.may_set:
        match name:
            case "open":
                done = opened(view, sheet, 1)
            case "save":
                done = saved(view, sheet, 1, sent)
            case "restore":
                done = _restored(view, number, client)
    return done.view, shown(done.view, client, done)


def _restored(view: SettingsView, number: int, client: Client) -> Edited:
    """Return to an earlier version, which becomes the newest one."""
    language = view.language
    try:
        current = client.desk_policy()
        wanted = client.desk_policy_at(number)
        said = say("policy.note.restored", language, number=number)
        made = client.save_desk_policy(wanted.policy, instead_of=current.number, note=said)
    except ZhidaError as error:
        return Edited(view, said=note(explained(error, view), problem=True))
    return Edited(replace(view, read=None), said=note(say("policy.restored", language, old=number, number=made.number)))
