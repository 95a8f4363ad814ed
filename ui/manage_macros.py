"""The tab of macros, without the page: a view and a client in, HTML out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final

from api.client import Client
from api.client_settings import NEW_MACRO
from core.accounts import Right
from core.errors import NotFound, ZhidaError
from core.macros import PLACEHOLDERS, Macro, MacroActions, MacroId, filled, unknown_placeholders
from core.staff import Team, TeamId
from core.tickets import Priority
from core.types import Language
from ui.forms import YES, Field, Kind, Refusal, Values
from ui.manage_view import SettingsView
from ui.render import button, element
from ui.render_knowledge import note
from ui.sheets import Edited, empty, explained, lines_of, missing, opened, previewed, saved, whole
from ui.texts import say

TEXT: Final = 10_000
"""Most characters of a macro."""


@dataclass(frozen=True, slots=True)
class MacroSheet:
    """How a macro is edited."""

    view: SettingsView
    client: Client
    what: str = "macro"

    def title(self, read: Macro | None) -> str:
        """Over the form."""
        return say("macros.edit", self.view.language, name=read.name) if read else say("macros.new", self.view.language)

    def fields(self, read: Macro | None) -> Sequence[Field]:
        """What can be filled in."""
        language = self.view.language
        anything = ("", say("manage.any", language))
        return [
            Field(name="name", label=say("macros.name", language), attributes={"maxlength": "100"}),
            Field(
                name="text",
                label=say("macros.text", language),
                kind=Kind.AREA,
                hint=say("macros.placeholders", language),
                attributes={"rows": "6", "maxlength": str(TEXT)},
            ),
            Field(
                name="language",
                label=say("macros.language", language),
                kind=Kind.CHOICE,
                options=(
                    ("", say("macros.both", language)),
                    *((each.value, say(f"manage.lang.{each}", language)) for each in Language),
                ),
            ),
            Field(
                name="team_id",
                label=say("macros.team", language),
                kind=Kind.CHOICE,
                options=(("", say("macros.everybody", language)), *_teams(self.view, self.client)),
            ),
            Field(
                name="priority",
                label=say("macros.priority", language),
                kind=Kind.CHOICE,
                group=say("macros.besides", language),
                options=(
                    (anything[0], say("macros.priority.stays", language)),
                    *((each.value, say(f"desk.priority.{each}", language)) for each in Priority),
                ),
            ),
            Field(
                name="tags",
                label=say("macros.tags", language),
                hint=say("manage.commas", language),
                group=say("macros.besides", language),
            ),
            Field(
                name="asks",
                label=say("macros.asks", language),
                kind=Kind.CHECK,
                group=say("macros.besides", language),
            ),
        ]

    def values(self, read: Macro | None) -> Values:
        """What the form shows of it."""
        if read is None:
            return {}
        shown = {
            "name": read.name,
            "text": read.text,
            "language": read.language or "",
            "team_id": str(read.team_id or ""),
            "priority": read.actions.priority or "",
            "tags": ", ".join(read.actions.tags),
        }
        return shown | ({"asks": YES} if read.actions.asks else {})

    def now(self, number: int) -> Macro:
        """As it holds now."""
        return _one(self.client, number)

    def parsed(self, sent: Values, read: Macro | None) -> Macro | Refusal:
        """What a form says."""
        language = self.view.language
        for name in ("name", "text"):
            if not sent.get(name, "").strip():
                return missing(say(f"macros.{name}", language), name, language)
        spoken, priority, team = sent.get("language", ""), sent.get("priority", ""), whole(sent.get("team_id", ""))
        return Macro(
            macro_id=read.macro_id if read else NEW_MACRO,
            name=sent["name"].strip(),
            text=sent["text"].strip(),
            language=Language(spoken) if spoken in set(Language) else None,
            team_id=TeamId(team) if team else None,
            actions=MacroActions(
                Priority(priority) if priority in set(Priority) else None,
                tuple(lines_of(sent.get("tags", ""))),
                "asks" in sent,
            ),
            uses=0,
            enabled=read.enabled if read else True,
        )

    def store(self, wanted: Macro, read: Macro | None) -> str:
        """Save it."""
        made = self.client.save_macro(wanted, instead_of=read)
        language = self.view.language
        said = note(say("macros.saved", language, name=made.name))
        return said + _strange(made.text, language)

    def below(self, sent: Values) -> str:
        """How it reads with an example, and what nothing fills in."""
        language, text = self.view.language, sent.get("text", "")
        known = {name: say(f"macros.example.{name}", language) for name in PLACEHOLDERS}
        shown = element("p", escape(filled(text, known)), classes="zd-pre")
        return element(
            "div",
            element("strong", escape(say("macros.preview", language))) + shown,
            classes="zd-info",
            role="status",
        ) + _strange(text, language)


def _strange(text: str, language: Language) -> str:
    strange = unknown_placeholders(text)
    if not strange:
        return ""
    words = " ".join(f"{{{name}}}" for name in strange)
    return element("p", escape(say("macros.strange", language, words=words)), classes="zd-warning", role="status")


def shown(view: SettingsView, client: Client, edited: Edited | None = None) -> str:
    """The tab."""
    edited = edited or Edited(view)
    language = view.language
    try:
        macros = client.macros(disabled=view.may_set)
        teams = dict(_teams(view, client))
    except ZhidaError as error:
        return edited.said + note(explained(error, view), problem=True) + edited.form
    add = button(say("macros.add", language), "open", classes="zd-button zd-primary", what="macro", number=0)
    add = add if view.may_set else ""
    if not macros and not edited.form:
        nothing = "macros.none.text" if view.may_set else "macros.none.reader"
        return edited.said + empty(say("macros.none", language), say(nothing, language), add)
    intro = element("p", escape(say("macros.intro", language)), classes="zd-small")
    head = element("div", intro + add, classes="zd-settings-head")
    return edited.said + head + edited.form + "".join(_macro(each, teams, view) for each in macros)


def _macro(macro: Macro, teams: dict[str, str], view: SettingsView) -> str:
    language = view.language
    pills = [say(f"manage.lang.{macro.language}", language) if macro.language else ""]
    pills.append(teams.get(str(macro.team_id), "") if macro.team_id else "")
    pills.append(
        say("macros.sets", language, priority=say(f"desk.priority.{macro.actions.priority}", language))
        if macro.actions.priority
        else ""
    )
    pills += [f"#{tag}" for tag in macro.actions.tags]
    pills.append(say("macros.waits", language) if macro.actions.asks else "")
    marks = element("strong", escape(macro.name))
    marks += "".join(element("span", escape(pill), classes="zd-pill") for pill in pills if pill)
    if not macro.enabled:
        marks += element("span", escape(say("macros.off", language)), classes="zd-pill zd-is-warn")
    used = element("span", escape(say("macros.uses", language, count=macro.uses)), classes="zd-small")
    acts = ""
    if view.may_set:
        label = say("manage.edit.one", language, name=macro.name)
        acts = _button(say("manage.edit", language), "open", macro, label)
        act = "macros.remove" if macro.enabled else "macros.bring_back"
        acts += _button(say(act, language), "switch", macro, f"{say(act, language)}: {macro.name}")
    row = element("div", marks + used, classes="zd-pills") + element("div", acts, classes="zd-actions")
    text = element("p", escape(macro.text), classes="zd-pre")
    return element("section", element("div", row, classes="zd-manage-line") + text, classes="zd-block")


def _button(label: str, act: str, macro: Macro, said: str) -> str:
    return element(
        "button",
        escape(label),
        classes="zd-quiet",
        type="button",
        data_act=act,
        data_what="macro",
        data_number=macro.macro_id,
        aria_label=said,
    )


def act(view: SettingsView, name: str, sent: Values, client: Client) -> tuple[SettingsView, str]:
    """Do what was clicked, and return the tab."""
    sheet, number = MacroSheet(view, client), whole(sent.get("number", "")) or 0
    if not view.may_set:
        return view, shown(view, client)
    match name:
        case "open":
            done = opened(view, sheet, number)
        case "preview":
            done = previewed(view, sheet, number, sent)
        case "save":
            done = saved(view, sheet, number, sent)
        case "switch":
            done = _switched(view, number, client)
        case _:
            done = Edited(replace(view, read=None))
    return done.view, shown(done.view, client, done)


def _switched(view: SettingsView, number: int, client: Client) -> Edited:
    try:
        was = _one(client, number)
        client.save_macro(replace(was, enabled=not was.enabled), instead_of=was)
    except ZhidaError as error:
        return Edited(view, said=note(explained(error, view), problem=True))
    key = "macros.removed" if was.enabled else "macros.back"
    return Edited(replace(view, read=None), said=note(say(key, view.language, name=was.name)))


def _one(client: Client, number: int) -> Macro:
    found = next((each for each in client.macros(disabled=True) if each.macro_id == MacroId(number)), None)
    if found is None:
        raise NotFound("macro", number)
    return found


def _teams(view: SettingsView, client: Client) -> list[tuple[str, str]]:
    """Numbers and names of the teams, for who may read them."""
    teams: list[Team] = client.teams() if Right.DESK_READ in view.rights else []
    return [(str(each.team_id), each.name) for each in teams]
