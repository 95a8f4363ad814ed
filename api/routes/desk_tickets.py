"""Tickets at the desk: lists, steps with their reason, whose they are, and how they belong together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import schemas
from api.auth import StaffRoute
from api.desk_access import Reach
from api.routes.context import DESK_READ, DESK_WORK, refusals, services_of
from api.routes.desk import at_the_desk, me, reach
from api.schemas import desk as asked
from api.schemas import desk_records as shapes
from api.wire import Json
from core.accounts import AccountId, Right
from core.errors import Forbidden, InvalidInput, NotFound
from core.masking import Mask
from core.sla import ClockState
from core.staff import TeamId
from core.tickets import TicketCard, TicketCategory
from core.types import TicketId

if TYPE_CHECKING:
    from desk.ticketing import Ticketing

router = APIRouter(prefix="/v1/desk/tickets", tags=["desk"], route_class=StaffRoute)

REFUSED: Final = refusals(401, 403, 404, 409)


@router.get("", response_model=list[shapes.TicketCard], responses=refusals(401, 403), openapi_extra=DESK_READ)
def search_tickets(
    request: Request,
    category: TicketCategory | None = None,
    mine: bool = False,
    unassigned: bool = False,
    offset: schemas.Offset = 0,
    limit: schemas.Limit = 100,
) -> list[TicketCard]:
    """Tickets in sight."""
    sight, services = reach(request), services_of(request)
    found = services.desk.ticketing.search(
        categories=() if category is None else (category,),
        assignee_id=sight.me if mine else None,
        unassigned=unassigned,
        teams=None if sight.everything else sight.teams,
        offset=offset,
        limit=limit,
    )
    return [_shown(card, sight, services.masker.masked) for card in found if sight.has_ticket(Right.DESK_READ, card)]


@router.get(
    "/{ticket_id}", response_model=shapes.TicketCard, responses=refusals(401, 403, 404), openapi_extra=DESK_READ
)
def show_desk_ticket(request: Request, ticket_id: schemas.Number) -> TicketCard:
    """One ticket. That somebody looked is written down."""
    card = seen_ticket(request, ticket_id)
    services = services_of(request)
    services.desk.ticketing.viewed(card.ticket_id, me(request))
    return _shown(card, reach(request), services.masker.masked)


@router.post("/{ticket_id}/moves", response_model=shapes.TicketCard, responses=REFUSED, openapi_extra=DESK_WORK)
def move_ticket(request: Request, ticket_id: schemas.Number, body: asked.TicketMove) -> TicketCard:
    """Hold, resume, wake, resolve with a reason, open again, mark as spam."""
    card, ticketing = ticket_to_work_on(request, ticket_id)
    if body.act is asked.TicketAct.RESOLVE:
        if body.reason is None:
            raise InvalidInput("To resolve, say why: give a `reason`.")
        return ticketing.resolve(card.ticket_id, me(request), body.reason)
    return _STEPS[body.act](ticketing, card, me(request), body.note)


_STEPS: Final[Mapping[asked.TicketAct, Callable[[Ticketing, TicketCard, AccountId | None, str], TicketCard]]] = {
    asked.TicketAct.HOLD: lambda desk, card, by, note: desk.hold(card.ticket_id, by, note=note),
    asked.TicketAct.RESUME: lambda desk, card, by, _note: desk.resume(card.ticket_id, by),
    asked.TicketAct.WAKE: lambda desk, card, by, _note: desk.wake(card.ticket_id, by),
    asked.TicketAct.REOPEN: lambda desk, card, by, note: desk.reopen(card.ticket_id, by, note=note),
    asked.TicketAct.SPAM: lambda desk, card, by, _note: desk.spam(card.ticket_id, by),
    asked.TicketAct.NOT_SPAM: lambda desk, card, by, _note: desk.not_spam(card.ticket_id, by),
}


@router.put("/{ticket_id}/priority", response_model=shapes.TicketCard, responses=REFUSED, openapi_extra=DESK_WORK)
def set_priority(request: Request, ticket_id: schemas.Number, body: asked.NewPriority) -> TicketCard:
    """Set how urgent it is. Its clocks follow."""
    card, ticketing = ticket_to_work_on(request, ticket_id)
    return ticketing.set_priority(card.ticket_id, me(request), body.priority)


@router.put("/{ticket_id}/assignee", response_model=shapes.TicketCard, responses=REFUSED, openapi_extra=DESK_WORK)
def assign_ticket(request: Request, ticket_id: schemas.Number, body: asked.Assignment) -> TicketCard:
    """Give it to a colleague or a team; without both it is nobody's."""
    card, ticketing = ticket_to_work_on(request, ticket_id)
    if body.team_id is not None:
        card = ticketing.transfer(card.ticket_id, me(request), TeamId(body.team_id))
    if body.team_id is None or body.account_id is not None:
        to = None if body.account_id is None else AccountId(body.account_id)
        card = ticketing.assign(card.ticket_id, me(request), to)
    return card


@router.post("/{ticket_id}/merge", response_model=shapes.TicketCard, responses=REFUSED, openapi_extra=DESK_WORK)
def merge_ticket(request: Request, ticket_id: schemas.Number, body: asked.MergeInto) -> TicketCard:
    """Join it with another ticket, which is kept. It can be undone for a day."""
    card, _ = ticket_to_work_on(request, ticket_id)
    kept, _ = ticket_to_work_on(request, body.into)
    return services_of(request).desk.ties.merge(kept.ticket_id, card.ticket_id, me(request))


@router.post("/{ticket_id}/unmerge", response_model=shapes.TicketCard, responses=REFUSED, openapi_extra=DESK_WORK)
def unmerge_ticket(request: Request, ticket_id: schemas.Number) -> TicketCard:
    """Take a merge back."""
    card, _ = ticket_to_work_on(request, ticket_id)
    return services_of(request).desk.ties.unmerge(card.ticket_id, me(request))


@router.get(
    "/{ticket_id}/links",
    response_model=list[shapes.TicketLink],
    responses=refusals(401, 403, 404),
    openapi_extra=DESK_READ,
)
def list_links(request: Request, ticket_id: schemas.Number) -> list[Json]:
    """Tickets that belong to it."""
    found = services_of(request).desk.ties.links(seen_ticket(request, ticket_id).ticket_id)
    return [{"ticket_id": each.ticket_id, "other": each.other_id, "kind": each.kind} for each in found]


@router.post("/{ticket_id}/links", status_code=204, responses=REFUSED, openapi_extra=DESK_WORK)
def link_ticket(request: Request, ticket_id: schemas.Number, body: asked.NewLink) -> Response:
    """Tie it to another one."""
    card, _ = ticket_to_work_on(request, ticket_id)
    other = seen_ticket(request, body.other)
    services_of(request).desk.ties.link(card.ticket_id, other.ticket_id, me(request), body.kind)
    return Response(status_code=204)


@router.get(
    "/{ticket_id}/clocks",
    response_model=list[shapes.TicketClock],
    responses=refusals(401, 403, 404),
    openapi_extra=DESK_READ,
)
def list_clocks(request: Request, ticket_id: schemas.Number) -> Any:
    """Its clocks: what is due when, what was met, what was missed."""
    clocks: tuple[ClockState, ...] = services_of(request).desk.clocks.of_ticket(
        seen_ticket(request, ticket_id).ticket_id
    )
    return clocks


def seen_ticket(request: Request, ticket_id: int) -> TicketCard:
    """A ticket that whoever asks may see. Raises `NotFound` otherwise."""
    card = services_of(request).desk.ticketing.card(TicketId(ticket_id))
    if not reach(request).has_ticket(Right.DESK_READ, card):
        raise NotFound("ticket", ticket_id)
    return card


def ticket_to_work_on(request: Request, ticket_id: int) -> tuple[TicketCard, Ticketing]:
    """A ticket that whoever asks may change. Raises `NotFound`, or `Forbidden` if it is a colleague's."""
    card = seen_ticket(request, ticket_id)
    if card.assignee_id is not None and not reach(request).has_ticket(Right.DESK_WORK, card):
        raise Forbidden("A colleague has this ticket, and your role doesn't reach it.")
    at_the_desk(request)
    return card, services_of(request).desk.ticketing


def _shown(card: TicketCard, sight: Reach, mask: Mask) -> TicketCard:
    """With personal data masked for those whose right doesn't reach it."""
    if sight.has_ticket(Right.PERSONAL_READ, card):
        return card
    return masked_card(card, mask)


def masked_card(card: TicketCard, mask: Mask) -> TicketCard:
    """A ticket without personal data."""
    contact = None if card.contact is None else mask(card.contact)
    return replace(
        card, question=mask(card.question), reason=mask(card.reason), subject=mask(card.subject), contact=contact
    )


TEXTS: Final = frozenset({"text", "value", "reason", "words", "quote"})
"""Fields of a hand-over package that hold what somebody wrote."""


def masked_texts(value: Any, mask: Mask, *, written: bool = False) -> Any:
    """Plain values with personal data masked in the fields that `TEXTS` names."""
    if isinstance(value, dict):
        return {name: masked_texts(each, mask, written=name in TEXTS) for name, each in value.items()}
    if isinstance(value, list):
        return [masked_texts(each, mask, written=written) for each in value]
    return mask(value) if written and isinstance(value, str) else value
