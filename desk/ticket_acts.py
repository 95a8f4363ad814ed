"""One act on one ticket: its conversation is held, its version compared, its clocks set anew afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, select

from core.accounts import AccountId
from core.actors import Actor, agent
from core.clock import Clock, utc_now
from core.database import reading
from core.desk_events import EventKind
from core.errors import Conflict, NotFound
from core.tickets import TicketCard
from core.types import ConversationId, TicketId
from desk.acts import Act, acting
from desk.episodes import hold
from desk.policy import Governed, PolicySource
from desk.running import refresh_clocks
from desk.tables import tickets
from desk.ticket_rows import about, hold_ticket, step, to_card
from desk.ticket_states import TicketTrigger


class TicketActs(Governed):
    """What every act on a ticket shares. See `desk.ticketing.Ticketing` for the acts themselves."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now, policy: PolicySource | None = None) -> None:
        self._engine = engine
        self._clock = clock
        super().__init__(policy)

    def card(self, ticket_id: TicketId) -> TicketCard:
        """One ticket. Raises `NotFound`."""
        with reading(self._engine) as connection:
            row = connection.execute(select(tickets).where(tickets.c.id == ticket_id)).one_or_none()
            if row is None:
                raise NotFound("ticket", ticket_id)
            return to_card(row)

    def _step(self, ticket_id: TicketId, by: AccountId | None, trigger: TicketTrigger, *, note: str = "") -> TicketCard:
        with self._act(ticket_id, by, None) as (act, card):
            step(act, card, trigger, note=note)
        return self.card(ticket_id)

    def _log(self, ticket_id: TicketId, by: AccountId | None, kind: EventKind, new: str) -> None:
        with acting(self._engine, self._clock, agent(by)) as act:
            act.log(kind, about(hold_ticket(act.connection, ticket_id)), new=new)

    @contextmanager
    def _act(self, ticket_id: TicketId, by: AccountId | None, version: int | None) -> Iterator[tuple[Act, TicketCard]]:
        with self._act_as(agent(by), ticket_id, version) as found:
            yield found

    @contextmanager
    def _act_as(self, actor: Actor, ticket_id: TicketId, version: int | None) -> Iterator[tuple[Act, TicketCard]]:
        """One act on a ticket; its conversation is held first, always in that order."""
        with acting(self._engine, self._clock, actor) as act:
            of = select(tickets.c.conversation_id).where(tickets.c.id == ticket_id)
            conversation_id = act.connection.execute(of).scalar_one_or_none()
            if conversation_id is None:
                raise NotFound("ticket", ticket_id)
            hold(act.connection, ConversationId(conversation_id))
            card = hold_ticket(act.connection, ticket_id)
            if version is not None and card.version != version:
                raise Conflict("Somebody else changed this ticket meanwhile. Look at it again.")
            yield act, card
            refresh_clocks(act, hold_ticket(act.connection, ticket_id))
