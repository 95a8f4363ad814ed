"""Figures of the service, computed from what happened when somebody asks for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request

from api import schemas
from api.auth import StaffRoute
from api.routes.context import FIGURES_READ, principal_of, refusals, scope_of_request, services_of
from api.schemas import figures as shapes
from api.wire import Json, plain
from api.wire_learning import report_json
from core.accounts import Principal, Scope
from core.errors import InvalidInput
from core.figures import Period

if TYPE_CHECKING:
    from analytics.facts import Facts

router = APIRouter(prefix="/v1/figures", tags=["figures"], route_class=StaffRoute)

DAYS: Final = 30
"""Of the period, where none is named."""

LONGEST: Final = 400


@router.get("", response_model=shapes.FiguresReport, responses=refusals(401, 403), openapi_extra=FIGURES_READ)
def show_figures(request: Request, start: date | None = None, end: date | None = None) -> Json:
    """All figures from the first day to the last, both included, in UTC; without days of the last thirty.

    Each names its cohort, its number of cases and how many of them are still open. Agents get those of the
    episodes that they had, leads those of their teams.
    """
    from analytics.report import report

    period = _period(start, end)
    scope = scope_of_request(request)
    return report_json(report(_facts(request), period, whose=scope.value))


@router.get(
    "/{name}/cases",
    response_model=list[shapes.FigureCase],
    responses=refusals(401, 403, 404),
    openapi_extra=FIGURES_READ,
)
def list_cases(
    request: Request,
    name: str,
    start: date | None = None,
    end: date | None = None,
    offset: schemas.Offset = 0,
    limit: schemas.Limit = 100,
) -> list[Json]:
    """The very rows behind a figure."""
    from analytics.figures.catalogue import cases_of

    found = cases_of(name, _facts(request), _period(start, end))
    return [plain(each) for each in found[offset : offset + limit]]


def _facts(request: Request) -> Facts:
    from analytics.report import narrowed

    facts = services_of(request).analytics.facts()
    scope, principal = scope_of_request(request), principal_of(request)
    if scope is Scope.ALL:
        return facts
    return narrowed(facts, *_reach(request, principal, scope))


def _reach(request: Request, principal: Principal, scope: Scope) -> tuple[set[str], set[str]]:
    """Numbers and names of the accounts whose work somebody may see: their own, or that of their teams too."""
    from desk.staff import Staff

    own = principal.account_id
    accounts, names = {str(own)}, {principal.name}
    if scope is Scope.TEAM:
        agents = Staff(services_of(request).engine).agents()
        teams = {team for agent in agents if agent.account_id == own for team in agent.teams}
        for agent in agents:
            if not teams.isdisjoint(agent.teams):
                accounts.add(str(agent.account_id))
                names.add(agent.name)
    return accounts, names


def _period(start: date | None, end: date | None) -> Period:
    last = end or datetime.now(UTC).date()
    first = start or last - timedelta(days=DAYS - 1)
    if not timedelta(0) <= last - first <= timedelta(days=LONGEST):
        raise InvalidInput(f"A period has from 1 to {LONGEST} days, and its first day comes first.")
    midnight = time(tzinfo=UTC)
    return Period(datetime.combine(first, midnight), datetime.combine(last + timedelta(days=1), midnight))
