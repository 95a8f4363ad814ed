"""The knowledge manager's words in a question: what else to search for, and what to keep whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from core.text import fold
from core.types import Expansion
from core.vocabulary import VocabularyEntry, VocabularyKind

SYNONYM_WEIGHT: Final = 0.7
"""Of a synonym beside the customer's own word."""

MAX_EXPANSIONS: Final = 24
"""Of one question; a group of twenty that a long message names twice adds no more than this."""

_PREFIX: Final = 2
_PLURALS: Final = ("s", "es")


@dataclass(frozen=True, slots=True)
class Wordings:
    """What the vocabulary says of a question."""

    expansions: tuple[Expansion, ...] = ()
    whole: tuple[str, ...] = ()


class WordList:
    """One state of the vocabulary, made ready for looking terms up: a dictionary by their first two characters."""

    def __init__(self, entries: Iterable[VocabularyEntry]) -> None:
        self._meanings: defaultdict[str, dict[str, str]] = defaultdict(dict)
        """Folded term → folded other term → the other term as it was written."""
        self._whole: dict[str, str] = {}
        for entry in entries:
            self._take(entry)
        self._by_prefix: defaultdict[str, list[str]] = defaultdict(list)
        for term in {*self._meanings, *self._whole}:
            self._by_prefix[term[:_PREFIX]].append(term)
        for terms in self._by_prefix.values():
            terms.sort(key=len, reverse=True)

    def __contains__(self, word: str) -> bool:
        """Whether the word, folded, is one of the terms."""
        return word in self._whole or word in self._meanings

    def of(self, text: str) -> Wordings:
        """What the terms that stand in the text add to it. Where terms overlap, each of them counts.

        Groups aren't chained: who writes A, finds B of one group, but not C of another that holds B.
        """
        folded = " ".join(fold(text).split())
        expansions: dict[str, Expansion] = {}
        whole: dict[str, None] = {}
        for term in self._found(folded):
            if term in self._whole:
                whole.setdefault(self._whole[term])
            for other, written in self._meanings.get(term, {}).items():
                if other not in folded:
                    expansions.setdefault(other, Expansion(written, SYNONYM_WEIGHT, term))
        return Wordings(tuple(expansions.values())[:MAX_EXPANSIONS], tuple(whole))

    def _take(self, entry: VocabularyEntry) -> None:
        terms = {fold(term): term for term in entry.terms}
        if entry.kind is VocabularyKind.WORD:
            self._whole |= terms
            return
        sources = list(terms)[:1] if entry.kind is VocabularyKind.MEANS else list(terms)
        for source in sources:
            self._meanings[source] |= {other: written for other, written in terms.items() if other != source}

    def _found(self, folded: str) -> Iterator[str]:
        for start in range(len(folded) - 1):
            for term in self._by_prefix.get(folded[start : start + _PREFIX], ()):
                if folded.startswith(term, start) and _stands_alone(folded, start, start + len(term)):
                    yield term


def _stands_alone(folded: str, start: int, end: int) -> bool:
    """Letters and digits must not go on beside the term, but for a plural; Chinese has no borders."""
    if start and _joins(folded[start - 1]) and _joins(folded[start]):
        return False
    if end == len(folded) or not _joins(folded[end - 1]):
        return True
    rest = folded[end : end + 3]
    endings = ("", *_PLURALS) if folded[end - 1].isalpha() else ("",)
    return any(rest.startswith(ending) and not _joins(rest[len(ending) : len(ending) + 1]) for ending in endings)


def _joins(character: str) -> bool:
    return character.isascii() and character.isalnum()
