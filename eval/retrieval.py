"""`zhida eval retrieval`: the product's own search on a suite, side by side with its two halves."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import numpy as np

from core.types import Query
from eval.building import BuiltSuite
from eval.measures.mean import Mean, mean
from eval.measures.ndcg import ndcg_at
from eval.measures.recall import recall_at
from eval.measures.reciprocal_rank import reciprocal_rank_at
from eval.suite import CorpusId, Grades, Ranking, RetrievalSuite
from retrieval.fusion import Fusion, FusionMethod
from retrieval.search import Retriever

DEPTH: Final = 20
"""Entries ranked per case; the deepest measure is recall@20."""

PASSAGES_PER_ENTRY: Final = 3
"""Passages asked for per entry wanted, since a long entry may take several of the first places."""

RETRIEVERS: Final[Mapping[str, Fusion]] = {
    "lexical": Fusion(dense_weight=0.0, lexical_weight=1.0),
    "dense": Fusion(dense_weight=1.0, lexical_weight=0.0),
    "rrf": Fusion(method=FusionMethod.RECIPROCAL_RANK),
    "fused": Fusion(),
}
"""The product's retriever with one side silenced, with fusion by ranks, and as it is: one code path for all."""

MEASURES: Final[Mapping[str, Callable[[Ranking, Grades], float]]] = {
    "ndcg@10": lambda ranking, grades: ndcg_at(ranking, grades, k=10),
    "recall@5": lambda ranking, grades: recall_at(ranking, grades, k=5),
    "recall@20": lambda ranking, grades: recall_at(ranking, grades, k=20),
    "mrr@10": lambda ranking, grades: reciprocal_rank_at(ranking, grades, k=10),
}


@dataclass(frozen=True, slots=True)
class RetrieverResult:
    """One retriever on one suite."""

    measures: Mapping[str, Mean]
    ms_p50: float
    """Milliseconds per query, encoder included."""
    ms_p95: float


@dataclass(frozen=True, slots=True)
class RetrievalResult:
    """All retrievers on one suite, and what the knowledge base cost to build."""

    suite: str
    encoder: str
    cores: int
    entries: int
    passages: int
    cases: int
    passages_per_second: float | None
    """Ingest rate, embedding included; `None` when the base was there from an earlier run."""
    index_bytes: int
    retrievers: Mapping[str, RetrieverResult]


def evaluate(suite: RetrievalSuite, built: BuiltSuite, retriever: Callable[[Fusion], Retriever]) -> RetrievalResult:
    """Run every retriever over the cases that have a relevant entry.

    `retriever` makes the product's retriever over `built` with the given fusion.
    """
    cases = [case for case in suite.cases if case.answerable]
    depth = DEPTH if built.passages == len(suite.corpus) else DEPTH * PASSAGES_PER_ENTRY
    results: dict[str, RetrieverResult] = {}
    for name, fusion in RETRIEVERS.items():
        search = retriever(fusion)
        search.search(Query(text=cases[0].text), k=1)  # the first search opens files and loads words
        run: dict[str, Ranking] = {}
        seconds: list[float] = []
        for case in cases:
            started = perf_counter()
            hits = search.search(Query(text=case.text), k=depth)
            seconds.append(perf_counter() - started)
            run[case.case_id] = _entries([built.entry_of(hit.passage.passage_id) for hit in hits])
        measures = {
            measure: mean([function(run[case.case_id], case.grades) for case in cases])
            for measure, function in MEASURES.items()
        }
        results[name] = RetrieverResult(measures, *(1000 * float(np.percentile(seconds, share)) for share in (50, 95)))
    return RetrievalResult(
        suite=suite.name,
        encoder=built.encoder_key,
        cores=os.cpu_count() or 1,
        entries=len(suite.corpus),
        passages=built.passages,
        cases=len(cases),
        passages_per_second=built.passages_per_second,
        index_bytes=built.index_bytes,
        retrievers=results,
    )


def _entries(found: Sequence[CorpusId]) -> Ranking:
    """An entry ranks where its best passage does."""
    return tuple(dict.fromkeys(found))[:DEPTH]
