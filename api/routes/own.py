"""What customers look up and decide about themselves: who they are, their tickets and conversations, what they agree to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import client_own_values as views
from api.auth import CustomerRoute
from api.customer_reading import own_consents, own_conversations, own_tickets
from api.routes.context import CUSTOMER, refusals, services_of, throttles_of
from api.schemas import visitors as shapes
from core.customers import Purpose

if TYPE_CHECKING:
    from desk.store import Conversation

router = APIRouter(prefix="/v1/conversations/{conversation_id}", tags=["conversations"], route_class=CustomerRoute)


@router.put("/visitor", status_code=204, responses=refusals(401, 404, 409), openapi_extra=CUSTOMER)
def say_again_who_it_is(request: Request, body: shapes.Visitor) -> Response:
    """Renew what your site said when the conversation was begun. It can't be begun by one and gone on with by another."""
    conversation, services = _conversation(request), services_of(request)
    throttles_of(request).contacts.spend(conversation.conversation_id)
    visitor = services.visitors.verified(body.signed())
    services.desk.verify_again(conversation.conversation_id, visitor)
    return Response(status_code=204)


@router.get(
    "/own/tickets", response_model=list[views.OwnTicket], responses=refusals(401, 403, 404), openapi_extra=CUSTOMER
)
def list_own_tickets(request: Request) -> Any:
    """The customer's tickets from all their conversations, the newest first. Only for whom your site has verified."""
    return own_tickets(services_of(request).desk, _conversation(request))


@router.get(
    "/own/conversations",
    response_model=list[views.OwnConversation],
    responses=refusals(401, 403, 404),
    openapi_extra=CUSTOMER,
)
def list_own_conversations(request: Request) -> Any:
    """The customer's conversations, the newest first. Only for whom your site has verified."""
    return own_conversations(services_of(request).desk, _conversation(request))


@router.get(
    "/own/consents", response_model=list[views.OwnConsent], responses=refusals(401, 404), openapi_extra=CUSTOMER
)
def list_own_consents(request: Request) -> Any:
    """What the customer said last of each purpose; an unverified one what they said in this conversation."""
    return own_consents(services_of(request).desk, _conversation(request).conversation_id)


@router.put(
    "/own/consents/{purpose}",
    response_model=list[views.OwnConsent],
    responses=refusals(401, 404, 409),
    openapi_extra=CUSTOMER,
)
def decide_consent(request: Request, purpose: Purpose, body: shapes.ConsentChoice) -> Any:
    """Agree, or take it back. Both hold from now on."""
    desk, conversation_id = services_of(request).desk, _conversation(request).conversation_id
    throttles_of(request).contacts.spend(conversation_id)
    desk.consents.say(conversation_id, purpose, granted=body.granted)
    return own_consents(desk, conversation_id)


def _conversation(request: Request) -> Conversation:
    conversation: Conversation = request.state.conversation
    return conversation
