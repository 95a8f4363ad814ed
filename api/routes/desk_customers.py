"""Customers at the desk: who they are, tags, and two that turn out to be one."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import schemas
from api.auth import StaffRoute
from api.routes.context import DESK_WORK, needs, principal_of, refusals, services_of
from api.routes.desk import me, reader_of
from api.schemas import desk_records as shapes
from api.schemas import visitors as consents
from core.accounts import Right, Scope
from core.actors import CustomerId
from core.customers import Consent, Customer, CustomerMerge, MergeId, Purpose
from core.errors import Forbidden
from core.rights import scope_of
from core.types import ConversationId

router = APIRouter(prefix="/v1/desk", tags=["desk"], route_class=StaffRoute)

PERSONAL = needs(Right.PERSONAL_READ)
"""A customer's record is personal data through and through: roles that see it masked elsewhere don't get it at all."""


@router.get("/customers", response_model=list[shapes.Customer], responses=refusals(401, 403), openapi_extra=PERSONAL)
def search_customers(
    request: Request, text: str = "", offset: schemas.Offset = 0, limit: schemas.Limit = 50
) -> list[Customer]:
    """Customers by name, address or number."""
    return services_of(request).desk.customers.search(text, offset=offset, limit=limit)


@router.post("/customers", response_model=shapes.Customer, responses=refusals(401, 403), openapi_extra=DESK_WORK)
def find_or_add_customer(request: Request, body: shapes.NewCustomer) -> Customer:
    """The customer whom a channel knows by this key; a new one if nobody does."""
    return services_of(request).desk.customers.find_or_create(body.channel, body.key, name=body.name)


@router.get(
    "/customers/{customer_id}",
    response_model=shapes.Customer,
    responses=refusals(401, 403, 404),
    openapi_extra=PERSONAL,
)
def show_customer(request: Request, customer_id: schemas.Number) -> Customer:
    """One customer."""
    return services_of(request).desk.customers.customer(CustomerId(customer_id))


@router.patch(
    "/customers/{customer_id}",
    response_model=shapes.Customer,
    responses=refusals(401, 403, 404),
    openapi_extra=DESK_WORK,
)
def change_customer(request: Request, customer_id: schemas.Number, body: shapes.CustomerChange) -> Customer:
    """Correct what is known of somebody."""
    given = body.model_dump(exclude_unset=True, exclude_none=True)
    return services_of(request).desk.customers.edit(CustomerId(customer_id), me(request), **given)


@router.post(
    "/customers/{customer_id}/tags",
    response_model=shapes.Customer,
    responses=refusals(401, 403, 404),
    openapi_extra=DESK_WORK,
)
def tag_customer(request: Request, customer_id: schemas.Number, body: shapes.NewTag) -> Customer:
    """Add a word."""
    return services_of(request).desk.customers.tag(CustomerId(customer_id), me(request), body.tag)


@router.delete(
    "/customers/{customer_id}/tags/{tag}",
    response_model=shapes.Customer,
    responses=refusals(401, 403, 404),
    openapi_extra=DESK_WORK,
)
def untag_customer(request: Request, customer_id: schemas.Number, tag: str) -> Customer:
    """Take a word away."""
    return services_of(request).desk.customers.untag(CustomerId(customer_id), me(request), tag)


@router.post(
    "/customers/{customer_id}/merge",
    response_model=shapes.CustomerMerge,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=DESK_WORK,
)
def merge_customer(request: Request, customer_id: schemas.Number, body: shapes.CustomerMergeInto) -> CustomerMerge:
    """Say that this customer is another one, who is kept. Leads and service managers may; it can be undone."""
    _lead(request)
    merges = services_of(request).desk.customer_merges
    return merges.merge(CustomerId(body.into), CustomerId(customer_id), me(request), take=tuple(body.take))


@router.post(
    "/customer-merges/{merge_id}/undo",
    response_model=shapes.CustomerMerge,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=DESK_WORK,
)
def undo_merge(request: Request, merge_id: schemas.Number) -> CustomerMerge:
    """Take a merge back: identities, conversations and tickets return."""
    _lead(request)
    return services_of(request).desk.customer_merges.undo(MergeId(merge_id), me(request))


@router.get(
    "/customers/{customer_id}/consents",
    response_model=list[consents.ConsentLine],
    responses=refusals(401, 403, 404),
    openapi_extra=PERSONAL,
)
def list_consents(request: Request, customer_id: schemas.Number) -> list[Consent]:
    """Every yes and no of a customer, oldest first."""
    return services_of(request).desk.consents.of(CustomerId(customer_id))


@router.put(
    "/customers/{customer_id}/consents/{purpose}",
    response_model=list[consents.ConsentLine],
    responses=refusals(401, 403, 404),
    openapi_extra=DESK_WORK,
)
def note_consent(
    request: Request, customer_id: schemas.Number, purpose: Purpose, body: consents.ToldConsent
) -> list[Consent]:
    """Write down a yes or no that the customer told a colleague, with where that was."""
    desk = services_of(request).desk
    return desk.consents.note(CustomerId(customer_id), me(request), purpose, granted=body.granted, source=body.source)


@router.put(
    "/conversations/{dialogue_id}/customer",
    status_code=204,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=DESK_WORK,
)
def attach_customer(request: Request, dialogue_id: str, body: shapes.WhoItIs) -> Response:
    """Say whose conversation it is. That makes its visitor known, never verified; what your site has signed stands."""
    view = reader_of(request).view(ConversationId(dialogue_id))
    services_of(request).desk.customers.attach(view.conversation_id, CustomerId(body.customer_id), me(request))
    return Response(status_code=204)


def _lead(request: Request) -> None:
    scope = scope_of(principal_of(request).role, Right.DESK_WORK)
    if scope is Scope.OWN:
        raise Forbidden("Joining customers is for leads and service managers.")
