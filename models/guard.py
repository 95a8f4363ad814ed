"""Keeps a language model from holding up a reply: deadlines, a length limit and a circuit breaker."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import Final, Protocol

from core.errors import ZhidaError
from core.types import ModelFailure
from models.chat import ChatMessage, ChatModel, Delta, ReplyStream

_log = logging.getLogger(__name__)

FIRST_TEXT_SHARE: Final = 0.5
"""Share of the deadline after which a model that hasn't written anything won't finish in time either."""

SILENCE_SHARE: Final = 0.5
"""Longest gap between two pieces, as a share of the deadline."""

MAX_CHARACTERS: Final = 6000
"""Text taken from one reply. Twice what `MAX_REPLY_TOKENS` allows, for models that ignore that limit."""

FAILURES_TO_OPEN: Final = 5
FAILURE_WINDOW_S: Final = 30.0
PAUSE_S: Final = 30.0

Monotonic = Callable[[], float]
"""Seconds that never go back."""


class Breaker:
    """Stops asking a model that keeps failing, and tries again with one question at a time.

    Closed: everything passes. Open after `FAILURES_TO_OPEN` failures within `FAILURE_WINDOW_S`:
    nothing passes for `PAUSE_S`. Then half open: one question passes and decides.
    """

    def __init__(self, now: Monotonic = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._failures: deque[float] = deque(maxlen=FAILURES_TO_OPEN)
        self._opened_at: float | None = None
        self._probing = False

    def allows(self) -> bool:
        """Whether a question may be asked now. After `True`, `record` must be called once."""
        with self._lock:
            if self._opened_at is None:
                return True
            if self._probing or self._now() - self._opened_at < PAUSE_S:
                return False
            self._probing = True
            return True

    def record(self, *, worked: bool | None) -> None:
        """Tell how a question went; `None` means that it says nothing about the model's health."""
        with self._lock:
            probing, self._probing = self._probing, False
            if worked:
                self._failures.clear()
                self._opened_at = None
            elif worked is False:
                self._fail(probing=probing)

    def _fail(self, *, probing: bool) -> None:
        now = self._now()
        self._failures.append(now)
        crowded = len(self._failures) == FAILURES_TO_OPEN and now - self._failures[0] <= FAILURE_WINDOW_S
        if probing or crowded:
            self._opened_at = now
            _log.error("The language model is paused for %.0f s after repeated failures.", PAUSE_S)


class GuardedModel:
    """Asks a model in a thread of its own, so that not even a client that hangs can hold up a reply."""

    def __init__(self, model: ChatModel, *, now: Monotonic = time.monotonic) -> None:
        self._model = model
        self._now = now
        self._breaker = Breaker(now)

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    def stream(
        self, messages: Sequence[ChatMessage], /, *, deadline_s: float
    ) -> Generator[Delta | ModelFailure, None, None]:
        """Yield the pieces of a reply, then at most one failure, which ends it. Never raises for the model.

        Without a failure the reply is complete. Closing the generator ends the model's work.
        """
        if not self._breaker.allows():
            yield ModelFailure("error", "The model is paused after repeated failures.")
            return
        worked: bool | None = None  # a caller that leaves midway says nothing about the model
        try:
            for item in self._pieces(messages, deadline_s):
                if isinstance(item, ModelFailure):
                    worked = item.kind not in {"timeout", "error"}
                yield item
            worked = True if worked is None else worked
        finally:
            self._breaker.record(worked=worked)

    def _pieces(self, messages: Sequence[ChatMessage], deadline_s: float) -> Iterator[Delta | ModelFailure]:
        reply = self._model.stream(messages, deadline_s=deadline_s)
        worker = _Worker(reply)
        worker.start()
        try:
            yield from _checked(worker.pieces, _Timer(self._now, deadline_s))
        finally:
            worker.abandon()


class _Timer:
    """How long the next piece may take: the first text, each gap, and all together."""

    def __init__(self, now: Monotonic, deadline_s: float) -> None:
        self._now = now
        self._deadline_s = deadline_s
        self._start = self._last = now()
        self._limit_s = FIRST_TEXT_SHARE * deadline_s

    def heard(self) -> None:
        """Some text came."""
        self._last = self._now()
        self._limit_s = SILENCE_SHARE * self._deadline_s

    def left(self) -> float:
        """Seconds until it is too late, from now; 0 or less when it is."""
        return min(self._start + self._deadline_s, self._last + self._limit_s) - self._now()


class _Pieces(Protocol):
    def get(self, block: bool = True, timeout: float | None = None) -> Delta | ZhidaError | None: ...


def _checked(pieces: _Pieces, timer: _Timer) -> Iterator[Delta | ModelFailure]:
    length = 0
    while (left := timer.left()) > 0:
        try:
            item = pieces.get(timeout=left)
        except Empty:
            break
        if item is None:
            yield ModelFailure("truncated", "The reply ended without saying that it was complete.")
            return
        if isinstance(item, ZhidaError):
            yield ModelFailure("error", str(item))
            return
        if item.text:
            timer.heard()
            length += len(item.text)
            yield item
        if item.finish is not None or length > MAX_CHARACTERS:
            yield from _ending(item, length)
            return
    yield ModelFailure("timeout", "The model took longer than its deadline.")


def _ending(last: Delta, length: int) -> Iterator[ModelFailure]:
    if last.finish == "length" or length > MAX_CHARACTERS:
        yield ModelFailure("truncated", "The reply was longer than the limit and was cut off.")
    elif length == 0:
        yield ModelFailure("empty", "The model replied without any text.")
    elif last.finish == "unknown":
        yield ModelFailure("truncated", "The reply ended without saying that it was complete.")


class _Worker:
    """Reads a reply in a thread. The thread ends with the reply, or soon after `abandon`."""

    def __init__(self, reply: ReplyStream) -> None:
        self.pieces: SimpleQueue[Delta | ZhidaError | None] = SimpleQueue()
        self._reply = reply
        self._abandoned = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="language-model", daemon=True).start()

    def abandon(self) -> None:
        self._abandoned.set()
        self._reply.close()

    def _run(self) -> None:
        last: ZhidaError | None = None
        try:
            for piece in self._reply:
                self.pieces.put(piece)
                if self._abandoned.is_set() or piece.finish is not None:
                    break
        except ZhidaError as error:
            last = error
        finally:
            self.pieces.put(last)
            self._reply.close()
