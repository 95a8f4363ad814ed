"""What the service manager sets for the desk: macros, service levels, calendars."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import schemas
from api.auth import StaffRoute
from api.routes.context import DESK_WORK, POLICY_READ, POLICY_WRITE, editor_of, principal_of, refusals, services_of
from api.routes.desk import me, reader_of
from api.schemas import desk_policy as policies
from api.schemas import desk_records as shapes
from api.wire import Json
from core.errors import InvalidInput
from core.macros import Macro, MacroActions, MacroId
from core.sla import Calendar, CalendarId, Interval, PolicyId, Promise, SlaPolicy, StoredCalendar
from core.staff import TeamId
from core.types import ConversationId, Language
from desk.policies import PolicyVersion
from desk.policy_form import to_values

router = APIRouter(prefix="/v1/desk", tags=["desk"], route_class=StaffRoute)

SAVED = refusals(401, 403, 404)
EDITED = refusals(401, 403, 404, 409)


@router.get("/macros", response_model=list[shapes.Macro], responses=refusals(401, 403), openapi_extra=POLICY_READ)
def list_macros(request: Request, language: Language | None = None, disabled: bool = False) -> list[Macro]:
    """Macros, those of a language among them if one is named; with `disabled` those that were switched off as well."""
    return services_of(request).desk.macros.every(language=language, disabled=disabled)


@router.post("/macros", status_code=201, response_model=shapes.Macro, responses=SAVED, openapi_extra=POLICY_WRITE)
def add_macro(request: Request, body: shapes.NewMacro) -> Macro:
    """Add a macro."""
    return _save_macro(request, body, None)


@router.put("/macros/{macro_id}", response_model=shapes.Macro, responses=EDITED, openapi_extra=POLICY_WRITE)
def change_macro(request: Request, macro_id: schemas.Number, body: shapes.MacroChange) -> Macro:
    """Replace a macro. Switched off, it isn't offered any more; none is ever removed, since the log names them."""
    return _save_macro(request, body, MacroId(macro_id), body.instead_of)


@router.post(
    "/conversations/{dialogue_id}/macros/{macro_id}",
    response_model=shapes.MacroText,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=DESK_WORK,
)
def use_macro(request: Request, dialogue_id: str, macro_id: schemas.Number) -> Json:
    """The macro's text for this conversation, to send or to edit; what else it does is done."""
    view = reader_of(request).view(ConversationId(dialogue_id))
    return {"text": services_of(request).desk.macros.fill(MacroId(macro_id), view.conversation_id, me(request))}


@router.get(
    "/sla-policies", response_model=list[shapes.SlaPolicy], responses=refusals(401, 403), openapi_extra=POLICY_READ
)
def list_policies(request: Request) -> list[SlaPolicy]:
    """Service levels in the order in which they are tried."""
    return services_of(request).desk.clocks.policies()


@router.post(
    "/sla-policies", status_code=201, response_model=shapes.SlaPolicy, responses=SAVED, openapi_extra=POLICY_WRITE
)
def add_policy(request: Request, body: shapes.NewSlaPolicy) -> SlaPolicy:
    """Add a service level. It holds for tickets from now on."""
    return _save_policy(request, body, None)


@router.put("/sla-policies/{policy_id}", response_model=shapes.SlaPolicy, responses=EDITED, openapi_extra=POLICY_WRITE)
def change_policy(request: Request, policy_id: schemas.Number, body: shapes.SlaPolicyChange) -> SlaPolicy:
    """Change a service level for later tickets."""
    return _save_policy(request, body, PolicyId(policy_id), body.instead_of)


@router.delete("/sla-policies/{policy_id}", status_code=204, responses=SAVED, openapi_extra=POLICY_WRITE)
def remove_policy(request: Request, policy_id: schemas.Number) -> Response:
    """Remove a service level. Tickets that have it keep it."""
    services_of(request).desk.clocks.remove_policy(PolicyId(policy_id), by=editor_of(request))
    return Response(status_code=204)


@router.get(
    "/sla-preview", response_model=list[shapes.Promise], responses=refusals(401, 403), openapi_extra=POLICY_READ
)
def preview_promises(
    request: Request,
    channel: Annotated[str, Query(max_length=64)] = "",
    tier: Annotated[str, Query(max_length=64)] = "",
    at: datetime | None = None,
) -> list[Promise]:
    """When a ticket would be due that is opened now, or at `at`: one line for each priority, the most urgent first."""
    if at is not None and at.tzinfo is None:
        raise InvalidInput("`at` has no time zone. Write it like 2026-11-23T09:00:00+08:00.")
    return services_of(request).desk.clocks.promises(channel=channel.strip(), tier=tier.strip(), at=at)


@router.get("/calendars", response_model=list[shapes.Calendar], responses=refusals(401, 403), openapi_extra=POLICY_READ)
def list_calendars(request: Request) -> list[Json]:
    """When who works."""
    return [_calendar(each) for each in services_of(request).desk.clocks.calendars()]


@router.post("/calendars", status_code=201, response_model=shapes.Calendar, responses=SAVED, openapi_extra=POLICY_WRITE)
def add_calendar(request: Request, body: shapes.NewCalendar) -> Json:
    """Add a calendar."""
    return _save_calendar(request, body, None)


@router.put("/calendars/{calendar_id}", response_model=shapes.Calendar, responses=EDITED, openapi_extra=POLICY_WRITE)
def change_calendar(request: Request, calendar_id: schemas.Number, body: shapes.CalendarChange) -> Json:
    """Change a calendar for later tickets."""
    return _save_calendar(request, body, CalendarId(calendar_id), body.instead_of)


@router.delete(
    "/calendars/{calendar_id}",
    status_code=204,
    responses=refusals(401, 403, 404, 409),
    openapi_extra=POLICY_WRITE,
)
def remove_calendar(request: Request, calendar_id: schemas.Number) -> Response:
    """Remove a calendar that nothing uses."""
    services_of(request).desk.clocks.remove_calendar(CalendarId(calendar_id), by=editor_of(request))
    return Response(status_code=204)


@router.get("/policy", response_model=policies.DeskPolicy, responses=refusals(401, 403), openapi_extra=POLICY_READ)
def show_policy(request: Request) -> Json:
    """How long the desk waits for whom, and what it does by itself."""
    return _desk_policy(services_of(request).desk.policies.current())


@router.put(
    "/policy", response_model=policies.DeskPolicy, responses=refusals(401, 403, 409), openapi_extra=POLICY_WRITE
)
def change_policy_of_desk(request: Request, body: policies.DeskPolicyChange) -> Json:
    """Change what is named; all else stays. It holds within seconds on every server, for what is under way, too."""
    saved = services_of(request).desk.policies.save(
        body.policy.model_dump(exclude_unset=True),
        note=body.note,
        author=principal_of(request).name,
        instead_of=body.instead_of,
    )
    return _desk_policy(saved)


@router.get(
    "/policy/versions",
    response_model=list[policies.DeskPolicy],
    responses=refusals(401, 403),
    openapi_extra=POLICY_READ,
)
def list_policy_versions(request: Request, offset: schemas.Offset = 0, limit: schemas.Limit = 50) -> list[Json]:
    """Who changed it when, newest first; without the state that Zhida comes with."""
    return [_desk_policy(each) for each in services_of(request).desk.policies.history(offset=offset, limit=limit)]


@router.get(
    "/policy/versions/{policy_version}",
    response_model=policies.DeskPolicy,
    responses=refusals(401, 403, 404),
    openapi_extra=POLICY_READ,
)
def show_policy_version(request: Request, policy_version: Annotated[int, Path(ge=0, le=2**63 - 1)]) -> Json:
    """An earlier state; 0 is the one that Zhida comes with."""
    return _desk_policy(services_of(request).desk.policies.at(policy_version))


def _desk_policy(version: PolicyVersion) -> Json:
    return {
        "number": version.number,
        "policy": to_values(version.policy),
        "note": version.note,
        "author": version.author,
        "created_at": version.created_at,
    }


def _save_macro(
    request: Request, body: shapes.NewMacro, macro_id: MacroId | None, read: shapes.NewMacro | None = None
) -> Macro:
    wanted = _macro(body, macro_id)
    return services_of(request).desk.macros.save(
        wanted.name,
        wanted.text,
        language=wanted.language,
        team_id=wanted.team_id,
        actions=wanted.actions,
        enabled=wanted.enabled,
        macro_id=macro_id,
        by=editor_of(request),
        instead_of=None if read is None else _macro(read, macro_id),
    )


def _macro(body: shapes.NewMacro, macro_id: MacroId | None) -> Macro:
    return Macro(
        macro_id=macro_id or MacroId(0),
        name=body.name,
        text=body.text,
        language=body.language,
        team_id=None if body.team_id is None else TeamId(body.team_id),
        actions=MacroActions(body.actions.priority, tuple(body.actions.tags), body.actions.asks),
        uses=0,
        enabled=body.enabled,
    )


def _save_policy(
    request: Request, body: shapes.NewSlaPolicy, policy_id: PolicyId | None, read: shapes.NewSlaPolicy | None = None
) -> SlaPolicy:
    given: dict[str, Any] = {name: getattr(body, name) for name in shapes.NewSlaPolicy.model_fields}
    was = SlaPolicy(policy_id=policy_id, **read.model_dump()) if policy_id is not None and read is not None else None
    return services_of(request).desk.clocks.save_policy(
        given.pop("name"), policy_id=policy_id, by=editor_of(request), instead_of=was, **given
    )


def _save_calendar(
    request: Request, body: shapes.NewCalendar, calendar_id: CalendarId | None, read: shapes.NewCalendar | None = None
) -> Json:
    saved = services_of(request).desk.clocks.save_calendar(
        body.name,
        time_zone=body.time_zone,
        intervals=body.intervals,
        holidays=body.holidays,
        calendar_id=calendar_id,
        by=editor_of(request),
        instead_of=_stored(read, calendar_id) if calendar_id is not None and read is not None else None,
    )
    return _calendar(saved)


def _stored(read: shapes.NewCalendar, calendar_id: CalendarId) -> StoredCalendar:
    try:
        zone = ZoneInfo(read.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(f"There is no time zone {read.time_zone!r}. Send what you have read.") from None
    intervals = tuple(Interval.parse(text) for text in read.intervals)
    return StoredCalendar(
        calendar_id=calendar_id, name=read.name, calendar=Calendar(zone, intervals, frozenset(read.holidays))
    )


def _calendar(stored: StoredCalendar) -> Json:
    return {
        "calendar_id": stored.calendar_id,
        "name": stored.name,
        "time_zone": stored.calendar.zone.key,
        "intervals": [str(each) for each in stored.calendar.intervals],
        "holidays": sorted(stored.calendar.holidays),
    }
