"""RAGFlow's rules over Zhida's candidates: a re-implementation from the description, see `rules`.

RAGFlow's own dictionary and weights by kind of entity and part of speech aren't rebuilt: terms are
jieba's words after Zhida's folding (traditional to simplified, full to half width), weighted by
inverse document frequency, and not weighted again by field.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log
from pathlib import Path

from core.text import fold
from eval.benchmarks.peers.candidates import Candidates
from eval.benchmarks.peers.encoding import TimedEncoder
from eval.benchmarks.peers.protocol import Job, Passage
from eval.benchmarks.peers.rules import RAGFLOW_DEPTH, ragflow
from eval.benchmarks.peers.words import words
from models.encoder import Vectors


class RagFlow:
    """Up to 1024 candidates by words, ordered by terms and cosine."""

    def __init__(self, encoder: TimedEncoder, folder: Path, job: Job) -> None:
        self._candidates = Candidates(encoder, folder)

    def ingest(self, passages: Sequence[Passage], /) -> int:
        self._vectors: Vectors = self._candidates.put(passages)
        self._terms = [frozenset(words(fold(passage.text))) for passage in passages]
        self._frequency = Counter(term for terms in self._terms for term in terms)
        return len(passages)

    def search(self, text: str, k: int, /) -> list[int]:
        vector = self._candidates.question(text)
        proposed = [found.entry_id for found in self._candidates.lexical(text, vector, RAGFLOW_DEPTH)]
        cosines = self._vectors[proposed] @ vector
        weights = {term: self._rarity(term) for term in words(fold(text))}
        terms = {number: self._terms[number] for number in proposed}
        return ragflow(weights, terms, dict(zip(proposed, map(float, cosines), strict=True)))[:k]

    def _rarity(self, term: str) -> float:
        """Inverse document frequency, always above 0."""
        count = self._frequency[term]
        return log(1 + (len(self._terms) - count + 0.5) / (count + 0.5))

    def save(self) -> None:
        self._candidates.save()


def open_system(encoder: TimedEncoder, folder: Path, job: Job) -> RagFlow:
    """The adapter."""
    return RagFlow(encoder, folder, job)
