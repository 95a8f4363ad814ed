"""The knowledge manager's side: gold questions, and the runs over them."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api import schemas
from api.auth import StaffRoute
from api.composition import Services
from api.routes.context import KNOWLEDGE_READ, KNOWLEDGE_WRITE, refusals, services_of
from api.schemas import gold as shapes
from api.wire import Json, plain
from api.wire_gold import comparison_json, counts_json, item_json, result_json, run_json
from core.errors import NotFound
from core.gold import GoldEntry, GoldId, GoldOrigin, GoldQuestion, GoldResult, GoldRun, GoldRunId, GoldSource, Verdict
from core.types import MessageId
from eval.gold_files import GoldFormat, read_questions, write_questions

if TYPE_CHECKING:
    from desk.store import CitationSpan, CustomerMessage
    from kb.gold_questions import Imported

router = APIRouter(prefix="/v1/gold", tags=["gold set"], route_class=StaffRoute)

MEDIA_TYPES: Final = {GoldFormat.JSONL: "application/x-ndjson", GoldFormat.CSV: "text/csv"}

FILE: Final[Json] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string"}} for kind in MEDIA_TYPES.values()},
    }
}


class Show(StrEnum):
    """Which questions are listed."""

    ALL = "all"
    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"
    REFUSED = "refused"
    STALE = "stale"
    NEW = "new"
    OFF = "off"


@router.get("", response_model=shapes.GoldPage, responses=refusals(401, 403), openapi_extra=KNOWLEDGE_READ)
def list_questions(
    request: Request, show: Show = Show.ALL, offset: schemas.Offset = 0, limit: schemas.Limit = 100
) -> Json:
    """Gold questions, the last added first, each with what the last run found."""
    services = services_of(request)
    questions, last = services.gold.questions(), _last_results(services)
    chosen = [each for each in questions if _is(show, each, last.get(each.gold_id))]
    items = [item_json(each, last.get(each.gold_id), services.kb) for each in chosen[offset : offset + limit]]
    return {"counts": counts_json(questions, last), "items": items}


@router.post(
    "",
    status_code=201,
    response_model=shapes.GoldQuestion,
    responses=refusals(401, 403, 409, 413),
    openapi_extra=KNOWLEDGE_WRITE,
)
def add_question(request: Request, body: shapes.NewGoldQuestion) -> GoldQuestion:
    """Add a question. With `message_id` it counts as made from a conversation."""
    origin = GoldOrigin.CONVERSATION if body.message_id else GoldOrigin.WRITTEN
    message_id = MessageId(body.message_id) if body.message_id else None
    return services_of(request).gold.add(_entry(body), origin=origin, message_id=message_id)


@router.post(
    "/import",
    response_model=shapes.Imported,
    responses=refusals(401, 403, 413),
    openapi_extra=KNOWLEDGE_WRITE | FILE,
    summary="Import",
)
async def import_questions(request: Request, format: GoldFormat = GoldFormat.JSONL) -> Imported:
    """Take in a file of questions, all or none. One that is in the set already is replaced."""
    content = await request.body()
    return await run_in_threadpool(_import, services_of(request), content, format)


@router.get("/export", responses=refusals(401, 403), openapi_extra=KNOWLEDGE_READ, summary="Export")
def export_questions(request: Request, format: GoldFormat = GoldFormat.JSONL) -> Response:
    """All questions as a file that `import` reads."""
    text = write_questions(reversed(services_of(request).gold.questions()), format)
    headers = {"Content-Disposition": f'attachment; filename="gold.{format}"', "Cache-Control": "no-store"}
    return Response(text.encode(), media_type=f"{MEDIA_TYPES[format]}; charset=utf-8", headers=headers)


@router.get(
    "/messages", response_model=list[shapes.AskedMessage], responses=refusals(401, 403), openapi_extra=KNOWLEDGE_READ
)
def list_messages(
    request: Request, unanswered: bool = False, offset: schemas.Offset = 0, limit: schemas.Limit = 50
) -> list[CustomerMessage]:
    """What customers asked lately, newest first, to choose gold questions from.

    Who asked isn't told; personal data is masked.
    """
    return services_of(request).desk.customer_messages(unanswered=unanswered, offset=offset, limit=limit)


@router.get(
    "/messages/{asked_id}",
    response_model=shapes.NewGoldQuestion,
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_READ,
)
def propose(request: Request, asked_id: str) -> Json:
    """A draft of a gold question from a customer's message: what was cited becomes the expected source."""
    services = services_of(request)
    message, cited = services.desk.customer_message(MessageId(asked_id))
    return {**plain(_proposal(services, message, cited)), "message_id": asked_id}


@router.get("/runs", response_model=list[shapes.GoldRun], responses=refusals(401, 403), openapi_extra=KNOWLEDGE_READ)
def list_runs(request: Request, offset: schemas.Offset = 0, limit: schemas.Limit = 50) -> list[Json]:
    """The runs over the gold set, the newest first."""
    return [run_json(run) for run in services_of(request).gold.runs(offset=offset, limit=limit)]


@router.post(
    "/runs",
    status_code=202,
    response_model=shapes.GoldRun,
    responses=refusals(401, 403, 409),
    openapi_extra=KNOWLEDGE_WRITE,
)
def start_run(request: Request) -> Json:
    """Ask for a run. It starts within a second or two, in the background; while one waits, that one is returned."""
    return run_json(services_of(request).gold.request())


@router.get(
    "/runs/{run_id}",
    response_model=shapes.GoldComparison,
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_READ,
)
def show_run(
    request: Request,
    run_id: schemas.Number,
    against: schemas.Number | None = None,
    offset: schemas.Offset = 0,
    limit: schemas.Limit = 100,
) -> Json:
    """A run, and what was answered differently before: in the run before it, or in the run `against`."""
    from eval.gold import changes

    services = services_of(request)
    run = services.gold.run(GoldRunId(run_id))
    before = _before(services, run, against)
    found = changes(services.gold.results(before.run_id), services.gold.results(run.run_id)) if before else []
    return comparison_json(run, before, found, quotes=services.kb, offset=offset, limit=limit)


@router.get(
    "/runs/{run_id}/results",
    response_model=list[shapes.GoldResult],
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_READ,
)
def list_results(
    request: Request,
    run_id: schemas.Number,
    verdict: Verdict | None = None,
    offset: schemas.Offset = 0,
    limit: schemas.Limit = 100,
) -> list[Json]:
    """What a run found, by number of the question. Of runs of long ago only the figures are kept."""
    services = services_of(request)
    found = [each for each in services.gold.results(GoldRunId(run_id)) if verdict in {None, each.verdict}]
    return [result_json(result, services.kb) for result in found[offset : offset + limit]]


@router.get(
    "/{gold_id}", response_model=shapes.GoldItem, responses=refusals(401, 403, 404), openapi_extra=KNOWLEDGE_READ
)
def show_question(request: Request, gold_id: schemas.Number) -> Json:
    """One question, with what the last run found."""
    services = services_of(request)
    question = services.gold.question(GoldId(gold_id))
    return item_json(question, _last_results(services).get(gold_id), services.kb)


@router.put(
    "/{gold_id}",
    response_model=shapes.GoldQuestion,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=KNOWLEDGE_WRITE,
)
def edit_question(request: Request, gold_id: schemas.Number, body: shapes.GoldEntry) -> GoldQuestion:
    """Replace what is stated about a question."""
    return services_of(request).gold.edit(GoldId(gold_id), _entry(body))


@router.delete("/{gold_id}", status_code=204, responses=refusals(401, 403, 404), openapi_extra=KNOWLEDGE_WRITE)
def delete_question(request: Request, gold_id: schemas.Number) -> Response:
    """Delete a question. What runs found about it stays in their history."""
    services_of(request).gold.delete(GoldId(gold_id))
    return Response(status_code=204)


def _entry(body: shapes.GoldEntry) -> GoldEntry:
    sources = tuple(GoldSource(source.document, source.quote) for source in body.sources)
    stated = {name: getattr(body, name) for name in ("text", "language", "audience", "answerable", "note", "enabled")}
    return GoldEntry(**stated, sources=sources, facts=tuple(body.facts))


def _import(services: Services, content: bytes, form: GoldFormat) -> Imported:
    return services.gold.take_in(read_questions(content, form))


def _last_results(services: Services) -> dict[int, GoldResult]:
    last = services.gold.last()
    return {result.gold_id: result for result in services.gold.results(last.run_id)} if last else {}


def _is(show: Show, question: GoldQuestion, last: GoldResult | None) -> bool:
    match show:
        case Show.ALL:
            return True
        case Show.OFF:
            return not question.enabled
        case Show.NEW:
            return question.enabled and last is None
        case Show.STALE:
            return question.enabled and last is not None and last.stale
        case _:
            return question.enabled and last is not None and last.verdict.value == show.value


def _before(services: Services, run: GoldRun, against: int | None) -> GoldRun | None:
    return services.gold.last(before=run.run_id) if against is None else services.gold.run(GoldRunId(against))


def _proposal(services: Services, message: CustomerMessage, cited: list[CitationSpan]) -> GoldEntry:
    quotes: list[Any] = []
    for span in cited:
        try:
            quote = services.kb.quote(span.document_id, span.version, span.start, span.end)
        except NotFound:
            continue  # deleted since, so it can't be expected any more
        quotes.append(GoldSource(span.document, " ".join(quote.split())))
    entry = GoldEntry(text=message.text, audience=message.audience, answerable=True)
    return replace(entry, sources=tuple(dict.fromkeys(quotes)))
