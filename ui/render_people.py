"""HTML of the tab of teams and people. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from core.accounts import Account
from core.staff import DeskAgent, Presence, Team, TeamId
from core.types import HandoverCode, Language
from ui.manage_view import SettingsView
from ui.render import button, element, moment
from ui.sheets import empty
from ui.texts import intent_name, say


@dataclass(frozen=True, slots=True)
class PeopleShown:
    """What the tab shows."""

    teams: tuple[Team, ...]
    agents: tuple[DeskAgent, ...]
    strangers: tuple[Account, ...]
    """Accounts that could work at the desk and were never there."""
    calendars: Mapping[int, str]
    now: datetime
    present_for: timedelta
    """How long a sign of life holds."""


def people_page(found: PeopleShown, view: SettingsView, form: str) -> str:
    """Return teams and people, with the opened form between them and the heading."""
    language = view.language
    add = button(say("people.team.add", language), "open", classes="zd-button zd-primary", what="team", number=0)
    add = add if view.may_set else ""
    if found.teams:
        head = element("h2", escape(say("people.teams", language))) + add
        teams = element("div", head, classes="zd-settings-head") + form + _warnings(found, language)
        teams += "".join(_team(each, found, view) for each in found.teams)
    else:
        nothing = "people.none.text" if view.may_set else "people.none.reader"
        teams = form or empty(say("people.none", language), say(nothing, language), add)
    return teams + _people(found, view)


def _warnings(found: PeopleShown, language: Language) -> str:
    said = [] if any(each.fallback for each in found.teams) else [say("people.no_fallback", language)]
    said += [
        say("people.nobody_in", language, name=each.name)
        for each in found.teams
        if not any(each.team_id in agent.teams for agent in found.agents)
    ]
    return "".join(element("p", escape(each), classes="zd-warning") for each in said)


def _team(team: Team, found: PeopleShown, view: SettingsView) -> str:
    language = view.language
    members = [each for each in found.agents if team.team_id in each.teams]
    here = sum(_there(each, found) for each in members)
    marks = element("strong", escape(team.name))
    if team.fallback:
        marks += element("span", escape(say("people.fallback", language)), classes="zd-pill zd-is-ready")
    hours = found.calendars.get(team.calendar_id, "") if team.calendar_id else ""
    marks += element("span", escape(hours), classes="zd-pill") if hours else ""
    marks += element("span", escape(say("people.here", language, here=here, count=len(members))), classes="zd-small")
    acts = _edit("team", team.team_id, team.name, language) if view.may_set else ""
    topics = "、" if language is Language.ZH else ", "
    about = topics.join(_topic(each, language) for each in team.topics) or say("people.no_topics", language)
    who = topics.join(each.name for each in members) or say("people.no_members", language)
    lines = element("p", escape(say("people.answers_for", language, topics=about)))
    lines += element("p", escape(say("people.members", language, names=who)), classes="zd-small")
    row = element("div", marks, classes="zd-pills") + element("div", acts, classes="zd-actions")
    return element("section", element("div", row, classes="zd-manage-line") + lines, classes="zd-block")


def _topic(topic: str, language: Language) -> str:
    return say(f"code.{topic}", language) if topic in set(HandoverCode) else intent_name(topic, language)


def _there(agent: DeskAgent, found: PeopleShown) -> bool:
    return agent.presence is Presence.ONLINE and found.now - agent.seen_at <= found.present_for


def _people(found: PeopleShown, view: SettingsView) -> str:
    language = view.language
    head = element("h2", escape(say("people.people", language)))
    if not found.agents and not found.strangers:
        nothing = empty(say("people.nobody", language), say("people.nobody.text", language))
        return head + nothing
    names = {each.team_id: each.name for each in found.teams}
    columns = ("who", "presence", "load", "languages", "skills", "teams")
    cells = "".join(element("th", escape(say(f"people.col.{each}", language)), scope="col") for each in columns)
    if view.may_set:
        cells += element("th", "", scope="col")
    rows = "".join(_agent(each, found, names, view) for each in found.agents)
    rows += "".join(_stranger(each, view) for each in found.strangers)
    table = element(
        "table", element("thead", element("tr", cells)) + element("tbody", rows), classes="zd-table zd-settings-table"
    )
    return head + element("div", table, classes="zd-wide")


def _agent(agent: DeskAgent, found: PeopleShown, names: Mapping[TeamId, str], view: SettingsView) -> str:
    language = view.language
    if agent.presence is Presence.ONLINE and not _there(agent, found):
        said, kind = say("people.lost", language), "zd-is-warn"
    else:
        said = say(f"desk.presence.{agent.presence}", language)
        kind = "zd-is-ready" if agent.presence is Presence.ONLINE else ""
    presence = element("span", escape(said), classes=f"zd-pill {kind}".strip()) + " " + moment(agent.seen_at)
    spoken = ", ".join(
        say(f"manage.lang.{each}", language) if each in set(Language) else each for each in agent.languages
    )
    cells = [
        element("strong", escape(agent.name)),
        presence,
        escape(say("people.load", language, load=agent.load, cap=agent.cap)),
        escape(spoken or say("people.all_languages", language)),
        escape(", ".join(agent.skills) or "–"),
        escape(", ".join(names.get(each, "") for each in agent.teams) or "–"),
    ]
    if view.may_set:
        cells.append(_edit("agent", agent.account_id, agent.name, language))
    return element("tr", "".join(element("td", each) for each in cells))


def _stranger(account: Account, view: SettingsView) -> str:
    language = view.language
    cells = element("td", element("strong", escape(account.display_name)))
    cells += element("td", escape(say("people.never", language)), colspan=5, classes="zd-small")
    if view.may_set:
        cells += element("td", _edit("agent", account.account_id, account.display_name, language))
    return element("tr", cells)


def _edit(what: str, number: int, name: str, language: Language) -> str:
    return element(
        "button",
        escape(say("manage.edit", language)),
        classes="zd-quiet",
        type="button",
        data_act="open",
        data_what=what,
        data_number=number,
        aria_label=say("manage.edit.one", language, name=name),
    )
