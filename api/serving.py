"""Runs the application: one process, one server for each home folder, a stop that loses nothing."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Final

import h11
import uvicorn
from fastapi import FastAPI
from filelock import FileLock, Timeout
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.limits import Limits
from core.errors import Conflict
from core.settings import Settings

LOCK_FILE: Final = "server.lock"

GRACE_S: Final = 3.0
"""How long open streams may go on when the server is told to stop; then each ends with an error event."""

STOP_S: Final = 4
"""After this the connections that are left are cut. With the background's own limit: within 10 s."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 with an end to patience: for a request's head, and for a reader that doesn't read.

    uvicorn itself waits for both for ever (Kludex/uvicorn#157); the body has its limit in `api.limits`.
    """

    headers_s: float = Limits().headers_s
    stalled_s: float = Limits().stalled_s

    _head_timer: asyncio.TimerHandle | None = None
    _stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Wait for the first request's head."""
        super().connection_made(transport)
        # asyncio overlooks sockets that were made without naming TCP, as ours was. A reply goes out as head and
        # body; without this the body would wait 40 ms for the caller to confirm the head.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        """Read on; begin or end waiting for a head."""
        super().data_received(data)
        self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._drop_head_timer()
        self._drop_stall_timer()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The reader is behind: give it a while."""
        super().pause_writing()
        self._stall_timer = self.loop.call_later(self.stalled_s, self.transport.abort)

    def resume_writing(self) -> None:
        """The reader has caught up."""
        self._drop_stall_timer()
        super().resume_writing()

    def _watch_head(self) -> None:
        """A head is awaited while the caller's side is idle, unless uvicorn's own keep-alive timer runs."""
        awaited = self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None
        if not awaited:
            self._drop_head_timer()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.headers_s, self.transport.abort)

    def _drop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _drop_stall_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None


class Server(uvicorn.Server):
    """Lets open streams finish for a moment when it is told to stop, then ends them with an error event."""

    def __init__(self, config: uvicorn.Config, interrupt: Callable[[], None]) -> None:
        super().__init__(config)
        self._interrupt = interrupt

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop."""
        asyncio.get_running_loop().call_later(GRACE_S, self._interrupt)
        await super().shutdown(sockets)


def make_server(app: FastAPI) -> Server:
    """A server for the application, for `run_until_told`."""
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,  # addresses hold conversations' ids
        server_header=False,
        proxy_headers=False,  # a forged X-Forwarded-For would slip through every limit
        timeout_graceful_shutdown=STOP_S,
    )

    def interrupt() -> None:
        app.state.answering.interrupt()
        app.state.live.stop()

    return Server(config, interrupt)


def run_until_told(server: Server, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM, then return. Only in the main thread.

    uvicorn raises the signal again when it has stopped; under the default handlers that would end
    the process before the rest of it is closed.
    """
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(one, _already_obeyed) for one in signals]
    try:
        server.run(sockets=[listener])
    finally:
        for one, handler in zip(signals, before, strict=True):
            signal.signal(one, handler)


def _already_obeyed(_number: int, _frame: FrameType | None) -> None:
    """What is left to do for a signal that has stopped the server."""


def lock_home(settings: Settings) -> FileLock:
    """Make sure that no other server runs on this home folder. Release it at the end.

    Raises:
        Conflict: one does.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.home / LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Conflict(
            f"Another server already runs on {settings.home}. Stop that one, or choose another folder with --home."
        ) from None
    return lock


def mount_pages(app: FastAPI, *, base_url: str) -> FastAPI:
    """Add the pages of `ui/`, if that part is installed."""
    try:
        from ui.app import mount_ui
    except ModuleNotFoundError as missing:
        if missing.name not in {"ui", "ui.app", "gradio"}:
            raise
        return app
    return mount_ui(app, base_url=base_url)
