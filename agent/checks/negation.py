"""Negation: a claim may not deny what its source affirms, nor affirm what it denies."""

from __future__ import annotations

import re
from typing import Final

from agent.citations import terms
from core.text import HAN, fold

_IDIOMS: Final = re.compile(
    "不同|不仅|不但|不少|不断|不超过|不足|不低于|不高于|不大于|不小于|不多于|不满|不过|不管|不论|不限|不久|不错|差不多|不用说|不得不|"
    "无论|无理由|无线|无忧|无菌|无障碍|无缝|未来|未婚|非常|非洲|非凡|否则|是否|能否|可否|有没有|是不是|能不能|可不可以|要不要|免费|"
    "not only|not less than|not more than|no more than|no later than|whether or not|no\\. ?\\d"
)
"""Words that look like a denial and are none, or one that says the same the other way round."""

_ZH: Final = re.compile(
    rf"(?:不|没有|没|无法|无需|无须|无权|无|未|非|禁止|严禁|切勿|请勿|勿|免)(?:会|能够|能|可以|可|得|予以|予|应当|应|被|再|要|曾|经)*([{HAN}]{{2}})"
)
_EN: Final = re.compile(
    r"\b(?:not|never|no|cannot|without|neither|nor|unable to)\b|n't\b",
)
_EN_SKIPPED: Final = frozenset(
    [
        "be",
        "been",
        "being",
        "is",
        "are",
        "was",
        "were",
        "a",
        "an",
        "the",
        "any",
        "to",
        "able",
        "do",
        "does",
        "did",
        "have",
        "has",
        "had",
        "yet",
        "ever",
        "longer",
    ]
)
_EN_WORD: Final = re.compile(r"[a-z]+")
_EXCEPT: Final = re.compile(r"除|以外|之外|例外|另有|\b(?:except|unless|other than|apart from)\b")
"""With an exception, both can be true."""


def denied(text: str) -> frozenset[str]:
    """What a text denies: the two characters, or the word, behind each negation."""
    plain = _IDIOMS.sub("，", fold(text))
    return frozenset(_ZH.findall(plain)) | frozenset(_english(plain))


def affirmed(text: str, term: str) -> bool:
    """Whether a text has a term at least once without a negation before it."""
    plain = _IDIOMS.sub("，", fold(text))
    if term.isascii():
        negated = [word for word in _english(plain) if word == term]
        return terms(plain).count(term) > len(negated) if term in terms(plain) else False
    return plain.count(term) > _ZH.findall(plain).count(term)


def same_polarity(claim: str, source: str) -> bool:
    """Whether nothing that one of the two denies is plainly affirmed by the other. `source` is what is cited.

    Only what both speak of counts. With an exception in either («除定制商品外») nothing is said.
    """
    if _EXCEPT.search(fold(claim)) or _EXCEPT.search(fold(source)):
        return True
    of_claim, of_source = denied(claim), denied(source)
    turned = any(affirmed(source, term) for term in of_claim - of_source)
    return not turned and not any(affirmed(claim, term) for term in of_source - of_claim)


def _english(plain: str) -> list[str]:
    found = []
    for match in _EN.finditer(plain):
        words = (word for word in _EN_WORD.findall(plain[match.end() : match.end() + 60]) if word not in _EN_SKIPPED)
        word = next(words, None)
        if word is not None and (known := terms(word)):
            found.append(known[0])
    return found
