"""How well each sentence of the evidence answers a question: plain reasons that add up to a score.

The question was laid beside the head of the list token by token already, to order it. The same token
vectors say which sentence of a passage meets the question, so that no sentence is encoded. An encoder
without token vectors is asked for the likeliest sentences.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import lru_cache
from math import log1p
from pathlib import Path
from typing import Final

import numpy as np

from agent.citations import rarity, terms
from agent.conflicts import asked_units
from agent.units import CLOSED, Unit, UnitKind
from core.text import fold
from core.types import Hit, Passage
from models.encoder import Encoder, Spans, TokenEncoder, TokenEncoding, Vectors
from retrieval.quantities import quantities
from retrieval.ranking import SHARPNESS, Closely

MODEL_FILE: Final = Path(__file__).with_name("sentences.json")
"""Weights with the suites they were fitted on; `python -m eval.benchmarks.fit_sentences` writes it."""

LIKELIEST: Final = 12
"""Sentences that an encoder without token vectors compares with the question: about 60 ms on two cores."""

READ_CHARACTERS: Final = 160
"""Of each of them; the encoder's work grows with it."""

IN_A_COLUMN: Final = 0.3
"""What a bare number in a row of a table counts beside one with a unit: its unit stands in the column's name."""

_ASKS_QUANTITY: Final = re.compile(
    r"多少|几[天个次年月号点小时分]|多久|多长|多大|多高|多重|多远|何时|什么时候|哪[天年月]|哪一?[天年月]|价格|费用|时间|期限|电话|号码|"
    r"\b(?:how (?:much|many|long|old|far|often|soon|big|large)|when|what (?:time|date|year)|price|cost|fee|number|phone|percent)\b"
)
_HAS_QUANTITY: Final = re.compile(r"\d|[零一二两三四五六七八九十百千万]+(?:天|日|年|个?月|小时|元|次|折|%|周|分钟)")
_CODE: Final = re.compile(r"(?<![a-z0-9])([a-z]{1,4})-?\d{1,6}(?![a-z0-9])")
"""A code of letters and digits, such as E11 or AP-35; the letters tell its kind."""

_ANY_CODE: Final = re.compile(r"[a-z0-9]*\d[a-z0-9]*(?:[-_.][a-z0-9]+)*")
"""A number, or a word with a digit in it, in folded text."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A part of a passage that may be quoted."""

    hit: int
    """Position of its passage among the hits."""
    unit: int
    """Position among the units of its passage."""
    kind: UnitKind
    text: str
    read: str
    """The sentence with the line that it stands under."""
    loose: bool
    """It has no closing mark, although it should be a sentence."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """What speaks for a sentence. A weight goes with each, in this order."""

    cover: float
    """Share of the question's terms that it has with the line above it, rare ones counting more, 0.0 to 1.0."""
    own_cover: float
    """The same without the line above."""
    context: float
    """Late interaction with the sentence, its lead and its headings, in deviations from the other sentences."""
    weakest: float
    """How well it meets the tokens of the question that it meets least, in deviations from the others."""
    typed: float
    """1.0 if it has a value of the unit that is asked for, -1.0 if not, 0.0 where the question asks for no unit."""
    quantity: float
    """1.0 if a quantity is asked for and it has any."""
    row: float
    item: float
    """1.0 for a row of a table, for an item of a list."""
    behind: float
    """Points by which its passage is behind the best one; 0.0 or less."""
    length: float
    """`log(1 + characters)`."""
    sibling: float
    """1.0 if it is about E12 where E11 is asked about, and not about E11."""
    codes: float
    """Share of the question's codes and numbers that it has; 0.0 for a question without any."""
    loose: float
    """1.0 without a closing mark: headings, page headers and the like, though also cells of a table."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with the sum of its weighted reasons."""

    candidate: Candidate
    score: float


@dataclass(frozen=True, slots=True)
class _Nearness:
    """Late interaction of one candidate, before it is compared with the others."""

    context: float
    weakest: float


@lru_cache(maxsize=1)
def load_weights() -> tuple[float, ...]:
    """Read the shipped weights, one for each field of `Reasons`, in order."""
    raw = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    return tuple(float(raw["weights"][field.name]) for field in fields(Reasons))


def candidates(passages: Sequence[Passage], units: Sequence[Sequence[Unit]]) -> list[Candidate]:
    """What may be quoted. Headings and questions introduce what follows and never answer alone."""
    found: list[Candidate] = []
    for hit, (passage, parts) in enumerate(zip(passages, units, strict=True)):
        for at, unit in enumerate(parts):
            if unit.kind in {UnitKind.HEADING, UnitKind.QUESTION}:
                continue
            text = passage.text[unit.start : unit.end]
            free = unit.kind is UnitKind.SENTENCE or (unit.kind is UnitKind.ITEM and unit.lead is None)
            loose = free and CLOSED.search(text) is None
            found.append(Candidate(hit, at, unit.kind, text, _read(passage, parts, unit), loose))
    return found


def _read(passage: Passage, units: Sequence[Unit], unit: Unit) -> str:
    topic = units[unit.topic] if unit.topic is not None else None
    above = passage.text[topic.start : topic.end] if topic else passage.heading[-1] if passage.heading else ""
    text = passage.text[unit.start : unit.end]
    return (f"{above}\n{text}" if above else text)[:READ_CHARACTERS]


def of_another_code(question: str, text: str) -> bool:
    """Whether a text is about a sibling of what was asked about, and not about it: E12 beside E11, X100 beside X200."""
    asked = {match.group(): match[1] for match in _CODE.finditer(fold(question))}
    named = {match.group(): match[1] for match in _CODE.finditer(fold(text))}
    return bool(asked) and not asked.keys() & named.keys() and not set(asked.values()).isdisjoint(named.values())


class SentenceScorer:
    """Scores sentences. `weights` are those of `Reasons`; by default as shipped."""

    def __init__(self, encoder: Encoder, weights: Sequence[float] | None = None) -> None:
        self._encoder = encoder
        self._weights = weights

    def score(
        self,
        question: str,
        vector: Vectors,
        hits: Sequence[Hit],
        units: Sequence[Sequence[Unit]],
        closely: Closely | None,
    ) -> list[Scored]:
        """The sentences of the hits, best first; `units` are those of each hit's passage.

        Without token vectors the encoder compares the likeliest with the question, and only these are returned.
        """
        found = candidates([hit.passage for hit in hits], units)
        reasons = self.reasons(question, hits, units, found, closely)
        weights = np.array(self._weights if self._weights is not None else load_weights())
        scores = np.array([astuple(each) for each in reasons]).reshape(len(found), len(weights)) @ weights
        if closely is None and found:
            likely = np.argsort(-scores, kind="stable")[:LIKELIEST]
            cosines = self._encoder.encode_passages([found[at].read for at in likely]) @ vector
            at_context = [field.name for field in fields(Reasons)].index("context")
            near = weights[at_context] + weights[at_context + 1]  # one number stands in for both kinds of nearness
            scores = scores[likely] + near * np.array(_standardised(cosines.tolist()))
            found = [found[at] for at in likely]
        scored = [Scored(candidate, float(score)) for candidate, score in zip(found, scores, strict=True)]
        return sorted(scored, key=lambda each: (-each.score, each.candidate.hit, each.candidate.unit))

    def reasons(
        self,
        question: str,
        hits: Sequence[Hit],
        units: Sequence[Sequence[Unit]],
        found: Sequence[Candidate],
        closely: Closely | None,
    ) -> list[Reasons]:
        """What speaks for each candidate."""
        near = self._nearness(hits, units, found, closely)
        context = _standardised([each.context for each in near])
        weakest = _standardised([each.weakest for each in near])
        cover, own = _covers(question, [each.read for each in found]), _covers(question, [each.text for each in found])
        wanted, codes = asked_units(question), frozenset(_ANY_CODE.findall(fold(question)))
        asks_quantity = _ASKS_QUANTITY.search(fold(question)) is not None
        best = hits[0].score if hits else 0.0
        return [
            Reasons(
                cover=cover[at],
                own_cover=own[at],
                context=context[at],
                weakest=weakest[at],
                typed=_typed(each, wanted),
                quantity=float(asks_quantity and _HAS_QUANTITY.search(each.text) is not None),
                row=float(each.kind is UnitKind.ROW),
                item=float(each.kind is UnitKind.ITEM),
                behind=hits[each.hit].score - best,
                length=log1p(len(each.text)),
                sibling=float(of_another_code(question, each.text)),
                codes=sum(code in fold(each.text) for code in codes) / len(codes) if codes else 0.0,
                loose=float(each.loose),
            )
            for at, each in enumerate(found)
        ]

    def _nearness(
        self,
        hits: Sequence[Hit],
        units: Sequence[Sequence[Unit]],
        found: Sequence[Candidate],
        closely: Closely | None,
    ) -> list[_Nearness]:
        if closely is None or not isinstance(self._encoder, TokenEncoder) or not len(closely.question.tokens):
            return [_Nearness(0.0, 0.0)] * len(found)
        passages = [hit.passage for hit in hits]
        spans = self._encoder.token_spans([passage.indexed_text for passage in passages])
        views = [
            _View.of(passage, span, closely.passages.get(passage.passage_id), closely.question)
            for passage, span in zip(passages, spans, strict=True)
        ]
        return [views[each.hit].nearness(units[each.hit], each.unit) for each in found]


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """A passage's tokens beside the question's."""

    cosines: Vectors
    """Shape `(tokens of the passage, tokens of the question)`."""
    weights: Vectors
    """Of the question's tokens; their sum is 1."""
    spans: Spans
    """Of each token of the passage, as positions in its text; those of the context are below 0."""

    @classmethod
    def of(cls, passage: Passage, spans: Spans, tokens: Vectors | None, question: TokenEncoding) -> _View:
        weights = question.weights / question.weights.sum()
        rows = np.empty((0, question.tokens.shape[1]), np.float32) if tokens is None else tokens[: len(spans)]
        before = len(passage.indexed_text) - len(passage.text)
        return cls(rows @ question.tokens.T, weights, spans[: len(rows)] - before)

    def nearness(self, units: Sequence[Unit], at: int) -> _Nearness:
        """How a unit meets the question, and how it does with what introduces it."""
        unit = units[at]
        own = self._best(unit.start, unit.end)
        if own is None:
            return _Nearness(0.0, 0.0)
        around = [own, self._best(-(1 << 30), 0)]
        around += [
            self._best(units[other].start, units[other].end) for other in (unit.topic, unit.lead) if other is not None
        ]
        together = np.max([each for each in around if each is not None], axis=0)
        weakest = -np.log(np.exp(-SHARPNESS * own) @ self.weights) / SHARPNESS
        return _Nearness(float(together @ self.weights), float(weakest))

    def _best(self, start: int, end: int) -> Vectors | None:
        """The best cosine of each of the question's tokens with a token of this span; none if it has no token."""
        first = int(np.searchsorted(self.spans[:, 1], start, "right"))
        last = int(np.searchsorted(self.spans[:, 0], end, "left"))
        if first >= last:
            return None
        best: Vectors = self.cosines[first:last].max(axis=0)
        return best


def _typed(candidate: Candidate, wanted: frozenset[str] | None) -> float:
    if wanted is None:
        return 0.0
    values = quantities(candidate.text)
    if any(value.unit in wanted for value in values):
        return 1.0
    bare = not values and candidate.kind is UnitKind.ROW and _HAS_QUANTITY.search(candidate.text) is not None
    return IN_A_COLUMN if bare else -1.0


def _covers(question: str, texts: Sequence[str]) -> list[float]:
    """Share of the question's terms that each text has, rare ones counting more.

    Terms that no text has say nothing about which one to take.
    """
    weights: Mapping[str, float] = rarity(texts)
    wanted = {term: weights[term] for term in set(terms(question)) if term in weights}
    total = sum(wanted.values())
    if not total:
        return [0.0] * len(texts)
    return [sum(wanted.get(term, 0.0) for term in set(terms(text))) / total for text in texts]


def _standardised(values: Sequence[float]) -> list[float]:
    """Deviations from the mean, since an encoder's cosines lie close together."""
    if not values:
        return []
    spread = max(float(np.std(values)), 1e-3)
    return [float(value) for value in (np.array(values) - np.mean(values)) / spread]
