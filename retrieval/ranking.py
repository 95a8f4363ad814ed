"""The head of the list, ordered by a closer look than both indexes can afford at every passage.

Both indexes score a passage as a whole. For the few that come first, the question is laid beside
the passage word by word: late interaction over token vectors, which also works across languages,
and whether the passage names the very codes and numbers that the question names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log1p
from pathlib import Path
from typing import Final

import numpy as np

from core.text import fold
from core.types import Contribution, Passage
from models.blas import calm_blas
from models.encoder import TokenEncoding, Vectors
from retrieval.confidence import contains, content
from retrieval.contributions import MEANING, WORDS, Contributions
from retrieval.explanation import folded_passage
from retrieval.fusion import standardise

MODEL_FILE: Final = Path(__file__).with_name("ranking.json")
"""Weights with the suites they were chosen on; `python -m eval.benchmarks.fit_ranking` writes it."""

TOKENS: Final = "tokens"
CODES: Final = "codes"
BEHIND: Final = "behind"
"""Names of the parts that this module adds to a hit's contributions."""

_CODE: Final = re.compile(r"[a-z0-9]*\d[a-z0-9]*(?:[-_.][a-z0-9]+)*")
"""A number, or a word with a digit in it, in folded text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingModel:
    """How much each further reason counts beside what fusion made of both indexes' scores."""

    head: int
    """Passages that are looked at closely."""
    trusted_coverage: float
    """Share of the question's content that the best passage must have for BM25 to count in full. Below, it counts
    in proportion: of a question in another language the index only sees accidents."""
    tokens: float
    """Points for each standard deviation of late interaction."""
    length: float
    """What late interaction loses for each unit of `log(1 + characters)`: a long passage has more tokens to match."""
    codes: float
    """Points for a passage that has all of the question's codes and numbers."""


@lru_cache(maxsize=1)
def load_model() -> RankingModel:
    """Read the shipped weights."""
    raw = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    return RankingModel(**raw["model"])


@dataclass(frozen=True, slots=True)
class TokenMatch:
    """How well a passage matches a question token by token."""

    mean: float
    """Over the question's tokens, weighted by how much each tells, -1.0 to 1.0."""
    weakest: float
    """The same with the least met tokens counting most: a soft minimum."""


@dataclass(frozen=True, slots=True, eq=False)
class Closely:
    """The question and the head of the list token by token, for whoever looks closer than at passages."""

    question: TokenEncoding
    passages: Mapping[int, Vectors]
    """Rows as `TokenEncoder.expand_tokens` gives them, by passage; what has no token vectors is missing."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A passage of the head with what is known of it."""

    passage: Passage
    meaning: float
    """Points that its cosine has in fusion."""
    words: float
    """Points that its BM25 score has in fusion."""
    match: TokenMatch | None
    """Late interaction with the question; `None` where the passage has no token vectors."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A passage's score with the reasons that add up to it."""

    passage: Passage
    score: float
    contributions: tuple[Contribution, ...]
    weakest: float | None = None
    """`TokenMatch.weakest`, where the passage was looked at closely."""


@dataclass(frozen=True, slots=True)
class HeadFeatures:
    """What is weighed besides the fused scores. Lists go with the contenders."""

    matches: Sequence[float | None]
    """Late interaction with the question; `None` where it is unknown."""
    lengths: Sequence[float]
    """`log(1 + characters)` of the indexed text."""
    codes: Sequence[float]
    """Share of the question's codes that each contender has; 0.0 for a question without any."""
    coverage: float
    """Share of the question's content that the best contender has, word for word."""


def features_of(question: str, contenders: Sequence[Contender]) -> HeadFeatures:
    """Read the features of the head off its texts."""
    texts = [folded_passage(contender.passage.indexed_text) for contender in contenders]
    asked, codes = content(question), frozenset(_CODE.findall(fold(question)))
    return HeadFeatures(
        matches=[each.match.mean if each.match else None for each in contenders],
        lengths=[log1p(len(each.passage.indexed_text)) for each in contenders],
        codes=[sum(code in text for code in codes) / len(codes) if codes else 0.0 for text in texts],
        coverage=max((sum(contains(text, asked)) / len(asked) for text in texts), default=0.0) if asked else 0.0,
    )


def place(contenders: Sequence[Contender], features: HeadFeatures, model: RankingModel) -> list[Placed]:
    """The head in its final order, best first; equals keep their order."""
    trust = min(1.0, features.coverage / model.trusted_coverage)
    tokens = _standardised(
        [
            None if match is None else match - model.length * length
            for match, length in zip(features.matches, features.lengths, strict=True)
        ]
    )
    placed = [
        _placed(
            contender,
            (
                Contribution(MEANING, contender.meaning),
                Contribution(WORDS, trust * contender.words),
                Contribution(TOKENS, model.tokens * tokens[at]),
                Contribution(CODES, model.codes * features.codes[at]),
            ),
        )
        for at, contender in enumerate(contenders)
    ]
    return sorted(placed, key=lambda each: -each.score)


def behind(passage: Passage, score: float, fused: Contributions, *, shift: float) -> Placed:
    """A passage that follows the head: its fused score, moved by so much that it stays below the head's."""
    moved = (Contribution(BEHIND, shift),) if shift else ()
    return Placed(passage, score + shift, (*fused.of(passage.passage_id), *moved))


SHARPNESS: Final = 8.0
"""Of the soft minimum: a token that is met .3 less than the others counts eleven times as much."""


def late_interaction(question: TokenEncoding, passages: Mapping[int, Vectors]) -> dict[int, TokenMatch]:
    """How well each passage matches the question token by token, by passage.

    The mean over the question's tokens of the best cosine with any token of the passage (MaxSim of
    Khattab and Zaharia, "ColBERT", SIGIR 2020), here weighted by how much a token tells. A passage
    or question without tokens has no value.
    """
    filled = {key: rows for key, rows in passages.items() if len(rows)}
    if not filled or not len(question.tokens):
        return {}
    calm_blas()
    starts = np.cumsum([0, *(len(rows) for rows in filled.values())])[:-1]
    cosines = np.concatenate(list(filled.values())) @ question.tokens.T
    best = np.maximum.reduceat(cosines, starts, axis=0)
    weights = question.weights / question.weights.sum()
    means = best @ weights
    weakest = -np.log(np.exp(-SHARPNESS * best) @ weights) / SHARPNESS
    return {key: TokenMatch(float(means[at]), float(weakest[at])) for at, key in enumerate(filled)}


def _placed(contender: Contender, contributions: Sequence[Contribution]) -> Placed:
    told = tuple(sorted((each for each in contributions if each.points), key=lambda each: -abs(each.points)))
    weakest = contender.match.weakest if contender.match else None
    return Placed(contender.passage, sum(each.points for each in contributions), told, weakest)


def _standardised(values: Sequence[float | None]) -> list[float]:
    """Standard deviations from the mean of those that are known; 0.0 for the others."""
    known = [at for at, value in enumerate(values) if value is not None]
    scaled = standardise([value for value in values if value is not None]) if known else []
    places = dict(zip(known, scaled, strict=True))
    return [places.get(at, 0.0) for at in range(len(values))]
