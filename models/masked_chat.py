"""A language model that never sees whom it talks about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

from models.chat import ChatMessage, ChatModel, Delta, ReplyStream

_EVIDENCE: Final = re.compile(r"<evidence>.*?</evidence>", re.DOTALL)
"""The company's own documents. Data can't hold these marks: whoever builds a prompt takes them out."""


class Restorer(Protocol):
    """Puts values back into a reply that comes in pieces."""

    def take(self, piece: str, /) -> str:
        """What can be shown now."""
        ...

    def finish(self) -> str:
        """What was still held back."""
        ...


class RequestMasking(Protocol):
    """Placeholders of one request."""

    def hide(self, text: str, /) -> str:
        """The text with placeholders instead of personal data."""
        ...

    def restoring(self) -> Restorer:
        """Puts the values back into the reply."""
        ...


BeginMasking = Callable[[str], RequestMasking]
"""Begins the masking of a request. What stands in the text that it is given needn't be hidden."""


class MaskedChatModel:
    """Hides personal data in everything that goes out, and puts it back into what comes back.

    Instructions are fixed texts and evidence is what the company publishes; both go out as they are.
    """

    def __init__(self, model: ChatModel, begin: BeginMasking) -> None:
        self._model = model
        self._begin = begin

    @property
    def name(self) -> str:
        """The model's own name."""
        return self._model.name

    def stream(self, messages: Sequence[ChatMessage], /, *, deadline_s: float) -> ReplyStream:
        """Return the reply as if the model had seen everything."""
        evidence = "\n".join(part for message in messages for part in _EVIDENCE.findall(message.text))
        masking = self._begin(evidence)
        hidden = [
            message if message.role == "system" else ChatMessage(message.role, _hidden(message.text, masking))
            for message in messages
        ]
        return _RestoredReply(self._model.stream(hidden, deadline_s=deadline_s), masking.restoring())


def _hidden(text: str, masking: RequestMasking) -> str:
    pieces: list[str] = []
    at = 0
    for match in _EVIDENCE.finditer(text):
        pieces += (masking.hide(text[at : match.start()]), match.group())
        at = match.end()
    return "".join((*pieces, masking.hide(text[at:])))


class _RestoredReply:
    def __init__(self, reply: ReplyStream, restorer: Restorer) -> None:
        self._reply = reply
        self._restorer = restorer

    def __iter__(self) -> Iterator[Delta]:
        return self

    def __next__(self) -> Delta:
        piece = next(self._reply)
        text = self._restorer.take(piece.text)
        return piece if text == piece.text and piece.finish is None else Delta(text + self._rest(piece), piece.finish)

    def _rest(self, piece: Delta) -> str:
        return self._restorer.finish() if piece.finish is not None else ""

    def close(self) -> None:
        self._reply.close()
