"""The HTTP connection of one model reply: it can be cut from another thread, and has limits of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final

import httpx

from core.errors import ModelUnavailable

MAX_RESPONSE_BYTES: Final = 4_000_000
"""Bytes read for one reply. 700 tokens as server-sent events are about 200 kB."""

CONNECT_S: Final = 5.0

_CONNECTED: Final = frozenset({"connection.connect_tcp.complete", "proxy.connect_tcp.complete"})
_SECURED: Final = frozenset({"connection.start_tls.complete", "proxy.start_tls.complete"})


class Wire:
    """Everything that one reply has open. `cut` ends it at once, even inside a read that hangs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._cut = False

    def cut(self) -> None:
        """Shut the connection, now or as soon as there is one. Calling it again does nothing."""
        with self._lock:
            self._cut = True
            self._shut()

    def check(self) -> None:
        """Raise `ModelUnavailable` if the wire was cut."""
        if self._cut:
            raise ModelUnavailable("The reply was given up.")

    def watch(self, event: str, info: dict[str, Any]) -> None:
        """Follow httpcore's trace events to learn of the socket as soon as it exists."""
        if event in _CONNECTED or event in _SECURED:
            stream = info["return_value"]
            if event in _CONNECTED:
                refuse_link_local(stream.get_extra_info("server_addr"))
            with self._lock:
                self._socket = stream.get_extra_info("socket")
                if self._cut:
                    self._shut()
            self.check()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # already closed by the other side
                self._socket.shutdown(socket.SHUT_RDWR)


class WireTap:
    """Hooks of an `httpx.Client` that tie each request to the wire of the thread that sends it."""

    def __init__(self) -> None:
        self._current = threading.local()

    def use(self, wire: Wire) -> None:
        """Requests that this thread sends from now on belong to `wire`."""
        self._current.wire = wire

    def client(self, *, silence_s: float) -> httpx.Client:
        """An HTTP client whose requests can be cut.

        It doesn't follow redirects, since those could lead to an address that was never checked,
        and keeps no idle connections, since only a fresh one tells of its socket.
        """
        return httpx.Client(
            timeout=httpx.Timeout(silence_s, connect=CONNECT_S),
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            event_hooks={"request": [self._sent], "response": [self._received]},
        )

    def _wire(self) -> Wire | None:
        wire: Wire | None = getattr(self._current, "wire", None)
        return wire

    def _sent(self, request: httpx.Request) -> None:
        if (wire := self._wire()) is not None:
            wire.check()
            request.extensions = {**request.extensions, "trace": wire.watch}

    def _received(self, response: httpx.Response) -> None:
        wire = self._wire()
        if wire is not None and isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _Limited(response.stream, wire.check)


class _Limited(httpx.SyncByteStream):
    """A response's bytes, which stop when the wire is cut or the limit is passed."""

    def __init__(self, stream: httpx.SyncByteStream, check: Callable[[], None]) -> None:
        self._stream = stream
        self._check = check

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for part in self._stream:
            self._check()
            size += len(part)
            if size > MAX_RESPONSE_BYTES:
                raise ModelUnavailable(f"The model sent more than {MAX_RESPONSE_BYTES} bytes.")
            yield part

    def close(self) -> None:
        self._stream.close()


def refuse_link_local(address: object) -> None:
    """Refuse to speak to a link-local address: that is where clouds keep a machine's own credentials.

    Raises:
        ModelUnavailable: `address` (host and port, as a socket gives it) is link-local.
    """
    if isinstance(address, tuple) and is_link_local(str(address[0])):
        raise ModelUnavailable("The model's address is link-local, which is never allowed.")


def is_link_local(host: str) -> bool:
    """Whether a host is a link-local address, in any notation that a resolver accepts."""
    number = _address(host.strip("[]").split("%")[0])
    if isinstance(number, IPv6Address) and number.ipv4_mapped is not None:
        return number.ipv4_mapped.is_link_local
    return number is not None and number.is_link_local


def _address(host: str) -> IPv4Address | IPv6Address | None:
    with suppress(ValueError):
        return ip_address(host)
    with suppress(OSError):
        return IPv4Address(socket.inet_aton(host))  # also 2852039166, 0xa9fea9fe, 169.16689662
    return None
