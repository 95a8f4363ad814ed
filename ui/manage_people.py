"""The tab of teams and people, without the page: a view and a client in, HTML out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from api.client import Client
from api.client_settings import TeamRead, team_read
from core.accounts import Account, AccountId, Right, Role
from core.errors import NotFound, ZhidaError
from core.sla import CalendarId
from core.staff import DeskAgent, Presence, TeamId
from core.types import HandoverCode, Language
from ui.forms import YES, Field, Kind, Refusal, Values, ticked, ticks
from ui.manage_view import SettingsView
from ui.render_knowledge import note
from ui.render_people import PeopleShown, people_page
from ui.sheets import Edited, explained, lines_of, missing, opened, saved, whole
from ui.texts import intent_name, say
from ui.texts_intents import INTENT_TEXTS

AT_THE_DESK: Final = frozenset({Role.AGENT, Role.LEAD, Role.SERVICE_MANAGER, Role.ADMIN})
"""Roles whose accounts can work at the desk."""

MOST_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class TeamNow:
    """A team as it was read, with its number."""

    team_id: TeamId
    values: TeamRead


@dataclass(frozen=True, slots=True)
class TeamSheet:
    """How a team is edited."""

    view: SettingsView
    client: Client
    what: str = "team"

    def title(self, read: TeamNow | None) -> str:
        """Over the form."""
        language = self.view.language
        return say("people.team.edit", language, name=read.values["name"]) if read else say("people.team.new", language)

    def fields(self, read: TeamNow | None) -> Sequence[Field]:
        """What can be filled in."""
        language = self.view.language
        agents = {each.account_id: each.name for each in self.client.agents()}
        people = {each.account_id: each.display_name for each in accounts_at_desk(self.view, self.client)} | agents
        calendars = self.client.calendars()
        about = say("people.team.topics", language)
        return [
            Field(name="name", label=say("people.team.name", language), attributes={"maxlength": "100"}),
            Field(
                name="fallback",
                label=say("people.team.fallback", language),
                hint=say("people.team.fallback.hint", language),
                kind=Kind.CHECK,
            ),
            Field(
                name="member",
                label=say("people.team.members", language),
                hint="" if people else say("people.team.nobody", language),
                kind=Kind.CHECKS,
                options=tuple((str(number), name) for number, name in sorted(people.items(), key=lambda one: one[1])),
            ),
            Field(
                name="code",
                label=say("people.team.codes", language),
                kind=Kind.CHECKS,
                group=about,
                options=tuple((each.value, say(f"code.{each}", language)) for each in HandoverCode),
            ),
            Field(
                name="intent",
                label=say("people.team.intents", language),
                kind=Kind.CHECKS,
                group=about,
                options=tuple((each, intent_name(each, language)) for each in INTENTS),
            ),
            Field(
                name="topics",
                label=say("people.team.others", language),
                hint=say("people.team.others.hint", language),
                group=about,
            ),
            Field(
                name="calendar_id",
                label=say("people.team.calendar", language),
                kind=Kind.CHOICE,
                options=(
                    ("", say("levels.always", language)),
                    *((str(each.calendar_id), each.name) for each in calendars),
                ),
            ),
        ]

    def values(self, read: TeamNow | None) -> Values:
        """What the form shows of it."""
        if read is None:
            return {}
        team = read.values
        topics = set(team["topics"])
        codes, intents = topics & set(HandoverCode), topics & set(INTENTS)
        others = [topic for topic in team["topics"] if topic not in codes | intents]
        return {
            "name": team["name"],
            "topics": ", ".join(others),
            "calendar_id": str(team["calendar_id"] or ""),
            **({"fallback": YES} if team["fallback"] else {}),
            **ticks("member", team["members"]),
            **ticks("code", codes),
            **ticks("intent", intents),
        }

    def now(self, number: int) -> TeamNow:
        """As it holds now."""
        team = next((each for each in self.client.teams() if each.team_id == number), None)
        if team is None:
            raise NotFound("team", number)
        members = [each.account_id for each in self.client.agents() if team.team_id in each.teams]
        return TeamNow(team.team_id, team_read(team, members))

    def parsed(self, sent: Values, read: TeamNow | None) -> TeamNow | Refusal:
        """What a form says."""
        if not sent.get("name", "").strip():
            return missing(say("people.team.name", self.view.language), "name", self.view.language)
        topics = [*ticked(sent, "code"), *ticked(sent, "intent"), *lines_of(sent.get("topics", ""))]
        wanted: TeamRead = {
            "name": sent["name"].strip(),
            "topics": list(dict.fromkeys(topics)),
            "fallback": "fallback" in sent,
            "calendar_id": whole(sent.get("calendar_id", "")),
            "members": [int(number) for number in ticked(sent, "member") if number.isdigit()],
        }
        return TeamNow(read.team_id if read else TeamId(0), wanted)

    def store(self, wanted: TeamNow, read: TeamNow | None) -> str:
        """Save it."""
        values = wanted.values
        calendar = values["calendar_id"]
        self.client.save_team(
            values["name"],
            topics=values["topics"],
            fallback=values["fallback"],
            calendar_id=CalendarId(calendar) if calendar else None,
            members=[AccountId(member) for member in values["members"]],
            team_id=wanted.team_id or None,
            instead_of=read.values if read else None,
        )
        return note(say("people.team.saved", self.view.language, name=values["name"], count=len(values["members"])))

    def below(self, sent: Values) -> str:
        """Nothing."""
        return ""


@dataclass(frozen=True, slots=True)
class AgentSheet:
    """How it is set what somebody at the desk can do."""

    view: SettingsView
    client: Client
    what: str = "agent"

    def title(self, read: DeskAgent | None) -> str:
        """Over the form."""
        return say("people.agent.edit", self.view.language, name=read.name if read else "")

    def fields(self, read: DeskAgent | None) -> Sequence[Field]:
        """What can be filled in."""
        language = self.view.language
        spoken = dict.fromkeys([*Language, *(read.languages if read else ())])
        return [
            Field(
                name="cap",
                label=say("people.agent.cap", language),
                hint=say("people.agent.cap.hint", language),
                attributes={"inputmode": "numeric", "maxlength": "4"},
            ),
            Field(
                name="language",
                label=say("people.agent.languages", language),
                hint=say("people.agent.languages.hint", language),
                kind=Kind.CHECKS,
                options=tuple(
                    (str(each), say(f"manage.lang.{each}", language) if each in set(Language) else str(each))
                    for each in spoken
                ),
            ),
            Field(
                name="skills",
                label=say("people.agent.skills", language),
                hint=say("people.agent.skills.hint", language),
            ),
        ]

    def values(self, read: DeskAgent | None) -> Values:
        """What the form shows of it."""
        if read is None:
            return {}
        return {"cap": str(read.cap), "skills": ", ".join(read.skills), **ticks("language", read.languages)}

    def now(self, number: int) -> DeskAgent:
        """As it holds now; somebody who was never at the desk as they would begin there."""
        found = next((each for each in self.client.agents() if each.account_id == number), None)
        if found is not None:
            return found
        account = next((each for each in accounts_at_desk(self.view, self.client) if each.account_id == number), None)
        if account is None:
            raise NotFound("agent", number)
        return DeskAgent(
            account_id=account.account_id,
            name=account.display_name,
            presence=Presence.OFFLINE,
            seen_at=NEVER,
            cap=FIRST_CAP,
            skills=(),
            languages=(),
            teams=(),
            load=0,
        )

    def parsed(self, sent: Values, read: DeskAgent | None) -> DeskAgent | Refusal:
        """What a form says."""
        cap = whole(sent.get("cap", ""))
        if cap is None or cap > MOST_AT_ONCE:
            return Refusal(say("people.agent.cap.bad", self.view.language, most=MOST_AT_ONCE), "cap")
        if read is None:
            return Refusal(say("manage.gone", self.view.language))
        return replace(
            read, cap=cap, skills=tuple(lines_of(sent.get("skills", ""))), languages=tuple(ticked(sent, "language"))
        )

    def store(self, wanted: DeskAgent, read: DeskAgent | None) -> str:
        """Save it."""
        self.client.change_agent(
            wanted.account_id,
            cap=wanted.cap,
            skills=wanted.skills,
            languages=wanted.languages,
            instead_of=read if read is not None and read.seen_at != NEVER else None,
        )
        return note(say("people.agent.saved", self.view.language, name=wanted.name))

    def below(self, sent: Values) -> str:
        """Nothing."""
        return ""


INTENTS: Final = tuple(key.removeprefix("intent.") for key in INTENT_TEXTS)
FIRST_CAP: Final = 4
"""What the desk gives to who shows up there for the first time."""

NEVER: Final = datetime.min.replace(tzinfo=UTC)
"""When somebody was seen who never was at the desk."""


def accounts_at_desk(view: SettingsView, client: Client) -> list[Account]:
    """Accounts that may work at the desk, for who may read them."""
    if Right.ACCOUNTS_READ not in view.rights:
        return []
    return [each for each in client.accounts() if each.role in AT_THE_DESK and not each.disabled]


def shown(view: SettingsView, client: Client, edited: Edited | None = None) -> str:
    """The tab."""
    edited = edited or Edited(view)
    try:
        agents = client.agents()
        known = {each.account_id for each in agents}
        present_for = client.desk_policy().policy.get("present_for_s") or 0
        found = PeopleShown(
            teams=tuple(client.teams()),
            agents=tuple(agents),
            strangers=tuple(each for each in accounts_at_desk(view, client) if each.account_id not in known),
            calendars={each.calendar_id: each.name for each in client.calendars()},
            now=datetime.now(UTC),
            present_for=timedelta(seconds=float(present_for)),
        )
    except ZhidaError as error:
        return edited.said + note(explained(error, view), problem=True) + edited.form
    return edited.said + people_page(found, view, edited.form)


def act(view: SettingsView, name: str, sent: Values, client: Client) -> tuple[SettingsView, str]:
    """Do what was clicked, and return the tab."""
    number = whole(sent.get("number", "")) or 0
    done = Edited(replace(view, read=None))
    if view.may_set and name in ("open", "save"):
        if sent.get("what") == "agent":
            agent = AgentSheet(view, client)
            done = opened(view, agent, number) if name == "open" else saved(view, agent, number, sent)
        else:
            team = TeamSheet(view, client)
            done = opened(view, team, number) if name == "open" else saved(view, team, number, sent)
    return done.view, shown(done.view, client, done)
