"""The knowledge manager's side: trying questions out."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api import schemas
from api.auth import AdminRoute
from api.routes.context import ADMIN, refusals, services_of
from api.wire import Json, hit_json, reply_json
from core.types import Query, Turn

router = APIRouter(prefix="/v1", tags=["try out"], route_class=AdminRoute)


@router.post("/search", response_model=list[schemas.Hit], responses=refusals(401, 503), openapi_extra=ADMIN)
def search(request: Request, body: schemas.Search) -> list[Json]:
    """The best passages for a question, with the reason why each was found."""
    query = Query(text=body.text, audience=body.audience)
    return [hit_json(hit) for hit in services_of(request).retriever.search(query, k=body.k)]


@router.post(
    "/ask",
    response_model=schemas.TestedReply,
    response_model_exclude_unset=True,
    responses=refusals(401, 503),
    openapi_extra=ADMIN,
)
def ask(request: Request, body: schemas.TestQuestion) -> Json:
    """What a customer would be told, by the very call that the chat makes. Nothing is recorded."""
    turn = Turn(text=body.text, audience=body.audience, language=body.language)
    reply = services_of(request).assistant.reply(turn)
    return {**reply_json(reply), "hits": [hit_json(hit) for hit in reply.hits]}
