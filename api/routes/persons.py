"""The administrator's side: everything about one person given out, or erased for good."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api import schemas
from api.accounts.audit import Actor
from api.auth import StaffRoute
from api.forgetting.erasing import Erasure
from api.routes.context import ADMIN, principal_of, refusals, services_of
from api.schemas import persons as shapes
from api.wire import Json, plain

router = APIRouter(prefix="/v1/persons", tags=["persons"], route_class=StaffRoute)


@router.post("/export", response_model=shapes.PersonExport, responses=refusals(401, 403, 404), openapi_extra=ADMIN)
def export_person(request: Request, body: shapes.PersonKey) -> Json:
    """Everything that is known of one person, by table; colleagues' notes and the log are among it."""
    return services_of(request).forgetting.export(body.key, by=_actor(request))


@router.post("/erasure", response_model=shapes.Erasure, responses=refusals(401, 403, 404, 409), openapi_extra=ADMIN)
def erase_person(request: Request, body: shapes.PersonErasure) -> Json:
    """Erase one person for good; nothing brings it back. A tombstone with the counts and a hash of the key stays.

    Refused while a ticket or conversation of theirs is open.
    """
    services = services_of(request)
    return _told(services.forgetting.erase(body.key, by=_actor(request), dry_run=body.dry_run))


@router.get("/tombstones", response_model=shapes.Tombstones, responses=refusals(401, 403), openapi_extra=ADMIN)
def list_tombstones(request: Request, offset: schemas.Offset = 0, limit: schemas.Limit = 100) -> Json:
    """Who was erased when, by a hash of the key, and how many rows of what that were."""
    found = services_of(request).forgetting.tombstones(offset=offset, limit=limit)
    return {"items": [_told(each) for each in found]}


def _told(erasure: Erasure) -> Json:
    told: Json = plain(erasure)
    return told


def _actor(request: Request) -> Actor:
    return Actor(principal_of(request).name, request.client.host if request.client else "")
