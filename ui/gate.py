"""What a browser may ask of a page's server: a short list, and nothing else of the many routes Gradio has."""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API: Final = "/gradio_api"

READABLE: Final = re.compile(
    rf"/|/theme\.css|/robots\.txt|/(?:assets|static)/[A-Za-z0-9_@.\-][A-Za-z0-9_@./\-]*"
    rf"|{API}/(?:startup-events|queue/data|heartbeat/[a-z0-9]+)"
)
"""The page, its scripts, styles and fonts, and the stream of its own events.

Left out on purpose: files, uploads, proxying, component calls, direct calls, API description,
configuration, monitoring, login, run history, deep links. A page that needs one of them has to add it here.
"""

WRITABLE: Final = re.compile(rf"{API}/(?:queue/join|cancel|reset)/?")
"""Sending an event, and stopping one."""

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",  # Gradio compiles its templates in the browser
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
"""No request leaves for another host, whatever a document or a message says."""

HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

_SOCIAL: Final = re.compile(rb'\s*<meta\s+(?:property|name)="(?:og|twitter):[^>]*>|\s*<link rel="manifest"[^>]*>')
"""Lines of the page's head that present it as another product and name pictures on other hosts."""


class Gate:
    """Lets the listed requests through to `app`, adds security headers, and answers 404 to everything else.

    `head` is put at the end of the page's head.
    """

    def __init__(self, app: ASGIApp, *, head: str = "") -> None:
        self._app = app
        self._head = head.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise HTTPException(404)
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        if not allowed(scope["method"], path):
            raise HTTPException(404)
        is_page = path == "/"
        if is_page:
            scope = {**scope, "headers": _uncompressed(scope["headers"])}
        await self._app(scope, receive, _Reply(send, self._head if is_page else None))


def allowed(method: str, path: str) -> bool:
    """Whether a page needs this request. `path` is what follows the page's own address."""
    if ".." in path or "//" in path:
        return False
    pattern = {"GET": READABLE, "HEAD": READABLE, "POST": WRITABLE}.get(method)
    return pattern is not None and pattern.fullmatch(path) is not None


def _uncompressed(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The page is edited on its way out, so it has to leave Gradio as plain text."""
    return [(name, value) for name, value in headers if name.lower() != b"accept-encoding"]


class _Reply:
    """Sends a reply on with the security headers; a page's HTML is collected and edited first."""

    def __init__(self, send: Send, head: bytes | None) -> None:
        self._send = send
        self._head = head
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._on_start(message)
        elif self._start is not None:
            await self._on_body(self._start, message)
        else:
            await self._send(message)

    async def _on_start(self, message: Message) -> None:
        MutableHeaders(scope=message).update(HEADERS)
        kind = Headers(raw=message["headers"]).get("content-type", "")
        if self._head is not None and kind.startswith("text/html"):
            self._start = message
        else:
            await self._send(message)

    async def _on_body(self, start: Message, message: Message) -> None:
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        body = _SOCIAL.sub(b"", self._body).replace(b"</head>", (self._head or b"") + b"</head>", 1)
        MutableHeaders(scope=start)["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})
