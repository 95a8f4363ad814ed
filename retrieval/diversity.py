"""Evidence that doesn't repeat itself: near-duplicates are collapsed.

A passage is a near-duplicate of a better one that has nearly all of its wording, if they name the same
numbers, have the same number of negations, stand in documents whose names differ in no number, and
no word of the question stands in one alone. What differs between last year's page and this year's
is a number, so neither hides the other; «returns are accepted» doesn't hide «returns are not
accepted»; and whoever asks about the shops in Beijing and Shanghai is told about both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from core.text import HAN, fold
from core.types import Hit, Passage
from retrieval.confidence import contains, content

SHINGLE: Final = 4
"""Characters of a shingle, without white space and punctuation. Short enough for Chinese, long enough for English."""

ALIKE: Final = 0.95
"""Share of a passage's shingles that the better one must have, so that leaving it out loses nothing: pages often
overlap in long stretches, and a measure that works both ways would drop the rest, in which the answer may stand."""

_NOT_WORD: Final = re.compile(rf"[^a-z0-9{HAN}]+")
_NUMBER: Final = re.compile(r"\d+(?:[.,:]\d+)*%?|[零〇一二两三四五六七八九十百千万]+")
_NEGATION: Final = re.compile(r"[不没無无非未勿别禁]|\b(?:not?|never|without|except|n't)\b|n['’]t\b")
_CODE: Final = re.compile(r"(?<![a-z0-9])(?=[a-z]*\d)[a-z0-9]+(?:-[a-z0-9]+)*(?![a-z0-9])")
"""A word with a digit in it: a model or an error code."""


@dataclass(frozen=True, slots=True)
class _Print:
    """What a passage is compared by."""

    shingles: frozenset[str]
    facts: tuple[tuple[str, int], ...]
    """Numbers, codes and negations of text, context and document name, with how often each occurs."""


def collapse(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits without those that say the same as a better one, in the same order."""
    kept: list[Hit] = []
    for hit in hits:
        if twin_of(question, hit.passage, kept) is None:
            kept.append(hit)
    return kept


def twin_of(question: str, passage: Passage, hits: Sequence[Hit]) -> Hit | None:
    """The first hit that says the same as the passage to whoever asks, apart from the passage itself."""
    for hit in hits:
        other = hit.passage
        if other.passage_id != passage.passage_id and adds_nothing(passage, other):
            asked = content(question)
            if contains(passage.indexed_text, asked) == contains(other.indexed_text, asked):
                return hit
    return None


def adds_nothing(passage: Passage, other: Passage) -> bool:
    """Whether a passage says nothing that the other one doesn't say in nearly the same words."""
    own, known = _print_of(passage), _print_of(other)
    if own.facts != known.facts or len(known.shingles) < ALIKE * len(own.shingles):
        return False
    return len(own.shingles & known.shingles) >= ALIKE * len(own.shingles)


def _print_of(passage: Passage) -> _Print:
    return _print(passage.text, f"{passage.document}\n{passage.context}")


@lru_cache(maxsize=2048)
def _print(text: str, around: str) -> _Print:
    folded = fold(text)
    letters = _NOT_WORD.sub("", folded)
    shingles = frozenset(letters[at : at + SHINGLE] for at in range(max(1, len(letters) - SHINGLE + 1)))
    known = f"{folded}\n{fold(around)}"
    facts = Counter([*_NUMBER.findall(known), *_CODE.findall(known)])
    facts["negations"] = len(_NEGATION.findall(folded))
    return _Print(shingles, tuple(sorted(facts.items())))
