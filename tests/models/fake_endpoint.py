"""A tiny OpenAI-compatible endpoint in a thread, with knobs for everything that goes wrong upstream."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Knobs:
    """How the endpoint behaves. The default is a good reply."""

    text: str = "签收后 7 天内可以退货[1]。"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    fail_first: int = 0
    """Requests that get `status` before the rest succeed; 0 means all get it."""
    hang: bool = False
    """Accepts the request and says nothing."""
    hang_after: int | None = None
    """Characters after which nothing more comes."""
    drip_s: float | None = None
    """One byte per so many seconds."""
    comments: bool = False
    """Keep-alive comments for ever."""
    cut_after: int | None = None
    """Characters after which the connection is closed."""
    finish: str | None = "stop"
    raw: bytes | None = None
    """Sent instead of events."""
    content_type: str = "text/event-stream"


class Endpoint:
    """Requests that came, and how many connections are open."""

    def __init__(self, knobs: Knobs) -> None:
        self.knobs = knobs
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.open = 0
        self.stopping = threading.Event()
        self.base_url = ""


@contextmanager
def endpoint(knobs: Knobs) -> Iterator[Endpoint]:
    """Run an endpoint on a free port of this machine."""
    state = Endpoint(knobs)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            """Stay silent."""

        def do_POST(self) -> None:
            size = int(self.headers.get("content-length") or 0)
            state.requests.append(json.loads(self.rfile.read(size)))
            state.keys.append(self.headers.get("authorization"))
            state.open += 1
            try:
                answer(self, state)
            except OSError:
                pass  # the client has gone, which is what some tests are about
            finally:
                state.open -= 1
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.base_url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.stopping.set()
        server.shutdown()
        server.server_close()


def answer(handler: BaseHTTPRequestHandler, state: Endpoint) -> None:
    knobs = state.knobs
    if knobs.hang:
        wait_until_gone(handler, state)
        return
    failing = knobs.status != 200 and (not knobs.fail_first or len(state.requests) <= knobs.fail_first)
    if failing:
        body = json.dumps({"error": {"message": "Incorrect API key provided: sk-very-secret"}}).encode()
        send_head(handler, knobs.status, "application/json", {**knobs.headers, "content-length": str(len(body))})
        handler.wfile.write(body)
        return
    send_head(handler, 200, knobs.content_type, {"connection": "close"})
    if knobs.raw is not None:
        handler.wfile.write(knobs.raw)
        return
    if knobs.comments:
        while not state.stopping.wait(0.02):
            handler.wfile.write(b": keep-alive\n\n")
            handler.wfile.flush()
        return
    stream(handler, state)


def stream(handler: BaseHTTPRequestHandler, state: Endpoint) -> None:
    knobs = state.knobs
    for at in range(0, len(knobs.text), 4):
        if knobs.hang_after is not None and at >= knobs.hang_after:
            wait_until_gone(handler, state)
            return
        if knobs.cut_after is not None and at >= knobs.cut_after:
            return
        write(handler, state, event({"content": knobs.text[at : at + 4]}))
    write(handler, state, event({}, finish=knobs.finish))
    write(handler, state, b"data: [DONE]\n\n")


def write(handler: BaseHTTPRequestHandler, state: Endpoint, data: bytes) -> None:
    if state.knobs.drip_s is None:
        handler.wfile.write(data)
        handler.wfile.flush()
        return
    for byte in data:
        if state.stopping.wait(state.knobs.drip_s):
            return
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()


def event(delta: dict[str, Any], *, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n"


def send_head(handler: BaseHTTPRequestHandler, status: int, content_type: str, headers: dict[str, str]) -> None:
    handler.send_response(status)
    handler.send_header("content-type", content_type)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()


def wait_until_gone(handler: BaseHTTPRequestHandler, state: Endpoint) -> None:
    """Wait until the client closes its side, which is what it must do when it gives up."""
    handler.connection.settimeout(0.05)
    while not state.stopping.is_set():
        try:
            if handler.connection.recv(1) == b"":
                return
        except TimeoutError:
            time.sleep(0.01)
