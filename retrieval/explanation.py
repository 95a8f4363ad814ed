"""Why a passage was found, in words of the question."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from core.text import fold
from kb.analysis import CROSSING_WEIGHT, query_tokens

_LATIN_RUN: Final = re.compile(r"[a-z0-9]+")


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
