"""Help for agents: drafts of a reply, summary, tone, macro. Nothing here is sent to a customer."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api.auth import StaffRoute
from api.routes.context import DESK_READ, DESK_WORK, principal_of, refusals, services_of
from api.routes.desk import reader_of
from api.schemas import suggestions as shapes
from api.wire import Json, citation_json, plain
from core.errors import NotFound
from core.suggestions import Suggestion, SuggestionId, Summary
from core.types import ConversationId, MessageId

router = APIRouter(prefix="/v1/desk", tags=["suggestions"], route_class=StaffRoute)

ONE = "/conversations/{dialogue_id}"


@router.get(
    f"{ONE}/suggestions",
    response_model=shapes.SuggestionPage,
    responses=refusals(401, 403, 404),
    openapi_extra=DESK_READ,
)
def suggest(request: Request, dialogue_id: str, message_id: str | None = None) -> Json:
    """Up to three drafts for the customer's last message, or for the given one; made once and kept as shown."""
    wanted = MessageId(message_id) if message_id else None
    found = services_of(request).suggestions.for_message(
        _seen(request, dialogue_id), wanted, shown_to=principal_of(request).name
    )
    return {"items": [suggestion_json(each) for each in found]}


@router.post(
    "/suggestions/{suggestion_id}",
    response_model=shapes.Suggestion,
    responses=refusals(401, 403, 404),
    openapi_extra=DESK_WORK,
)
def decide(request: Request, suggestion_id: int, body: shapes.Decision) -> Json:
    """Keep what became of a draft. This sends nothing."""
    suggestions, wanted = services_of(request).suggestions, SuggestionId(suggestion_id)
    try:
        _seen(request, suggestions.conversation_of(wanted))
    except NotFound:
        raise NotFound("suggestion", suggestion_id) from None
    decided = suggestions.decide(wanted, body.state, text=body.text, by=principal_of(request).name)
    return suggestion_json(decided)


@router.get(
    f"{ONE}/summary",
    response_model=shapes.Summary | None,
    responses=refusals(401, 403, 404),
    openapi_extra=DESK_READ,
)
def summarize(request: Request, dialogue_id: str) -> Summary | None:
    """The conversation in fixed fields, each line with the messages that it is taken from."""
    return services_of(request).suggestions.summary(_seen(request, dialogue_id))


@router.get(
    f"{ONE}/macro",
    response_model=shapes.MacroChoice,
    responses=refusals(401, 403, 404),
    openapi_extra=DESK_READ,
)
def choose_macro(request: Request, dialogue_id: str) -> Json:
    """The macro that fits the conversation, where a language model is configured and one does."""
    chosen = services_of(request).suggestions.macro(_seen(request, dialogue_id))
    return {"macro_id": None} if chosen is None else plain(chosen)


@router.post("/rewrite", response_model=shapes.Rewritten, responses=refusals(401, 403), openapi_extra=DESK_WORK)
def rewrite(request: Request, body: shapes.Rewrite) -> Json:
    """A text in another tone, with the same numbers and addresses; null without a language model."""
    return {"text": services_of(request).suggestions.rewrite(body.text, body.tone)}


def suggestion_json(suggestion: Suggestion) -> Json:
    """A draft and what became of it, in one level."""
    whole = plain(suggestion)
    draft = whole.pop("draft")
    return {**whole, **draft, "citations": [citation_json(each) for each in suggestion.draft.citations]}


def _seen(request: Request, dialogue_id: str) -> ConversationId:
    """The conversation, if whoever asks may see it. Raises `NotFound`."""
    return reader_of(request).view(ConversationId(dialogue_id)).conversation_id
