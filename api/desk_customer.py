"""What the desk shows of a customer beside a conversation: earlier tickets, consents, who may be the same person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from api.client_desk_values import CustomerHint, EarlierTicket
from api.client_own_values import OwnConsent
from core.accounts import Right
from core.actors import CustomerId
from core.customers import Purpose
from core.masking import Mask
from core.tickets import TicketCategory
from core.types import ConversationId

if TYPE_CHECKING:
    from api.desk_access import Reach
    from desk.store import Desk

MOST: Final = 5
"""Earlier tickets, and hints, that are shown."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known of a customer from elsewhere; nothing of it where who it is stays hidden."""

    earlier: tuple[EarlierTicket, ...] = ()
    consents: tuple[OwnConsent, ...] = ()
    alike: tuple[CustomerHint, ...] = ()


def beside(desk: Desk, reach: Reach, conversation_id: ConversationId, customer_id: CustomerId, mask: Mask) -> Beside:
    """What the reader may know of the customer of a conversation. Tickets out of sight are left out, and what was
    written in those that the reader's right to personal data doesn't reach is masked."""
    last = {each.purpose: each for each in desk.consents.of(customer_id)}
    tickets = [
        card
        for card in desk.ticketing.search(customer_id=customer_id)
        if card.conversation_id != conversation_id
        and card.category is not TicketCategory.VOID
        and reach.has_ticket(Right.DESK_READ, card)
    ]
    return Beside(
        earlier=tuple(
            EarlierTicket(
                ticket_id=card.ticket_id,
                conversation_id=card.conversation_id,
                status=card.status,
                question=card.question if reach.has_ticket(Right.PERSONAL_READ, card) else mask(card.question),
                created_at=card.created_at,
            )
            for card in sorted(tickets, key=lambda each: each.ticket_id, reverse=True)[:MOST]
        ),
        consents=tuple(
            OwnConsent(
                purpose=purpose,
                granted=purpose in last and last[purpose].granted,
                at=last[purpose].at if purpose in last else None,
            )
            for purpose in Purpose
        ),
        alike=tuple(
            CustomerHint(customer_id=each.customer_id, name=each.name or each.email or each.phone)
            for each in desk.customer_merges.alike(customer_id)[:MOST]
        ),
    )
