"""One question to the language model, and its whole reply, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from agent.markup import strip_markup
from agent.prompts import repeats_instructions
from core.types import ModelFailure
from models.chat import ChatMessage, ChatModel
from models.guard import GuardedModel


class Writer:
    """Asks for short texts. Whatever goes wrong, the answer is `None` and the person writes alone."""

    def __init__(self, model: ChatModel, *, deadline_s: float) -> None:
        self._model = GuardedModel(model)
        self._deadline_s = deadline_s
        self.name = model.name

    def write(self, system: str, text: str) -> str | None:
        """The reply without markup. `text` is data; instructions are in `system` alone."""
        messages: Sequence[ChatMessage] = [ChatMessage("system", system), ChatMessage("user", text)]
        written = ""
        pieces = self._model.stream(messages, deadline_s=self._deadline_s)
        try:
            for piece in pieces:
                if isinstance(piece, ModelFailure):
                    return None
                written += piece.text
        finally:
            pieces.close()
        plain = strip_markup(written).strip()
        return plain if plain and not repeats_instructions(plain) else None
