"""The knowledge manager's side: synonyms, and words that stay whole."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import schemas
from api.auth import StaffRoute
from api.routes.context import KNOWLEDGE_READ, KNOWLEDGE_WRITE, refusals, services_of
from api.wire import Json, plain
from core.types import Query
from core.vocabulary import VocabularyEntry, VocabularyImport

router = APIRouter(prefix="/v1/vocabulary", tags=["vocabulary"], route_class=StaffRoute)


@router.get(
    "", response_model=list[schemas.VocabularyEntry], responses=refusals(401, 403), openapi_extra=KNOWLEDGE_READ
)
def list_vocabulary(request: Request) -> list[VocabularyEntry]:
    """All entries, oldest first."""
    return list(services_of(request).kb.vocabulary.entries())


@router.post(
    "",
    status_code=201,
    response_model=schemas.VocabularyEntry,
    responses=refusals(401, 403, 409),
    openapi_extra=KNOWLEDGE_WRITE,
)
def add_entry(request: Request, body: schemas.NewVocabularyEntry) -> VocabularyEntry:
    """Add an entry, effective with the next question."""
    return services_of(request).kb.vocabulary.add(body.kind, body.terms)


@router.get(
    "/export",
    response_class=Response,
    responses={**refusals(401, 403), 200: {"content": {"text/csv": {}}, "description": "One entry a line"}},
    openapi_extra=KNOWLEDGE_READ,
)
def export_vocabulary(request: Request) -> Response:
    """All entries as CSV, in the form that the import takes."""
    text = services_of(request).kb.vocabulary.export_csv()
    headers = {"Content-Disposition": 'attachment; filename="vocabulary.csv"'}
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post(
    "/import", response_model=schemas.VocabularyImport, responses=refusals(401, 403, 413), openapi_extra=KNOWLEDGE_WRITE
)
def import_vocabulary(request: Request, body: schemas.VocabularyFile) -> VocabularyImport:
    """Add the entries of a file; what is there already stays, and nothing is removed."""
    return services_of(request).kb.vocabulary.import_csv(body.csv)


@router.post(
    "/trial", response_model=schemas.Understood, responses=refusals(401, 403, 503), openapi_extra=KNOWLEDGE_READ
)
def try_vocabulary(request: Request, body: schemas.VocabularyTrial) -> Json:
    """What a question is taken to mean: slips mended, synonyms and other forms of numbers added."""
    understood: Json = plain(services_of(request).retriever.understand(Query(text=body.text)))
    return understood


@router.get(
    "/{entry_id}",
    response_model=schemas.VocabularyEntry,
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_READ,
)
def show_entry(request: Request, entry_id: schemas.Number) -> VocabularyEntry:
    """One entry."""
    return services_of(request).kb.vocabulary.entry(entry_id)


@router.put(
    "/{entry_id}",
    response_model=schemas.VocabularyEntry,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=KNOWLEDGE_WRITE,
)
def change_entry(request: Request, entry_id: schemas.Number, body: schemas.NewVocabularyEntry) -> VocabularyEntry:
    """Replace an entry's kind and terms."""
    return services_of(request).kb.vocabulary.change(entry_id, body.kind, body.terms)


@router.delete("/{entry_id}", status_code=204, responses=refusals(401, 403, 404), openapi_extra=KNOWLEDGE_WRITE)
def remove_entry(request: Request, entry_id: schemas.Number) -> Response:
    """Delete an entry. The next question doesn't know it any more."""
    services_of(request).kb.vocabulary.remove(entry_id)
    return Response(status_code=204)
