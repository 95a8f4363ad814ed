"""Two rankings become one: by scores, or by ranks alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import fmean
from typing import Final

from kb.index import Candidate

RRF_OFFSET: Final = 60
"""Damps the lead of the top ranks; the pilot value of the paper, kept by most systems since."""

_FLAT: Final = 1e-6
"""Keeps a side whose scores are all equal from dividing by zero: it then says nothing."""


class FusionMethod(StrEnum):
    """How rankings are merged. The default is the one that measured better on every development set."""

    STANDARDISED = "standardised"
    RECIPROCAL_RANK = "reciprocal_rank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fusion:
    """How much each side counts and how deep both are read. A weight of 0 leaves a side out."""

    method: FusionMethod = FusionMethod.STANDARDISED
    dense_weight: float = 0.7
    lexical_weight: float = 0.3
    depth: int = 100
    """Candidates taken from each side."""

    def merge(self, dense: Sequence[Candidate], lexical: Sequence[Candidate]) -> list[Candidate]:
        """All candidates of both sides, best first; ties are broken by the smaller id."""
        weighted = [(self.dense_weight, dense), (self.lexical_weight, lexical)]
        merge = standardised_fusion if self.method is FusionMethod.STANDARDISED else reciprocal_rank_fusion
        return merge([(weight, ranking) for weight, ranking in weighted if weight and ranking])


def standardised_fusion(rankings: Sequence[tuple[float, Sequence[Candidate]]]) -> list[Candidate]:
    """Merge weighted rankings by the sum of `weight * z`, the score in standard deviations from the mean.

    Mean and deviation are those over all candidates of this question; one that a ranking lacks
    counts with that ranking's lowest score, since it could at most have had that. Unlike ranks,
    scores keep how far ahead the first is, which is what tells a clear case from a draw.

    A convex combination of normalised scores, as in Bruch, Gai and Ingber, "An Analysis of Fusion
    Functions for Hybrid Retrieval", TOIS 2023, who find it ahead of reciprocal rank fusion.
    """
    ids = sorted({candidate.entry_id for _, ranking in rankings for candidate in ranking})
    fused: defaultdict[int, float] = defaultdict(float)
    for weight, ranking in rankings:
        scores = {candidate.entry_id: candidate.score for candidate in ranking}
        lowest = min(scores.values())
        column = standardise([scores.get(entry_id, lowest) for entry_id in ids])
        for entry_id, score in zip(ids, column, strict=True):
            fused[entry_id] += weight * score
    return _best_first(fused)


def standardise(values: Sequence[float]) -> list[float]:
    """The values in standard deviations from their mean; all 0.0 if they are equal."""
    average = fmean(values)
    deviation = sqrt(fmean([(value - average) ** 2 for value in values])) + _FLAT
    return [(value - average) / deviation for value in values]


def reciprocal_rank_fusion(
    rankings: Sequence[tuple[float, Sequence[Candidate]]], *, offset: int = RRF_OFFSET
) -> list[Candidate]:
    """Merge weighted rankings by the sum of `weight / (offset + rank)`, with ranks counted from 1.

    Only ranks are read, so BM25 scores and cosines need no common scale.

    Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and
    individual Rank Learning Methods", SIGIR 2009.
    """
    fused: defaultdict[int, float] = defaultdict(float)
    for weight, ranking in rankings:
        for rank, candidate in enumerate(ranking, start=1):
            fused[candidate.entry_id] += weight / (offset + rank)
    return _best_first(fused)


def _best_first(scores: dict[int, float]) -> list[Candidate]:
    return [
        Candidate(entry_id, score) for entry_id, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    ]
