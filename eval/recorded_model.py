"""A language model whose replies are kept in a file, so that a measurement on a slow machine is asked once.

A reply is kept under the messages that it was given to. Whatever is changed behind the model, such
as how its replies are checked, is measured again without asking it; a changed prompt is asked anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final, Self

from models.chat import ChatMessage, ChatModel, Delta, ReplyStream

PIECE: Final = 24
"""Characters of a piece of a repeated reply."""


class Replies:
    """Replies by key, in a file of JSON lines that only grows. Safe from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._known: dict[str, str] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                self._known[row["key"]] = row["text"]

    def find(self, key: str) -> str | None:
        """The reply kept under a key."""
        with self._lock:
            return self._known.get(key)

    def keep(self, key: str, text: str) -> None:
        """Keep a reply."""
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            self._known[key] = text
            file.write(json.dumps({"key": key, "text": text}, ensure_ascii=False) + "\n")


class RecordedModel:
    """A chat model that asks another one only for what the file doesn't hold."""

    def __init__(self, model: ChatModel, replies: Replies) -> None:
        self._model = model
        self._replies = replies

    @property
    def name(self) -> str:
        """That of the model behind it."""
        return self._model.name

    def stream(self, messages: Sequence[ChatMessage], /, *, deadline_s: float) -> ReplyStream:
        """Return the kept reply, or ask and keep it once it is complete."""
        asked = json.dumps([self.name, *((message.role, message.text) for message in messages)], ensure_ascii=False)
        key = sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()
        known = self._replies.find(key)
        if known is not None:
            return _Repeated(known)
        return _Kept(self._model.stream(messages, deadline_s=deadline_s), self._replies, key)


class _Repeated:
    def __init__(self, text: str) -> None:
        pieces = [Delta(text[at : at + PIECE]) for at in range(0, len(text), PIECE)]
        self._deltas: Iterator[Delta] = iter([*pieces, Delta("", "stop")])

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Delta:
        return next(self._deltas)

    def close(self) -> None:
        """There is nothing to free."""


class _Kept:
    def __init__(self, stream: ReplyStream, replies: Replies, key: str) -> None:
        self._stream = stream
        self._replies = replies
        self._key = key
        self._text = ""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Delta:
        delta = next(self._stream)
        self._text += delta.text
        if delta.finish == "stop":
            self._replies.keep(self._key, self._text)
        return delta

    def close(self) -> None:
        self._stream.close()
