"""A second look at the head of the list by a model that reads question and passage together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from core.types import Contribution, Hit
from models.cross_encoder import CrossEncoder

RERANKER: Final = "reranker"
"""Name of its part among a hit's contributions."""


def rerank(question: str, hits: Sequence[Hit], cross_encoder: CrossEncoder, *, head: int = 20) -> list[Hit]:
    """The hits with the first `head` of them in the cross-encoder's order; hits it finds equal keep theirs.

    A cross-encoder's scores are on a scale of their own, and those behind the head have none. So the
    head's scores stay as they are and go with the places: what a hit gained or lost by being moved
    is recorded as its contribution `reranker`, and contributions still add up to the score.
    """
    first, rest = hits[:head], hits[head:]
    if len(first) < 2:
        return list(hits)
    scores = cross_encoder.score(question, [hit.passage.indexed_text for hit in first])
    order = sorted(range(len(first)), key=lambda at: (-scores[at], at))
    return [*(_moved(first[at], to=first[place].score) for place, at in enumerate(order)), *rest]


def _moved(hit: Hit, *, to: float) -> Hit:
    points = to - hit.score
    if points == 0.0:
        return hit
    contributions = (*hit.why.contributions, Contribution(RERANKER, points))
    strongest_first = tuple(sorted(contributions, key=lambda each: -abs(each.points)))
    return replace(hit, score=to, why=replace(hit.why, contributions=strongest_first))
