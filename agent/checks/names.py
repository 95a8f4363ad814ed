"""Names: people, places, works, products and codes in a claim must stand in its source or in the question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from agent.citations import terms
from core.text import HAN, comparable, fold, nfkc
from models.lac_tagger import WordTagger

_WORK: Final = re.compile(r"《([^《》]{1,40})》")
_CODE: Final = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9-]*\d)(?=[A-Za-z0-9-]*[A-Za-z])[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*"
)
_CAPITAL: Final = re.compile(r"(?<![A-Za-z0-9.])[A-Z][A-Za-z]+(?:['’-][A-Za-z]+)*")
_SENTENCE_START: Final = re.compile(r"(?:^|[.!?。！？:：;；\n]\s*)$")
_NAMED: Final = frozenset({"PER", "LOC", "ORG"})
_TWO_HAN: Final = re.compile(f"[{HAN}]{{2}}")


def names_hold(claim: str, source: str, question: str, tagger: WordTagger | None = None) -> bool:
    """Every name of the claim stands in the source, or in the question, which the customer chose.

    Without a tagger, Chinese names of people and places aren't looked at.
    """
    known = fold(f"{source}\n{question}")
    together = comparable(known)
    return all(comparable(name) in together for name in names(claim, tagger)) and _capitals_hold(claim, known)


def names(claim: str, tagger: WordTagger | None = None) -> frozenset[str]:
    """Titles of works, codes with letters and digits, and Chinese names of people, places and organisations."""
    plain = nfkc(claim)
    found = {*_WORK.findall(plain), *_CODE.findall(plain)}
    if tagger is not None:
        found |= set(_chinese(plain, tagger))
    return frozenset(name.strip() for name in found if name.strip())


def _capitals_hold(claim: str, known: str) -> bool:
    """English words with a capital, unless one only begins a sentence or is a form of a word in the source."""
    have = frozenset(terms(known))
    for match in _CAPITAL.finditer(claim):
        word = match.group().lower()
        begins = _SENTENCE_START.search(claim[: match.start()]) is not None
        if begins or word in known or not terms(word) or set(terms(word)) <= have:
            continue
        return False
    return True


def _chinese(claim: str, tagger: WordTagger) -> Iterator[str]:
    for word in tagger.words(claim):
        text = claim[word.start : word.end]
        if word.tag in _NAMED and _TWO_HAN.search(text):
            yield text
