"""People at the desk in SQL: who they are, whether they are there, and in which teams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from core.accounts import AccountId
from core.actors import agent as by_agent
from core.clock import Clock, utc_now
from core.database import reading
from core.desk_events import EventKind, Subject
from core.episodes import EpisodeState
from core.errors import InvalidInput, NotFound
from core.staff import DeskAgent, Presence, Team, TeamId
from desk.acts import acting
from desk.assignment import choose_team, present
from desk.releasing import release_unanswered
from desk.settling import NOBODY, Editor, outrun, settled
from desk.staff_tables import agents, team_members, teams
from desk.tables import episodes

CAP: Final = 4
"""Conversations at once of an agent for whom nothing else was set."""

_OWNED: Final = (EpisodeState.AGENT, EpisodeState.SNOOZED)


class Staff:
    """Agents and teams. An agent is an account's side at the desk and is made when it first shows up."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def enrol(
        self,
        account_id: AccountId,
        name: str,
        *,
        cap: int | None = None,
        skills: Sequence[str] | None = None,
        languages: Sequence[str] | None = None,
        by: Editor | None = None,
        instead_of: DeskAgent | None = None,
    ) -> DeskAgent:
        """Make somebody an agent, or change what is given. Presence stays; a new agent is offline.

        Args:
            account_id: whose side at the desk it is.
            name: what customers and colleagues read.
            cap: conversations at once.
            skills: words that assignment may ask for.
            languages: of customers; none means all.
            by: who sets it; `None` where somebody only shows up.
            instead_of: what the editor has read of cap, skills and languages; `None` doesn't look.

        Raises:
            InvalidInput: the cap is negative.
            Conflict: somebody else has changed it since `instead_of` was read.
        """
        if cap is not None and cap < 0:
            raise InvalidInput(f"A cap of {cap} conversations can't be; give 0 or more.")
        given: dict[str, object] = {"name": name}
        given |= {"cap": cap} if cap is not None else {}
        given |= {"skills": tuple(skills)} if skills is not None else {}
        given |= {"languages": tuple(languages)} if languages is not None else {}
        with acting(self._engine, self._clock, by.actor if by else by_agent(account_id)) as act:
            if instead_of is not None:
                act.connection.execute(select(agents).where(agents.c.account_id == account_id).with_for_update())
                if _able(one_agent(act.connection, account_id)) != _able(instead_of):
                    raise outrun(act.connection, "agent", account_id)
            if by is not None:
                settled(act, "agent", account_id, name, by)
            known = update(agents).where(agents.c.account_id == account_id).values(**given)
            if act.connection.execute(known).rowcount == 0:
                first: dict[str, object] = {"cap": CAP, "skills": (), "languages": (), "presence": Presence.OFFLINE}
                act.connection.execute(insert(agents).values(account_id=account_id, seen_at=act.now, **(first | given)))
            return one_agent(act.connection, account_id)

    def agents(self) -> list[DeskAgent]:
        """All agents with what they have to do, by name."""
        with reading(self._engine) as connection:
            return all_agents(connection)

    def agent(self, account_id: AccountId) -> DeskAgent:
        """One agent. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return one_agent(connection, account_id)

    def set_presence(self, account_id: AccountId, presence: Presence) -> DeskAgent:
        """Say whether somebody is there. Whoever leaves gives back what they haven't answered yet.

        Raises:
            NotFound: no such agent.
        """
        with acting(self._engine, self._clock, by_agent(account_id)) as act:
            before = one_agent(act.connection, account_id)
            mine = agents.c.account_id == account_id
            act.connection.execute(update(agents).where(mine).values(presence=presence, seen_at=act.now))
            if presence is not before.presence:
                act.log(EventKind.AGENT_PRESENCE, Subject(), old=before.presence.value, new=presence.value)
            if presence is not Presence.ONLINE:
                release_unanswered(act, account_id)
            return one_agent(act.connection, account_id)

    def alive(self, account_id: AccountId) -> None:
        """A sign of life. Doesn't change what they said about being there."""
        with acting(self._engine, self._clock, by_agent(account_id)) as act:
            act.connection.execute(update(agents).where(agents.c.account_id == account_id).values(seen_at=act.now))

    def teams(self) -> list[Team]:
        """All teams, by name."""
        with reading(self._engine) as connection:
            return all_teams(connection)

    def save_team(
        self,
        name: str,
        *,
        topics: Sequence[str] = (),
        fallback: bool = False,
        calendar_id: int | None = None,
        team_id: TeamId | None = None,
        members: Sequence[AccountId] | None = None,
        by: Editor = NOBODY,
        instead_of: tuple[Team, frozenset[AccountId]] | None = None,
    ) -> Team:
        """Make a team, or change one. There is at most one fallback; a new one takes that part over.

        Args:
            name: unique.
            topics: hand-over codes and intents.
            fallback: gets what is no team's topic.
            calendar_id: when it works; `None` means always.
            team_id: which to change; `None` makes a new one.
            members: who is in it; `None` leaves that as it is.
            by: who changes it.
            instead_of: the team and its members as the editor has read them; `None` doesn't look.

        Raises:
            NotFound: there is no team with that id, or no such agent.
            InvalidInput: no name, or one that another team has.
            Conflict: somebody else has changed it since `instead_of` was read.
        """
        name = name.strip()
        values = {"name": name, "topics": tuple(topics), "fallback": fallback, "calendar_id": calendar_id}
        with acting(self._engine, self._clock, by.actor) as act:
            if team_id is not None and instead_of is not None:
                act.connection.execute(select(teams).where(teams.c.id == team_id).with_for_update())
                if (one_team(act.connection, team_id), members_of(act.connection, team_id)) != instead_of:
                    raise outrun(act.connection, "team", team_id)
            taken = [team for team in all_teams(act.connection) if team.name == name and team.team_id != team_id]
            if not name or taken:
                raise InvalidInput(f"{name!r} can't be the name of a team: it is empty or taken. Choose another.")
            if fallback:
                act.connection.execute(update(teams).values(fallback=False))
            if team_id is None:
                added = act.connection.execute(insert(teams).values(**values))
                assert added.inserted_primary_key is not None  # every database gives it after a single insert
                team_id = TeamId(added.inserted_primary_key[0])
            else:
                act.connection.execute(update(teams).where(teams.c.id == team_id).values(**values))
            saved = one_team(act.connection, team_id)
            if members is not None:
                _put_members(act.connection, team_id, members)
            settled(act, "team", team_id, name, by)
            return saved

    def set_members(self, team_id: TeamId, members: Sequence[AccountId]) -> None:
        """Say who is in a team. Raises `NotFound` for an unknown team or agent."""
        with acting(self._engine, self._clock, by_agent(None)) as act:
            one_team(act.connection, team_id)
            _put_members(act.connection, team_id, members)


def all_agents(connection: Connection, team_id: TeamId | None = None) -> list[DeskAgent]:
    """Agents with their loads, by name; only those of a team if one is given."""
    counted = (
        select(episodes.c.owner_id, func.count()).where(episodes.c.state.in_(_OWNED)).group_by(episodes.c.owner_id)
    )
    loads = {row[0]: row[1] for row in connection.execute(counted)}
    members: dict[int, list[TeamId]] = {}
    for row in connection.execute(select(team_members).order_by(team_members.c.team_id)):
        members.setdefault(row.account_id, []).append(TeamId(row.team_id))
    found = connection.execute(select(agents).order_by(agents.c.name, agents.c.account_id))
    listed = [_to_agent(row, tuple(members.get(row.account_id, ())), loads.get(row.account_id, 0)) for row in found]
    return [each for each in listed if team_id is None or team_id in each.teams]


def one_agent(connection: Connection, account_id: AccountId) -> DeskAgent:
    """One agent. Raises `NotFound`."""
    found = find_agent(connection, account_id)
    if found is None:
        raise NotFound("agent", account_id)
    return found


def find_agent(connection: Connection, account_id: AccountId) -> DeskAgent | None:
    """One agent; `None` for an account that isn't at the desk."""
    return next((each for each in all_agents(connection) if each.account_id == account_id), None)


def all_teams(connection: Connection) -> list[Team]:
    """All teams, by name."""
    return [_to_team(row) for row in connection.execute(select(teams).order_by(teams.c.name))]


def one_team(connection: Connection, team_id: TeamId) -> Team:
    """One team. Raises `NotFound`."""
    row = connection.execute(select(teams).where(teams.c.id == team_id)).one_or_none()
    if row is None:
        raise NotFound("team", team_id)
    return _to_team(row)


def members_of(connection: Connection, team_id: TeamId) -> frozenset[AccountId]:
    """Who is in a team."""
    query = select(team_members.c.account_id).where(team_members.c.team_id == team_id)
    return frozenset(AccountId(account_id) for account_id in connection.execute(query).scalars())


def _put_members(connection: Connection, team_id: TeamId, members: Sequence[AccountId]) -> None:
    for account_id in members:
        one_agent(connection, account_id)
    connection.execute(delete(team_members).where(team_members.c.team_id == team_id))
    lines = [{"team_id": team_id, "account_id": account_id} for account_id in dict.fromkeys(members)]
    if lines:
        connection.execute(insert(team_members), lines)


def _able(agent: DeskAgent) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """What a manager sets of somebody."""
    return agent.cap, agent.skills, agent.languages


def team_for(connection: Connection, topics: Sequence[str]) -> TeamId | None:
    """Which team is to answer for these topics, the most telling first."""
    found = choose_team(all_teams(connection), topics)
    return found.team_id if found is not None else None


def present_agents(
    connection: Connection, team_id: TeamId | None, now: datetime, present_for: timedelta
) -> list[DeskAgent]:
    """Who of a team is there now; of everybody if the conversation is no team's."""
    return [each for each in all_agents(connection, team_id) if present(each, now, present_for)]


def _to_agent(row: Row[Any], of: tuple[TeamId, ...], load: int) -> DeskAgent:
    return DeskAgent(
        account_id=AccountId(row.account_id),
        name=row.name,
        presence=row.presence,
        seen_at=row.seen_at,
        cap=row.cap,
        skills=row.skills,
        languages=row.languages,
        teams=of,
        load=load,
    )


def _to_team(row: Row[Any]) -> Team:
    return Team(
        team_id=TeamId(row.id),
        name=row.name,
        topics=row.topics,
        fallback=row.fallback,
        calendar_id=row.calendar_id,
    )
