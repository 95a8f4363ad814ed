"""A ticket's clocks: its events out of SQL, the terms that were applied, and what the clocks' function makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, insert, or_, select, update

from core.actors import SYSTEM
from core.desk_events import EventKind
from core.sla import Calendar, ClockState, Interval, Terms
from core.tickets import Priority, TicketCard
from core.types import Role, TicketStatus
from desk.acts import Act
from desk.clock_tables import sla_applied, sla_calendars, sla_clocks, sla_policies
from desk.customer_tables import customers
from desk.event_tables import desk_events
from desk.sla.clock import ClockEvent, ClockEventKind, run_clocks
from desk.tables import conversations
from desk.ticket_rows import about
from desk.ticket_tables import ticket_triggers

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE

SHIPPED: Final[Mapping[Priority, Terms]] = {
    Priority.URGENT: Terms(30 * MINUTE, 30 * MINUTE, 2 * HOUR),
    Priority.HIGH: Terms(HOUR, HOUR, 4 * HOUR),
    Priority.MEDIUM: Terms(8 * HOUR, 8 * HOUR, 24 * HOUR),
    Priority.LOW: Terms(24 * HOUR, 24 * HOUR, 72 * HOUR),
}
"""Where no policy fits: around the clock."""


_APPLIED: Final = EventKind.SLA_APPLIED.value
_OF_TICKETS: Final = (EventKind.TICKET_CREATED, EventKind.TICKET_MOVED, EventKind.SLA_APPLIED)


def refresh_clocks(act: Act, card: TicketCard) -> TicketCard:
    """Bring the ticket's clocks to the present: apply a policy where one is due, write what the clocks say.

    A policy is applied to a new ticket and again when the priority has changed; other edits of
    policies leave tickets alone that have one.
    """
    act.flush()
    applied = act.connection.execute(
        select(sla_applied).where(sla_applied.c.ticket_id == card.ticket_id).order_by(sla_applied.c.id)
    ).all()
    if card.category.open and (not applied or json.loads(applied[-1].terms)["priority"] != card.priority.value):
        _apply(act, card)
    act.flush()
    _write(act, card, clock_states(act.connection, card, act.now))
    return card


def clock_states(connection: Connection, card: TicketCard, now: datetime) -> tuple[ClockState, ...]:
    """The ticket's clocks as its events give them."""
    return run_clocks(clock_events(connection, card), now)


def clock_events(connection: Connection, card: TicketCard) -> list[ClockEvent]:
    """What happened to the ticket, in order, as far as clocks care."""
    found: list[tuple[datetime, int, ClockEvent]] = []
    about_ticket = select(desk_events).where(
        desk_events.c.ticket_id == card.ticket_id,
        desk_events.c.kind.in_([kind.value for kind in _OF_TICKETS]),
    )
    given = select(sla_applied.c.terms).where(sla_applied.c.ticket_id == card.ticket_id).order_by(sla_applied.c.id)
    terms = iter(connection.execute(given).scalars().all())
    for row in connection.execute(about_ticket.order_by(desk_events.c.sequence)):
        if row.kind == _APPLIED:  # each of these events was written with one row of terms
            event = ClockEvent(row.at, ClockEventKind.APPLIED, terms=terms_from(next(terms)))
        else:
            event = ClockEvent(row.at, ClockEventKind.STATUS, status=TicketStatus(row.new))
        found.append((row.at, row.sequence, event))
    of = select(ticket_triggers.c.episode_id).where(ticket_triggers.c.ticket_id == card.ticket_id)
    said = select(desk_events).where(
        desk_events.c.conversation_id == card.conversation_id,
        desk_events.c.kind == EventKind.MESSAGE_ADDED.value,
        desk_events.c.new.in_([Role.CUSTOMER.value, Role.AGENT.value]),
        desk_events.c.at >= card.created_at,
        or_(desk_events.c.episode_id == card.episode_id, desk_events.c.episode_id.in_(of)),
    )
    for row in connection.execute(said):
        customer = row.new == Role.CUSTOMER.value
        if customer and (json.loads(row.detail).get("substantive") == "0" or row.message_id == card.message_id):
            continue
        kind = ClockEventKind.CUSTOMER if customer else ClockEventKind.AGENT
        found.append((row.at, row.sequence, ClockEvent(row.at, kind)))
    return [event for _, _, event in sorted(found, key=lambda each: each[:2])]


def _apply(act: Act, card: TicketCard) -> None:
    policy_id, name, terms = choose_terms(act.connection, card)
    act.connection.execute(
        insert(sla_applied).values(
            ticket_id=card.ticket_id,
            policy_id=policy_id,
            terms=terms_text(terms, card.priority),
            applied_at=act.now,
        )
    )
    seconds = {"first_s": terms.first_s, "next_s": terms.next_s, "resolution_s": terms.resolution_s}
    act.log(EventKind.SLA_APPLIED, about(card), new=name, detail=seconds, rule=card.priority.value)


def choose_terms(connection: Connection, card: TicketCard) -> tuple[int, str, Terms]:
    """The terms for a ticket now: of the first policy by position that fits, else what is shipped."""
    channel = connection.execute(
        select(conversations.c.channel).where(conversations.c.id == card.conversation_id)
    ).scalar_one()
    tier = ""
    if card.customer_id is not None:
        known = select(customers.c.tier).where(customers.c.id == card.customer_id)
        tier = connection.execute(known).scalar_one_or_none() or ""
    return fitting_terms(connection, card.priority, channel, tier)


def fitting_terms(connection: Connection, priority: Priority, channel: str, tier: str) -> tuple[int, str, Terms]:
    """Number, name and terms of the first policy by position that fits; number 0 is what is shipped."""
    for row in connection.execute(select(sla_policies).order_by(sla_policies.c.position, sla_policies.c.id)):
        fits = (row.priority in {None, priority}, row.channel in {None, channel}, row.tier in {None, tier})
        if all(fits):
            calendar = None if row.calendar_id is None else one_calendar(connection, row.calendar_id)
            terms = Terms(row.first_s, row.next_s, row.resolution_s, row.runs_on_hold, calendar)
            return row.id, row.name, terms
    return 0, "shipped", SHIPPED[priority]


def one_calendar(connection: Connection, calendar_id: int) -> Calendar:
    """A stored calendar."""
    row = connection.execute(select(sla_calendars).where(sla_calendars.c.id == calendar_id)).one()
    return to_calendar(row)


def to_calendar(row: Row[Any]) -> Calendar:
    """A row of `sla_calendars`."""
    return Calendar(
        ZoneInfo(row.time_zone),
        tuple(Interval.parse(text) for text in row.intervals),
        frozenset(date.fromisoformat(text) for text in row.holidays),
    )


def terms_text(terms: Terms, priority: Priority) -> str:
    """Terms as JSON, with the priority that they were chosen for."""
    calendar = terms.calendar
    return json.dumps(
        {
            "priority": priority.value,
            "first_s": terms.first_s,
            "next_s": terms.next_s,
            "resolution_s": terms.resolution_s,
            "runs_on_hold": terms.runs_on_hold,
            "zone": calendar.zone.key if calendar is not None else None,
            "intervals": [str(each) for each in calendar.intervals] if calendar is not None else [],
            "holidays": sorted(day.isoformat() for day in calendar.holidays) if calendar is not None else [],
        }
    )


def terms_from(text: str) -> Terms:
    """What `terms_text` wrote."""
    read = json.loads(text)
    calendar = None
    if read["zone"] is not None:
        calendar = Calendar(
            ZoneInfo(read["zone"]),
            tuple(Interval.parse(each) for each in read["intervals"]),
            frozenset(date.fromisoformat(each) for each in read["holidays"]),
        )
    return Terms(read["first_s"], read["next_s"], read["resolution_s"], read["runs_on_hold"], calendar)


def _write(act: Act, card: TicketCard, states: tuple[ClockState, ...]) -> None:
    query = select(sla_clocks).where(sla_clocks.c.ticket_id == card.ticket_id)
    known = {(row.clock, row.cycle): row for row in act.connection.execute(query)}
    for state in states:
        row = known.get((state.kind.value, state.cycle))
        key = {"ticket_id": card.ticket_id, "clock": state.kind.value, "cycle": state.cycle}
        values: dict[str, object] = {
            "started_at": state.started_at,
            "due_at": state.due_at if state.breached_at is None else None,
            "warn_at": state.warn_at if state.breached_at is None else None,
            "met_at": state.met_at,
            "breached_at": row.breached_at if row is not None and row.breached_at is not None else state.breached_at,
        }
        warns = (
            state.warn_at is not None
            and state.warn_at <= act.now
            and (row is None or row.warned_at is None)
            and state.breached_at is None
        )
        if warns:
            values["warned_at"] = act.now
            _tell(act, card, EventKind.SLA_WARNED, state, due=state.due_at)
        if state.breached_at is not None and (row is None or row.breached_at is None):
            _tell(act, card, EventKind.SLA_BREACHED, state, due=state.breached_at)
        if row is None:
            act.connection.execute(insert(sla_clocks).values(**key, **values))
        else:
            mine = [sla_clocks.c[name] == value for name, value in key.items()]
            act.connection.execute(update(sla_clocks).where(*mine).values(**values))


def _tell(act: Act, card: TicketCard, kind: EventKind, state: ClockState, *, due: datetime | None) -> None:
    detail = {"cycle": state.cycle, "due": due.isoformat() if due is not None else ""}
    act.by(SYSTEM).log(kind, about(card), rule=state.kind.value, detail=detail)
