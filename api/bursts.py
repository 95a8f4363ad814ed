"""Several messages in a row get one answer: one run a conversation at a time, and a moment's patience."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from core.text import fold
from core.types import ConversationId

BURST_S: Final = 2.5
"""How long the rest of an unfinished message is waited for."""

_OPEN_END: Final = re.compile(r"(?:[,、:;…—]|\.\.\.|~)$")
_LEAD_IN: Final = re.compile(
    r"(?:你好|您好|hi|hello|hey)?[,，\s!]*"
    r"(?:请问(?:一下|下)?|(?:我)?想(?:问|咨询|了解)(?:一下|下|个问题|你一下)?|问一下|问下|咨询(?:一下|下)|有个问题|有问题(?:想)?问|"
    r"(?:i have a |a |one |quick )*question|can i ask(?: you)?(?: something)?|may i ask)"
)


def unfinished(text: str) -> bool:
    """Whether more is about to come: the message ends in the middle, or only announces a question."""
    plain = fold(text).strip()
    return bool(_OPEN_END.search(plain) or _LEAD_IN.fullmatch(plain.rstrip("!。. ")))


class Bursts:
    """Keeps the replies of one conversation apart, and knows when something else was written in it.

    Of this process only; between processes the version of the conversation decides which reply counts.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: set[ConversationId] = set()
        self._waiting: Counter[ConversationId] = Counter()
        self._arrivals: Counter[ConversationId] = Counter()

    def arrived(self, conversation_id: ConversationId) -> None:
        """A message was stored."""
        with self._changed:
            if self._waiting[conversation_id] or conversation_id in self._running:
                self._arrivals[conversation_id] += 1
                self._changed.notify_all()

    @contextmanager
    def alone(self, conversation_id: ConversationId) -> Iterator[None]:
        """Wait until no other reply of the conversation is in the making."""
        with self._changed:
            self._waiting[conversation_id] += 1
            self._changed.wait_for(lambda: conversation_id not in self._running)
            self._running.add(conversation_id)
        try:
            yield
        finally:
            with self._changed:
                self._running.discard(conversation_id)
                self._waiting[conversation_id] -= 1
                if not self._waiting[conversation_id]:
                    del self._waiting[conversation_id], self._arrivals[conversation_id]
                self._changed.notify_all()

    def wait(self, conversation_id: ConversationId, seconds: float) -> None:
        """Wait for the next message, but no longer than this."""
        until = time.monotonic() + seconds
        with self._changed:
            seen = self._arrivals[conversation_id]
            self._changed.wait_for(lambda: self._arrivals[conversation_id] != seen, max(0.0, until - time.monotonic()))
