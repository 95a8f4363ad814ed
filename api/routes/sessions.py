"""Signing in and out, and what somebody may know and change about themselves."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.accounts.audit import Actor
from api.auth import OpenRoute, SignedInRoute
from api.routes.context import (
    SIGNED_IN,
    actor_of,
    caller_of,
    principal_of,
    refusals,
    services_of,
    throttles_of,
    token_of,
)
from api.schemas import accounts as shapes
from core.accounts import Account
from core.errors import Forbidden, Unauthorized
from core.rights import GRANTS
from core.settings import Secret

signing_in = APIRouter(prefix="/v1", tags=["accounts"], route_class=OpenRoute)
router = APIRouter(prefix="/v1", tags=["accounts"], route_class=SignedInRoute)


@signing_in.post(
    "/sessions", status_code=201, response_model=shapes.Session, responses=refusals(401), summary="Sign in"
)
def sign_in(request: Request, body: shapes.SignIn) -> Any:
    """Begin a session. Refusals don't tell which of name and password was wrong, and take equally long."""
    throttles, address = throttles_of(request), caller_of(request)
    name = body.name.strip().lower()
    counted = (
        (throttles.sign_ins_per_address, address),
        (throttles.sign_ins_per_person, f"{address} {name}"),
        (throttles.sign_ins_per_account, name),
    )
    for limiter, key in counted:
        limiter.check(key)
    try:
        session = services_of(request).accounts.sign_in(body.name, Secret(body.password), address=address)
    except Unauthorized:
        for limiter, key in counted:
            limiter.spend(key)
        raise
    return {"token": session.token.reveal(), "expires_at": session.expires_at, "account": session.account}


@router.delete("/sessions/current", status_code=204, responses=refusals(401), openapi_extra=SIGNED_IN)
def sign_out(request: Request) -> Response:
    """End the session that the request came with."""
    services_of(request).accounts.sign_out(token_of(request), by=actor_of(request))
    return Response(status_code=204)


@router.get("/me", response_model=shapes.Me, responses=refusals(401), openapi_extra=SIGNED_IN)
def show_me(request: Request) -> Any:
    """Who the session belongs to, and what that account may do."""
    principal = principal_of(request)
    return {"account": principal.account, "role": principal.role, "rights": GRANTS[principal.role]}


@router.put("/me/password", response_model=shapes.Account, responses=refusals(401, 403), openapi_extra=SIGNED_IN)
def change_own_password(request: Request, body: shapes.OwnPassword) -> Account:
    """Set another password. All sessions of the account end, this one too."""
    principal = principal_of(request)
    if principal.account_id is None:
        raise Forbidden("The admin key has no password. It stands in `admin.key` in the home folder.")
    address = caller_of(request)
    limiter, key = throttles_of(request).sign_ins_per_person, f"{address} {principal.name}"
    limiter.check(key)
    try:
        return services_of(request).accounts.change_own_password(
            principal.account_id, Secret(body.present), Secret(body.password), by=Actor(principal.name, address)
        )
    except Unauthorized:
        limiter.spend(key)
        raise
