"""Why a passage was found, in words of the question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from core.text import fold
from core.types import Closeness
from kb.analysis import CROSSING_WEIGHT, query_tokens

_LATIN_RUN: Final = re.compile(r"[a-z0-9]+")

CLOSENESS: Final = ((Closeness.VERY_CLOSE, 0.91), (Closeness.CLOSE, 0.88), (Closeness.LOOSE, 0.85))
"""Least cosine of the default encoder for each word. On lecoqa and dureader-robust the best relevant passage has
.90 and .92 in the middle, the best irrelevant one .91 and .88, and a passage taken at random .85 and .82."""


def matched_words(question: str, text: str) -> tuple[str, ...]:
    """The words of the question that the text contains, in the question's order.

    Compared in folded form, so that traditional and simplified characters are alike. Chinese
    words count wherever they stand, since words aren't marked; others only as whole words. A part
    of a longer word that matched isn't repeated, and single characters are named only if nothing
    longer matched.
    """
    folded = folded_passage(text)
    runs = frozenset(_LATIN_RUN.findall(folded))
    matched = [word for word in _question_words(question) if _contains(folded, runs, word)]
    longest = [word for word in matched if not any(word != other and word in other for other in matched)]
    return tuple(word for word in longest if len(word) > 1) or tuple(longest)


def closeness(cosine: float) -> Closeness:
    """A cosine in words."""
    return next((word for word, least in CLOSENESS if cosine >= least), Closeness.FAR)


def highlights(words: Sequence[str], text: str) -> tuple[tuple[int, int], ...]:
    """Where matched words stand in a text, in order and without overlaps: `text[start:end]`."""
    if not words:
        return ()
    folded, origins = _folded_with_origins(text)
    spans = sorted(
        (origins[match.start()], origins[match.end() - 1] + 1)
        for word in words
        if word
        for match in re.finditer(_whole(word), folded)
    )
    merged = spans[:1]
    for (_, before), (start, end) in pairwise(spans):
        if start <= max(before, merged[-1][1]):
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def _whole(word: str) -> str:
    """A pattern for the word: letters only as a word of their own, with an ending such as a plural's at most."""
    pattern = re.escape(word)
    return rf"(?<![a-z0-9]){pattern}[a-z]{{0,2}}(?![a-z0-9])" if word.isascii() else pattern


def _folded_with_origins(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its characters the position in `text` that it comes from."""
    folded = folded_passage(text)
    if len(folded) == len(text):  # nearly always: folding goes letter by letter
        return folded, range(len(text))
    parts = [_folded_letter(letter) for letter in text]
    return "".join(parts), [at for at, part in enumerate(parts) for _ in part]


@lru_cache(maxsize=16_384)
def _folded_letter(letter: str) -> str:
    return fold(letter)


@lru_cache(maxsize=4096)
def folded_passage(text: str) -> str:
    """`fold`, remembered: the passages that answer one customer answer the next one too."""
    return fold(text)


def _contains(folded: str, runs: frozenset[str], word: str) -> bool:
    return word in folded and (not word.isascii() or runs.issuperset(_LATIN_RUN.findall(word)))


@lru_cache(maxsize=64)
def _question_words(question: str) -> tuple[str, ...]:
    """Words and codes, without the pairs of characters that cross the border of two words."""
    return tuple(token for token, weight in query_tokens(question).items() if weight != CROSSING_WEIGHT)
