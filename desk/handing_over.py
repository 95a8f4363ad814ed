"""What follows when the assistant gives a conversation to people: queue, ticket, team, and who is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.actors import SYSTEM
from core.desk_events import EventKind
from core.episodes import EpisodeState
from core.tickets import PRIORITY_OF, Priority, TicketCard, family_of
from core.types import HandoverCode, Message
from desk.acts import Act
from desk.assignment import choose_agent
from desk.episode_states import Trigger
from desk.episodes import EpisodeRecord, Held, change_episode, move_episode, own
from desk.openings import Cause, raise_ticket
from desk.policy import DeskPolicy
from desk.running import one_calendar, refresh_clocks
from desk.sla.calendar import working_seconds
from desk.staff import all_agents, one_team, present_agents, team_for
from desk.ticket_rows import assign


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Why a person is wanted, and whom."""

    code: HandoverCode
    reason: str
    topics: Sequence[str] = ()
    """Finds the team, the most telling first."""
    priority: Priority | None = None
    """`None` follows the code."""


def hand_over(
    act: Act, held: Held, episode: EpisodeRecord, message: Message, request: Request, policy: DeskPolicy
) -> tuple[EpisodeRecord, TicketCard]:
    """Queue the episode and open or join its ticket; nobody there means that it goes on as a ticket at once.

    Within an episode that people have already, nothing moves: the ticket learns of it, that is all.
    """
    team_id = episode.team_id or team_for(act.connection, (*request.topics, request.code.value))
    if episode.state is EpisodeState.ASSISTANT:
        episode = move_episode(act, held, episode, Trigger.HANDED_OVER)
        first = {"code": episode.code or request.code, "team_id": team_id}
        episode = change_episode(act, episode, waiting_since=message.created_at, **first)
        act.log(EventKind.HANDED_OVER, held.subject(episode), new=request.code.value, reason=request.reason)
    priority = request.priority or PRIORITY_OF.get(request.code, Priority.MEDIUM)
    family = family_of(request.code)
    cause = Cause(family=family, code=request.code, reason=request.reason, priority=priority, team_id=team_id)
    card = raise_ticket(act, held, episode, message, cause)
    if episode.state is EpisodeState.QUEUED:
        episode, card = staff_it(act.by(SYSTEM), held, episode, card, policy)
    return episode, refresh_clocks(act, card)


def staff_it(
    act: Act, held: Held, episode: EpisodeRecord, card: TicketCard, policy: DeskPolicy
) -> tuple[EpisodeRecord, TicketCard]:
    """Give a queued episode to somebody if the policy says so; let it go on as a ticket if nobody is there."""
    there = present_agents(act.connection, episode.team_id, act.now, policy.present_for)
    if not there or not _at_work(act, episode):
        return move_episode(act, held, episode, Trigger.UNATTENDED), card
    if not policy.auto_assign:
        return episode, card
    language = held.language.value if held.language is not None else None
    chosen = choose_agent(
        all_agents(act.connection, episode.team_id), now=act.now, present_for=policy.present_for, language=language
    )
    if chosen is None:
        return episode, card
    episode = own(act, held, move_episode(act, held, episode, Trigger.CLAIMED), chosen)
    return episode, assign(act, card, chosen)


def _at_work(act: Act, episode: EpisodeRecord) -> bool:
    """Whether the team works at this hour."""
    if episode.team_id is None:
        return True
    calendar_id = one_team(act.connection, episode.team_id).calendar_id
    calendar = one_calendar(act.connection, calendar_id) if calendar_id is not None else None
    return working_seconds(calendar, act.now, act.now + timedelta(seconds=1)) > 0
