"""The administrator's side: who may sign in, with which role, and what was done to whom."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from api import schemas
from api.auth import StaffRoute
from api.routes.context import actor_of, needs, refusals, services_of
from api.schemas import accounts as shapes
from core.accounts import Account, AccountId, AccountState, Right
from core.settings import Secret

router = APIRouter(prefix="/v1/accounts", tags=["accounts"], route_class=StaffRoute)
log = APIRouter(prefix="/v1/audit", tags=["accounts"], route_class=StaffRoute)

READ = needs(Right.ACCOUNTS_READ)
WRITE = needs(Right.ACCOUNTS_WRITE)


@router.get("", response_model=list[shapes.Account], responses=refusals(401, 403), openapi_extra=READ)
def list_accounts(request: Request) -> list[Account]:
    """All accounts, by name."""
    return services_of(request).accounts.accounts()


@router.post("", status_code=201, response_model=shapes.Account, responses=refusals(401, 403, 409), openapi_extra=WRITE)
def add_account(request: Request, body: shapes.NewAccount) -> Account:
    """Add an account."""
    accounts = services_of(request).accounts
    return accounts.add(
        body.name, body.role, Secret(body.password), by=actor_of(request), display_name=body.display_name
    )


@router.get("/{account_id}", response_model=shapes.Account, responses=refusals(401, 403, 404), openapi_extra=READ)
def show_account(request: Request, account_id: schemas.Number) -> Account:
    """One account."""
    return services_of(request).accounts.account(AccountId(account_id))


@router.patch(
    "/{account_id}", response_model=shapes.Account, responses=refusals(401, 403, 404, 409), openapi_extra=WRITE
)
def change_account(request: Request, account_id: schemas.Number, body: shapes.AccountChange) -> Account:
    """Change role or name, disable or enable. Another role, and disabling, take effect with the next request."""
    return services_of(request).accounts.change(
        AccountId(account_id),
        by=actor_of(request),
        role=body.role,
        display_name=body.display_name,
        disabled=body.disabled,
        instead_of=None if body.instead_of is None else AccountState(**body.instead_of.model_dump()),
    )


@router.put(
    "/{account_id}/password", response_model=shapes.Account, responses=refusals(401, 403, 404), openapi_extra=WRITE
)
def set_password(request: Request, account_id: schemas.Number, body: shapes.NewPassword) -> Account:
    """Set another password. The account's sessions end."""
    return services_of(request).accounts.set_password(
        AccountId(account_id), Secret(body.password), by=actor_of(request)
    )


@log.get("", response_model=shapes.AuditPage, responses=refusals(401, 403), openapi_extra=needs(Right.AUDIT_READ))
def show_log(request: Request, offset: schemas.Offset = 0, limit: schemas.Limit = 100) -> Any:
    """What was done to accounts, the newest first, and whether the log is whole."""
    found = services_of(request).accounts.log
    return {"broken_at": found.broken_at(), "entries": found.entries(offset=offset, limit=limit)}
