"""Tickets for people: find them, work on them, tie them together. Every change says who and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, select

from core.accounts import AccountId
from core.actors import Actor, CustomerId, agent
from core.database import reading
from core.desk_events import EventKind
from core.episodes import EpisodeState
from core.errors import Conflict, InvalidInput, NotFound
from core.staff import TeamId
from core.tickets import CloseReason, Priority, TicketCard, TicketCategory, TriggerFamily
from core.types import ConversationId, HandoverCode, Role, TicketId, TicketStatus
from desk import rows
from desk.acts import Act, acting
from desk.episode_states import Trigger
from desk.episodes import all_episodes, change_episode, changed, current, hold, move_episode
from desk.openings import Cause, raise_ticket
from desk.past import last_customer_message
from desk.running import refresh_clocks
from desk.staff import find_agent, one_team
from desk.states import one_state
from desk.ticket_acts import TicketActs
from desk.ticket_rows import about, assign, change_ticket, open_tickets, set_priority, step, to_card, transfer
from desk.ticket_search import matching
from desk.ticket_states import TicketTrigger
from desk.ticket_tables import ticket_collaborators

SUBJECT_CHARACTERS: Final = 255


class Ticketing(TicketActs):
    """What people do with tickets. Each method is one act and returns the ticket as it is afterwards.

    `version` is what the caller saw last: if somebody else changed the ticket meanwhile, nothing happens and
    `Conflict` says so. `None` doesn't ask.
    """

    def search(
        self,
        *,
        categories: Collection[TicketCategory] = (),
        statuses: Collection[TicketStatus] = (),
        assignee_id: AccountId | None = None,
        unassigned: bool = False,
        teams: Collection[TeamId] | None = None,
        customer_id: CustomerId | None = None,
        conversation_id: ConversationId | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> list[TicketCard]:
        """Tickets that fit all that is given, those that changed last first.

        Args:
            categories: of these; all if empty.
            statuses: of these; all if empty.
            assignee_id: of this agent.
            unassigned: of nobody.
            teams: of these teams, and of none.
            customer_id: of this customer.
            conversation_id: of this conversation.
            offset: how many to leave out.
            limit: how many at most.
        """
        wanted = matching(
            categories=categories,
            statuses=statuses,
            assignee_id=assignee_id,
            unassigned=unassigned,
            teams=teams,
            customer_id=customer_id,
            conversation_id=conversation_id,
        )
        with reading(self._engine) as connection:
            return [to_card(row) for row in connection.execute(wanted.offset(offset).limit(limit))]

    def open(
        self,
        conversation_id: ConversationId,
        by: AccountId | None,
        *,
        reason: str,
        family: TriggerFamily = TriggerFamily.WORK,
        code: HandoverCode = HandoverCode.CUSTOMER_REQUEST,
        priority: Priority = Priority.MEDIUM,
        team_id: TeamId | None = None,
    ) -> TicketCard:
        """Open a ticket by hand, e.g. for work outside the conversation; joins the episode's open one of the family.

        Raises:
            NotFound: no such conversation or team, or the customer hasn't written yet.
            InvalidInput: no reason.
        """
        if not reason.strip():
            raise InvalidInput("Say what is to be done.")
        with acting(self._engine, self._clock, agent(by)) as act:
            held = hold(act.connection, conversation_id)
            episode = current(all_episodes(act.connection, conversation_id))
            message = last_customer_message(act.connection, conversation_id)
            if episode is None or message is None:
                raise NotFound("conversation with messages", conversation_id)
            if team_id is not None:
                one_team(act.connection, team_id)
            cause = Cause(family=family, code=code, reason=reason.strip(), priority=priority, team_id=team_id)
            card = refresh_clocks(act, raise_ticket(act, held, episode, message, cause))
            changed(act.connection, conversation_id)
            return card

    def assign(
        self, ticket_id: TicketId, by: AccountId | None, to: AccountId | None, *, version: int | None = None
    ) -> TicketCard:
        """Give the ticket to somebody, or to nobody. Raises `NotFound` or `Conflict`."""
        with self._act(ticket_id, by, version) as (act, card):
            _must_be_open(card)
            if to is not None and find_agent(act.connection, to) is None:
                raise NotFound("agent", to)
            assign(act, card, to)
        return self.card(ticket_id)

    def transfer(
        self, ticket_id: TicketId, by: AccountId | None, team_id: TeamId, *, version: int | None = None
    ) -> TicketCard:
        """Give the ticket to a team; nobody has it then. Raises `NotFound` or `Conflict`."""
        with self._act(ticket_id, by, version) as (act, card):
            _must_be_open(card)
            one_team(act.connection, team_id)
            assign(act, transfer(act, card, team_id), None)
        return self.card(ticket_id)

    def set_priority(
        self, ticket_id: TicketId, by: AccountId | None, priority: Priority, *, version: int | None = None
    ) -> TicketCard:
        """Set the priority, up or down; the clocks go by the new one from now on. Raises `NotFound` or `Conflict`."""
        with self._act(ticket_id, by, version) as (act, card):
            _must_be_open(card)
            set_priority(act, card, priority)
        return self.card(ticket_id)

    def set_subject(
        self, ticket_id: TicketId, by: AccountId | None, subject: str, *, version: int | None = None
    ) -> TicketCard:
        """Name the ticket. Raises `NotFound`, `Conflict` or `InvalidInput`."""
        subject = subject.strip()
        if len(subject) > SUBJECT_CHARACTERS:
            raise InvalidInput(f"The subject has {len(subject)} characters; at most {SUBJECT_CHARACTERS} fit.")
        with self._act(ticket_id, by, version) as (act, card):
            act.log(EventKind.TICKET_EDITED, about(card), old=card.subject, new=subject, detail={"field": "subject"})
            change_ticket(act, card, subject=subject)
        return self.card(ticket_id)

    def hold(self, ticket_id: TicketId, by: AccountId | None, *, note: str = "") -> TicketCard:
        """Wait for somebody else than the customer. Raises `NotFound` or `Conflict`."""
        return self._step(ticket_id, by, TicketTrigger.HELD, note=note)

    def resume(self, ticket_id: TicketId, by: AccountId | None) -> TicketCard:
        """Go on with what waited. Raises `NotFound` or `Conflict`."""
        return self._step(ticket_id, by, TicketTrigger.RESUMED)

    def snooze(self, ticket_id: TicketId, by: AccountId | None, until: datetime) -> TicketCard:
        """Put it aside until a moment. Raises `NotFound`, `Conflict` or `InvalidInput`."""
        with self._act(ticket_id, by, None) as (act, card):
            if until <= act.now:
                raise InvalidInput(f"{until.isoformat()} has passed. Name a moment in the future.")
            step(act, card, TicketTrigger.SNOOZED, snoozed_until=until)
        return self.card(ticket_id)

    def wake(self, ticket_id: TicketId, by: AccountId | None) -> TicketCard:
        """Take up again what was put aside. Raises `NotFound` or `Conflict`."""
        return self._step(ticket_id, by, TicketTrigger.WOKEN)

    def resolve(
        self, ticket_id: TicketId, by: AccountId | None, reason: CloseReason, *, version: int | None = None
    ) -> TicketCard:
        """Say that it is solved. An episode that had gone on as this ticket alone is resolved with it.

        Raises:
            NotFound: no such ticket.
            Conflict: it is done already, or somebody changed it meanwhile.
        """
        return self.resolve_as(agent(by), ticket_id, reason, version=version)

    def resolve_as(
        self, actor: Actor, ticket_id: TicketId, reason: CloseReason, *, version: int | None = None
    ) -> TicketCard:
        """The same for any actor. Raises the same."""
        with self._act_as(actor, ticket_id, version) as (act, card):
            step(act, card, TicketTrigger.RESOLVED, reason=reason)
            _follow(act, card, reason)
        return self.card(ticket_id)

    def reopen(self, ticket_id: TicketId, by: AccountId | None, *, note: str = "") -> TicketCard:
        """Open it again; a closed one only with a note that says why. Raises `NotFound` or `Conflict`."""
        with self._act(ticket_id, by, None) as (act, card):
            closed = card.status is TicketStatus.CLOSED
            trigger = TicketTrigger.ADMIN_REOPENED if closed else TicketTrigger.REOPENED
            step(act, card, trigger, note=note, window=self._policy.reopen_window, since=card.last_resolved_at)
        return self.card(ticket_id)

    def spam(self, ticket_id: TicketId, by: AccountId | None) -> TicketCard:
        """It isn't a customer's problem: counts nowhere. Raises `NotFound` or `Conflict`."""
        return self._step(ticket_id, by, TicketTrigger.SPAM)

    def not_spam(self, ticket_id: TicketId, by: AccountId | None) -> TicketCard:
        """It was one after all. Raises `NotFound` or `Conflict`."""
        return self._step(ticket_id, by, TicketTrigger.NOT_SPAM)

    def set_state(self, ticket_id: TicketId, by: AccountId | None, state: str | None) -> TicketCard:
        """Give it one of the operator's own names for its present status; `None` takes the name away.

        Raises:
            NotFound: no such ticket or state.
            Conflict: the state is a name for another status.
        """
        with self._act(ticket_id, by, None) as (act, card):
            if state is not None and one_state(act.connection, state).status is not card.status:
                raise Conflict(f"{state!r} isn't a name for a ticket that is {card.status.value!r}.")
            act.log(EventKind.TICKET_EDITED, about(card), old=card.state, new=state, detail={"field": "state"})
            change_ticket(act, card, state=state)
        return self.card(ticket_id)

    def note(self, ticket_id: TicketId, by: AccountId | None, text: str) -> TicketCard:
        """Write something for colleagues into the ticket's conversation. Raises `NotFound` or `InvalidInput`."""
        if not text.strip():
            raise InvalidInput("There is nothing to note. Write something.")
        with self._act(ticket_id, by, None) as (act, card):
            rows.add_message(act, about(card), Role.NOTE, text.strip(), author=by)
            changed(act.connection, card.conversation_id)
        return self.card(ticket_id)

    def viewed(self, ticket_id: TicketId, by: AccountId | None) -> None:
        """Somebody looks at it. Raises `NotFound`."""
        self._log(ticket_id, by, EventKind.TICKET_VIEWED, "")

    def refer(self, ticket_id: TicketId, by: AccountId | None, whom: str) -> None:
        """Somebody outside the desk was asked. Raises `NotFound`."""
        self._log(ticket_id, by, EventKind.TICKET_REFERRED, whom)

    def collaborate(self, ticket_id: TicketId, by: AccountId | None, account_id: AccountId) -> None:
        """Let a colleague take part. Raises `NotFound`."""
        with self._act(ticket_id, by, None) as (act, card):
            mine = (ticket_collaborators.c.ticket_id == ticket_id, ticket_collaborators.c.account_id == account_id)
            act.connection.execute(delete(ticket_collaborators).where(*mine))
            act.connection.execute(insert(ticket_collaborators).values(ticket_id=ticket_id, account_id=account_id))
            act.log(EventKind.TICKET_COLLABORATOR, about(card), new=account_id)

    def collaborators(self, ticket_id: TicketId) -> Sequence[AccountId]:
        """Who takes part besides the assignee."""
        query = select(ticket_collaborators.c.account_id).where(ticket_collaborators.c.ticket_id == ticket_id)
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(ticket_collaborators.c.account_id)).scalars()
            return [AccountId(each) for each in found]


def _must_be_open(card: TicketCard) -> None:
    if not card.category.open:
        raise Conflict(f"Ticket {card.ticket_id} is {card.status.value!r}. Open it again first.")


def _follow(act: Act, card: TicketCard, reason: CloseReason) -> None:
    """End the episode that went on as this ticket, if no other ticket of it is open."""
    held = hold(act.connection, card.conversation_id)
    others = [each for each in open_tickets(act.connection, card.conversation_id) if each.episode_id == card.episode_id]
    for episode in all_episodes(act.connection, card.conversation_id):
        if episode.episode_id == card.episode_id and episode.state is EpisodeState.TICKETED and not others:
            ended = move_episode(act, held, episode, Trigger.SOLVED, reason=reason)
            change_episode(act, ended, assignee_at_resolution=card.assignee_id)
    changed(act.connection, card.conversation_id)
