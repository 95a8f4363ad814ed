"""A few words that only mean something with the message before: «the K200» after «which one?», «sorry, the K200»."""

from __future__ import annotations

import re
from typing import Final

from agent.requests import without_lead
from core.types import HandoverCode, Turn

SHORT: Final = 24
"""Characters of a message that may be an answer to a question back rather than a question of its own."""

_NAME: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]{1,5}-)?[A-Za-z]{1,5}-?\d+[A-Za-z0-9-]*(?:\s?(?:Pro|Plus|Max|Mini|Lite|SE))?(?![A-Za-z0-9])"
)
_ARTICLE: Final = re.compile(r"^(?:the|it's|is|是|那个|这个|就是)\s*", re.IGNORECASE)
_ASKS: Final = re.compile(
    r"[?？]|吗|怎么|如何|多少|多久|什么|几|哪|\b(?:how|what|when|where|which|why|who|can|do|does|is there)\b",
    re.IGNORECASE,
)


def question_in(turn: Turn) -> str:
    """What to search for: the message, without the words that correct, completed by the one before where it is only a name."""
    said = without_lead(turn.text.strip())
    last = turn.episode.turns[-1] if turn.episode is not None and turn.episode.turns else None
    if last is None or len(said) > SHORT or _ASKS.search(said):
        return said
    name = _ARTICLE.sub("", said).strip(" 。.!！,，")
    if last.code is HandoverCode.PENDING_CLARIFICATION:
        return f"{name} {without_lead(last.text)}"
    corrected = said != turn.text.strip()
    if corrected and _NAME.fullmatch(name) and len(_NAME.findall(last.text)) == 1:
        return _NAME.sub(name, without_lead(last.text))
    return said
