"""WeKnora's rules over Zhida's candidates: a re-implementation from the description, see `rules`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.benchmarks.peers.candidates import Candidates
from eval.benchmarks.peers.encoding import TimedEncoder
from eval.benchmarks.peers.protocol import Job, Passage
from eval.benchmarks.peers.rules import WEKNORA_DEPTH, weknora


class WeKnora:
    """Fifty candidates of each side, joined by weighted reciprocal ranks."""

    def __init__(self, encoder: TimedEncoder, folder: Path, job: Job) -> None:
        self._candidates = Candidates(encoder, folder)
        self._depth = max(WEKNORA_DEPTH, job.k)

    def ingest(self, passages: Sequence[Passage], /) -> int:
        return len(self._candidates.put(passages))

    def search(self, text: str, k: int, /) -> list[int]:
        vector = self._candidates.question(text)
        dense = self._candidates.dense(text, vector, self._depth)
        return weknora(dense, self._candidates.lexical(text, vector, self._depth))[:k]

    def save(self) -> None:
        self._candidates.save()


def open_system(encoder: TimedEncoder, folder: Path, job: Job) -> WeKnora:
    """The adapter."""
    return WeKnora(encoder, folder, job)
