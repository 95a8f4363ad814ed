"""A language model that has been taken over: it writes whatever the texts in its prompt tell it to.

No defence by words helps against it, so what holds with it holds with any model. Tests and
`eval.benchmarks.injection` use it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from models.chat import ChatMessage, ReplyStream, Script, ScriptedModel

ORDER: Final = re.compile(r"\[\[DO:(.*?)\]\]", re.DOTALL)
"""How an attacker says what is to be written, wherever it stands in the prompt."""

PROMPT: Final = "{{PROMPT}}"
"""Stands for the instructions in an order: an attacker who wants to read them."""


class ObedientModel:
    """Writes what the first order in its prompt says; where there is none, its prompt's first source."""

    def __init__(self, *, piece: int = 1000, otherwise: str = "") -> None:
        self._piece = piece
        self._otherwise = otherwise
        self.prompts: list[tuple[ChatMessage, ...]] = []

    @property
    def name(self) -> str:
        """Always `obedient`."""
        return "obedient"

    def stream(self, messages: Sequence[ChatMessage], /, *, deadline_s: float) -> ReplyStream:
        """Do as told."""
        self.prompts.append(tuple(messages))
        told = next(
            (match[1] for each in messages if each.role != "system" for match in ORDER.finditer(each.text)), None
        )
        text = self._otherwise if told is None else told.replace("＜", "<")
        system = next((each.text for each in messages if each.role == "system"), "")
        written = text.replace(PROMPT, system)
        return ScriptedModel([Script(text=written, piece=self._piece)]).stream(messages, deadline_s=deadline_s)
