"""The customers' side: conversations, messages, sources of an answer, contact for a ticket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Body, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from api import schemas
from api.answering import Said, ServerEvent
from api.auth import CustomerRoute, VisitorRoute, granted
from api.composition import Services
from api.routes.context import CUSTOMER, answering_of, caller_of, refusals, services_of, throttles_of
from api.wire import HEADING_SEPARATOR, one_line
from core.accounts import Principal, Right
from core.attachments import AttachmentId
from core.errors import NotFound, Unauthorized
from core.types import Audience, ConversationId, Message, MessageId, TicketId

if TYPE_CHECKING:
    from desk.store import CitationSpan, Conversation

beginning = APIRouter(prefix="/v1", tags=["conversations"], route_class=VisitorRoute)
router = APIRouter(prefix="/v1/conversations/{conversation_id}", tags=["conversations"], route_class=CustomerRoute)

STREAM: Final = "text/event-stream"

STREAM_EXAMPLE: Final = """event: text
data: {"text": "满 99 元免运费。"}

event: reply
data: {"outcome": "answer", "text": "满 99 元免运费。[1]", "citations": [], "…": "…"}

"""

STREAM_DOCUMENTATION: Final[dict[str, Any]] = {
    "model": schemas.ConversationReply,
    "description": "The reply. As a stream: `text` events with the next piece of it, `restart` when the pieces so far "
    "don't count any more, then either one `reply` with the same object as in JSON, or one `error` with a `problem`.",
    "content": {STREAM: {"schema": {"type": "string"}, "example": STREAM_EXAMPLE}},
}


@beginning.post(
    "/conversations", status_code=201, response_model=schemas.Conversation, responses=refusals(401), summary="Start"
)
def open_conversation(request: Request, body: Annotated[schemas.NewConversation | None, Body()] = None) -> Any:
    """Start a conversation. The token that comes back is told only once. A signed `visitor` is a verified customer."""
    wanted = body or schemas.NewConversation()
    if wanted.audience is not Audience.PUBLIC:
        _admit_staff(request)
    throttles_of(request).conversations.spend(caller_of(request))
    services = services_of(request)
    visitor = services.visitors.verified(wanted.visitor.signed()) if wanted.visitor is not None else None
    conversation_id, token = services.desk.open_conversation(
        audience=wanted.audience, language=wanted.language, visitor=visitor
    )
    return {"conversation_id": conversation_id, "token": token.reveal()}


@router.post(
    "/messages",
    responses={200: STREAM_DOCUMENTATION, **refusals(401, 404, 503)},
    openapi_extra=CUSTOMER,
    summary="Ask",
)
async def send_message(request: Request, body: schemas.NewMessage) -> Response:
    """Send a message, with files that were uploaded for it. `Accept: application/json` gives the reply in one piece, anything else a stream."""
    conversation: Conversation = request.state.conversation
    throttles = throttles_of(request)
    throttles.messages.spend(conversation.conversation_id)
    throttles.messages_per_address.spend(caller_of(request))
    answering = answering_of(request)
    said = Said(body.text, body.client_key, tuple(AttachmentId(each) for each in body.attachments))
    if _wants_json(request.headers.get("accept", "")):
        return JSONResponse(await answering.reply(conversation, said))
    events = answering.stream(conversation, said)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the latter: nginx would hold events back
    return StreamingResponse(_encoded(events), media_type=STREAM, headers=headers)


@router.get("/messages", response_model=list[schemas.Message], responses=refusals(401, 404), openapi_extra=CUSTOMER)
def list_messages(request: Request) -> list[Message]:
    """All messages of the conversation, oldest first."""
    return services_of(request).desk.history(request.state.conversation.conversation_id)


@router.get(
    "/messages/{message_id}/sources/{number}",
    response_model=schemas.Source,
    responses=refusals(401, 404),
    openapi_extra=CUSTOMER,
)
def show_source(request: Request, message_id: str, number: schemas.Number) -> Any:
    """The passage behind `[number]` of a reply, as long as its document exists and the customer may read it."""
    conversation: Conversation = request.state.conversation
    services = services_of(request)
    span = _citation(services, conversation.conversation_id, MessageId(message_id), number)
    return _source(services, span, conversation.audience)


@router.post(
    "/tickets/{ticket_id}/contact",
    response_model=schemas.TicketReceipt,
    responses=refusals(401, 404, 409),
    openapi_extra=CUSTOMER,
)
def leave_contact(request: Request, ticket_id: schemas.Number, body: schemas.NewContact) -> Any:
    """Say how the customer wants to be reached about the ticket, and what else they agree to."""
    conversation: Conversation = request.state.conversation
    throttles_of(request).contacts.spend(conversation.conversation_id)
    ticket = services_of(request).desk.set_contact(
        conversation.conversation_id, TicketId(ticket_id), body.contact, consents=body.consents.said()
    )
    return {"ticket_id": ticket.ticket_id, "status": ticket.status, "contact": ticket.contact}


def _admit_staff(request: Request) -> None:
    principal: Principal | None = request.state.principal
    if principal is None:
        raise Unauthorized("A conversation about internal documents needs a session or the admin key.")
    granted(principal, Right.KNOWLEDGE_READ)


def _wants_json(accept: str) -> bool:
    return "application/json" in accept and STREAM not in accept


async def _encoded(events: AsyncIterator[ServerEvent | None]) -> AsyncIterator[str]:
    async for event in events:
        if event is None:
            yield ": still there\n\n"
        else:
            yield f"event: {event.name}\ndata: {one_line(event.data)}\n\n"


def _citation(services: Services, conversation_id: ConversationId, message_id: MessageId, number: int) -> CitationSpan:
    for span in services.desk.citations(conversation_id, message_id):
        if span.number == number:
            return span
    raise NotFound("source", number)


class SourceRemoved(NotFound):
    """The cited document is gone, or the customer may no longer read it."""

    def __init__(self, number: int) -> None:
        super().__init__("source", number)
        self.args = (f"The source [{number}] was removed after the answer was given.",)


def _source(services: Services, span: CitationSpan, audience: Audience) -> dict[str, Any]:
    """The passage as SQL has it now; what the reply said about it isn't trusted."""
    try:
        passage = services.kb.passage(span.passage_id)
        document = services.kb.document(span.document_id)
    except NotFound:
        raise SourceRemoved(span.number) from None
    if not {passage.audience, document.audience} <= set(audience.readable()):
        raise SourceRemoved(span.number)
    return {
        "number": span.number,
        "document_id": passage.document_id,
        "document": passage.document,
        "version": passage.version,
        "current": document.live_version == passage.version,
        "page": passage.page,
        "heading": HEADING_SEPARATOR.join(passage.heading),
        "text": passage.text,
        "quote_start": span.start - passage.start,
        "quote_end": span.end - passage.start,
    }
