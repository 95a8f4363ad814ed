"""The knowledge manager's side: documents, their versions and passages."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api import schemas
from api.auth import StaffRoute
from api.composition import Services
from api.forms import chunks, file_of, received_form
from api.routes.context import KNOWLEDGE_READ, KNOWLEDGE_WRITE, refusals, services_of
from api.wire import Json, passage_json
from core.errors import InvalidInput
from core.types import Audience, Document, DocumentId, DocumentKind, DocumentVersion

router = APIRouter(prefix="/v1/documents", tags=["documents"], route_class=StaffRoute)

FORM: Final[Json] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "Its file name is the document's",
                        },
                        "audience": {"type": "string", "enum": [*Audience], "default": "public"},
                        "kind": {"type": "string", "enum": [*DocumentKind], "description": "Left out: by content"},
                        "effective_from": {"type": "string", "format": "date"},
                        "expires_on": {"type": "string", "format": "date", "description": "First day it isn't used"},
                    },
                },
                "example": {"file": "(content of 退换货政策.pdf)", "audience": "public", "expires_on": "2026-12-31"},
            }
        },
    }
}


class UploadFields(BaseModel):
    """What may come with a file."""

    model_config = ConfigDict(extra="forbid")

    audience: Audience = Audience.PUBLIC
    kind: DocumentKind | None = None
    effective_from: date | None = None
    expires_on: date | None = None


@router.post(
    "",
    status_code=202,
    response_model=schemas.DocumentVersion,
    responses=refusals(401, 403, 413),
    openapi_extra=KNOWLEDGE_WRITE | FORM,
    summary="Upload",
)
async def upload(request: Request) -> DocumentVersion:
    """Upload a file. When the reply comes it is durable, and is read from then on in the background.

    The name of an existing document makes a new version of it.
    """
    async with received_form(request) as form:
        file = file_of(form)
        given = [(name, value) for name, value in form.multi_items() if name != "file"]
        fields = _fields(dict(given), repeated=len(given) != len(dict(given)))
        return await run_in_threadpool(_accept, services_of(request), file, fields)


@router.get("", response_model=list[schemas.Document], responses=refusals(401, 403), openapi_extra=KNOWLEDGE_READ)
def list_documents(request: Request) -> list[Document]:
    """All documents, the last changed first."""
    return services_of(request).kb.documents()


@router.get(
    "/{document_id}", response_model=schemas.Document, responses=refusals(401, 403, 404), openapi_extra=KNOWLEDGE_READ
)
def show_document(request: Request, document_id: str) -> Document:
    """One document."""
    return services_of(request).kb.document(DocumentId(document_id))


@router.delete("/{document_id}", status_code=204, responses=refusals(401, 403, 404), openapi_extra=KNOWLEDGE_WRITE)
def delete_document(request: Request, document_id: str) -> Response:
    """Delete a document with all its versions. From then on nothing can find or cite it."""
    services_of(request).kb.delete(DocumentId(document_id))
    return Response(status_code=204)


@router.get(
    "/{document_id}/versions",
    response_model=list[schemas.DocumentVersion],
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_READ,
)
def list_versions(request: Request, document_id: str) -> list[DocumentVersion]:
    """All versions of a document, newest first."""
    return services_of(request).kb.versions(DocumentId(document_id))


@router.get(
    "/{document_id}/versions/{number}",
    response_model=schemas.DocumentVersion,
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_READ,
)
def show_version(request: Request, document_id: str, number: Annotated[int, schemas.VERSION]) -> DocumentVersion:
    """One version, to follow how its reading goes on."""
    return services_of(request).kb.version(DocumentId(document_id), number)


@router.put(
    "/{document_id}/versions/{number}/dates",
    response_model=schemas.DocumentVersion,
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_WRITE,
)
def set_dates(
    request: Request, document_id: str, number: Annotated[int, schemas.VERSION], body: schemas.Dates
) -> DocumentVersion:
    """Set the days between which a version may answer, effective with the next question."""
    return services_of(request).kb.set_dates(
        DocumentId(document_id), number, effective_from=body.effective_from, expires_on=body.expires_on
    )


@router.get(
    "/{document_id}/passages",
    response_model=list[schemas.Passage],
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_READ,
)
def list_passages(
    request: Request,
    document_id: str,
    version: Annotated[int | None, schemas.VERSION] = None,
    offset: schemas.Offset = 0,
    limit: schemas.Limit = 100,
) -> list[Json]:
    """Passages in the document's order; of the live version unless another is named."""
    kb = services_of(request).kb
    return [passage_json(one) for one in kb.passages(DocumentId(document_id), version, offset=offset, limit=limit)]


@router.post(
    "/{document_id}/rollback",
    response_model=schemas.Document,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=KNOWLEDGE_WRITE,
)
def roll_back(request: Request, document_id: str, body: schemas.Rollback) -> Document:
    """Make an earlier version live again."""
    return services_of(request).kb.rollback(DocumentId(document_id), body.version)


def _fields(given: dict[str, Any], *, repeated: bool) -> UploadFields:
    if repeated:
        raise InvalidInput("A field of the form occurs twice. Send each once.")
    try:
        return UploadFields(**{name: value for name, value in given.items() if value != ""})
    except ValidationError as error:
        named = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise InvalidInput(f"The form isn't as described: {named}.") from None


def _accept(services: Services, file: UploadFile, fields: UploadFields) -> DocumentVersion:
    from kb.records import Upload

    described = Upload(
        name=base_name(file.filename or ""),
        audience=fields.audience,
        media_type=_media_type(file),
        effective_from=fields.effective_from,
        expires_on=fields.expires_on,
        kind=fields.kind,
    )
    version = services.kb.accept(described, chunks(file.file))
    services.worker.wake()
    return version


def base_name(name: str) -> str:
    """The last part of a path of any system. Some programs send the whole path, some people try `../`."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "" if last in {".", ".."} else last


def _media_type(file: UploadFile) -> str:
    """As the caller says, for the record only: the parser looks at the content."""
    return (file.content_type or "").partition(";")[0].strip()[:100]
