"""Whom a conversation is given to. Pure: absent people are never chosen, nor those who have enough."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from core.accounts import AccountId
from core.staff import DeskAgent, Presence, Team


def present(agent: DeskAgent, now: datetime, present_for: timedelta) -> bool:
    """Whether somebody is really there: said so, and gave a sign of life lately."""
    return agent.presence is Presence.ONLINE and now - agent.seen_at <= present_for


def choose_agent(
    agents: Sequence[DeskAgent],
    *,
    now: datetime,
    present_for: timedelta,
    skills: Collection[str] = (),
    language: str | None = None,
    prefer: AccountId | None = None,
) -> AccountId | None:
    """Who gets it: present, under the cap, able, and with the least to do. `None` if nobody is.

    Args:
        agents: of the team.
        now: the present.
        present_for: how long a sign of life holds.
        skills: all of them are needed.
        language: of the customer.
        prefer: who had it before; gets it if able.
    """
    able = [
        agent
        for agent in agents
        if present(agent, now, present_for)
        and agent.load < agent.cap
        and set(skills) <= set(agent.skills)
        and (language is None or not agent.languages or language in agent.languages)
    ]
    if any(agent.account_id == prefer for agent in able):
        return prefer
    return min(able, key=lambda agent: (agent.load, agent.account_id)).account_id if able else None


def choose_team(teams: Sequence[Team], topics: Sequence[str]) -> Team | None:
    """The team that has, or is named like, the first topic that any has; else the fallback; `None` where there are no teams."""
    for topic in topics:
        for team in teams:
            if topic and topic in {team.name, *team.topics}:
                return team
    return next((team for team in teams if team.fallback), None)
