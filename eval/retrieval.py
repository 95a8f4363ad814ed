"""`zhida eval retrieval`: the product's own search on a suite, side by side with its parts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from time import perf_counter
from typing import Any, Final

from core.types import Hit, Query, Understood, Why
from eval.building import BuiltSuite
from eval.measures.mean import Mean
from eval.measures.ndcg import ndcg_at
from eval.measures.recall import recall_at
from eval.measures.reciprocal_rank import reciprocal_rank_at
from eval.runs import PRODUCT, CaseResult, RunFile, RunKind, SystemRun, Timings, means, record
from eval.suite import CorpusEntry, CorpusId, Grades, Ranking, RetrievalCase, RetrievalSuite
from retrieval.fusion import Fusion, FusionMethod
from retrieval.search import Retriever

DEPTH: Final = 20
"""Entries ranked per case; the deepest measure is recall@20."""

PASSAGES_PER_ENTRY: Final = 3
"""Passages asked for per entry wanted, since a long entry may take several of the first places."""

RETRIEVERS: Final[Mapping[str, Fusion | None]] = {
    "lexical": Fusion(dense_weight=0.0, lexical_weight=1.0),
    "dense": Fusion(dense_weight=1.0, lexical_weight=0.0),
    "rrf": Fusion(method=FusionMethod.RECIPROCAL_RANK),
    "fused": Fusion(),
    PRODUCT: None,
}
"""One side alone, fusion by ranks, fusion by scores, and last the product as customers get it: one code path for all."""

MEASURES: Final[Mapping[str, Callable[[Ranking, Grades], float]]] = {
    "ndcg@10": lambda ranking, grades: ndcg_at(ranking, grades, k=10),
    "recall@5": lambda ranking, grades: recall_at(ranking, grades, k=5),
    "recall@20": lambda ranking, grades: recall_at(ranking, grades, k=20),
    "mrr@10": lambda ranking, grades: reciprocal_rank_at(ranking, grades, k=10),
}

TOLD: Final = 3
"""Wanted and found entries told of each case: enough to see what went wrong without repeating the corpus."""

EXCERPT: Final = 120
"""Characters of an entry that a run file repeats."""


@dataclass(frozen=True, slots=True)
class RetrieverResult:
    """One retriever on one suite."""

    measures: Mapping[str, Mean]
    ms_p50: float
    """Milliseconds per query, encoder included."""
    ms_p95: float
    cases: tuple[CaseResult, ...] = ()


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


def evaluate(
    suite: RetrievalSuite, built: BuiltSuite, retriever: Callable[[Fusion | None], Retriever]
) -> RetrievalResult:
    """Run every retriever over the cases that have a relevant entry.

    `retriever` makes the product's retriever over `built` with the given fusion; `None` is its own.
    """
    cases = [case for case in suite.cases if case.answerable]
    corpus = {entry.corpus_id: entry for entry in suite.corpus}
    results: dict[str, RetrieverResult] = {}
    for name, fusion in RETRIEVERS.items():
        search = retriever(fusion)
        search.find(Query(text=cases[0].text), k=1)  # the first search opens files and loads words
        seconds: list[float] = []
        done = []
        for case in cases:
            started = perf_counter()
            found = search.find(Query(text=case.text), k=_depth(suite, built))
            seconds.append(perf_counter() - started)
            places = _places(found.hits, built)
            values = {measure: function(tuple(places), case.grades) for measure, function in MEASURES.items()}
            # The parts are there for their figures; only the product's cases are told, to keep files small.
            details = {**details_of(case, places, corpus), **read_as(found.understood)} if name == PRODUCT else {}
            done.append(CaseResult(case.case_id, case.text, values, details))
        times = Timings.of(seconds)
        assert times is not None  # a suite has cases
        results[name] = RetrieverResult(means(done), times.p50, times.p95, tuple(done))
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


def to_run_file(result: RetrievalResult) -> RunFile:
    """The result as `zhida eval compare`, `gate` and `report` read it."""
    facts: dict[str, float] = {
        "passages": result.passages,
        "entries": result.entries,
        "index_bytes": result.index_bytes,
    }
    if result.passages_per_second is not None:
        facts["passages_per_second"] = round(result.passages_per_second, 1)
    systems = {
        name: SystemRun(found.measures, found.cases, Timings(found.ms_p50, found.ms_p95), facts)
        for name, found in result.retrievers.items()
    }
    fusions = {name: asdict(fusion) for name, fusion in RETRIEVERS.items() if fusion is not None}
    return record(
        RunKind.RETRIEVAL,
        result.suite,
        systems,
        models={"encoder": result.encoder},
        settings={"depth": DEPTH, "fusion": fusions},
    )


def _depth(suite: RetrievalSuite, built: BuiltSuite) -> int:
    return DEPTH if built.passages == len(suite.corpus) else DEPTH * PASSAGES_PER_ENTRY


def _places(hits: Sequence[Hit], built: BuiltSuite) -> dict[CorpusId, Hit]:
    """Entries best first, each with its best passage; an entry ranks where that one does."""
    best: dict[CorpusId, Hit] = {}
    for hit in hits:
        best.setdefault(built.entry_of(hit.passage.passage_id), hit)
    return dict(list(best.items())[:DEPTH])


def details_of(
    case: RetrievalCase, places: Mapping[CorpusId, Hit], corpus: Mapping[CorpusId, CorpusEntry]
) -> dict[str, Any]:
    """What explains the case's values: the entries that were wanted and where they came, and what came first instead."""
    wanted = sorted(
        (entry for entry, grade in case.grades.items() if grade > 0), key=lambda entry: (-case.grades[entry], entry)
    )
    told = [*wanted[:TOLD], *list(places)[:TOLD]]
    entries = list(_told(dict.fromkeys(told), case, places, corpus))
    by_id = {entry["id"]: entry for entry in entries}
    return {
        "wanted": [by_id[entry] for entry in wanted[:TOLD]],
        "wanted_in_all": len(wanted),
        "found": [by_id[entry] for entry in list(places)[:TOLD]],
        "depth": DEPTH,
    }


def read_as(understood: Understood) -> dict[str, Any]:
    """What was searched for where that isn't just what was asked."""
    told: dict[str, Any] = {}
    if understood.searched != understood.asked:
        told["searched_for"] = understood.searched
    if understood.expansions:
        told["also_searched_for"] = [expansion.text for expansion in understood.expansions]
    return told


def _told(
    entries: Mapping[CorpusId, None],
    case: RetrievalCase,
    places: Mapping[CorpusId, Hit],
    corpus: Mapping[CorpusId, CorpusEntry],
) -> Iterator[dict[str, Any]]:
    ranks = {entry: rank for rank, entry in enumerate(places, start=1)}
    for entry in entries:
        hit = places.get(entry)
        text = corpus[entry].text if hit is None else hit.passage.text
        yield {
            "id": entry,
            "title": corpus[entry].title,
            "text": text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…",
            "grade": case.grades.get(entry, 0),
            "rank": ranks.get(entry),
            "why": None if hit is None else _plain(hit.why),
        }


def _plain(why: Why) -> dict[str, Any]:
    """As JSON gives it back, without places in a text that isn't repeated whole."""
    values: dict[str, Any] = json.loads(json.dumps(asdict(replace(why, highlights=())), default=str))
    return {name: value for name, value in values.items() if value not in (None, [])} | {"matched": list(why.matched)}
