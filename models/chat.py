"""The port of the language model, and a scripted one for tests and demonstrations."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from typing import Final, Literal, Protocol, Self

from core.errors import ModelUnavailable

FinishReason = Literal["stop", "length", "unknown"]
"""`length` means cut off; `unknown` means that the stream ended without saying that it was complete."""

MAX_REPLY_TOKENS: Final = 700
"""Longest reply asked of a model. A service answer is a few sentences; more is a runaway."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message to a model. Text of customers and documents never goes into the `system` role."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a model's reply. The last one carries the reason why the model stopped."""

    text: str
    finish: FinishReason | None = None


class ReplyStream(Protocol):
    """A reply as it comes. One thread iterates it; any thread may close it."""

    def __iter__(self) -> Iterator[Delta]:
        """Itself."""
        ...

    def __next__(self) -> Delta:
        """Return the next piece; the last one has `finish` set.

        Raises:
            ModelUnavailable: not reachable, refused, or silent until the deadline. May come after
                some pieces; those are then not a reply.
        """
        ...

    def close(self) -> None:
        """End the reply and free what it holds. A `next` that waits in another thread ends soon."""
        ...


class ChatModel(Protocol):
    """Writes a reply to messages. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """Which model this is, for records."""
        ...

    def stream(self, messages: Sequence[ChatMessage], /, *, deadline_s: float) -> ReplyStream:
        """Return the reply, piece by piece. The work starts with the first `next`, never here."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """How a `ScriptedModel` behaves once. Positions count characters of `text`."""

    text: str = ""
    piece: int = 8
    """Characters a piece."""
    first_delay_s: float = 0.0
    delay_s: float = 0.0
    """Before each further piece."""
    hang_at: int | None = None
    """Says nothing more from here on, until it is closed."""
    fail_at: int | None = None
    """Raises `ModelUnavailable` from here on."""
    finish: FinishReason = "stop"


class ScriptedModel:
    """Replies as it was told, in order, and repeats the last reply when it runs out.

    `prompts` holds the messages of every call, `running` the number of replies that are still open.
    """

    def __init__(self, replies: Sequence[str | Script] = ()) -> None:
        self._scripts = [Script(text=reply) if isinstance(reply, str) else reply for reply in replies]
        self.prompts: list[tuple[ChatMessage, ...]] = []
        self.running = 0

    @property
    def name(self) -> str:
        """Always `scripted`."""
        return "scripted"

    def stream(self, messages: Sequence[ChatMessage], /, *, deadline_s: float) -> ReplyStream:
        """Return the next scripted reply. The deadline is ignored, as a bad client library would."""
        script = self._scripts[min(len(self.prompts), len(self._scripts) - 1)] if self._scripts else Script()
        self.prompts.append(tuple(messages))
        return _ScriptedReply(self, script)


class _ScriptedReply:
    def __init__(self, model: ScriptedModel, script: Script) -> None:
        self._closed = Event()
        self._pieces = self._play(model, script)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Delta:
        piece = next(self._pieces)
        if self._closed.is_set():  # meanwhile, so that nobody has to ask once more for it to end
            self._pieces.close()
        return piece

    def close(self) -> None:
        self._closed.set()
        with suppress(ValueError):  # another thread is in it, and sees that it was closed
            self._pieces.close()

    def _play(self, model: ScriptedModel, script: Script) -> Generator[Delta, None, None]:
        model.running += 1
        try:
            for start in range(0, max(1, len(script.text)), script.piece):
                self._wait(script, start)
                yield Delta(_until(script, start))
            self._wait(script, len(script.text))
            yield Delta("", script.finish)
        finally:
            model.running -= 1

    def _wait(self, script: Script, start: int) -> None:
        hangs = script.hang_at is not None and start >= script.hang_at
        closed = self._closed.wait(None if hangs else script.delay_s if start else script.first_delay_s)
        if closed or (script.fail_at is not None and start >= script.fail_at):
            raise ModelUnavailable("The scripted model fails here.")


def _until(script: Script, start: int) -> str:
    """The piece that begins at `start`, cut where the script stops working."""
    stops = [stop for stop in (script.hang_at, script.fail_at) if stop is not None]
    return script.text[start : min([start + script.piece, *stops])]
