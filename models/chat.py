"""The port of the language model, and a scripted one for tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

FinishReason = Literal["stop", "length", "unknown"]
"""`length` means cut off; `unknown` means that the stream ended without saying that it was complete."""


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


class ChatModel(Protocol):
    """Writes a reply to messages."""

    @property
    def name(self) -> str:
        """Which model this is, for records."""
        ...

    def stream(self, messages: Sequence[ChatMessage], /, *, deadline_s: float) -> Iterator[Delta]:
        """Yield the reply piece by piece; the last piece has `finish` set.

        Raises:
            ModelUnavailable: not reachable, refused, or silent until the deadline. May come after
                some pieces; those are then not a reply.
        """
        ...
