"""How WeKnora and RAGFlow order passages: re-implementations from the description, in our own code.

Neither is run here; both need services. The functions get the candidates that Zhida's own two
indexes propose, so only the rules differ. Figures are those of WeKnora v0.7.2 and RAGFlow v0.27.0
as shipped. What needs a reranking model (WeKnora's rescue, degradation and diversity, RAGFlow's
rerank) has no part here, because no system of the comparison has such a model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from kb.index import Candidate

LABEL: Final = "re-implementation from the description"

WEKNORA_DEPTH: Final = 50
"""Taken from each side."""
WEKNORA_DENSE_FLOOR: Final = 0.15
WEKNORA_DENSE_WEIGHT: Final = 0.7
WEKNORA_LEXICAL_WEIGHT: Final = 0.3
WEKNORA_OFFSET: Final = 60

RAGFLOW_DEPTH: Final = 1024
RAGFLOW_TERM_WEIGHT: Final = 0.7
RAGFLOW_DENSE_WEIGHT: Final = 0.3
RAGFLOW_FLOOR: Final = 0.2
"""Of the joint score: what lies below isn't returned."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Which passages RAGFlow looks at: enough of the question's terms and a cosine high enough."""

    terms: float
    """Share of the question's terms that the passage must hold."""
    cosine: float


RAGFLOW_GATES: Final = (Gate(terms=0.3, cosine=0.1), Gate(terms=0.1, cosine=0.17))
"""The second is tried when the first lets nothing pass."""


def weknora(dense: Sequence[Candidate], lexical: Sequence[Candidate]) -> list[int]:
    """Weighted reciprocal rank fusion, k = 60, vectors .7 and keywords .3, over 50 of each side.

    Passages under the vector floor are dropped first. The keyword floor of .3 is left out: it is
    on a scale of WeKnora's engine, and every BM25 score here lies above it.
    """
    near = [candidate for candidate in dense[:WEKNORA_DEPTH] if candidate.score >= WEKNORA_DENSE_FLOOR]
    scores: dict[int, float] = {}
    for weight, ranking in ((WEKNORA_DENSE_WEIGHT, near), (WEKNORA_LEXICAL_WEIGHT, lexical[:WEKNORA_DEPTH])):
        for rank, candidate in enumerate(ranking, start=1):
            scores[candidate.entry_id] = scores.get(candidate.entry_id, 0.0) + weight / (WEKNORA_OFFSET + rank)
    return sorted(scores, key=lambda entry_id: (-scores[entry_id], entry_id))


def ragflow(weights: Mapping[str, float], terms: Mapping[int, Set[str]], cosines: Mapping[int, float]) -> list[int]:
    """Passages that hold enough of the question's terms, by .7 of the terms' weight and .3 of the cosine.

    The keyword query is the filter of the vector search, so a passage with too few of the terms is
    never seen, however near its vector lies.

    Args:
        weights: the question's terms, each with its weight.
        terms: the terms of each candidate passage.
        cosines: likewise, of its vector and the question's.
    """
    total = sum(weights.values())
    if total <= 0:
        return []
    for gate in RAGFLOW_GATES:
        scores = {}
        for entry_id, held in terms.items():
            shared = [term for term in weights if term in held]
            if len(shared) < gate.terms * len(weights) or not shared or cosines[entry_id] < gate.cosine:
                continue
            share = sum(weights[term] for term in shared) / total
            scores[entry_id] = RAGFLOW_TERM_WEIGHT * share + RAGFLOW_DENSE_WEIGHT * cosines[entry_id]
        kept = {entry_id: score for entry_id, score in scores.items() if score >= RAGFLOW_FLOOR}
        if kept:
            return sorted(kept, key=lambda entry_id: (-kept[entry_id], entry_id))
    return []
