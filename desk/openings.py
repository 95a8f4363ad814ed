"""What opens a ticket, and what joins one that is open: one ticket for an episode and family, never two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import insert

from core.desk_events import EventKind
from core.staff import TeamId
from core.tickets import LinkKind, Priority, TicketCard, TriggerFamily
from core.types import HandoverCode, Message, TicketId, TicketStatus
from desk.acts import Act
from desk.episodes import EpisodeRecord, Held
from desk.tables import tickets
from desk.ticket_rows import about, add_trigger, hold_ticket, raise_priority, tickets_of
from desk.ticket_tables import ticket_links

ONLY_FILES: Final = "［文件］ [file]"
"""The question of a ticket whose message has no words. People at the desk read both languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a ticket is needed."""

    family: TriggerFamily
    code: HandoverCode
    reason: str
    """For colleagues."""
    priority: Priority
    team_id: TeamId | None = None


def raise_ticket(act: Act, held: Held, episode: EpisodeRecord, message: Message, cause: Cause) -> TicketCard:
    """The ticket for this cause: the open one, with what is new added to it, or a new one.

    An open ticket of another episode of the conversation is joined as long as nobody has begun
    to work on it, so that a customer who goes on asking meanwhile isn't a crowd of tickets.
    """
    known = tickets_of(act.connection, held.conversation_id)
    same = [card for card in known if card.category.open and card.family is cause.family]
    own = [card for card in same if card.episode_id == episode.episode_id]
    untouched = [card for card in same if card.status is TicketStatus.NEW and card.assignee_id is None]
    found = own or untouched
    if found:
        return join_ticket(act, hold_ticket(act.connection, found[0].ticket_id), episode, message, cause)
    closed = [card for card in known if card.status is TicketStatus.CLOSED]
    return _open(act, held, episode, message, cause, follows=closed[-1] if closed else None)


def join_ticket(act: Act, card: TicketCard, episode: EpisodeRecord, message: Message, cause: Cause) -> TicketCard:
    """Add a cause to a ticket that this transaction holds. Its priority may rise, never fall."""
    add_trigger(
        act,
        card,
        episode_id=episode.episode_id,
        message_id=message.message_id,
        family=cause.family,
        code=cause.code,
        reason=cause.reason,
    )
    act.log(
        EventKind.TICKET_TRIGGERED,
        about(card),
        new=cause.family.value,
        reason=cause.reason,
        rule=cause.code.value,
        detail={"message": message.message_id},
    )
    return raise_priority(act, card, cause.priority)


def _open(
    act: Act, held: Held, episode: EpisodeRecord, message: Message, cause: Cause, *, follows: TicketCard | None
) -> TicketCard:
    added = act.connection.execute(
        insert(tickets).values(
            conversation_id=held.conversation_id,
            message_id=message.message_id,
            code=cause.code,
            reason=cause.reason,
            question=message.text or ONLY_FILES,
            status=TicketStatus.NEW,
            created_at=act.now,
            episode_id=episode.episode_id,
            customer_id=held.customer_id,
            family=cause.family,
            priority=cause.priority,
            team_id=cause.team_id,
            version=0,
            updated_at=act.now,
            follow_up_of=follows.ticket_id if follows is not None else None,
        )
    )
    assert added.inserted_primary_key is not None  # every database gives it after a single insert
    card = hold_ticket(act.connection, TicketId(added.inserted_primary_key[0]))
    add_trigger(
        act,
        card,
        episode_id=episode.episode_id,
        message_id=message.message_id,
        family=cause.family,
        code=cause.code,
        reason=cause.reason,
    )
    act.log(
        EventKind.TICKET_CREATED,
        about(card),
        new=card.status.value,
        reason=cause.reason,
        rule=cause.code.value,
        detail={"family": cause.family.value, "priority": cause.priority.value},
    )
    if follows is not None:
        link(act, card, follows.ticket_id, LinkKind.FOLLOW_UP)
    return card


def link(act: Act, card: TicketCard, other: TicketId, kind: LinkKind) -> None:
    """Tie two tickets together."""
    act.connection.execute(
        insert(ticket_links).values(ticket_id=card.ticket_id, other_id=other, kind=kind, created_at=act.now)
    )
    act.log(EventKind.TICKET_LINKED, about(card), new=other, rule=kind.value)
