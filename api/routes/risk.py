"""The operator's side: how many wrong answers are tolerated, and what follows."""

from __future__ import annotations

from fastapi import APIRouter, Request

from api import schemas
from api.auth import StaffRoute
from api.routes.context import KNOWLEDGE_READ, KNOWLEDGE_WRITE, refusals, services_of
from core.risk import RiskReport

router = APIRouter(prefix="/v1/risk", tags=["wrong answers"], route_class=StaffRoute)


@router.get("", response_model=schemas.RiskReport, responses=refusals(401, 403), openapi_extra=KNOWLEDGE_READ)
def show_risk(request: Request) -> RiskReport:
    """The tolerated share of wrong answers, the threshold that follows, and what both mean."""
    return services_of(request).risk.report()


@router.put("", response_model=schemas.RiskReport, responses=refusals(401, 403), openapi_extra=KNOWLEDGE_WRITE)
def set_risk(request: Request, body: schemas.NewTolerance) -> RiskReport:
    """Set the tolerated share. It holds from the next message on."""
    return services_of(request).risk.tolerate(body.share, body.of)


@router.post(
    "/calibration",
    response_model=schemas.RiskReport,
    responses=refusals(401, 403, 409, 503),
    openapi_extra=KNOWLEDGE_WRITE,
)
def recalibrate(request: Request) -> RiskReport:
    """Ask the gold questions anew, about 30 ms each, and fit the threshold to how they score now."""
    from api.calibrating import calibrate_on_gold

    return calibrate_on_gold(services_of(request))
