"""The outermost layer: every response carries the security headers, no error leaves without a problem."""

from __future__ import annotations

from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.responses import internal_problem, log_error, problem_response

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",  # Gradio's pages carry their settings in a script
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",  # an answer that smuggles in a remote image can't fetch it
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)

HEADERS: Final = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)

API_HEADERS: Final = ((b"cache-control", b"no-store"),)
"""Replies of the API hold customers' words; no cache may keep them."""


class SafetyNet:
    """Adds headers, and answers for errors that nothing else caught."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        added = HEADERS + API_HEADERS if scope["path"].startswith("/v1/") else HEADERS

        async def send_safely(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in added if pair[0] not in present)]
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except ClientDisconnect:
            return  # nobody is left to answer
        except Exception as error:
            if started:
                raise  # the server cuts the connection, so a half reply can't pass for a whole one
            log_error(error, method=scope["method"], path=scope["path"])
            await problem_response(internal_problem())(scope, receive, send_safely)
