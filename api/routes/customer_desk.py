"""The customers' side of the desk: what a person writes to them, and what they say of it all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api import client_desk_values as views
from api.answering import ServerEvent
from api.auth import CustomerRoute
from api.customer_reading import CustomerReader
from api.live import Live
from api.routes.context import CUSTOMER, refusals, services_of, throttles_of
from api.schemas import desk as shapes
from api.schemas.common import Offset
from api.wire import one_line, plain
from core.errors import Conflict, RateLimited
from core.types import MessageId, Role
from desk.details import Details

if TYPE_CHECKING:
    from desk.store import Conversation

router = APIRouter(prefix="/v1/conversations/{conversation_id}", tags=["conversations"], route_class=CustomerRoute)

STREAM: Final = "text/event-stream"

EXAMPLE: Final = """id: 5
event: message
data: {"message_id": "5d2a…", "sequence": 5, "role": "agent", "text": "您好，我来帮您处理。", "…": "…"}

event: state
data: {"sequence": 5, "with_person": true, "waiting": false, "agent": "王敏", "…": "…"}

"""

STREAM_DOCUMENTATION: Final[dict[str, Any]] = {
    "description": "`message` events with what was written, `state` events when something else has changed. The id of "
    "a `message` is its number: send the last one as `Last-Event-ID` or `after` to go on where a connection broke.",
    "content": {STREAM: {"schema": {"type": "string"}, "example": EXAMPLE}},
}


@router.get("/state", response_model=views.CustomerState, responses=refusals(401, 404), openapi_extra=CUSTOMER)
def show_state(request: Request) -> Any:
    """Who has the turn, which ticket is open, and whether a question is put to the customer."""
    return reader_of(request).state()


@router.get(
    "/updates",
    response_model=list[views.NewMessageForCustomer],
    responses=refusals(401, 404),
    openapi_extra=CUSTOMER,
)
def show_updates(request: Request, after: Offset = 0) -> Any:
    """What was written after line number `after`, oldest first."""
    return reader_of(request).updates(after)


@router.get("/events", responses={200: STREAM_DOCUMENTATION, **refusals(401, 404)}, openapi_extra=CUSTOMER)
async def follow(
    request: Request, after: Offset = 0, last_event_id: Annotated[str, Header()] = ""
) -> StreamingResponse:
    """Everything that is written from now on, or from line `after` on, as it happens."""
    live: Live = request.app.state.live
    if live.full:
        raise RateLimited("Too many open streams. Ask for `updates` instead.", retry_after_s=5)
    news = _News(reader_of(request), int(last_event_id) if last_event_id.isdecimal() else after)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(encoded(live.follow(news.read)), media_type=STREAM, headers=headers)


@router.post(
    "/messages/{message_id}/rating",
    response_model=views.CustomerState,
    responses=refusals(401, 404, 409),
    openapi_extra=CUSTOMER,
)
def rate_answer(request: Request, message_id: str, body: shapes.Rating) -> Any:
    """Thumbs up or down for a reply of the assistant."""
    desk, conversation_id = services_of(request).desk, _conversation(request).conversation_id
    throttles_of(request).contacts.spend(conversation_id)
    desk.turns.rate(conversation_id, MessageId(message_id), helpful=body.helpful)
    return reader_of(request).state()


@router.post("/solved", response_model=views.CustomerState, responses=refusals(401, 404, 409), openapi_extra=CUSTOMER)
def say_solved(request: Request, body: shapes.Solved) -> Any:
    """Say whether the assistant's last answer solved the problem."""
    desk, conversation_id = services_of(request).desk, _conversation(request).conversation_id
    throttles_of(request).contacts.spend(conversation_id)
    answers = [line for line in desk.dialogues.lines_after(conversation_id, 0) if line.role is Role.ASSISTANT]
    if not answers:
        raise Conflict("There is no answer yet that could have solved anything.")
    desk.turns.rate(conversation_id, answers[-1].message_id, helpful=body.solved)
    return reader_of(request).state()


@router.post(
    "/withdrawal", response_model=views.CustomerState, responses=refusals(401, 404, 409), openapi_extra=CUSTOMER
)
def withdraw(request: Request) -> Any:
    """Don't wait for a person any more; the assistant goes on."""
    conversation_id = _conversation(request).conversation_id
    throttles_of(request).contacts.spend(conversation_id)
    services_of(request).desk.turns.withdraw(conversation_id)
    return reader_of(request).state()


@router.post("/survey", response_model=views.CustomerState, responses=refusals(401, 404, 409), openapi_extra=CUSTOMER)
def answer_survey(request: Request, body: shapes.SurveyAnswer) -> Any:
    """Say how satisfied one is. A bad rating opens the ticket again."""
    conversation_id = _conversation(request).conversation_id
    throttles_of(request).contacts.spend(conversation_id)
    services_of(request).desk.surveys.rate(conversation_id, body.kind, body.score, comment=body.comment)
    return reader_of(request).state()


def reader_of(request: Request) -> CustomerReader:
    """Reads for the customer who asks."""
    services = services_of(request)
    return CustomerReader(services.desk, Details(services.engine), _conversation(request), services.attachments)


async def encoded(events: AsyncIterator[ServerEvent | None]) -> AsyncIterator[str]:
    """Events in the form of the wire; what is new carries its number as id."""
    async for event in events:
        if event is None:
            yield ": still there\n\n"
            continue
        number = event.data.get("sequence") if event.name != "state" else None
        mark = f"id: {number}\n" if number is not None else ""
        yield f"{mark}event: {event.name}\ndata: {one_line(event.data)}\n\n"


class _News:
    """What one customer hasn't been told yet."""

    def __init__(self, reader: CustomerReader, after: int) -> None:
        self._reader = reader
        self._after = after
        self._state: views.CustomerState | None = None

    async def read(self) -> list[ServerEvent]:
        return await run_in_threadpool(self._read)

    def _read(self) -> list[ServerEvent]:
        lines = self._reader.updates(self._after)
        events = [ServerEvent("message", plain(line)) for line in lines]
        self._after = max([self._after, *(line.sequence for line in lines)])
        state = self._reader.state()
        if state != self._state:
            self._state = state
            events.append(ServerEvent("state", plain(state)))
        return events


def _conversation(request: Request) -> Conversation:
    conversation: Conversation = request.state.conversation
    return conversation
