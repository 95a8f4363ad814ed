"""The server itself: its patience, its lock, its way to stop."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from api.serving import PatientProtocol, Server, lock_home
from core.errors import Conflict
from core.settings import read_settings

WAIT_S = 30.0
"""How long a test waits for what must come. A server without patience of its own would keep it waiting longer."""


class Impatient(PatientProtocol):
    """As in the product, only quicker."""

    headers_s = 0.3
    stalled_s = 0.3


async def application(scope: Any, receive: Any, send: Any) -> None:
    """`/` says hello; `/large` sends more than the buffers between here and the caller hold."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/large":
        for _ in range(400):
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
    await send({"type": "http.response.body", "body": b"hello"})


@contextmanager
def running(app: Any = application, interrupt: Any = lambda: None) -> Iterator[tuple[Server, int]]:
    """A server in a thread; yields it and its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app, http=Impatient, ws="none", log_config=None, lifespan="off", timeout_graceful_shutdown=3
        )
        server = Server(config, interrupt)
        thread = threading.Thread(target=lambda: server.run(sockets=[listener]))
        thread.start()
        try:
            yield server, listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(WAIT_S)


def is_closed(connection: socket.socket) -> bool:
    """Whether the server ends the connection by itself; whatever it sends is read and thrown away."""
    connection.settimeout(WAIT_S)
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


def drip(connection: socket.socket) -> None:
    """One byte at a time, until the connection breaks or time is up."""
    began = time.monotonic()
    while time.monotonic() - began < WAIT_S:
        connection.sendall(b"X")
        time.sleep(0.05)


class TestPatience:
    def test_a_caller_that_says_nothing_is_cut_off(self) -> None:
        """An open connection alone costs a file handle, so it isn't kept for ever."""
        with running() as (_, port), socket.create_connection(("127.0.0.1", port)) as connection:
            assert is_closed(connection)

    def test_a_head_that_never_ends_is_cut_off(self) -> None:
        """However regularly another byte of it arrives."""
        with running() as (_, port), socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")

            with pytest.raises(OSError, match=r"reset|[Bb]roken pipe"):
                drip(connection)

    def test_a_second_request_gets_no_more_time_than_the_first(self) -> None:
        """The first byte of a next head ends uvicorn's own timer, and starts this one."""
        with running() as (_, port), socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"hello" in _read_some(connection)

            connection.sendall(b"GET / HT")

            assert is_closed(connection)

    def test_a_reader_that_doesn_t_read_is_cut_off(self) -> None:
        """A stalled reply holds memory on this side."""
        with running() as (server, port), socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")

            deadline = time.monotonic() + WAIT_S
            while not server.server_state.connections and time.monotonic() < deadline:
                time.sleep(0.02)
            while server.server_state.connections and time.monotonic() < deadline:
                time.sleep(0.02)

            assert not server.server_state.connections

    def test_a_slow_answer_is_waited_for(self) -> None:
        """Patience ends with callers, never with our own work."""

        async def slow(scope: Any, receive: Any, send: Any) -> None:
            await asyncio.sleep(0.6)
            await application(scope, receive, send)

        with running(slow) as (_, port), socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")

            assert b"hello" in _read_some(connection)


def _read_some(connection: socket.socket) -> bytes:
    connection.settimeout(WAIT_S)
    received = b""
    while b"hello" not in received:
        received += connection.recv(4096)
    return received


def test_a_reply_doesn_t_wait_for_the_caller_to_confirm_its_head() -> None:
    """Head and body are two small packets; each request would cost 40 ms more, were the second one held back."""
    with running() as (server, port), httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        client.get("/")
        (connection,) = server.server_state.connections
        ours = connection.transport.get_extra_info("socket")

        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


class TestLock:
    def test_keeps_a_second_server_away(self, tmp_path: Path) -> None:
        """Two servers on one folder would save the same indexes; the second says so and ends."""
        settings = read_settings({}, home=tmp_path)

        with lock_home(settings), pytest.raises(Conflict, match="already runs"):
            lock_home(settings)

    def test_is_free_again_afterwards(self, tmp_path: Path) -> None:
        """A server that has ended stands in nobody's way."""
        settings = read_settings({}, home=tmp_path)
        with lock_home(settings):
            pass

        with lock_home(settings):
            pass
