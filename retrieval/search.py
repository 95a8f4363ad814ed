"""From a question to ranked passages and Q&A pairs: the one way in, for chat, search and evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import Literal

from core.clock import Clock, utc_now
from core.types import Hit, Passage, PassageId, QAHit, Query, Why
from kb.index import Candidate, Collection, Filter, Probe
from kb.indexes import Indexes
from kb.store import KnowledgeBase
from models.encoder import Encoder, Vectors
from retrieval.confidence import Evidence, weigh
from retrieval.explanation import matched_words
from retrieval.fusion import Fusion

QUESTION_DEPTH = 50
"""Wordings of Q&A pairs looked at: a pair has a handful, so this leaves ten pairs or more."""


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that retrieval knows about a question."""

    hits: tuple[Hit, ...]
    pairs: tuple[QAHit, ...]
    """Q&A pairs by their nearest wording, each pair once, best first."""
    vector: Vectors
    """The question's vector, shape `(dimension,)`."""
    evidence: Evidence
    """What `retrieval.confidence` reads."""
    ms: Mapping[str, float]
    """Milliseconds of `encode`, `questions` and `passages`."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """What both indexes propose for a question, best first, and the filter under which they did."""

    only: Filter
    dense: Sequence[Candidate]
    lexical: Sequence[Candidate]


class Retriever:
    """Hybrid search. An index proposes ids; only what SQL says is published, readable and valid is returned."""

    def __init__(
        self,
        kb: KnowledgeBase,
        indexes: Indexes,
        encoder: Encoder,
        *,
        fusion: Fusion | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._kb = kb
        self._indexes = indexes
        self._encoder = encoder
        self._fusion = fusion or Fusion()
        self._clock = clock

    def search(self, query: Query, /, *, k: int = 10) -> list[Hit]:
        """Return at most `k` passages, best first; `[]` when nothing matches. Equal texts appear once."""
        return self.join(query, self.rank(query), k=k)

    def find(self, query: Query, /, *, k: int = 10) -> Found:
        """Search passages and Q&A pairs with one pass of the encoder."""
        started = perf_counter()
        probe, only = self._probe(query), self._filter(query)
        encoded = perf_counter()
        pairs = self._pairs(probe, only, k=k)
        paired = perf_counter()
        ranked = self._both(probe, only)
        hits = self.join(query, ranked, k=k)
        evidence = weigh(query.text, ranked.dense, ranked.lexical, hits)
        ended = perf_counter()
        ms = {"encode": encoded - started, "questions": paired - encoded, "passages": ended - paired}
        return Found(
            tuple(hits), tuple(pairs), probe.vector, evidence, {step: 1000 * seconds for step, seconds in ms.items()}
        )

    def rank(self, query: Query, /) -> Ranked:
        """What both indexes propose, before SQL is asked."""
        return self._both(self._probe(query), self._filter(query))

    def join(self, query: Query, ranked: Ranked, /, *, k: int) -> list[Hit]:
        """Merge both sides and return the best `k` that SQL confirms, equal texts once."""
        fused = self._fusion.merge(ranked.dense, ranked.lexical)
        why = _Sides(ranked)
        hits: list[Hit] = []
        seen: set[str] = set()
        # Reading in slices: nearly always the first k candidates are all published and distinct.
        for start in range(0, len(fused), k):
            some = fused[start : start + k]
            passages = self._kb.live_passages([candidate.entry_id for candidate in some], ranked.only)
            for candidate in some:
                passage = passages.get(PassageId(candidate.entry_id))
                if passage is None or passage.indexed_text in seen:
                    continue
                seen.add(passage.indexed_text)
                hits.append(Hit(passage, candidate.score, why.of(query.text, passage)))
                if len(hits) == k:
                    return hits
        return hits

    def close(self) -> None:
        """End the threads. The retriever can't search afterwards."""
        self._threads.shutdown()

    def _probe(self, query: Query) -> Probe:
        return Probe(query.text, self._encoder.encode_questions([query.text])[0])

    def _filter(self, query: Query) -> Filter:
        return Filter(query.audience, query.as_of or self._clock().date())

    def _both(self, probe: Probe, only: Filter) -> Ranked:
        """Both sides at once: each leaves the interpreter while it searches."""
        lexical = self._threads.submit(self._side, "lexical", self._fusion.lexical_weight, probe, only)
        dense = self._side("dense", self._fusion.dense_weight, probe, only)
        return Ranked(only, dense, lexical.result())

    def _side(
        self, kind: Literal["dense", "lexical"], weight: float, probe: Probe, only: Filter
    ) -> Sequence[Candidate]:
        if weight == 0:
            return []
        return self._indexes.search(Collection.PASSAGES, kind, probe, k=self._fusion.depth, only=only)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=4, thread_name_prefix="lexical")

    def _pairs(self, probe: Probe, only: Filter, *, k: int) -> list[QAHit]:
        candidates = self._indexes.search(Collection.QUESTIONS, "dense", probe, k=QUESTION_DEPTH, only=only)
        found = self._kb.live_questions([candidate.entry_id for candidate in candidates], only)
        best: dict[int, QAHit] = {}
        for candidate in candidates:
            if candidate.entry_id in found:
                pair, question = found[candidate.entry_id]
                best.setdefault(pair.pair_id, QAHit(pair, question, candidate.score))
        return list(best.values())[:k]


class _Sides:
    """What each side said of a passage."""

    def __init__(self, ranked: Ranked) -> None:
        self._dense = _places(ranked.dense)
        self._lexical = _places(ranked.lexical)

    def of(self, question: str, passage: Passage) -> Why:
        dense_rank, dense_score = self._dense.get(passage.passage_id, (None, None))
        lexical_rank, lexical_score = self._lexical.get(passage.passage_id, (None, None))
        return Why(matched_words(question, passage.indexed_text), dense_rank, dense_score, lexical_rank, lexical_score)


def _places(ranking: Sequence[Candidate]) -> dict[int, tuple[int, float]]:
    """Rank from 1 and score by entry."""
    return {candidate.entry_id: (rank, candidate.score) for rank, candidate in enumerate(ranking, start=1)}
