"""How far an answer's words are those of a reference: exact match and F1."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from core.text import HAN, fold
from eval.measures.containment import References

_UNIT: Final = re.compile(rf"[{HAN}]|\d+(?:[.,]\d+)*|[^\W\d_{HAN}]+")
_ARTICLES: Final = frozenset({"a", "an", "the"})


def units(text: str) -> list[str]:
    """Chinese characters one by one, words of other scripts and numbers whole; no punctuation, no English articles.

    The mixed segmentation of Cui et al., "A Span-Extraction Dataset for Chinese Machine Reading
    Comprehension" (CMRC 2018), with the normalisation of SQuAD. Traditional and simplified
    characters are one.
    """
    found = (unit.replace(",", "") for unit in _UNIT.findall(fold(text)))
    return [unit for unit in found if unit not in _ARTICLES]


def exact_match(answer: str, references: References) -> bool:
    """Whether the answer has the units of any reference, in order, and no other. No references match nothing.

    Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016.
    """
    said = units(answer)
    return any(said == units(" ".join(parts)) for parts in references if parts)


def overlap_f1(answer: str, references: References) -> float:
    """Harmonic mean of the shares of the answer's and the reference's units that the other has; the best reference counts.

    Units are counted, their order isn't (SQuAD; CMRC's own script takes the longest common run
    instead, which is never more). An answer or a reference without units gives 0.0. A quoted
    paragraph scores low against a short reference, however right it is: that is what `contains` is for.
    """
    said = units(answer)
    return max((_f1(said, units(" ".join(parts))) for parts in references), default=0.0)


def _f1(said: Sequence[str], wanted: Sequence[str]) -> float:
    shared = sum((Counter(said) & Counter(wanted)).values())
    return 2.0 * shared / (len(said) + len(wanted)) if shared else 0.0
