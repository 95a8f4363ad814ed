"""What happens by itself: silence, alarms, waits that last too long, windows that close, clocks that run out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, or_, select

from core.accounts import AccountId
from core.actors import ASSISTANT, SYSTEM
from core.clock import Clock, utc_now
from core.database import reading
from core.episodes import EpisodeId, EpisodeState
from core.staff import Presence
from core.tickets import Priority, TriggerFamily
from core.types import HandoverCode, Role, TicketId, TicketStatus
from desk import rows
from desk.acts import Act, acting
from desk.arriving import wake
from desk.clock_tables import sla_clocks
from desk.episode_states import Trigger
from desk.episodes import EpisodeRecord, Held, changed, hold, move_episode, one_episode
from desk.escalating import LIVE, escalate_wait
from desk.failing import failed_reply
from desk.handing_over import Request, hand_over, staff_it
from desk.past import last_customer_message, last_word_at, spoken_language
from desk.policy import Governed, PolicySource
from desk.releasing import release_unanswered
from desk.running import refresh_clocks
from desk.staff_tables import agents
from desk.surveys import offer_survey
from desk.tables import episodes, messages, tickets
from desk.texts import say
from desk.ticket_rows import hold_ticket, open_tickets, step
from desk.ticket_states import TicketTrigger
from desk.ticket_tables import ticket_triggers

LOST_AFTER: Final = timedelta(minutes=3)
"""A message of a customer to which no reply came in this time was lost with the process that made the reply."""

MOST: Final = 500
"""Things of one kind that one tick looks after; the next one goes on."""


class Ticks(Governed):
    """The desk's timers. Every step is an act of its own that looks again before it does anything, so several
    processes may tick at once, and a tick that is late or comes twice does the same as one in time."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now, policy: PolicySource | None = None) -> None:
        self._engine = engine
        self._clock = clock
        super().__init__(policy)

    def tick(self) -> int:
        """Do all that is due; returns how many things that were.

        What comes back to the queue comes first: who is woken or left alone by an absent colleague may have
        waited too long already.
        """
        back = self._each(EpisodeState.SNOOZED, self._woken) + self._absent()
        done = sum(self._each(state, look) for state, look in self._looks().items())
        return back + done + self._tickets() + self._clocks() + self._waits()

    def _looks(self) -> dict[EpisodeState, Callable[[Act, Held, EpisodeRecord], bool]]:
        return {
            EpisodeState.ASSISTANT: self._left,
            EpisodeState.CONFIRMING: self._assumed,
            EpisodeState.QUEUED: self._waited,
        }

    def _each(self, state: EpisodeState, look: Callable[[Act, Held, EpisodeRecord], bool]) -> int:
        query = select(episodes.c.id, episodes.c.conversation_id).where(episodes.c.state == state)
        with reading(self._engine) as connection:
            # The queue is served by who waits longest; elsewhere the order is of no account.
            found = connection.execute(query.order_by(episodes.c.waiting_since, episodes.c.id).limit(MOST)).all()
        done = 0
        for row in found:
            with acting(self._engine, self._clock, SYSTEM) as act:
                held = hold(act.connection, row.conversation_id)
                episode = one_episode(act.connection, EpisodeId(row.id))
                if episode.state is state and look(act, held, episode):
                    changed(act.connection, held.conversation_id)
                    done += 1
        return done

    def _left(self, act: Act, held: Held, episode: EpisodeRecord) -> bool:
        """T1, or a reply that was lost."""
        if _unanswered(act, episode):
            return self._recover(act, held, episode)
        if act.now - _last_word(act, held, episode) < self._policy.left_after:
            return False
        move_episode(act, held, episode, Trigger.LEFT)
        return True

    def _recover(self, act: Act, held: Held, episode: EpisodeRecord) -> bool:
        """A process died over its reply: the customer is told, and a person gets it."""
        question = last_customer_message(act.connection, held.conversation_id)
        if question is None or act.now - question.created_at < LOST_AFTER:
            return False
        language = spoken_language(act.connection, held, question.text)
        reply = failed_reply("The reply was lost before it was complete.", language)
        by = act.by(ASSISTANT)
        subject = held.subject(episode)
        answer = rows.add_message(by, subject, Role.ASSISTANT, reply.outcome.text, detail=rows.reply_detail(reply))
        rows.add_reply(by.connection, answer.message_id, question.message_id, reply)
        request = Request(code=HandoverCode.TOOL_FAILURE, reason="The reply was lost before it was complete.")
        hand_over(by, held, episode, question, request, self._policy)
        return True

    def _assumed(self, act: Act, held: Held, episode: EpisodeRecord) -> bool:
        """T2."""
        if act.now - _last_word(act, held, episode) < self._policy.assumed_after:
            return False
        offer_survey(act, held, move_episode(act, held, episode, Trigger.ASSUMED), self._policy)
        return True

    def _waited(self, act: Act, held: Held, episode: EpisodeRecord) -> bool:
        """T3, or nobody is there any more; or somebody is free now, where conversations are given out."""
        cards = [
            card for card in open_tickets(act.connection, held.conversation_id) if card.episode_id == episode.episode_id
        ]
        ticket = cards[-1].ticket_id if cards else None
        if act.now - episode.entered_at >= self._policy.queue_wait:
            move_episode(act, held, episode, Trigger.UNATTENDED)
        elif cards:
            after, _ = staff_it(act, held, episode, hold_ticket(act.connection, cards[-1].ticket_id), self._policy)
            if after.state is not EpisodeState.TICKETED:
                return after.state is not episode.state
        else:
            return False
        language = spoken_language(act.connection, held)
        rows.add_message(act, held.subject(episode), Role.SYSTEM, say("unattended", language, ticket=ticket or ""))
        return True

    def _woken(self, act: Act, held: Held, episode: EpisodeRecord) -> bool:
        """A snoozed conversation's alarm."""
        if episode.wake_at is None or act.now < episode.wake_at:
            return False
        wake(act, held, episode, self._policy)
        return True

    def _absent(self) -> int:
        """Whoever said "online" and gave no sign of life for too long gives back what they haven't answered."""
        gone = self._clock() - self._policy.present_for
        query = select(agents.c.account_id).where(agents.c.presence == Presence.ONLINE, agents.c.seen_at < gone)
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(agents.c.account_id)).scalars().all()
        done = 0
        for account_id in found:
            with acting(self._engine, self._clock, SYSTEM) as act:
                done += len(release_unanswered(act, AccountId(account_id)))
        return done

    def _tickets(self) -> int:
        """Alarms of tickets, and reopen windows that have closed."""
        now = self._clock()
        asleep = (tickets.c.status == TicketStatus.SNOOZED) & (tickets.c.snoozed_until <= now)
        over = (tickets.c.status == TicketStatus.RESOLVED) & (tickets.c.resolved_at < now - self._policy.reopen_window)
        with reading(self._engine) as connection:
            query = select(tickets.c.id, tickets.c.conversation_id).where(or_(asleep, over))
            found = connection.execute(query.order_by(tickets.c.id).limit(MOST)).all()
        done = 0
        for row in found:
            with acting(self._engine, self._clock, SYSTEM) as act:
                hold(act.connection, row.conversation_id)
                done += self._ticket(act, TicketId(row.id))
                refresh_clocks(act, hold_ticket(act.connection, TicketId(row.id)))
        return done

    def _ticket(self, act: Act, ticket_id: TicketId) -> bool:
        card = hold_ticket(act.connection, ticket_id)
        if card.status is TicketStatus.SNOOZED and card.snoozed_until is not None and card.snoozed_until <= act.now:
            step(act, card, TicketTrigger.WOKEN)
            return True
        since = card.last_resolved_at
        if card.status is TicketStatus.RESOLVED and since is not None and act.now - since > self._policy.reopen_window:
            step(act, card, TicketTrigger.CLOSED)
            return True
        return False

    def _clocks(self) -> int:
        """Warnings and breaches."""
        now = self._clock()
        warns = (sla_clocks.c.warn_at <= now) & sla_clocks.c.warned_at.is_(None)
        query = select(sla_clocks.c.ticket_id).where(
            sla_clocks.c.breached_at.is_(None), or_(sla_clocks.c.due_at < now, warns)
        )
        with reading(self._engine) as connection:
            found = connection.execute(query.distinct().order_by(sla_clocks.c.ticket_id).limit(MOST)).scalars().all()
        for ticket_id in found:
            with acting(self._engine, self._clock, SYSTEM) as act:
                refresh_clocks(act, hold_ticket(act.connection, TicketId(ticket_id)))
        return len(found)

    def _waits(self) -> int:
        """Customers in a conversation who wait too long for a person."""
        late = episodes.c.waiting_since <= self._clock() - self._shortest_wait()
        breached = select(tickets.c.episode_id).join(sla_clocks, sla_clocks.c.ticket_id == tickets.c.id)
        breached = breached.where(sla_clocks.c.breached_at.is_not(None), sla_clocks.c.met_at.is_(None))
        told = select(ticket_triggers.c.id).where(
            ticket_triggers.c.episode_id == episodes.c.id,
            ticket_triggers.c.family == TriggerFamily.WAIT,
            ticket_triggers.c.at >= episodes.c.waiting_since,
        )
        query = select(episodes.c.id, episodes.c.conversation_id).where(
            episodes.c.state.in_(LIVE),
            episodes.c.waiting_since.is_not(None),
            or_(late, episodes.c.id.in_(breached)),
            ~told.exists(),
        )
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(episodes.c.waiting_since, episodes.c.id).limit(MOST)).all()
        done = 0
        for row in found:
            with acting(self._engine, self._clock, SYSTEM) as act:
                held = hold(act.connection, row.conversation_id)
                episode = one_episode(act.connection, EpisodeId(row.id))
                message = last_customer_message(act.connection, held.conversation_id)
                if message is not None and escalate_wait(act, held, episode, message, self._policy):
                    changed(act.connection, held.conversation_id)
                    done += 1
        return done

    def _shortest_wait(self) -> timedelta:
        return min(self._policy.live_wait(priority) for priority in Priority)


def _unanswered(act: Act, episode: EpisodeRecord) -> bool:
    """Whether the last word of the episode is a customer's that wants a reply."""
    query = select(messages.c.role, messages.c.substantive).where(
        messages.c.episode_id == episode.episode_id, messages.c.role != Role.NOTE
    )
    row = act.connection.execute(query.order_by(messages.c.ordinal.desc()).limit(1)).one_or_none()
    return row is not None and row.role is Role.CUSTOMER and row.substantive


def _last_word(act: Act, held: Held, episode: EpisodeRecord) -> datetime:
    return max(last_word_at(act.connection, held.conversation_id) or episode.entered_at, episode.entered_at)
