"""Citations: where in a passage a claim stands, to the character."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from agent.numbers import available, stated
from core.text import HAN, fold, sentence_spans
from core.types import Citation, Hit, Passage, QAPair

_WORD: Final = re.compile(rf"[{HAN}]+|[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_HAN_RUN: Final = re.compile(rf"[{HAN}]")
_ENUMERATOR: Final = re.compile(r"(?:^|[\s：:；;。])[(（]?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)）]$")
_STOP_WORDS: Final = (
    "a an and are as at be been but by can could do does did for from had has have how i if in into is it its me my no not "
    "of on or our s so t than that the their them there these they this to up us was we what when where which who why will "
    "with would you your please tell about get any"
)
_STOP_CHINESE: Final = "请问 怎么 么样 什么 多少 如何 是否 可以 能否 哪些 哪里 哪个 为什 吗呢 一下 我的 你们 我们 的时 时候 是不 不是 有没 没有 想问 问一 告诉 关于 需要 的是 是什 是多 有什 有哪 怎样 几天"
"""Bigrams and words that every question has."""

_STOP_TERMS: Final = frozenset(_STOP_WORDS.split()) | frozenset(_STOP_CHINESE.split())


@lru_cache(maxsize=4096)
def terms(text: str) -> tuple[str, ...]:
    """What a text is compared by: bigrams of Chinese characters, English words, and codes, folded."""
    found: list[str] = []
    for run in _WORD.findall(fold(text)):
        if _HAN_RUN.match(run):
            found += [run[at : at + 2] for at in range(max(1, len(run) - 1))]
        elif run not in _STOP_TERMS:
            found.append(_stem(run))
    return tuple(term for term in found if term not in _STOP_TERMS)


def _stem(word: str) -> str:
    """Plural and tense off, so that «returns» meets «return». Codes keep their form."""
    if not word.isalpha() or len(word) < 5:
        return word
    for ending in ("ing", "ies", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def support(claim: str, source: str) -> float:
    """Share of a claim's terms that the source has, 0.0 to 1.0; 1.0 for a claim without terms."""
    wanted = set(terms(claim))
    return len(wanted & set(terms(source))) / len(wanted) if wanted else 1.0


def rarity(texts: Iterable[str]) -> dict[str, float]:
    """How much each term tells among these texts: the logarithm of how seldom it is, above 0."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        counts.update(set(terms(text)))
        total += 1
    return {term: math.log(1 + (total + 1) / (count + 0.5)) for term, count in counts.items()}


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences, in order; an enumerator such as `1.` stays with what it counts."""
    spans: list[tuple[int, int]] = []
    pending: int | None = None
    for start, end in sentence_spans(text):
        begin = start if pending is None else pending
        if _ENUMERATOR.search(text[begin:end]) and text[end : end + 1] not in {"", "\n"}:
            pending = begin
            continue
        pending = None
        spans.append((begin, end))
    if pending is not None:
        spans.append((pending, len(text.rstrip())))
    return spans


def best_span(claim: str, text: str) -> tuple[int, int]:
    """The sentence of `text` that says most of what `claim` says; all of `text` if none does.

    A sentence with the claim's numbers wins over one without.
    """
    spans = sentences(text)
    if not spans:
        return 0, len(text)
    wanted, numbers = set(terms(claim)), stated(claim)

    def agreement(span: tuple[int, int]) -> float:
        sentence = text[span[0] : span[1]]
        found = set(terms(sentence))
        shared = len(wanted & found)
        overlap = 2 * shared / (len(wanted) + len(found)) if shared else 0.0
        known = len(numbers & available(sentence)) / len(numbers) if numbers else 0.0
        return overlap + known

    best = max(spans, key=agreement)
    return best if agreement(best) > 0 else (spans[0][0], spans[-1][1])


def cite(number: int, passage: Passage, start: int, end: int) -> Citation:
    """Cite `passage.text[start:end]`. Its place in the version's text follows from the passage's."""
    return Citation(
        number=number,
        passage_id=passage.passage_id,
        document_id=passage.document_id,
        document=passage.document,
        version=passage.version,
        page=passage.page,
        heading=passage.heading,
        start=passage.start + start,
        end=passage.start + end,
        quote=passage.text[start:end],
    )


def cite_pair(number: int, pair: QAPair, hits: Sequence[Hit]) -> Citation:
    """Cite a pair's whole answer. Page and heading are known when its passage was found as well."""
    passage = next((hit.passage for hit in hits if hit.passage.passage_id == pair.passage_id), None)
    return Citation(
        number=number,
        passage_id=pair.passage_id,
        document_id=pair.document_id,
        document=pair.document,
        version=pair.version,
        page=passage.page if passage else None,
        heading=passage.heading if passage else (),
        start=pair.answer_start,
        end=pair.answer_start + len(pair.answer),
        quote=pair.answer,
    )


def mark(text: str, number: int) -> str:
    """The text with its citation's number behind it."""
    gap = "" if text and _WIDE.match(text[-1]) else " "
    return f"{text}{gap}[{number}]"


_WIDE: Final = re.compile(rf"[{HAN}\u3000-\u303f\uff00-\uffef]")
