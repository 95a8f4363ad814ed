"""The service desk's side: tickets in short. `api.routes.desk_tickets` has all that is known of them."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request

from api import schemas
from api.auth import StaffRoute
from api.routes.context import DESK_READ, DESK_WORK, refusals, services_of
from api.routes.desk import reach
from api.routes.desk_tickets import seen_ticket, ticket_to_work_on
from core.accounts import Right
from core.tickets import TicketCard
from core.types import Ticket

router = APIRouter(prefix="/v1/tickets", tags=["tickets"], route_class=StaffRoute)


@router.get("", response_model=list[schemas.Ticket], responses=refusals(401, 403), openapi_extra=DESK_READ)
def list_tickets(request: Request, offset: schemas.Offset = 0, limit: schemas.Limit = 100) -> list[Ticket]:
    """Tickets in sight, newest first."""
    services, sight = services_of(request), reach(request)
    if sight.everything:
        found = services.desk.tickets(offset=offset, limit=limit)
        return [_shown(request, ticket, services.desk.ticketing.card(ticket.ticket_id)) for ticket in found]
    cards = services.desk.ticketing.search(teams=sight.teams, offset=offset, limit=limit)
    cards = [card for card in cards if sight.has_ticket(Right.DESK_READ, card)]
    return [_shown(request, services.desk.ticket(card.ticket_id), card) for card in cards]


@router.get("/{ticket_id}", response_model=schemas.Ticket, responses=refusals(401, 403, 404), openapi_extra=DESK_READ)
def show_ticket(request: Request, ticket_id: schemas.Number) -> Ticket:
    """One ticket."""
    card = seen_ticket(request, ticket_id)
    return _shown(request, services_of(request).desk.ticket(card.ticket_id), card)


@router.post(
    "/{ticket_id}/resolve",
    response_model=schemas.Ticket,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=DESK_WORK,
)
def resolve_ticket(request: Request, ticket_id: schemas.Number) -> Ticket:
    """Close a ticket."""
    card, _ = ticket_to_work_on(request, ticket_id)
    return services_of(request).desk.resolve(card.ticket_id)


def _shown(request: Request, ticket: Ticket, card: TicketCard) -> Ticket:
    """With personal data masked for those whose right doesn't reach it."""
    if reach(request).has_ticket(Right.PERSONAL_READ, card):
        return ticket
    mask = services_of(request).masker.masked
    contact = None if ticket.contact is None else mask(ticket.contact)
    return replace(ticket, question=mask(ticket.question), reason=mask(ticket.reason), contact=contact)
