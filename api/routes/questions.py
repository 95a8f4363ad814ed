"""The knowledge manager's side: trying questions out, and asking why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request

from api import schemas
from api.auth import StaffRoute
from api.routes.context import KNOWLEDGE_READ, refusals, services_of
from api.wire import Json, hit_json
from api.wire_why import explained_json, why_not_json
from core.types import DocumentId, PassageId, Query, Reply, Turn

if TYPE_CHECKING:
    from api.composition import Services
    from core.explanations import Withheld

router = APIRouter(prefix="/v1", tags=["try out"], route_class=StaffRoute)


@router.post(
    "/search", response_model=list[schemas.Hit], responses=refusals(401, 403, 503), openapi_extra=KNOWLEDGE_READ
)
def search(request: Request, body: schemas.Search) -> list[Json]:
    """The best passages for a question, with the reason why each was found."""
    query = Query(text=body.text, audience=body.audience, as_of=body.as_of)
    return [hit_json(hit) for hit in services_of(request).retriever.search(query, k=body.k)]


@router.post(
    "/ask",
    response_model=schemas.TestedReply,
    response_model_exclude_unset=True,
    responses=refusals(401, 403, 503),
    openapi_extra=KNOWLEDGE_READ,
)
def ask(request: Request, body: schemas.TestQuestion) -> Json:
    """What a customer would be told, by the very call that the chat makes, and why. Nothing is recorded."""
    services = services_of(request)
    turn = Turn(text=body.text, audience=body.audience, language=body.language, as_of=body.as_of)
    reply = services.assistant.reply(turn)
    return explained_json(reply, _withheld(services, turn, reply))


@router.post(
    "/why-not", response_model=schemas.WhyNot, responses=refusals(401, 403, 404, 503), openapi_extra=KNOWLEDGE_READ
)
def why_not(request: Request, body: schemas.WhyNotQuestion) -> Json:
    """Why a passage, or any of a document, isn't among those shown for a question."""
    query = Query(text=body.text, audience=body.audience, as_of=body.as_of)
    found = services_of(request).inquiry.why_not(
        query,
        passage_id=None if body.passage_id is None else PassageId(body.passage_id),
        document_id=None if body.document_id is None else DocumentId(body.document_id),
        k=body.k,
    )
    return why_not_json(found)


def _withheld(services: Services, turn: Turn, reply: Reply) -> list[Withheld]:
    """What was kept from the asker; nothing where nothing was searched for."""
    if reply.understood is None:
        return []
    query = Query(text=reply.understood.searched, audience=turn.audience, as_of=turn.as_of)
    return services.inquiry.withheld(query, reply.hits)
