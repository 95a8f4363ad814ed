"""Whether an answer says only what its sources say, told by code alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from agent.citations import sentences, support
from agent.numbers import available, stated
from core.text import detect_language

COVERED: Final = 0.5
"""Share of a sentence's terms that the sources must have, where both are in one language."""


def faithfulness(answer: str, sources: Sequence[str]) -> float:
    """Share of an answer's sentences whose numbers all stand in the sources and whose words mostly do, 0.0 to 1.0.

    An approximation that needs no judge: a sentence that words something anew counts as unfaithful, a
    sentence that twists the sources' own words counts as faithful. 1.0 for an answer without sentences.
    """
    joined = "\n".join(sources)
    numbers = available(joined)
    spans = sentences(answer)
    held = [_holds(answer[start:end], joined, numbers) for start, end in spans]
    return sum(held) / len(held) if held else 1.0


def _holds(sentence: str, joined: str, numbers: frozenset[str]) -> bool:
    if not stated(sentence) <= numbers:
        return False
    return detect_language(sentence) is not detect_language(joined) or support(sentence, joined) >= COVERED
