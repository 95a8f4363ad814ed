"""What else is done with a ticket: cut in two, named, put aside, noted, shared with a colleague."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import schemas
from api.auth import StaffRoute
from api.routes.context import DESK_READ, DESK_WORK, POLICY_READ, POLICY_WRITE, refusals, services_of
from api.routes.desk import me, reach
from api.routes.desk_tickets import REFUSED, masked_card, seen_ticket, ticket_to_work_on
from api.schemas import desk as asked
from api.schemas import desk_records as shapes
from core.accounts import AccountId, Right
from core.tickets import TicketCard, TicketCause, TicketState
from core.types import MessageId, TicketId

router = APIRouter(prefix="/v1/desk/tickets/{ticket_id}", tags=["desk"], route_class=StaffRoute)
states = APIRouter(prefix="/v1/desk/ticket-states", tags=["desk"], route_class=StaffRoute)


@router.post("/split", status_code=201, response_model=shapes.TicketCard, responses=REFUSED, openapi_extra=DESK_WORK)
def split_ticket(request: Request, ticket_id: schemas.Number, body: asked.Split) -> TicketCard:
    """Cut a second problem out of it, which began with a message of the customer. The new ticket is linked to it."""
    card, _ = ticket_to_work_on(request, ticket_id)
    ties = services_of(request).desk.ties
    made = ties.split(card.ticket_id, MessageId(body.message_id), me(request), reason=body.reason)
    personal = reach(request).has_ticket(Right.PERSONAL_READ, made)
    return made if personal else masked_card(made, services_of(request).masker.masked)


@router.get(
    "/causes",
    response_model=list[shapes.TicketCause],
    responses=refusals(401, 403, 404),
    openapi_extra=DESK_READ,
)
def list_causes(request: Request, ticket_id: schemas.Number) -> list[TicketCause]:
    """Why it is there: what opened it, and what came later and would have opened another."""
    return services_of(request).desk.ties.causes(seen_ticket(request, ticket_id).ticket_id)


@router.put("/subject", response_model=shapes.TicketCard, responses=REFUSED, openapi_extra=DESK_WORK)
def name_ticket(request: Request, ticket_id: schemas.Number, body: asked.NewSubject) -> TicketCard:
    """Give it a name."""
    card, ticketing = ticket_to_work_on(request, ticket_id)
    return ticketing.set_subject(card.ticket_id, me(request), body.subject)


@router.put("/state", response_model=shapes.TicketCard, responses=REFUSED, openapi_extra=DESK_WORK)
def set_own_state(request: Request, ticket_id: schemas.Number, body: asked.OwnState) -> TicketCard:
    """Give its status one of your own names, or take the name away."""
    card, ticketing = ticket_to_work_on(request, ticket_id)
    return ticketing.set_state(card.ticket_id, me(request), body.state)


@router.post("/snooze", response_model=shapes.TicketCard, responses=REFUSED, openapi_extra=DESK_WORK)
def snooze_ticket(request: Request, ticket_id: schemas.Number, body: asked.PutAside) -> TicketCard:
    """Put it aside until a moment."""
    card, ticketing = ticket_to_work_on(request, ticket_id)
    return ticketing.snooze(card.ticket_id, me(request), body.until)


@router.post("/notes", status_code=204, responses=REFUSED, openapi_extra=DESK_WORK)
def note_on_ticket(request: Request, ticket_id: schemas.Number, body: asked.NewNote) -> Response:
    """Write something for colleagues. Customers never see it."""
    card, ticketing = ticket_to_work_on(request, ticket_id)
    ticketing.note(card.ticket_id, me(request), body.text)
    return Response(status_code=204)


@router.post("/referrals", status_code=204, responses=REFUSED, openapi_extra=DESK_WORK)
def refer_ticket(request: Request, ticket_id: schemas.Number, body: asked.Referral) -> Response:
    """Write down that somebody outside the desk was asked."""
    card, ticketing = ticket_to_work_on(request, ticket_id)
    ticketing.refer(card.ticket_id, me(request), body.whom)
    return Response(status_code=204)


@router.get("/collaborators", response_model=list[int], responses=refusals(401, 403, 404), openapi_extra=DESK_READ)
def list_collaborators(request: Request, ticket_id: schemas.Number) -> Any:
    """Accounts of colleagues who take part beside the assignee."""
    card = seen_ticket(request, ticket_id)
    return services_of(request).desk.ticketing.collaborators(card.ticket_id)


@router.put("/collaborators/{account_id}", status_code=204, responses=REFUSED, openapi_extra=DESK_WORK)
def add_collaborator(request: Request, ticket_id: schemas.Number, account_id: schemas.Number) -> Response:
    """Let a colleague take part."""
    card, ticketing = ticket_to_work_on(request, ticket_id)
    colleague = services_of(request).desk.staff.agent(AccountId(account_id))
    ticketing.collaborate(card.ticket_id, me(request), colleague.account_id)
    return Response(status_code=204)


@router.delete("/links/{other}", status_code=204, responses=REFUSED, openapi_extra=DESK_WORK)
def unlink_ticket(request: Request, ticket_id: schemas.Number, other: schemas.Number) -> Response:
    """Untie it from another one."""
    card, _ = ticket_to_work_on(request, ticket_id)
    services_of(request).desk.ties.unlink(card.ticket_id, TicketId(other), me(request))
    return Response(status_code=204)


@states.get("", response_model=list[shapes.TicketState], responses=refusals(401, 403), openapi_extra=POLICY_READ)
def list_states(request: Request) -> list[TicketState]:
    """Your own names of statuses."""
    return services_of(request).desk.states.every()


@states.put("/{key}", response_model=shapes.TicketState, responses=refusals(401, 403), openapi_extra=POLICY_WRITE)
def save_state(request: Request, key: str, body: shapes.NewTicketState) -> TicketState:
    """Make a name, or change one. What it stands for can't change."""
    return services_of(request).desk.states.save(key, **body.model_dump())
