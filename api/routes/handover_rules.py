"""The service manager's side: when a person is needed. And what people were given with hand-overs."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from api import schemas
from api.auth import StaffRoute
from api.routes.context import DESK_READ, POLICY_READ, POLICY_WRITE, principal_of, refusals, services_of
from api.routes.desk import reach
from api.routes.desk_tickets import masked_texts, seen_ticket
from api.wire import plain
from core.accounts import Right
from core.handover_rules import LIMITS, HandoverRuleVersion
from desk.handover.form import from_rows, to_json

router = APIRouter(prefix="/v1/handover-rules", tags=["hand-over"], route_class=StaffRoute)
RulesVersion = Annotated[int, Path(ge=0, le=2**63 - 1)]

packages = APIRouter(prefix="/v1/tickets/{ticket_id}", tags=["hand-over"], route_class=StaffRoute)


@router.get("", response_model=schemas.HandoverRuleTable, responses=refusals(401, 403), openapi_extra=POLICY_READ)
def show_handover_rules(request: Request) -> Any:
    """The table that holds, in the form that may be edited and put back."""
    return _table(services_of(request).handover_rules.current())


@router.put("", response_model=schemas.HandoverRuleTable, responses=refusals(401, 403, 409), openapi_extra=POLICY_WRITE)
def change_handover_rules(request: Request, body: schemas.HandoverRulesChange) -> Any:
    """Replace the table. It is checked first, and holds from the next message on; the versions before it are kept."""
    store = services_of(request).handover_rules
    author = principal_of(request).name
    saved = store.save(from_rows(body.table), note=body.note, author=author, instead_of=body.instead_of)
    return _table(saved)


@router.get(
    "/versions",
    response_model=list[schemas.HandoverRuleVersion],
    responses=refusals(401, 403),
    openapi_extra=POLICY_READ,
)
def list_handover_rule_versions(
    request: Request, offset: schemas.Offset = 0, limit: schemas.Limit = 50
) -> list[HandoverRuleVersion]:
    """Who changed the table when, newest first."""
    return services_of(request).handover_rules.history(offset=offset, limit=limit)


@router.get(
    "/versions/{rules_version}",
    response_model=schemas.HandoverRuleTable,
    responses=refusals(401, 403, 404),
    openapi_extra=POLICY_READ,
)
def show_handover_rule_version(request: Request, rules_version: RulesVersion) -> Any:
    """An earlier table; 0 is the one that Zhida comes with. Put it back to return to it."""
    return _table(services_of(request).handover_rules.version(rules_version))


@packages.get(
    "/handovers",
    response_model=list[schemas.HandoverPackage],
    responses=refusals(401, 403, 404),
    openapi_extra=DESK_READ,
)
def list_handovers(request: Request, ticket_id: schemas.Number) -> Any:
    """What the person was given with each hand-over of a ticket, newest first."""
    services, card = services_of(request), seen_ticket(request, ticket_id)
    packages = plain(services.handover_packages.of_ticket(card.ticket_id))
    if reach(request).has_ticket(Right.PERSONAL_READ, card):
        return packages
    return masked_texts(packages, services.masker.masked)


def _table(version: HandoverRuleVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "note": version.note,
        "author": version.author,
        "created_at": version.created_at,
        "table": json.loads(to_json(version.rules)),
        "bounds": {code.value: plain(specs) for code, specs in LIMITS.items()},
    }
