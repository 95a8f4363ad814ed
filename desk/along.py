"""What happens to an episode's tickets along with its conversation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from core.accounts import AccountId
from core.tickets import TicketCard
from core.types import TicketStatus
from desk.acts import Act
from desk.episodes import EpisodeRecord
from desk.ticket_rows import assign, hold_ticket, open_tickets, step
from desk.ticket_states import TicketTrigger


def each_ticket(act: Act, episode: EpisodeRecord, change: Callable[[TicketCard], object]) -> None:
    """Change every open ticket of the episode alike; what doesn't apply to one leaves it as it is."""
    for card in open_tickets(act.connection, episode.conversation_id):
        if card.episode_id == episode.episode_id:
            change(hold_ticket(act.connection, card.ticket_id))


def worked(act: Act, card: TicketCard, by: AccountId | None) -> TicketCard:
    """Somebody did something: a new ticket is under way, and whose it was it stays."""
    card = assign(act, card, card.assignee_id or by)
    return step(act, card, TicketTrigger.WORKED) if card.status is TicketStatus.NEW else card


def put_aside(act: Act, card: TicketCard, until: datetime) -> TicketCard:
    """It sleeps with its conversation, unless it does already."""
    asleep = card.status is TicketStatus.SNOOZED
    return card if asleep else step(act, card, TicketTrigger.SNOOZED, snoozed_until=until)


def woken(act: Act, card: TicketCard) -> TicketCard:
    """It wakes with its conversation."""
    return step(act, card, TicketTrigger.WOKEN) if card.status is TicketStatus.SNOOZED else card


def asked(act: Act, card: TicketCard) -> TicketCard:
    """It waits for the customer, unless it waits for somebody else anyway."""
    return step(act, card, TicketTrigger.ASKED) if card.status is TicketStatus.OPEN else card
