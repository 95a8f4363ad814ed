"""A company's order system on this machine, as docs/orders.md describes it, which can be told to misbehave."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from core.settings import Secret

SECRET = Secret("the-secret-of-the-order-system")

ORDERS: Sequence[Mapping[str, Any]] = (
    {"number": "A1234", "owner": "u-1", "status": "已发货", "expected_on": "2026-11-25"},
    {"number": "A1200", "owner": "u-1", "status": "已签收"},
    {"number": "B7777", "owner": "u-2", "status": "已寄往王小明家"},
)


@dataclass
class OrderSystem:
    """What the system has, how it answers, and what it was asked."""

    url: str = ""
    orders: Sequence[Mapping[str, Any]] = ORDERS
    forgets_owners: bool = False
    """Gives everybody's orders to everybody."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    body: bytes | None = None
    """Instead of the orders."""
    waits_s: float = 0.0
    drips: bool = False
    """Sends its body byte by byte, for ever."""
    asked: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, question: Mapping[str, Any]) -> bytes:
        keys = {each["key"] for each in question["customers"]}
        mine = [each for each in self.orders if self.forgets_owners or each["owner"] in keys]
        number = question["number"]
        found = [each for each in mine if self.forgets_owners or number is None or each["number"] == number]
        return json.dumps({"orders": found}, ensure_ascii=False).encode()


@contextmanager
def order_system(**behaviour: Any) -> Iterator[OrderSystem]:
    """A running system."""
    system = OrderSystem(**behaviour)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Authorization"] != f"Bearer {SECRET.reveal()}":
                self.send_response(401)
                self.end_headers()
                return
            question = json.loads(raw)
            system.asked.append(question)
            time.sleep(system.waits_s)
            body = system.answer(question) if system.body is None else system.body
            self.send_response(system.status)
            for name, value in system.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self._send(body)

        def _send(self, body: bytes) -> None:
            try:
                while system.drips:
                    self.wfile.write(b" ")
                    time.sleep(0.05)
                self.wfile.write(body)
            except OSError:
                return  # the caller has had enough

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    system.url = f"http://127.0.0.1:{server.server_address[1]}/orders"
    try:
        yield system
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
