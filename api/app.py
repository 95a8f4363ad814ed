"""The HTTP application: routes, checks around them, and the services behind them."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI

from api.answering import Answering
from api.auth import Gate, load_admin_key
from api.composition import Services
from api.limits import MIB, BodyGuard, Limits, Rate, RateLimiter
from api.links import FileLinks
from api.live import Live
from api.responses import install_problem_handlers
from api.routes import (
    accounts,
    attachments,
    conversations,
    customer_desk,
    desk,
    desk_customers,
    desk_events,
    desk_people,
    desk_policies,
    desk_ticket_acts,
    desk_tickets,
    documents,
    figures,
    gap_filling,
    gold,
    handover_rules,
    learning,
    own,
    pairs,
    persons,
    questions,
    risk,
    server,
    sessions,
    stale_answers,
    suggestions,
    tickets,
    vocabulary,
)
from api.routes.context import Throttles
from api.safety import SafetyNet
from core.settings import Secret, Settings

ROUTERS: Final = (
    accounts.router,
    accounts.log,
    sessions.signing_in,
    sessions.router,
    conversations.beginning,
    conversations.router,
    attachments.customers,
    attachments.colleagues,
    attachments.ticket_files,
    attachments.opened,
    customer_desk.router,
    own.router,
    desk.router,
    desk_customers.router,
    desk_events.router,
    desk_people.router,
    desk_policies.router,
    desk_tickets.router,
    desk_ticket_acts.router,
    desk_ticket_acts.states,
    documents.router,
    figures.router,
    learning.gaps,
    gap_filling.router,
    learning.candidates,
    persons.router,
    gold.router,
    handover_rules.router,
    handover_rules.packages,
    pairs.router,
    questions.router,
    risk.router,
    stale_answers.router,
    suggestions.router,
    tickets.router,
    vocabulary.router,
    server.router,
    server.described,
)

UPLOAD_PATHS: Final = frozenset({"/v1/documents", "/v1/qa"})
"""Where a body may be as large as a file."""

ATTACHMENT_PATH: Final = re.compile(r"/v1/(?:desk/)?conversations/[^/]+/attachments")
"""Where it may be as large as a file with a message."""

FORM_OVERHEAD: Final = 64 * 1024
"""Of a multipart form around a file of the largest size."""

SECURITY_SCHEMES: Final = {
    "adminKey": {"type": "http", "scheme": "bearer", "description": "The key in `admin.key` of the home folder."},
    "session": {"type": "http", "scheme": "bearer", "description": "The token of a session, see `POST /v1/sessions`."},
    "conversationToken": {"type": "http", "scheme": "bearer", "description": "The token of the conversation."},
}


def create_app(services: Services, limits: Limits | None = None) -> FastAPI:
    """Make the application over open services. It doesn't close them, and starts no background work."""
    limits = limits or limits_of(services.settings)
    answering = Answering(services.desk, services.assistant, limits)

    live = Live(services.desk.events.last_sequence)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        live.stop()
        answering.close()

    app = FastAPI(
        title="Zhida",
        version="1",
        description="Answers a company's customers from its documents, with citations.",
        lifespan=lifespan,
        openapi_url=None,  # described behind the admin key, see api.routes.server
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.state.answering = answering
    app.state.live = live
    app.state.throttles = Throttles(limits)
    app.state.visitor_proof = Secret(secrets.token_urlsafe(32))
    admin_key = load_admin_key(services.settings).secret
    app.state.file_links = FileLinks(admin_key, seconds=services.settings.attachments.link_s)
    app.state.gate = Gate(
        admin_key,
        visitor_proof=app.state.visitor_proof,
        wrong_keys=RateLimiter(
            limits.wrong_keys_per_address, message="Too many wrong keys from this address. Wait a minute."
        ),
        authenticate=services.accounts.authenticate,
    )
    for router in ROUTERS:  # `include_router` would build every route once more, at the first request
        app.router.routes.extend(router.routes)
    app.openapi = lambda: _description(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    install_problem_handlers(app)
    app.add_middleware(BodyGuard, limits=limits, upload_paths=UPLOAD_PATHS, attachment_path=ATTACHMENT_PATH)
    app.add_middleware(SafetyNet)  # the last one added is the outermost
    return app


def limits_of(settings: Settings) -> Limits:
    """The limits that follow from the settings."""
    files = settings.attachments
    return Limits(
        upload_bytes=settings.max_upload_mb * MIB + FORM_OVERHEAD,
        attachment_bytes=files.file_mb * MIB + FORM_OVERHEAD,
        uploads_per_sender=Rate(files.per_hour, 3600),
        uploads_per_address=Rate(files.per_hour * 10, 3600),
    )


def _description(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = FastAPI.openapi(app)
        app.openapi_schema.setdefault("components", {})["securitySchemes"] = SECURITY_SCHEMES
    return app.openapi_schema
