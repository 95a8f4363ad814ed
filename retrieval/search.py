"""From a question to ranked passages and Q&A pairs: the one way in, for chat, search and evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from time import perf_counter
from typing import Literal

import numpy as np

from core.clock import Clock, utc_now
from core.text import detect_language
from core.types import Hit, Language, Passage, PassageId, QAHit, Query, Understood, Why
from kb.following import FollowingIndexes
from kb.index import Candidate, Collection, Filter, Probe
from kb.prepared import TextHash
from kb.store import KnowledgeBase
from models.cross_encoder import CrossEncoder
from models.encoder import Encoder, TokenEncoder, TokenEncoding, Vectors
from retrieval.background import SAMPLE, Background
from retrieval.confidence import Evidence, confidence, content, coverage, weigh
from retrieval.contributions import MEANING, WORDS, Contributions
from retrieval.explanation import closeness, highlights, matched_words
from retrieval.fusion import Fusion
from retrieval.pairs import PAIR_PROBABILITY, rate
from retrieval.ranking import (
    Closely,
    Contender,
    Placed,
    RankingModel,
    TokenMatch,
    behind,
    features_of,
    late_interaction,
    load_model,
    place,
)
from retrieval.rerank import rerank
from retrieval.sameness import same_words
from retrieval.understanding.understander import Understander

SURE = 0.6
"""Confidence in the evidence of a reading of the question, from which no other one is tried."""

OWN_SHARE = 0.25
"""Of a message's own words, as many must stand in the best passage for the reading with the conversation to count.
Without this, whatever can't be answered would be answered with what was asked before."""

RERANKED = 20
"""Passages that a cross-encoder looks at, where there is one."""

QUESTION_DEPTH = 50
"""Wordings of Q&A pairs looked at: a pair has a handful, so this leaves ten pairs or more."""


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that retrieval knows about a question."""

    hits: tuple[Hit, ...]
    pairs: tuple[QAHit, ...]
    """Q&A pairs, each once, the nearest in meaning first."""
    vector: Vectors
    """The question's vector, shape `(dimension,)`."""
    evidence: Evidence
    """What `retrieval.confidence` reads."""
    ms: Mapping[str, float]
    """Milliseconds of `understand`, `encode`, `questions` and `passages`."""
    understood: Understood
    """What was searched for, and why that."""
    closely: Closely | None = None
    """The hits token by token; `None` where the encoder gives no token vectors or the head wasn't looked at closely."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """What both indexes propose for a question, best first, and the filter under which they did."""

    only: Filter
    vector: Vectors
    """The question's, shape `(dimension,)`."""
    dense: Sequence[Candidate]
    lexical: Sequence[Candidate]
    question: TokenEncoding | None = None
    """The question token by token, where the encoder gives that and the head is looked at closely."""


class Retriever:
    """Hybrid search. An index proposes ids; only what SQL says is published, readable and valid is returned.

    Args:
        fusion: how both indexes' rankings are merged. With one that is given, and no `ranking`, that is all.
        ranking: how the head of the merged list is ordered; by default as shipped.
        cross_encoder: orders the head once more, where the operator has set one.
        understander: what a question is taken to mean.
        clock: decides which day is today.
    """

    def __init__(
        self,
        kb: KnowledgeBase,
        indexes: FollowingIndexes,
        encoder: Encoder,
        *,
        fusion: Fusion | None = None,
        ranking: RankingModel | None = None,
        cross_encoder: CrossEncoder | None = None,
        understander: Understander | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._kb = kb
        self._indexes = indexes
        self._encoder = encoder
        self._fusion = fusion or Fusion()
        self._ranking = load_model() if fusion is None and ranking is None else ranking
        self._cross_encoder = cross_encoder
        self._understander = understander or Understander(indexes, kb.vocabulary)
        self._clock = clock
        self._known_background: tuple[int, Background] | None = None

    def search(self, query: Query, /, *, k: int = 10) -> list[Hit]:
        """Return at most `k` passages, best first; `[]` when nothing matches. Equal texts appear once."""
        return list(self.find(query, k=k).hits)

    def find(self, query: Query, /, *, k: int = 10) -> Found:
        """Search passages and Q&A pairs, with one pass of the encoder for each reading of the question.

        There is a second reading only of a message in a conversation, and it is tried only if the
        first one finds nothing to be sure of.
        """
        only = self._filter(query)
        started = perf_counter()
        best: Found | None = None
        for understood in self._understander.readings(query, only):
            read = perf_counter()
            found = self._find(understood, query, only, k=k, understanding_s=read - started)
            if best is None or _is_better(found, best):
                best = found if best is None else replace(found, ms=_added(best.ms, found.ms))
            if _sure(best):
                break
            started = perf_counter()
        assert best is not None
        return best

    def _find(self, understood: Understood, query: Query, only: Filter, *, k: int, understanding_s: float) -> Found:
        query = replace(query, text=understood.searched)
        read = perf_counter()
        probe, question = self._probe(understood)
        encoded = perf_counter()
        pairs = self._pairs(probe, only, k=k)
        paired = perf_counter()
        ranked = self._both(probe, only, question)
        hits, tokens = self._joined(query, ranked, k=k)
        evidence = self.weigh(query, ranked, hits)
        ended = perf_counter()
        ms = {
            "understand": understanding_s,
            "encode": encoded - read,
            "questions": paired - encoded,
            "passages": ended - paired,
        }
        taken = {step: 1000 * seconds for step, seconds in ms.items()}
        closely = Closely(question, tokens) if question is not None and tokens else None
        return Found(tuple(hits), tuple(pairs), probe.vector, evidence, taken, understood, closely)

    def understand(self, query: Query, /) -> Understood:
        """What would be searched for first, without searching."""
        return next(self._understander.readings(query, self._filter(query)))

    def rank(self, query: Query, /) -> Ranked:
        """What both indexes propose, before SQL is asked."""
        only = self._filter(query)
        probe, question = self._probe(next(self._understander.readings(query, only)))
        return self._both(probe, only, question)

    def join(self, query: Query, ranked: Ranked, /, *, k: int) -> list[Hit]:
        """Merge both sides, order the head by a closer look, and return the best `k` that SQL confirms.

        Equal texts appear once.
        """
        return self._joined(query, ranked, k=k)[0]

    def _joined(self, query: Query, ranked: Ranked, *, k: int) -> tuple[list[Hit], Mapping[int, Vectors]]:
        """The hits, and the token vectors of the head."""
        contributions = Contributions(self._fusion, ranked.dense, ranked.lexical)
        confirmed = self._confirmed(ranked, k)
        placed: list[Placed] = []
        tokens: Mapping[int, Vectors] = {}
        if self._ranking is not None:
            head = list(islice(confirmed, self._ranking.head))
            tokens = self._tokens(head, ranked.question)
            contenders = _contenders(head, tokens, ranked.question, contributions)
            placed = place(contenders, features_of(query.text, contenders), self._ranking)
        shift = 0.0
        wanted = k if self._cross_encoder is None else max(k, RERANKED)
        for passage, score in islice(confirmed, max(0, wanted - len(placed))):
            if placed and not shift:
                shift = min(0.0, placed[-1].score - score)
            placed.append(behind(passage, score, contributions, shift=shift))
        why = _Sides(ranked)
        hits = [Hit(each.passage, each.score, why.of(query.text, each)) for each in placed[:wanted]]
        if self._cross_encoder is not None:
            hits = rerank(query.text, hits, self._cross_encoder, head=RERANKED)[:k]
        return hits, tokens

    def weigh(self, query: Query, ranked: Ranked, hits: Sequence[Hit], /) -> Evidence:
        """What speaks for the hits answering the question."""
        return weigh(query.text, ranked.vector, ranked.dense, hits, self._background())

    def _background(self) -> Background:
        """Of the knowledge base as it is now. Read anew when a hundredth of it has changed; that takes some 30 ms."""
        sequence = self._kb.sequence()
        known = self._known_background
        if known is None or abs(sequence - known[0]) > known[1].passages // 100:
            key = self._encoder.identity.key
            sample = self._kb.sample_vectors(key, limit=SAMPLE)
            spoken = [detect_language(text) for text, _ in sample]
            vectors = np.stack([vector for _, vector in sample]) if sample else np.empty((0, 0), dtype=np.float32)
            samples = [vectors[[one is language for one in spoken]] for language in Language] if sample else []
            known = (sequence, Background.of(samples, passages=self._kb.count_vectors(key)))
            self._known_background = known
        return known[1]

    def contenders(self, ranked: Ranked, /) -> list[Contender]:
        """The head of the list before it is ordered, with all that `retrieval.ranking` reads; for fitting its weights."""
        contributions = Contributions(self._fusion, ranked.dense, ranked.lexical)
        size = self._ranking.head if self._ranking else 0
        head = list(islice(self._confirmed(ranked, size), size))
        return _contenders(head, self._tokens(head, ranked.question), ranked.question, contributions)

    def _confirmed(self, ranked: Ranked, k: int) -> Iterator[tuple[Passage, float]]:
        """The candidates that SQL confirms, equal texts once, with their fused scores."""
        fused = self._fusion.merge(ranked.dense, ranked.lexical)
        seen: set[str] = set()
        size = max(k, self._ranking.head if self._ranking else 0)
        # Reading in slices: nearly always the first of them is all that is wanted.
        for start in range(0, len(fused), size):
            some = fused[start : start + size]
            passages = self._kb.live_passages([candidate.entry_id for candidate in some], ranked.only)
            for candidate in some:
                passage = passages.get(PassageId(candidate.entry_id))
                if passage is not None and passage.indexed_text not in seen:
                    seen.add(passage.indexed_text)
                    yield passage, candidate.score

    def _tokens(self, head: Sequence[tuple[Passage, float]], question: TokenEncoding | None) -> Mapping[int, Vectors]:
        """The token vectors of the passages, by passage."""
        if question is None or not isinstance(self._encoder, TokenEncoder):
            return {}
        ids = [passage.passage_id for passage, _ in head]
        stored = self._kb.token_vectors(ids, tokens_key=self._encoder.tokens_key)
        return dict(zip(stored, self._encoder.expand_tokens(list(stored.values())), strict=True))

    def close(self) -> None:
        """End the threads. The retriever can't search afterwards."""
        self._threads.shutdown()

    def _probe(self, understood: Understood) -> tuple[Probe, TokenEncoding | None]:
        text = understood.searched
        if self._ranking is not None and isinstance(self._encoder, TokenEncoder):
            question = self._encoder.encode_question_tokens(text)
            return Probe(text, question.vector, understood.expansions, understood.whole), question
        vector = self._encoder.encode_questions([text])[0]
        return Probe(text, vector, understood.expansions, understood.whole), None

    def _filter(self, query: Query) -> Filter:
        return Filter(query.audience, query.as_of or self._clock().date())

    def _both(self, probe: Probe, only: Filter, question: TokenEncoding | None) -> Ranked:
        """Both sides at once: each leaves the interpreter while it searches."""
        lexical = self._threads.submit(self._side, "lexical", self._fusion.lexical_weight, probe, only)
        dense = self._side("dense", self._fusion.dense_weight, probe, only)
        return Ranked(only, probe.vector, dense, lexical.result(), question)

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
        found = self._kb.live_questions([candidate.entry_id for candidate in candidates], only, most=k)
        best: dict[int, QAHit] = {}
        for candidate in candidates:
            if candidate.entry_id in found:
                pair, question = found[candidate.entry_id]
                best.setdefault(pair.pair_id, QAHit(pair, question, candidate.score))
        return rate(probe.text, probe.vector, list(best.values()), self._wordings)

    def _wordings(self, hashes: Sequence[TextHash]) -> Mapping[TextHash, Vectors]:
        return self._kb.vectors(hashes, encoder_key=self._encoder.identity.key, collection=Collection.QUESTIONS)


def _is_better(other: Found, best: Found) -> bool:
    """Whether a reading with the conversation finds more than the message alone, and something about the message."""
    if not other.hits or confidence(other.evidence) <= confidence(best.evidence):
        return False
    asked = other.understood.asked
    return not content(asked) or coverage(asked, other.hits[0].passage.indexed_text) >= OWN_SHARE


def _sure(found: Found) -> bool:
    return any(_own(found.understood.searched, pair) for pair in found.pairs[:1]) or confidence(found.evidence) >= SURE


def _own(question: str, pair: QAHit) -> bool:
    """Whether a pair asks this very question, by the rule that lets it be answered word for word."""
    return same_words(question, pair.matched.text) or pair.probability >= PAIR_PROBABILITY


def _added(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Milliseconds of two searches together."""
    return {step: one.get(step, 0.0) + taken for step, taken in other.items()}


def _contenders(
    head: Sequence[tuple[Passage, float]],
    tokens: Mapping[int, Vectors],
    question: TokenEncoding | None,
    contributions: Contributions,
) -> list[Contender]:
    matches: Mapping[int, TokenMatch] = {} if question is None else late_interaction(question, tokens)
    return [
        Contender(
            passage,
            contributions.points(MEANING, passage.passage_id),
            contributions.points(WORDS, passage.passage_id),
            matches.get(passage.passage_id),
        )
        for passage, _ in head
    ]


class _Sides:
    """What each side said of a passage."""

    def __init__(self, ranked: Ranked) -> None:
        self._dense = _places(ranked.dense)
        self._lexical = _places(ranked.lexical)

    def of(self, question: str, placed: Placed) -> Why:
        passage = placed.passage
        dense_rank, dense_score = self._dense.get(passage.passage_id, (None, None))
        lexical_rank, lexical_score = self._lexical.get(passage.passage_id, (None, None))
        matched = matched_words(question, passage.indexed_text)
        return Why(
            matched,
            dense_rank,
            dense_score,
            lexical_rank,
            lexical_score,
            closeness=None if dense_score is None else closeness(dense_score),
            contributions=placed.contributions,
            weakest=placed.weakest,
            highlights=highlights(matched, passage.text),
        )


def _places(ranking: Sequence[Candidate]) -> dict[int, tuple[int, float]]:
    """Rank from 1 and score by entry."""
    return {candidate.entry_id: (rank, candidate.score) for rank, candidate in enumerate(ranking, start=1)}
