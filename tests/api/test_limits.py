"""Limits on what one caller may use."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest

from api.limits import BodyGuard, Limits, Rate, RateLimiter, address_key
from core.errors import RateLimited


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class TestRateLimiter:
    def test_lets_as_many_through_as_the_rate_says(self) -> None:
        """The first ones pass at once, the next one is told when to come back."""
        limiter = RateLimiter(Rate(3, 60), message="slower", clock=Clock())

        for _ in range(3):
            limiter.spend("a")

        with pytest.raises(RateLimited, match="slower") as refused:
            limiter.spend("a")
        assert refused.value.retry_after_s == 20

    def test_gives_back_with_time(self) -> None:
        """After the wait that it named, exactly one more passes."""
        clock = Clock()
        limiter = RateLimiter(Rate(3, 60), message="slower", clock=clock)
        for _ in range(3):
            limiter.spend("a")

        clock.now += 20
        limiter.spend("a")

        with pytest.raises(RateLimited):
            limiter.spend("a")

    def test_counts_each_caller_apart(self) -> None:
        """One who asks too much takes nothing from the others."""
        limiter = RateLimiter(Rate(1, 60), message="slower", clock=Clock())
        limiter.spend("a")

        limiter.spend("b")

    def test_looking_takes_nothing(self) -> None:
        """`check` refuses only what `spend` would refuse."""
        limiter = RateLimiter(Rate(1, 60), message="slower", clock=Clock())

        for _ in range(5):
            limiter.check("a")
        limiter.spend("a")

        with pytest.raises(RateLimited):
            limiter.check("a")


class TestAddress:
    @pytest.mark.parametrize(
        ("address", "key"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("testclient", "testclient"),
            ("", ""),
        ],
    )
    def test_one_customer_counts_once(self, address: str, key: str) -> None:
        """An IPv6 customer owns a /64 and could use a new address for every request."""
        assert address_key(address) == key


Message = MutableMapping[str, Any]


class Exchange:
    """One request to an application behind the guard, with the messages that went both ways."""

    def __init__(self, *chunks: bytes, declared: int | None = None, pause_s: float = 0.0) -> None:
        self.sent: list[Message] = []
        self.seen = b""
        self._chunks = list(chunks)
        self._declared = declared
        self._pause_s = pause_s

    async def receive(self) -> Message:
        if self._pause_s:
            await asyncio.sleep(self._pause_s)
        chunk = self._chunks.pop(0) if self._chunks else b""
        return {"type": "http.request", "body": chunk, "more_body": bool(self._chunks)}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def read_all(self, _scope: Any, receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        """An application that reads the whole body, and says 200."""
        more = True
        while more:
            message = await receive()
            self.seen += message["body"]
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"fine"})

    async def read_nothing(self, _scope: Any, _receive: Any, send: Any) -> None:
        """An application that refuses before it reads."""
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": b"no"})

    def run(self, app: Any, limits: Limits, path: str = "/v1/search") -> int:
        """Run the request; returns the status."""
        headers = [(b"transfer-encoding", b"chunked")]
        if self._declared is not None:
            headers = [(b"content-length", str(self._declared).encode())]
        scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
        guard = BodyGuard(app, limits=limits, upload_paths=frozenset({"/v1/documents"}))
        asyncio.run(guard(scope, self.receive, self.send))
        return int(self.sent[0]["status"])


LIMITS = Limits(json_bytes=10, upload_bytes=30, body_s=0.2, body_bytes_per_s=1000)


class TestBodyGuard:
    def test_passes_a_body_within_the_limit(self) -> None:
        """Nothing is changed about it."""
        exchange = Exchange(b"12345", b"67890")

        status = exchange.run(exchange.read_all, LIMITS)

        assert status == 200
        assert exchange.seen == b"1234567890"

    def test_refuses_a_body_that_says_it_is_too_large(self) -> None:
        """Before the application has seen a byte of it."""
        exchange = Exchange(b"x" * 11, declared=11)

        status = exchange.run(exchange.read_all, LIMITS)

        assert status == 413
        assert exchange.seen == b""

    def test_refuses_a_body_that_turns_out_too_large(self) -> None:
        """One that doesn't say how long it is gets cut off where the limit is, and 200 is never said."""
        exchange = Exchange(*[b"xxxx"] * 100)

        status = exchange.run(exchange.read_all, LIMITS)

        assert status == 413
        assert len(exchange.seen) <= 10
        assert [message["status"] for message in exchange.sent if "status" in message] == [413]

    def test_uploads_have_their_own_limit(self) -> None:
        """Only where files are taken in."""
        exchange = Exchange(b"x" * 25)

        assert exchange.run(exchange.read_all, LIMITS, path="/v1/documents") == 200

    def test_refuses_a_body_that_comes_too_slowly(self) -> None:
        """A caller that drips bytes doesn't hold a connection for ever."""
        exchange = Exchange(*[b"x"] * 9, pause_s=0.06)

        assert exchange.run(exchange.read_all, LIMITS) == 408

    def test_closes_the_connection_after_an_early_refusal(self) -> None:
        """The rest of the body is thrown away for a moment, then nobody waits for it."""
        exchange = Exchange(b"x", b"y", b"z", declared=3)

        status = exchange.run(exchange.read_nothing, LIMITS)

        assert status == 401
        assert (b"connection", b"close") in exchange.sent[0]["headers"]
        assert exchange.sent[-1] == {"type": "http.response.body", "body": b""}

    def test_keeps_the_connection_when_there_is_no_body(self) -> None:
        """A refused GET costs nobody a new connection."""
        exchange = Exchange(declared=0)

        exchange.run(exchange.read_nothing, LIMITS)

        assert exchange.sent[0]["headers"] == []
