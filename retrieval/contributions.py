"""What each side added to a passage's fused score, so that a manager sees what pushed it up or down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from core.types import Contribution
from kb.index import Candidate
from retrieval.fusion import RRF_OFFSET, Fusion, FusionMethod, standardise

MEANING: Final = "meaning"
WORDS: Final = "words"


class Contributions:
    """The summands of `Fusion.merge`, by entry. They add up to the fused score."""

    def __init__(self, fusion: Fusion, dense: Sequence[Candidate], lexical: Sequence[Candidate]) -> None:
        sides = ((MEANING, fusion.dense_weight, dense), (WORDS, fusion.lexical_weight, lexical))
        used = [(part, weight, ranking) for part, weight, ranking in sides if weight and ranking]
        ids = sorted({candidate.entry_id for _, _, ranking in used for candidate in ranking})
        points = _standardised if fusion.method is FusionMethod.STANDARDISED else _by_rank
        self._parts = {part: points(weight, ranking, ids) for part, weight, ranking in used}

    def points(self, part: str, entry_id: int) -> float:
        """What one side added; 0.0 for a side that wasn't asked."""
        return self._parts.get(part, {}).get(entry_id, 0.0)

    def of(self, entry_id: int) -> tuple[Contribution, ...]:
        """The strongest first; a side that says nothing of the entry may still count against it."""
        found = [Contribution(part, points[entry_id]) for part, points in self._parts.items() if entry_id in points]
        return tuple(sorted(found, key=lambda each: -abs(each.points)))


def _standardised(weight: float, ranking: Sequence[Candidate], ids: Sequence[int]) -> Mapping[int, float]:
    """As in `retrieval.fusion.standardised_fusion`."""
    scores = {candidate.entry_id: candidate.score for candidate in ranking}
    lowest = min(scores.values())
    column = standardise([scores.get(entry_id, lowest) for entry_id in ids])
    return {entry_id: weight * score for entry_id, score in zip(ids, column, strict=True)}


def _by_rank(weight: float, ranking: Sequence[Candidate], _ids: Sequence[int]) -> Mapping[int, float]:
    """As in `retrieval.fusion.reciprocal_rank_fusion`."""
    return {candidate.entry_id: weight / (RRF_OFFSET + rank) for rank, candidate in enumerate(ranking, start=1)}
