"""Tickets in SQL: holding, changing and moving one, with a line in the log for each change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from core.accounts import AccountId
from core.actors import ActorKind, CustomerId
from core.desk_events import EventKind, Subject
from core.episodes import EpisodeId
from core.errors import NotFound
from core.staff import TeamId
from core.tickets import CloseReason, Priority, TicketCard, TriggerFamily
from core.types import ConversationId, HandoverCode, MessageId, TicketId, TicketStatus
from desk.acts import Act
from desk.tables import tickets
from desk.ticket_states import TicketMove, TicketTrigger, move_ticket
from desk.ticket_tables import ticket_triggers


def hold_ticket(connection: Connection, ticket_id: TicketId) -> TicketCard:
    """Take the ticket's row until the transaction ends. Raises `NotFound`."""
    row = connection.execute(select(tickets).where(tickets.c.id == ticket_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("ticket", ticket_id)
    return to_card(row)


def about(card: TicketCard) -> Subject:
    """What events about the ticket are about."""
    return Subject(
        conversation_id=card.conversation_id,
        episode_id=card.episode_id,
        ticket_id=card.ticket_id,
        customer_id=card.customer_id,
    )


def change_ticket(act: Act, card: TicketCard, **values: Any) -> TicketCard:
    """Write columns; the caller logs what that means. Names of columns are names of fields."""
    values |= {"version": card.version + 1, "updated_at": act.now}
    columns = {"resolved_at" if name == "last_resolved_at" else name: value for name, value in values.items()}
    act.connection.execute(update(tickets).where(tickets.c.id == card.ticket_id).values(**columns))
    return replace(card, **values)


def step(
    act: Act,
    card: TicketCard,
    trigger: TicketTrigger,
    *,
    reason: CloseReason | None = None,
    note: str = "",
    window: timedelta | None = None,
    since: datetime | None = None,
    **values: Any,
) -> TicketCard:
    """Move a ticket and write down all that goes with it.

    Args:
        act: who does it, and when.
        card: the ticket, held by this transaction.
        trigger: what happens.
        reason: why it becomes done.
        note: for the log; also why a closed one is opened again.
        window: how long what happened at `since` can be taken back.
        since: when it was resolved or merged.
        values: further columns.

    Raises:
        Conflict: see `desk.ticket_states.move_ticket`.
    """
    taken = move_ticket(
        card.status,
        trigger,
        act.actor.kind,
        reason=reason or (card.close_reason if trigger is TicketTrigger.CLOSED else None),
        note=note,
        before=card.status_before,
        age=act.now - since if since is not None else timedelta(0),
        window=window,
    )
    moved = change_ticket(act, card, **_consequences(act, card, taken), **values)
    detail = {"note": note} if note else {}
    why = taken.reason.value if taken.reason is not None else ""
    texts = {"old": taken.old.value, "new": taken.new.value, "reason": why}
    act.log(EventKind.TICKET_MOVED, about(card), rule=trigger.value, detail=detail, **texts)
    if taken.reopens:
        act.log(EventKind.TICKET_REOPENED, about(card), old=taken.old.value, new=taken.new.value, reason=note)
    return moved


def _consequences(act: Act, card: TicketCard, taken: TicketMove) -> dict[str, Any]:
    """What a step writes besides the status."""
    values: dict[str, Any] = {"status": taken.new, "state": None}
    if taken.new is not TicketStatus.SNOOZED:
        values["snoozed_until"] = None
    if taken.new in {TicketStatus.SNOOZED, TicketStatus.MERGED, TicketStatus.SPAM}:
        values["status_before"] = card.status
    if taken.new is TicketStatus.RESOLVED and taken.trigger is TicketTrigger.RESOLVED:
        values |= {
            "first_resolved_at": card.first_resolved_at or act.now,
            "last_resolved_at": act.now,
            "close_reason": taken.reason,
            "closed_by": act.actor.kind,
            "assignee_at_resolution": card.assignee_id,
        }
    if taken.new is TicketStatus.CLOSED and taken.trigger is TicketTrigger.CLOSED:
        values["closed_at"] = act.now
    if taken.reopens:
        values |= {"close_reason": None, "closed_by": None, "closed_at": None}
    return values


def raise_priority(act: Act, card: TicketCard, priority: Priority) -> TicketCard:
    """Raise the priority; a lower one changes nothing."""
    return set_priority(act, card, priority) if priority.rank > card.priority.rank else card


def set_priority(act: Act, card: TicketCard, priority: Priority) -> TicketCard:
    """Set the priority, up or down."""
    if priority is card.priority:
        return card
    act.log(EventKind.TICKET_PRIORITY, about(card), old=card.priority.value, new=priority.value)
    return change_ticket(act, card, priority=priority)


def assign(act: Act, card: TicketCard, account_id: AccountId | None) -> TicketCard:
    """Give the ticket to somebody, or to nobody. The first assignment opens a new ticket."""
    if account_id != card.assignee_id:
        act.log(EventKind.TICKET_ASSIGNED, about(card), old=card.assignee_id, new=account_id)
        card = change_ticket(act, card, assignee_id=account_id)
    if account_id is not None and card.status is TicketStatus.NEW:
        card = step(act, card, TicketTrigger.WORKED)
    return card


def transfer(act: Act, card: TicketCard, team_id: TeamId | None) -> TicketCard:
    """Give the ticket to another team."""
    if team_id == card.team_id:
        return card
    act.log(EventKind.TICKET_TRANSFERRED, about(card), old=card.team_id, new=team_id)
    return change_ticket(act, card, team_id=team_id)


def add_trigger(
    act: Act,
    card: TicketCard,
    *,
    episode_id: EpisodeId | None,
    message_id: MessageId | None,
    family: TriggerFamily,
    code: HandoverCode | None,
    reason: str,
) -> None:
    """Write down why the ticket is there."""
    act.connection.execute(
        insert(ticket_triggers).values(
            ticket_id=card.ticket_id,
            episode_id=episode_id,
            message_id=message_id,
            family=family,
            code=code,
            reason=reason,
            at=act.now,
        )
    )


def open_tickets(connection: Connection, conversation_id: ConversationId) -> list[TicketCard]:
    """The conversation's tickets that are neither done nor void, oldest first."""
    return [card for card in tickets_of(connection, conversation_id) if card.category.open]


def tickets_of(connection: Connection, conversation_id: ConversationId) -> list[TicketCard]:
    """The conversation's tickets, oldest first."""
    query = select(tickets).where(tickets.c.conversation_id == conversation_id).order_by(tickets.c.id)
    return [to_card(row) for row in connection.execute(query)]


def to_card(row: Row[Any]) -> TicketCard:
    """A row of `tickets`."""
    return TicketCard(
        ticket_id=TicketId(row.id),
        conversation_id=ConversationId(row.conversation_id),
        episode_id=None if row.episode_id is None else EpisodeId(row.episode_id),
        customer_id=None if row.customer_id is None else CustomerId(row.customer_id),
        message_id=MessageId(row.message_id),
        question=row.question,
        code=row.code,
        family=row.family,
        reason=row.reason,
        subject=row.subject or "",
        contact=row.contact,
        status=row.status,
        state=row.state,
        priority=row.priority,
        team_id=None if row.team_id is None else TeamId(row.team_id),
        assignee_id=None if row.assignee_id is None else AccountId(row.assignee_id),
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at or row.created_at,
        first_resolved_at=row.first_resolved_at,
        last_resolved_at=row.resolved_at,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        closed_by=None if row.closed_by is None else ActorKind(row.closed_by),
        assignee_at_resolution=None if row.assignee_at_resolution is None else AccountId(row.assignee_at_resolution),
        status_before=row.status_before,
        snoozed_until=row.snoozed_until,
        merged_into=None if row.merged_into is None else TicketId(row.merged_into),
        follow_up_of=None if row.follow_up_of is None else TicketId(row.follow_up_of),
    )
