"""Whether two questions can be the same at all: rules for what an encoder hardly sees and a customer does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from core.text import fold

_CODE: Final = re.compile(r"[a-z0-9]*\d[a-z0-9]*(?:[-_.][a-z0-9]+)*")
_OPPOSITES: Final = (
    (
        r"开通|开启|打开|激活|\b(?:activate|enable|open|turn on)\b",
        r"关闭|取消|注销|停用|\b(?:deactivate|disable|cancel|close|turn off)\b",
    ),
    (r"增加|提高|提升|\b(?:increase|raise|upgrade)\b", r"减少|降低|降级|\b(?:decrease|reduce|lower|downgrade)\b"),
    (r"国内|境内|大陆|\bdomestic\b", r"国外|海外|境外|国际|\b(?:international|abroad|overseas)\b"),
    (r"线上|网上|\bonline\b", r"线下|门店|实体店|\b(?:offline|in store|in person)\b"),
    (r"个人|\bpersonal\b", r"企业|公司|单位|\b(?:business|company|corporate)\b"),
    (r"换货|\bexchange\b", r"退货|退款|\b(?:refund|return)\b"),
    (r"之前|以前|\bbefore\b", r"之后|以后|\bafter\b"),
)
_OPPOSITE_PATTERNS: Final = tuple((re.compile(one), re.compile(other)) for one, other in _OPPOSITES)

_NOT_WORD: Final = re.compile(r"[\W_]+")


def same_words(question: str, wording: str) -> bool:
    """Whether two questions differ at most in case, width, script, spacing and punctuation."""
    return _NOT_WORD.sub("", fold(question)) == _NOT_WORD.sub("", fold(wording))


def something_else(question: str, matched: str, known: Iterable[str]) -> bool:
    """Whether a question can't be what a pair answers, however near it is to `matched`, one of its wordings.

    `known` are all the pair's wordings and its answer: what of models and numbers it speaks of.
    """
    return not _same_codes(question, matched, known) or _opposed(question, matched)


def _opposed(question: str, wording: str) -> bool:
    """Whether one asks for the opposite of the other, which is close to an encoder and far to a customer."""
    first, second = fold(question), fold(wording)
    return any(
        bool(one.search(first)) != bool(one.search(second)) and bool(other.search(first)) != bool(other.search(second))
        for one, other in _OPPOSITE_PATTERNS
    )


def _same_codes(question: str, matched: str, known: Iterable[str]) -> bool:
    """Whether both speak of the same models, amounts and dates. An encoder hardly tells X100 from X200."""
    asked = set(_CODE.findall(fold(question)))
    models = {code for code in _CODE.findall(fold(matched)) if not code.isdigit()}
    return asked <= set(_CODE.findall(fold(" ".join(known)))) and models <= asked
