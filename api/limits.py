"""Limits on what one caller may use: requests in a time, bytes of a body, seconds to send it."""

from __future__ import annotations

import asyncio
import math
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, problem_from_error, problem_from_status
from api.responses import problem_response
from core.errors import RateLimited, TooLarge

MIB: Final = 1024 * 1024

TRACKED_KEYS: Final = 20_000
"""Callers remembered per limit; the ones that were silent longest are forgotten first."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` at once, and as many in each `seconds` in the long run."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every limit of the HTTP API. Meant for people: a program that asks faster gets 429 and waits."""

    conversations_per_address: Rate = Rate(120, 60)
    messages_per_address: Rate = Rate(1200, 60)
    """Generous, because a whole office may share one address."""
    messages_per_conversation: Rate = Rate(120, 60)
    contacts_per_conversation: Rate = Rate(10, 600)
    wrong_keys_per_address: Rate = Rate(10, 60)
    sign_ins_per_address: Rate = Rate(30, 300)
    """Refused ones, like the next two: whoever gives the right password isn't counted."""
    sign_ins_per_person: Rate = Rate(5, 300)
    """For one account from one address."""
    sign_ins_per_account: Rate = Rate(50, 3600)
    """From all addresses together, against guessing that is spread over many."""
    uploads_per_sender: Rate = Rate(60, 3600)
    """Files with messages: of one conversation's customer, or of one colleague."""
    uploads_per_address: Rate = Rate(600, 3600)
    replies_at_once: int = 64
    """Each holds a thread, mostly waiting for a language model."""
    replies_at_once_per_conversation: int = 5
    """Of a burst, each message waits in a thread until the reply to the one before is thrown away."""
    json_bytes: int = 2 * MIB
    upload_bytes: int = 50 * MIB
    attachment_bytes: int = 10 * MIB + 64 * 1024
    """A file with a message, and the form around it."""
    body_s: float = 60.0
    """To send a body; a large one gets a second more for each `body_bytes_per_s`."""
    body_bytes_per_s: int = 64 * 1024
    headers_s: float = 15.0
    """To send a request's head."""
    stalled_s: float = 30.0
    """How long a caller may leave a reply unread before the connection is cut."""


class RateLimiter:
    """A token bucket for each key. Counts by a clock that never jumps. Safe in several threads."""

    def __init__(self, rate: Rate, *, message: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._message = message
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, key: str) -> None:
        """Take one.

        Raises:
            RateLimited: none is left for this key.
        """
        with self._lock:
            left, now = self._left(key)
            if left < 1:
                raise self._refusal(left)
            self._buckets[key] = (left - 1, now)
            self._buckets.move_to_end(key)
            if len(self._buckets) > TRACKED_KEYS:
                self._buckets.popitem(last=False)

    def check(self, key: str) -> None:
        """Like `spend`, but takes nothing."""
        with self._lock:
            left, _ = self._left(key)
            if left < 1:
                raise self._refusal(left)

    def _left(self, key: str) -> tuple[float, float]:
        now = self._clock()
        left, since = self._buckets.get(key, (float(self._rate.count), now))
        return min(self._rate.count, left + (now - since) * self._rate.count / self._rate.seconds), now

    def _refusal(self, left: float) -> RateLimited:
        wait = (1 - left) * self._rate.seconds / self._rate.count
        return RateLimited(self._message, retry_after_s=max(1, math.ceil(wait)))


def address_key(address: str) -> str:
    """What counts as one caller: an IPv4 address, or the /64 network that one IPv6 customer gets."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"


LINGER_S: Final = 1.0
LINGER_BYTES: Final = 64 * MIB
"""After an early refusal the rest of the body is read and thrown away for this long, so that the caller,
who is still sending, gets to read the refusal; then the connection is closed."""


class BodyGuard:
    """Refuses a body that is too large or too slow, before or while it is read; nothing is buffered here.

    `upload_paths` may send `upload_bytes`, paths that `attachment_path` matches `attachment_bytes`, every other path
    `json_bytes`. A refusal replaces
    whatever the application makes of the broken-off body.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limits: Limits,
        upload_paths: frozenset[str],
        attachment_path: re.Pattern[str] | None = None,
    ) -> None:
        self._app = app
        self._limits = limits
        self._upload_paths = upload_paths
        self._attachment_path = attachment_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        body = _Body(receive, limit, self._limits)
        exchange = _Exchange(scope, body, send)
        declared = _declared_length(scope)
        if declared is not None and declared > limit:
            body.refuse(_too_large(limit))
        else:
            with suppress(BodyRefused):
                await self._app(scope, body.receive, exchange.send)
        await exchange.finish()

    def _limit(self, path: str) -> int:
        if path in self._upload_paths:
            return self._limits.upload_bytes
        if self._attachment_path is not None and self._attachment_path.fullmatch(path):
            return self._limits.attachment_bytes
        return self._limits.json_bytes


class BodyRefused(Exception):
    """Thrown into whoever reads the body; the guard answers in its place."""


class _Body:
    """The incoming side of one request."""

    def __init__(self, receive: Receive, limit: int, limits: Limits) -> None:
        self._receive = receive
        self._limit = limit
        self._limits = limits
        self._deadline = time.monotonic() + limits.body_s
        self.read = 0
        self.complete = False
        self.refusal: Problem | None = None

    async def receive(self) -> Message:
        if self.complete:
            return await self._receive()  # waits for the caller to leave
        try:
            async with asyncio.timeout(self._seconds_left()):
                message = await self._receive()
        except TimeoutError:
            raise self.refuse(_too_slow()) from None
        self._count(message)
        if self.read > self._limit:
            raise self.refuse(_too_large(self._limit))
        return message

    def refuse(self, problem: Problem) -> BodyRefused:
        self.refusal = problem
        return BodyRefused()

    async def discard(self) -> None:
        """Read on for a moment, as `LINGER_S` explains."""
        try:
            async with asyncio.timeout(LINGER_S):
                while not self.complete and self.read < self._limit + LINGER_BYTES:
                    self._count(await self._receive())
        except TimeoutError:
            return

    def _count(self, message: Message) -> None:
        self.read += len(message.get("body", b""))
        self.complete = message["type"] == "http.disconnect" or not message.get("more_body", False)

    def _seconds_left(self) -> float:
        return self._deadline + self.read / self._limits.body_bytes_per_s - time.monotonic()


class _Exchange:
    """The outgoing side: replaces the reply after a refusal, and ends the connection if the body wasn't read."""

    def __init__(self, scope: Scope, body: _Body, send: Send) -> None:
        self._scope = scope
        self._body = body
        self._send = send
        self._started = False

    async def send(self, message: Message) -> None:
        if self._body.refusal is not None and not self._started:
            return  # what the application says about a body that it couldn't read
        if message["type"] == "http.response.start":
            self._started = True
            if self._unread():
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        elif not message.get("more_body", False) and self._unread():
            await self._send({**message, "more_body": True})
            await self._body.discard()
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    async def finish(self) -> None:
        problem = self._body.refusal
        if problem is None or self._started:
            return
        response = problem_response(problem)
        self._body.refusal = None
        await response(self._scope, _nothing_more, self.send)

    def _unread(self) -> bool:
        return not self._body.complete and _has_body(self._scope)


def _nothing_more() -> Awaitable[Message]:
    raise RuntimeError("A refusal doesn't read.")


def _declared_length(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value)  # the HTTP parser has refused what isn't a number
    return None


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )


def _too_large(limit: int) -> Problem:
    return problem_from_error(TooLarge(f"The request is larger than the limit of {limit / MIB:.0f} MiB. Send less."))


def _too_slow() -> Problem:
    return problem_from_status(408, "The request's body didn't arrive in time. Try again on a better connection.")
