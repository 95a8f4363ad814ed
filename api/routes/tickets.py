"""The service desk's side: tickets."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api import schemas
from api.auth import StaffRoute
from api.routes.context import DESK_READ, DESK_WORK, refusals, services_of
from core.types import Ticket, TicketId

router = APIRouter(prefix="/v1/tickets", tags=["tickets"], route_class=StaffRoute)


@router.get("", response_model=list[schemas.Ticket], responses=refusals(401, 403), openapi_extra=DESK_READ)
def list_tickets(request: Request, offset: schemas.Offset = 0, limit: schemas.Limit = 100) -> list[Ticket]:
    """Tickets, newest first."""
    return services_of(request).desk.tickets(offset=offset, limit=limit)


@router.get("/{ticket_id}", response_model=schemas.Ticket, responses=refusals(401, 403, 404), openapi_extra=DESK_READ)
def show_ticket(request: Request, ticket_id: schemas.Number) -> Ticket:
    """One ticket."""
    return services_of(request).desk.ticket(TicketId(ticket_id))


@router.post(
    "/{ticket_id}/resolve",
    response_model=schemas.Ticket,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=DESK_WORK,
)
def resolve_ticket(request: Request, ticket_id: schemas.Number) -> Ticket:
    """Close a ticket."""
    return services_of(request).desk.resolve(TicketId(ticket_id))
