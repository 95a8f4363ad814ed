"""What happens at the desk, as it happens, for the people who work there."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.answering import ServerEvent
from api.auth import Gate, StaffRoute
from api.live import Live
from api.routes.context import DESK_READ, refusals, services_of
from api.routes.customer_desk import STREAM, encoded
from api.routes.desk import reach
from api.schemas.common import Offset
from core.desk_events import DeskEvent
from core.errors import NotFound, RateLimited
from core.types import ConversationId

router = APIRouter(prefix="/v1/desk", tags=["desk"], route_class=StaffRoute)

PAGE: Final = 200

EXAMPLE: Final = """id: 118
event: changed
data: {"sequence": 118, "kind": "episode.moved", "conversation_id": "9f3c…", "ticket_id": 12, "at": "2026-11-23T09:00:00Z"}

"""

STREAM_DOCUMENTATION: Final[dict[str, Any]] = {
    "description": "A `changed` event for everything that happens to conversations in sight: which one, and what. Ask "
    "for the conversation to see it. Send the last id as `Last-Event-ID` or `after` to go on where a connection broke.",
    "content": {STREAM: {"schema": {"type": "string"}, "example": EXAMPLE}},
}


@router.get("/events", responses={200: STREAM_DOCUMENTATION, **refusals(401, 403)}, openapi_extra=DESK_READ)
async def follow_desk(
    request: Request, after: Offset | None = None, last_event_id: Annotated[str, Header()] = ""
) -> StreamingResponse:
    """Everything that happens from now on, or after event number `after`."""
    live: Live = request.app.state.live
    if live.full:
        raise RateLimited("Too many open streams. Look at the queue instead.", retry_after_s=5)
    known = int(last_event_id) if last_event_id.isdecimal() else after
    if known is None:
        known = await run_in_threadpool(services_of(request).desk.events.last_sequence)
    news = _News(request, known)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(encoded(live.follow(news.read)), media_type=STREAM, headers=headers)


class _News:
    """What one person at the desk hasn't been told yet. Ends with an error when their session does."""

    def __init__(self, request: Request, after: int) -> None:
        self._request = request
        self._after = after

    async def read(self) -> list[ServerEvent]:
        gate: Gate = self._request.app.state.gate
        await gate.principal(self._request)
        return await run_in_threadpool(self._read)

    def _read(self) -> list[ServerEvent]:
        found = services_of(self._request).desk.events.page(after=self._after, limit=PAGE)
        if not found:
            return []
        self._after = found[-1].sequence
        concerned = {each.subject.conversation_id for each in found if each.subject.conversation_id is not None}
        seen = {conversation_id for conversation_id in concerned if self._in_sight(conversation_id)}
        return [_event(each) for each in found if each.subject.conversation_id in seen]

    def _in_sight(self, conversation_id: ConversationId) -> bool:
        try:
            reach(self._request).must_see(services_of(self._request).desk.dialogues.view(conversation_id))
        except NotFound:
            return False
        return True


def _event(event: DeskEvent) -> ServerEvent:
    data = {
        "sequence": event.sequence,
        "kind": event.kind.value,
        "conversation_id": event.subject.conversation_id,
        "ticket_id": event.subject.ticket_id,
        "at": event.at.isoformat(),
    }
    return ServerEvent("changed", data)
