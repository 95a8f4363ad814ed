"""The knowledge manager's side: Q&A pairs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request

from api import schemas
from api.auth import StaffRoute
from api.routes.context import KNOWLEDGE_READ, KNOWLEDGE_WRITE, refusals, services_of
from api.routes.documents import base_name
from core.pair_warnings import PairWarning
from core.types import DocumentId, DocumentKind, DocumentVersion, QAPair, QAPairId, QAStatus

router = APIRouter(prefix="/v1/qa", tags=["questions and answers"], route_class=StaffRoute)

MOST_REVIEWED: Final = 100
"""Pairs compared with all others in one request."""

NO_PAIRS: Final[list[int]] = []

DECISIONS: Final = {"approve": QAStatus.APPROVED, "reject": QAStatus.REJECTED}


@router.post(
    "",
    status_code=202,
    response_model=schemas.DocumentVersion,
    responses=refusals(401, 403, 413),
    openapi_extra=KNOWLEDGE_WRITE,
)
def add_pairs(request: Request, body: schemas.NewPairs) -> DocumentVersion:
    """Add approved pairs as one document. The same name again replaces them.

    They take the same way as an uploaded file; CSV, XLSX and JSONL files go to `/v1/documents` with `kind=qa`.
    """
    from kb.records import Upload

    upload = Upload(
        name=_file_name(body.name), audience=body.audience, media_type="application/jsonl", kind=DocumentKind.QA
    )
    services = services_of(request)
    version = services.kb.accept(upload, _lines(body.pairs))
    services.worker.wake()
    return version


@router.get("", response_model=list[schemas.QAPair], responses=refusals(401, 403), openapi_extra=KNOWLEDGE_READ)
def list_pairs(
    request: Request,
    status: QAStatus | None = None,
    document_id: str | None = None,
    offset: schemas.Offset = 0,
    limit: schemas.Limit = 100,
) -> list[QAPair]:
    """Pairs of live versions; with `status=candidate` those that wait for a person."""
    only = DocumentId(document_id) if document_id else None
    return services_of(request).kb.pairs(status=status, document_id=only, offset=offset, limit=limit)


@router.get(
    "/warnings",
    response_model=list[schemas.PairWarning],
    responses=refusals(401, 403, 404),
    openapi_extra=KNOWLEDGE_READ,
)
def list_warnings(
    request: Request, pair_id: Annotated[list[schemas.Number], Query(max_length=MOST_REVIEWED)] = NO_PAIRS
) -> list[PairWarning]:
    """Approved pairs that get in the way of these: asked the same and answered otherwise, or twice."""
    services = services_of(request)
    return services.pair_review.of_pairs([services.kb.pair(QAPairId(each)) for each in pair_id])


@router.get(
    "/{pair_id}", response_model=schemas.QAPair, responses=refusals(401, 403, 404), openapi_extra=KNOWLEDGE_READ
)
def show_pair(request: Request, pair_id: schemas.Number) -> QAPair:
    """One pair."""
    return services_of(request).kb.pair(QAPairId(pair_id))


@router.post(
    "/{pair_id}/decision",
    response_model=schemas.QAPair,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=KNOWLEDGE_WRITE,
)
def decide(request: Request, pair_id: schemas.Number, body: schemas.Decision) -> QAPair:
    """Let a candidate answer customers, or keep it from doing so.

    One that answers otherwise than an approved pair which is asked the same is approved only with `confirm`.
    """
    services = services_of(request)
    if body.decision == "approve" and not body.confirm:
        services.pair_review.check(services.kb.pair(QAPairId(pair_id)))
    return services.kb.decide(QAPairId(pair_id), DECISIONS[body.decision])


def _file_name(name: str) -> str:
    plain = base_name(name)
    return plain if plain.endswith(".jsonl") else f"{plain}.jsonl"


def _lines(pairs: list[schemas.NewPair]) -> Iterator[bytes]:
    """One pair a line, without what isn't set, as the Q&A parser reads it."""
    for pair in pairs:
        yield json.dumps(pair.model_dump(mode="json", exclude_none=True), ensure_ascii=False).encode() + b"\n"
