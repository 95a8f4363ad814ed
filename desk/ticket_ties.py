"""Tickets that belong together: merged into one and apart again, split, linked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, or_, select, update

from core.accounts import AccountId
from core.actors import agent
from core.clock import Clock, utc_now
from core.database import reading
from core.desk_events import EventKind
from core.errors import Conflict, InvalidInput, NotFound
from core.tickets import LinkKind, TicketCard, TicketCause, TicketLink
from core.types import ConversationId, MessageId, Role, TicketId, TicketStatus
from desk.acts import Act, acting
from desk.episodes import changed, hold
from desk.openings import link
from desk.policy import Governed, PolicySource
from desk.running import refresh_clocks
from desk.tables import messages, tickets
from desk.ticket_rows import about, add_trigger, hold_ticket, raise_priority, step
from desk.ticket_states import TicketTrigger
from desk.ticket_tables import ticket_links, ticket_merges, ticket_triggers


class TicketTies(Governed):
    """Ties between tickets, and what hangs on them. A merge can be undone for some time."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now, policy: PolicySource | None = None) -> None:
        self._engine = engine
        self._clock = clock
        super().__init__(policy)

    def merge(self, kept: TicketId, merged: TicketId, by: AccountId | None) -> TicketCard:
        """Make one ticket of two. The kept one gets the higher priority; what stood in the other one stays there.

        Raises:
            NotFound: no such ticket.
            Conflict: the two are the same, or one is done or void.
        """
        with acting(self._engine, self._clock, agent(by)) as act:
            keeps, goes = _hold_both(act, kept, merged)
            if not keeps.category.open:
                raise Conflict(f"Ticket {kept} is {keeps.status.value!r}, so nothing can be merged into it.")
            step(act, goes, TicketTrigger.MERGED, merged_into=kept)
            act.log(EventKind.TICKET_MERGED, about(goes), new=kept)
            act.connection.execute(insert(ticket_merges).values(kept_id=kept, merged_id=merged, at=act.now))
            keeps = raise_priority(act, keeps, goes.priority)
            refresh_clocks(act, hold_ticket(act.connection, merged))
            return refresh_clocks(act, keeps)

    def unmerge(self, merged: TicketId, by: AccountId | None) -> TicketCard:
        """Take a merge back: the ticket is what it was before.

        Raises:
            NotFound: no such ticket.
            Conflict: it isn't merged, or too long ago.
        """
        with acting(self._engine, self._clock, agent(by)) as act:
            card = hold_ticket(act.connection, merged)
            open_merge = (ticket_merges.c.merged_id == merged, ticket_merges.c.undone_at.is_(None))
            row = act.connection.execute(select(ticket_merges).where(*open_merge)).one_or_none()
            if row is None:
                raise Conflict(f"Ticket {merged} isn't merged.")
            window = self._policy.undo_window
            card = step(act, card, TicketTrigger.UNMERGED, window=window, since=row.at, merged_into=None)
            act.log(EventKind.TICKET_UNMERGED, about(card), old=row.kept_id)
            act.connection.execute(update(ticket_merges).where(ticket_merges.c.id == row.id).values(undone_at=act.now))
            return refresh_clocks(act, card)

    def split(self, ticket_id: TicketId, message_id: MessageId, by: AccountId | None, *, reason: str) -> TicketCard:
        """Cut a second problem out of a ticket: what the customer wrote in `message_id` gets a ticket of its own.

        Raises:
            NotFound: no such ticket, or its conversation has no such message of the customer.
            Conflict: the ticket is done or void.
            InvalidInput: no reason.
        """
        if not reason.strip():
            raise InvalidInput("Say what the second problem is.")
        with acting(self._engine, self._clock, agent(by)) as act:
            of = select(tickets.c.conversation_id).where(tickets.c.id == ticket_id)
            conversation_id = act.connection.execute(of).scalar_one_or_none()
            if conversation_id is None:
                raise NotFound("ticket", ticket_id)
            hold(act.connection, ConversationId(conversation_id))  # always before the ticket
            card = hold_ticket(act.connection, ticket_id)
            if not card.category.open:
                raise Conflict(f"Ticket {ticket_id} is {card.status.value!r}, so nothing can be cut out of it.")
            query = select(messages).where(messages.c.id == message_id, messages.c.role == Role.CUSTOMER)
            row = act.connection.execute(query.where(messages.c.conversation_id == card.conversation_id)).one_or_none()
            if row is None:
                raise NotFound("message", message_id)
            made = _cut_out(act, card, row, reason.strip())
            changed(act.connection, card.conversation_id)
            return refresh_clocks(act, made)

    def link(self, ticket_id: TicketId, other: TicketId, by: AccountId | None, kind: LinkKind) -> None:
        """Tie two tickets together; again changes nothing.

        Raises:
            NotFound: no such ticket.
            Conflict: the two are the same.
        """
        with acting(self._engine, self._clock, agent(by)) as act:
            card, _ = _hold_both(act, ticket_id, other)
            mine = (
                ticket_links.c.ticket_id == ticket_id,
                ticket_links.c.other_id == other,
                ticket_links.c.kind == kind,
            )
            if act.connection.execute(select(ticket_links.c.kind).where(*mine)).first() is None:
                link(act, card, other, kind)

    def unlink(self, ticket_id: TicketId, other: TicketId, by: AccountId | None) -> None:
        """Untie two tickets. Raises `NotFound` if they aren't tied."""
        with acting(self._engine, self._clock, agent(by)) as act:
            card = hold_ticket(act.connection, ticket_id)
            mine = (ticket_links.c.ticket_id == ticket_id, ticket_links.c.other_id == other)
            if act.connection.execute(delete(ticket_links).where(*mine)).rowcount == 0:
                raise NotFound("link to ticket", other)
            act.log(EventKind.TICKET_UNLINKED, about(card), old=other)

    def links(self, ticket_id: TicketId) -> list[TicketLink]:
        """All ties of a ticket, from either side."""
        query = select(ticket_links).where(
            or_(ticket_links.c.ticket_id == ticket_id, ticket_links.c.other_id == ticket_id)
        )
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(ticket_links.c.ticket_id, ticket_links.c.other_id))
            return [TicketLink(TicketId(row.ticket_id), TicketId(row.other_id), row.kind) for row in found]

    def causes(self, ticket_id: TicketId) -> list[TicketCause]:
        """Why the ticket is there: what opened it, and all that came later and would have opened another."""
        query = select(ticket_triggers).where(ticket_triggers.c.ticket_id == ticket_id).order_by(ticket_triggers.c.id)
        with reading(self._engine) as connection:
            return [_to_cause(row) for row in connection.execute(query)]


def _hold_both(act: Act, first: TicketId, second: TicketId) -> tuple[TicketCard, TicketCard]:
    """Both rows, always in the same order, so that two who do this at once can't wait for each other."""
    if first == second:
        raise Conflict("That is one and the same ticket.")
    held = {ticket_id: hold_ticket(act.connection, ticket_id) for ticket_id in sorted((first, second))}
    return held[first], held[second]


def _cut_out(act: Act, card: TicketCard, message: Row[Any], reason: str) -> TicketCard:
    added = act.connection.execute(
        insert(tickets).values(
            conversation_id=card.conversation_id,
            message_id=message.id,
            code=card.code,
            reason=reason,
            question=message.text,
            status=TicketStatus.NEW,
            created_at=act.now,
            updated_at=act.now,
            episode_id=None,
            customer_id=card.customer_id,
            family=card.family,
            priority=card.priority,
            team_id=card.team_id,
            version=0,
        )
    )
    assert added.inserted_primary_key is not None  # every database gives it after a single insert
    made = hold_ticket(act.connection, TicketId(added.inserted_primary_key[0]))
    add_trigger(
        act,
        made,
        episode_id=card.episode_id,
        message_id=made.message_id,
        family=card.family,
        code=card.code,
        reason=reason,
    )
    detail = {"family": made.family.value, "priority": made.priority.value}
    act.log(
        EventKind.TICKET_CREATED, about(made), new=made.status.value, reason=reason, rule=made.code.value, detail=detail
    )
    act.log(EventKind.TICKET_SPLIT, about(card), new=made.ticket_id)
    link(act, made, card.ticket_id, LinkKind.SPLIT)
    return made


def _to_cause(row: Row[Any]) -> TicketCause:
    at: datetime = row.at
    message_id = None if row.message_id is None else MessageId(row.message_id)
    return TicketCause(message_id, row.family, row.code, row.reason, at)
