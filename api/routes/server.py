"""Whether the server is up, and the description of this API."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from api import schemas
from api.auth import OpenRoute, StaffRoute
from api.routes.context import needs, refusals, services_of
from core.accounts import Right

router = APIRouter(prefix="/v1", tags=["server"], route_class=OpenRoute)
described = APIRouter(route_class=StaffRoute)


@router.get("/health", response_model=schemas.Health)
async def health() -> dict[str, str]:
    """The process answers. Looks at nothing else, so that a slow database doesn't get it killed."""
    return {"status": "ok"}


@router.get("/ready", response_model=schemas.Readiness, responses=refusals(503))
def ready(request: Request) -> dict[str, str]:
    """The indexes are open and hold every change of the knowledge base."""
    services_of(request).indexes.refresh()
    return {"status": "ready"}


@described.get("/openapi.json", include_in_schema=False, openapi_extra=needs(Right.SERVER_READ))
def openapi(request: Request) -> Any:
    """This description."""
    return JSONResponse(request.app.openapi())
