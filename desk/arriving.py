"""Where a customer's message belongs: the episode that it goes on with, ends, wakes or begins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import update

from core.actors import SYSTEM
from core.attachments import AttachmentId
from core.desk_events import EventKind
from core.episodes import EpisodeState
from core.tickets import TicketCard
from core.types import HandoverCode, Message, MessageId, Role, TicketStatus
from desk import rows
from desk.acts import Act
from desk.assignment import present
from desk.attachments.rows import send_with
from desk.courtesy import confirmation, only_thanks
from desk.episode_states import Trigger
from desk.episodes import (
    EpisodeRecord,
    Held,
    all_episodes,
    change_episode,
    current,
    move_episode,
    open_episode,
)
from desk.handing_over import Request, hand_over
from desk.past import last_reply
from desk.policy import DeskPolicy
from desk.staff import all_agents
from desk.tables import replies
from desk.ticket_rows import assign, change_ticket, hold_ticket, step, tickets_of
from desk.ticket_states import TicketTrigger

_WITH_PEOPLE = frozenset({EpisodeState.QUEUED, EpisodeState.AGENT, EpisodeState.SNOOZED, EpisodeState.TICKETED})


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that was stored, and the episode that it belongs to."""

    message: Message
    episode: EpisodeRecord
    substantive: bool
    """Not just thanks, and written by a person."""
    confirmed: bool
    """The customer said that the problem is solved."""


def arrive(
    act: Act,
    held: Held,
    text: str,
    *,
    client_key: str | None,
    automatic: bool,
    policy: DeskPolicy,
    files: Collection[AttachmentId] = (),
) -> Arrival:
    """Store a message where it belongs, with its files. The act is the customer's."""
    substantive = not automatic and (bool(files) or not only_thanks(text))
    verdict = None if automatic else confirmation(text)
    found = all_episodes(act.connection, held.conversation_id)
    before = current(found)
    refuted = _refuted(act, held, before, policy) if verdict is False else None
    episode = _episode_for(act, held, found, before, substantive, verdict, policy)
    if episode.identity_level > held.level(act.now):
        episode = change_episode(act, episode, identity_level=held.level(act.now))
    message = rows.add_message(
        act, held.subject(episode), Role.CUSTOMER, text, client_key=client_key, substantive=substantive
    )
    send_with(act, rows.with_message(held.subject(episode), message.message_id), files, act.actor)
    if refuted is not None:
        episode = back_to_people(act, held, episode, message, refuted, policy)
    if substantive and episode.state in _WITH_PEOPLE:
        if episode.waiting_since is None:
            episode = change_episode(act, episode, waiting_since=act.now)
        _tell_tickets(act, episode)
    confirmed = (
        before is not None and before.state is EpisodeState.CONFIRMING and episode.state is EpisodeState.RESOLVED
    )
    return Arrival(message, episode, substantive, confirmed)


def _episode_for(
    act: Act,
    held: Held,
    found: list[EpisodeRecord],
    episode: EpisodeRecord | None,
    substantive: bool,
    verdict: bool | None,
    policy: DeskPolicy,
) -> EpisodeRecord:
    if episode is None:
        return open_episode(act, held, found)
    match episode.state:
        case EpisodeState.RESOLVED | EpisodeState.ABANDONED:
            return open_episode(act, held, found) if substantive else episode
        case EpisodeState.TICKETED:
            goes_on = episode.agent_spoke_at is not None or not substantive
            return episode if goes_on else open_episode(act, held, found)
        case EpisodeState.CONFIRMING:
            return _judge(act, held, episode, substantive, verdict)
        case EpisodeState.SNOOZED:
            return wake(act, held, episode, policy) if substantive else episode
        case EpisodeState.AGENT:
            return _resume(act, held, episode, policy) if substantive else episode
        case _:
            return episode


def _judge(act: Act, held: Held, episode: EpisodeRecord, substantive: bool, verdict: bool | None) -> EpisodeRecord:
    """What the customer says after an answer: that it helped, that it didn't, or something else."""
    if verdict is None:
        return move_episode(act, held, episode, Trigger.ASKED_ON) if substantive else episode
    answer = last_reply(act.connection, episode)
    if answer is not None:
        rate_reply(act, held, episode, answer, helpful=verdict)
    return move_episode(act, held, episode, Trigger.CONFIRMED if verdict else Trigger.DENIED)


def rate_reply(act: Act, held: Held, episode: EpisodeRecord, message_id: MessageId, *, helpful: bool) -> None:
    """Keep what the customer thinks of a reply; the last word counts."""
    mine = update(replies).where(replies.c.message_id == message_id)
    act.connection.execute(mine.values(helpful=helpful, rated_at=act.now))
    verdict = "helpful" if helpful else "unhelpful"
    subject = held.subject(episode)
    act.log(EventKind.REPLY_RATED, rows.with_message(subject, message_id), new=verdict)


def wake(act: Act, held: Held, episode: EpisodeRecord, policy: DeskPolicy) -> EpisodeRecord:
    """Back to whoever snoozed it if they are there, else into the queue."""
    there = any(
        agent.account_id == episode.owner_id and present(agent, act.now, policy.present_for)
        for agent in all_agents(act.connection)
    )
    return move_episode(act, held, episode, Trigger.WOKEN if there else Trigger.WOKEN_ALONE)


def _resume(act: Act, held: Held, episode: EpisodeRecord, policy: DeskPolicy) -> EpisodeRecord:
    """The assistant goes on if a person was silent for too long, the customer writes again, and the policy lets it."""
    if policy.resume_after is None or episode.waiting_since is None:
        return episode
    last = max(filter(None, (episode.agent_spoke_at, episode.waiting_since, episode.entered_at)))
    if act.now - last < policy.resume_after:
        return episode
    return move_episode(act.by(SYSTEM), held, episode, Trigger.RESUMED)


def _refuted(act: Act, held: Held, before: EpisodeRecord | None, policy: DeskPolicy) -> TicketCard | None:
    """The ticket of a problem that a person solved lately, of which the customer now says that it isn't."""
    if before is None or before.state is not EpisodeState.RESOLVED:
        return None
    lately = [
        card
        for card in tickets_of(act.connection, held.conversation_id)
        if (card.status is TicketStatus.RESOLVED or card.category.open)
        and card.last_resolved_at is not None
        and act.now - card.last_resolved_at <= policy.reopen_window
    ]
    return lately[-1] if lately else None


def back_to_people(
    act: Act, held: Held, episode: EpisodeRecord, message: Message, card: TicketCard, policy: DeskPolicy
) -> EpisodeRecord:
    """Open a resolved ticket again and queue the new episode. Its last agent keeps it only if they are there."""
    card = hold_ticket(act.connection, card.ticket_id)
    if card.status is TicketStatus.RESOLVED:
        since = card.last_resolved_at
        card = step(act, card, TicketTrigger.REOPENED, note="customer", window=policy.reopen_window, since=since)
    there = any(
        agent.account_id == card.assignee_id and present(agent, act.now, policy.present_for)
        for agent in all_agents(act.connection)
    )
    if not there:
        card = assign(act.by(SYSTEM), card, None)
    change_ticket(act, card, episode_id=episode.episode_id)
    request = Request(code=HandoverCode.USER_REJECTED, reason="The customer says that it isn't solved.")
    episode, _ = hand_over(act.by(SYSTEM), held, episode, message, request, policy)
    return episode


def _tell_tickets(act: Act, episode: EpisodeRecord) -> None:
    """A ticket that waited for the customer is ours again."""
    for card in tickets_of(act.connection, episode.conversation_id):
        if card.episode_id == episode.episode_id and card.status in {
            TicketStatus.PENDING_CUSTOMER,
            TicketStatus.SNOOZED,
        }:
            step(act, hold_ticket(act.connection, card.ticket_id), TicketTrigger.ANSWERED)
