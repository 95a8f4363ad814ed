"""Past answers that a change of the knowledge makes wrong, and whom they concern."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api import schemas
from api.auth import StaffRoute
from api.routes.context import KNOWLEDGE_READ, KNOWLEDGE_WRITE, refusals, services_of
from api.schemas import suggestions as shapes
from api.wire import Json, plain
from core.segments import StaleAnswer
from core.types import MessageId

router = APIRouter(prefix="/v1/stale-answers", tags=["stale answers"], route_class=StaffRoute)


@router.get("", response_model=shapes.StaleAnswers, responses=refusals(401, 403), openapi_extra=KNOWLEDGE_READ)
def list_stale_answers(
    request: Request, open: bool = True, offset: schemas.Offset = 0, limit: schemas.Limit = 50
) -> Json:
    """Answers that don't hold any more, the latest given first; with `open=false` also those seen to already.

    Looks at what was answered from documents that changed since it was looked at last.
    """
    services = services_of(request)
    services.stale_finder.look()
    found = services.answer_reviews.stale(open_only=open, offset=offset, limit=limit)
    return {"waiting": services.answer_reviews.count(), "items": [plain(each) for each in found]}


@router.post(
    "/{message_id}", response_model=shapes.StaleAnswer, responses=refusals(401, 403, 404), openapi_extra=KNOWLEDGE_WRITE
)
def handle_stale_answer(request: Request, message_id: str, body: shapes.Handled) -> StaleAnswer:
    """Note that somebody has seen to it, and how."""
    return services_of(request).answer_reviews.handle(MessageId(message_id), body.note)
