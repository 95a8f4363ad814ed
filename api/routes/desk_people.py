"""The people at the desk: who is there, what they can do, in which teams."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request

from api import schemas
from api.auth import StaffRoute
from api.routes.context import DESK_READ, DESK_WORK, POLICY_WRITE, editor_of, principal_of, refusals, services_of
from api.routes.desk import at_the_desk
from api.schemas import desk as shapes
from core.accounts import AccountId
from core.errors import Forbidden, NotFound
from core.staff import DeskAgent, Team, TeamId

router = APIRouter(prefix="/v1/desk", tags=["desk"], route_class=StaffRoute)


@router.put("/me/presence", response_model=shapes.DeskAgent, responses=refusals(401, 403), openapi_extra=DESK_WORK)
def set_presence(request: Request, body: shapes.NewPresence) -> DeskAgent:
    """Say whether one is there. Said again now and then it is a sign of life, without which one counts as away."""
    account_id = principal_of(request).account_id
    if account_id is None:
        raise Forbidden("The admin key is nobody who could be at the desk. Sign in with an account.")
    at_the_desk(request)
    staff = services_of(request).desk.staff
    if staff.agent(account_id).presence is body.presence:
        staff.alive(account_id)
        return staff.agent(account_id)
    return staff.set_presence(account_id, body.presence)


@router.get("/agents", response_model=list[shapes.DeskAgent], responses=refusals(401, 403), openapi_extra=DESK_READ)
def list_agents(request: Request) -> list[DeskAgent]:
    """Everybody at the desk, by name."""
    return services_of(request).desk.staff.agents()


@router.put(
    "/agents/{account_id}",
    response_model=shapes.DeskAgent,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=POLICY_WRITE,
)
def change_agent(request: Request, account_id: schemas.Number, body: shapes.AgentChange) -> DeskAgent:
    """Set what somebody can do. Whoever was never at the desk becomes known to it."""
    services = services_of(request)
    account, staff = services.accounts.account(AccountId(account_id)), services.desk.staff
    read = None
    if body.instead_of is not None:
        able = body.instead_of
        read = replace(
            staff.agent(account.account_id), cap=able.cap, skills=tuple(able.skills), languages=tuple(able.languages)
        )
    return staff.enrol(
        account.account_id,
        account.display_name,
        cap=body.cap,
        skills=body.skills,
        languages=body.languages,
        by=editor_of(request),
        instead_of=read,
    )


@router.get("/teams", response_model=list[shapes.Team], responses=refusals(401, 403), openapi_extra=DESK_READ)
def list_teams(request: Request) -> list[Team]:
    """All teams, by name."""
    return services_of(request).desk.staff.teams()


@router.post(
    "/teams", status_code=201, response_model=shapes.Team, responses=refusals(401, 403), openapi_extra=POLICY_WRITE
)
def add_team(request: Request, body: shapes.NewTeam) -> Any:
    """Add a team. At most one is the fallback; a new one takes that part over."""
    return _save(request, body, None)


@router.put(
    "/teams/{team_id}", response_model=shapes.Team, responses=refusals(401, 403, 404, 409), openapi_extra=POLICY_WRITE
)
def change_team(request: Request, team_id: schemas.Number, body: shapes.TeamChange) -> Any:
    """Change a team, and who is in it."""
    read = None
    if (was := body.instead_of) is not None:
        team = Team(
            team_id=TeamId(team_id),
            name=was.name,
            topics=tuple(was.topics),
            fallback=was.fallback,
            calendar_id=was.calendar_id,
        )
        read = team, frozenset(AccountId(member) for member in was.members or ())
    return _save(request, body, TeamId(team_id), read)


def _save(
    request: Request,
    body: shapes.NewTeam,
    team_id: TeamId | None,
    read: tuple[Team, frozenset[AccountId]] | None = None,
) -> Team:
    services = services_of(request)
    staff = services.desk.staff
    for member in body.members or ():
        try:
            staff.agent(AccountId(member))
        except NotFound:
            account = services.accounts.account(AccountId(member))
            staff.enrol(account.account_id, account.display_name)
    return staff.save_team(
        body.name,
        topics=body.topics,
        fallback=body.fallback,
        calendar_id=body.calendar_id,
        team_id=team_id,
        members=None if body.members is None else [AccountId(member) for member in body.members],
        by=editor_of(request),
        instead_of=read,
    )
