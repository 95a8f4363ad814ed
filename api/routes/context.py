"""What routes have at hand: the services, the limits, and how refusals are documented."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request

from api import schemas
from api.accounts.audit import Actor
from api.answering import Answering
from api.auth import RIGHT, Gate, bearer
from api.composition import Services
from api.limits import Limits, RateLimiter
from core.accounts import Principal, Right, Scope
from desk.settling import Editor

CUSTOMER: Final[dict[str, Any]] = {"security": [{"conversationToken": []}]}
SIGNED_IN: Final[dict[str, Any]] = {"security": [{"session": []}, {"adminKey": []}]}
"""For `openapi_extra`: which key a route wants. `api.auth` checks it."""


def needs(right: Right) -> dict[str, Any]:
    """For `openapi_extra` of a route for staff: the right that it needs."""
    return {**SIGNED_IN, RIGHT: right.value}


ADMIN: Final = needs(Right.ADMINISTER)
KNOWLEDGE_READ: Final = needs(Right.KNOWLEDGE_READ)
KNOWLEDGE_WRITE: Final = needs(Right.KNOWLEDGE_WRITE)
DESK_READ: Final = needs(Right.DESK_READ)
DESK_WORK: Final = needs(Right.DESK_WORK)
POLICY_READ: Final = needs(Right.POLICY_READ)
POLICY_WRITE: Final = needs(Right.POLICY_WRITE)
FIGURES_READ: Final = needs(Right.FIGURES_READ)

Responses = dict[int | str, dict[str, Any]]


def refusals(*statuses: int) -> Responses:
    """The problems that a route may answer with, for its documentation."""
    described = {"model": schemas.Problem, "content": {"application/problem+json": {}}}
    return {status: {**described, "description": _MEANING[status]} for status in (*statuses, 422, 429)}


_MEANING: Final = {
    401: "No valid key or token",
    403: "Not among your rights",
    404: "No such thing, or not yours",
    409: "The thing isn't in a state that allows this",
    413: "Too large",
    415: "Not a type that is taken",
    422: "The request isn't as described here",
    429: "Too many requests; `Retry-After` says when to try again",
    503: "A part of the server isn't available",
}


class Throttles:
    """The rate limits of the running server."""

    def __init__(self, limits: Limits) -> None:
        message = "Too many messages in a short time. Wait a moment and try again."
        self.conversations = RateLimiter(
            limits.conversations_per_address, message="Too many new conversations from this address. Wait a moment."
        )
        self.messages = RateLimiter(limits.messages_per_conversation, message=message)
        self.messages_per_address = RateLimiter(limits.messages_per_address, message=message)
        uploading = "Too many files in a short time. Wait some minutes and try again."
        self.uploads = RateLimiter(limits.uploads_per_sender, message=uploading)
        self.uploads_per_address = RateLimiter(limits.uploads_per_address, message=uploading)
        signing_in = "Too many attempts to sign in. Wait some minutes and try again."
        self.sign_ins_per_address = RateLimiter(limits.sign_ins_per_address, message=signing_in)
        self.sign_ins_per_person = RateLimiter(limits.sign_ins_per_person, message=signing_in)
        self.sign_ins_per_account = RateLimiter(limits.sign_ins_per_account, message=signing_in)
        self.contacts = RateLimiter(
            limits.contacts_per_conversation, message="The contact was changed too often. Wait some minutes."
        )


def services_of(request: Request) -> Services:
    """The parts of this server."""
    services: Services = request.app.state.services
    return services


def answering_of(request: Request) -> Answering:
    """Where replies are made."""
    answering: Answering = request.app.state.answering
    return answering


def throttles_of(request: Request) -> Throttles:
    """The rate limits."""
    throttles: Throttles = request.app.state.throttles
    return throttles


def caller_of(request: Request) -> str:
    """Whom limits per address count."""
    gate: Gate = request.app.state.gate
    return gate.caller(request)


def principal_of(request: Request) -> Principal:
    """Who a request for staff comes from."""
    principal: Principal = request.state.principal
    return principal


def scope_of_request(request: Request) -> Scope:
    """How far the right reaches that a route for staff needs."""
    scope: Scope = request.state.scope
    return scope


def actor_of(request: Request) -> Actor:
    """Who a request for staff comes from, as the audit log has it."""
    return Actor(principal_of(request).name, caller_of(request))


def editor_of(request: Request) -> Editor:
    """Who a request for staff comes from, as the desk's settings have it."""
    principal = principal_of(request)
    return Editor(principal.account_id, principal.name)


def token_of(request: Request) -> str:
    """The key or token of a request that was let in with one."""
    return bearer(request.headers) or ""
