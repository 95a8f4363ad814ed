"""Zhida itself, by the path that customers' questions take: a knowledge base and its `Retriever`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.types import Query
from eval.benchmarks.peers.encoding import TimedEncoder
from eval.benchmarks.peers.protocol import Job, Passage
from eval.suite import CaseId, CorpusEntry, CorpusId, RetrievalCase, RetrievalSuite
from eval.workbench import Workbench


class Zhida:
    """A workbench over the entries, which Zhida splits itself, with the product's defaults."""

    def __init__(self, encoder: TimedEncoder, folder: Path, job: Job) -> None:
        self._encoder = encoder
        self._folder = folder
        self._suite = job.suite

    def ingest(self, passages: Sequence[Passage], /) -> int:
        entries = tuple(CorpusEntry(CorpusId(str(each.number)), each.title, each.text) for each in passages)
        nobody = RetrievalCase(CaseId("none"), "", {})
        # Everything that it writes lies in the folder as it is written; the process's end closes it.
        self._bench = Workbench(
            RetrievalSuite(self._suite, entries, (nobody,)), encoder=self._encoder, work=self._folder
        ).__enter__()
        self._built = self._bench.built
        self._retriever = self._bench.retriever()
        return self._built.passages

    def search(self, text: str, k: int, /) -> list[int]:
        hits = self._retriever.search(Query(text=text), k=k)
        return [int(self._built.entry_of(hit.passage.passage_id)) for hit in hits]

    def save(self) -> None:
        """It is saved already."""


def open_system(encoder: TimedEncoder, folder: Path, job: Job) -> Zhida:
    """The adapter."""
    return Zhida(encoder, folder, job)
