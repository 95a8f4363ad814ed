"""Vectors of customers' messages, kept for a while: the next turn compares itself with them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Final

from models.encoder import Encoder, Vectors

KEPT: Final = 2000
"""About 3 MB."""

READ: Final = 500
"""Characters of a message that are compared."""


class MessageVectors:
    """Encodes messages as questions, each once. Safe from several threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._lock = Lock()
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    def of(self, messages: Sequence[str]) -> list[Vectors]:
        """The row of each message, of length 1: shape `(dimension,)`."""
        texts = [message[:READ] for message in messages]
        with self._lock:
            missing = list(dict.fromkeys(text for text in texts if text not in self._known))
        fresh = dict(zip(missing, self._encoder.encode_questions(missing), strict=True)) if missing else {}
        with self._lock:
            self._known.update(fresh)
            rows = [fresh[text] if text in fresh else self._known[text] for text in texts]
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return rows
