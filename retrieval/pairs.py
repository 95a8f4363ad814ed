"""How likely a Q&A pair asks the same as the customer: a small logistic model on five plain features."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from math import exp, log
from operator import attrgetter, mul
from pathlib import Path
from typing import Final

import numpy as np

from core.risk import RiskOf
from core.text import fold
from core.types import QAHit, QuestionKind
from kb.prepared import TextHash, text_hash
from models.encoder import Vectors
from retrieval.confidence import content

MODEL_FILE: Final = Path(__file__).with_name("pairs.json")
"""Weights with the sets they were fitted on; `python -m eval.benchmarks.fit_pairs` writes it."""

READ: Final = 4
"""Pairs whose wordings are all looked at; those beyond are too far behind to be meant."""

LEAD_CAP: Final = 0.02
"""A lead beyond this says nothing more: in a small knowledge base every pair is alone in its topic."""

ALONE: Final = 0.81
"""Of the default encoder: cosine of two questions that have nothing in common. Stands in for the next pair
where there is a single one."""

PAIR_PROBABILITY: Final = 0.88
"""What `pair_threshold` gives for the tolerance that nobody has changed: 5 % of all questions."""

NEVER: Final = 1.01
"""Above any probability."""

_NEGATION: Final = re.compile(
    r"不|没|無|无|未|\b(?:not|no|never|without|cannot|unable)\b|n't\b|(?:do|does|did|is|are|was|has|have|can|won|could)nt\b"
)
_NOT_NEGATION: Final = re.compile(
    r"能不能|可不可以|是不是|会不会|有没有|要不要|行不行|差不多|不好意思|没有?关系|无论|无线"
)
"""Ask rather than negate, or only look like it."""


@dataclass(frozen=True, slots=True)
class Near:
    """A pair beside a question. Cosines are those of the default encoder."""

    wordings: tuple[str, ...]
    """Standard and similar questions."""
    matched: str
    """The nearest of them."""
    cosine: float
    centre: float
    """Cosine of the question with the mean of all wordings."""
    answer: str = ""

    @property
    def meaning(self) -> float:
        """How close question and pair are: one wording may be near by chance, the mean of all isn't."""
        return (self.cosine + self.centre) / 2


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """What the model reads about one pair."""

    meaning: float
    lead: float
    """How far `meaning` is ahead of the nearest pair with another answer, at most `LEAD_CAP`."""
    asked: float
    """Share of the question's content that the pair says, 0.0 to 1.0; what other near pairs say too counts less."""
    said: float
    """Share of the nearest wording's content that the question has."""
    negated: float
    """1.0 if either of question and wording negates and the other doesn't, else 0.0."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What it costs to give the answers of pairs from some probability on."""

    probability: float
    of_questions: float
    """Share of all questions that get a wrong answer, 0.0 to 1.0."""
    of_answers: float
    """Share of the answers given that are wrong."""


@dataclass(frozen=True, slots=True)
class PairModel:
    """A logistic regression: `1 / (1 + exp(-(bias + weights · features)))`."""

    bias: float
    weights: PairEvidence
    wrong: tuple[Wrong, ...]
    """The lowest probability first; measured on sets left out of the fit."""


@lru_cache(maxsize=1)
def load_model() -> PairModel:
    """Read the shipped weights."""
    raw = json.loads(MODEL_FILE.read_text(encoding="utf-8"))
    return PairModel(raw["bias"], PairEvidence(**raw["weights"]), tuple(Wrong(**row) for row in raw["wrong"]))


_features: Final = attrgetter(*(each.name for each in fields(PairEvidence)))


def probability(evidence: PairEvidence) -> float:
    """Probability that the pair's answer is the one that was asked for, 0.0 to 1.0."""
    model = load_model()
    score = model.bias + sum(map(mul, _features(model.weights), _features(evidence)))
    return 1.0 / (1.0 + exp(-score))


def pair_threshold(tolerated: float, of: RiskOf) -> float:
    """Probability from which an approved answer is given word for word, if this share may be wrong.

    Above 1.0, so that only the same words count, where no probability keeps so few.
    """
    rows = load_model().wrong
    shares = [row.of_answers if of is RiskOf.ANSWERS else row.of_questions for row in rows]
    return next((row.probability for row, share in zip(rows, shares, strict=True) if share <= tolerated), NEVER)


def weigh(question: str, near: Sequence[Near]) -> list[PairEvidence]:
    """Read the features of each pair, in the order given."""
    asked = _units(question)
    said = [_units(" ".join((*each.wordings, each.answer))) for each in near]
    weights = _rarity(said)
    negated = negates(question)
    return [
        PairEvidence(
            meaning=each.meaning,
            lead=min(LEAD_CAP, each.meaning - _rival(each, near)),
            asked=_share(asked, said[at], weights),
            said=_share(_units(each.matched), asked, weights),
            negated=float(negated != negates(each.matched)),
        )
        for at, each in enumerate(near)
    ]


def alone(evidence: PairEvidence) -> PairEvidence:
    """The same as if no other pair were near: its probability is that this pair, or one beside it, is meant."""
    return replace(evidence, lead=LEAD_CAP)


KnownVectors = Callable[[Sequence[TextHash]], Mapping[TextHash, Vectors]]
"""The stored vectors of wordings; those that aren't stored are missing."""


def rate(question: str, vector: Vectors, hits: Sequence[QAHit], known: KnownVectors) -> list[QAHit]:
    """The hits with their probabilities, the likeliest first. `hits` come by cosine, the nearest first."""
    head = hits[:READ]
    hashes = {text_hash(text) for hit in head for text in _wordings(hit)}
    vectors = known(sorted(hashes)) if hashes else {}
    near = [
        Near(_wordings(hit), hit.matched.text, hit.score, _centre(vector, hit, vectors), hit.pair.answer)
        for hit in head
    ] + [Near(_wordings(hit), hit.matched.text, hit.score, hit.score, hit.pair.answer) for hit in hits[READ:]]
    rated = [
        replace(hit, meaning=evidence.meaning, probability=probability(evidence), either=probability(alone(evidence)))
        for hit, evidence in zip(hits, weigh(question, near), strict=True)
    ]
    return sorted(rated[:READ], key=lambda hit: -hit.meaning) + rated[READ:]


def _wordings(hit: QAHit) -> tuple[str, ...]:
    return tuple(question.text for question in hit.pair.questions if question.kind is not QuestionKind.NEGATIVE)


def _centre(vector: Vectors, hit: QAHit, vectors: Mapping[TextHash, Vectors]) -> float:
    """Cosine with the mean of the pair's wordings; that of the nearest one where their vectors aren't there."""
    rows = [vectors[key] for key in map(text_hash, _wordings(hit)) if key in vectors]
    if not rows:
        return hit.score
    mean = np.mean(rows, axis=0)
    return float(mean @ vector) / max(float(np.linalg.norm(mean)), 1e-6)


def _rival(each: Near, near: Sequence[Near]) -> float:
    """How near the nearest pair is that would answer something else."""
    return max((other.meaning for other in near if other is not each and not _same_answer(each, other)), default=ALONE)


def _same_answer(one: Near, other: Near) -> bool:
    return bool(one.answer) and one.answer == other.answer


def _units(text: str) -> frozenset[str]:
    return frozenset(content(text))


def _rarity(said: Sequence[frozenset[str]]) -> Callable[[str], float]:
    """Weight of a unit: what few of the near pairs say tells them apart, what all say is their common topic."""
    counts = Counter(unit for units in said for unit in units)
    return lambda unit: log((len(said) + 1) / (counts[unit] + 0.5))


def _share(wanted: Iterable[str], there: frozenset[str], weight: Callable[[str], float]) -> float:
    """Weighted share of `wanted` that is `there`; one half for a text without content, which says nothing."""
    weights = {unit: weight(unit) for unit in wanted}
    total = sum(weights.values())
    return sum(value for unit, value in weights.items() if unit in there) / total if total else 0.5


def negates(text: str) -> bool:
    """Whether a text says that something isn't so; «能不能» and the like only ask."""
    return _NEGATION.search(_NOT_NEGATION.sub(" ", fold(text))) is not None
