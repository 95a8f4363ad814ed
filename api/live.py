"""News of conversations as they happen: one look at the log for all who listen, whichever process wrote it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

from starlette.concurrency import run_in_threadpool

from api.answering import ServerEvent
from api.problems import problem_from_error
from core.errors import ZhidaError

T = TypeVar("T")

LOOK_S: Final = 0.4
"""Between two looks at the log while anybody listens."""

SIGN_OF_LIFE_S: Final = 10.0

LISTENERS: Final = 500
"""Streams at once; beyond that a caller is told to try again, and can ask without a stream."""


class Live:
    """Wakes whoever listens when something was written. Use it in the loop's own thread.

    Listeners read what is new for them by themselves, from the last number that they have seen:
    so nothing is lost when a connection breaks, and nothing depends on the order of wake-ups.
    """

    def __init__(self, last_sequence: Callable[[], int]) -> None:
        self._last_sequence = last_sequence
        self._changed = asyncio.Condition()
        self._seen = 0
        self._listeners = 0
        self._watch: asyncio.Task[None] | None = None
        self._stopped = False

    @property
    def full(self) -> bool:
        """No more streams can be served."""
        return self._listeners >= LISTENERS

    def stop(self) -> None:
        """End every stream. Call it in the loop's own thread."""
        self._stopped = True
        if self._watch is not None:
            self._watch.cancel()

    async def follow(self, read: Callable[[], Awaitable[list[ServerEvent]]]) -> AsyncIterator[ServerEvent | None]:
        """Yield what `read` gives, at once and after every change; `None` is a sign of life.

        `read` is called again and again, and gives what is new since its last call. If it refuses,
        because a session has ended or a conversation is gone, an `error` event is the last one.
        """
        self._listeners += 1
        try:
            while not self._stopped:
                seen = self._seen
                found = await read()
                for event in found:
                    yield event
                if not found and not await self._change_after(seen):
                    yield None
        except ZhidaError as error:
            yield ServerEvent("error", {"problem": problem_from_error(error).json()})
        finally:
            self._listeners -= 1

    async def _change_after(self, seen: int) -> bool:
        """Wait for something to be written; `False` when nothing was for a while."""
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look())
        with suppress(TimeoutError):
            async with asyncio.timeout(SIGN_OF_LIFE_S), self._changed:
                await self._changed.wait_for(lambda: self._seen != seen or self._stopped)
            return True
        return False

    async def _look(self) -> None:
        """Ends by itself when nobody listens any more."""
        try:
            while self._listeners and not self._stopped:
                last = await run_in_threadpool(self._last_sequence)
                if last != self._seen:
                    async with self._changed:
                        self._seen = last
                        self._changed.notify_all()
                await asyncio.sleep(LOOK_S)
        finally:
            with suppress(asyncio.CancelledError):
                async with self._changed:
                    self._changed.notify_all()
