"""What Zhida's two indexes propose, for the rules of others to order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from core.types import Audience
from eval.benchmarks.peers.encoding import TimedEncoder
from eval.benchmarks.peers.protocol import Passage
from kb.dense import DenseIndex
from kb.index import Candidate, Entry, Filter, Probe
from kb.lexical import LexicalIndex
from models.encoder import Vectors

_EVERYTHING: Final = Filter(Audience.PUBLIC, date(2000, 1, 1))


class Candidates:
    """The dense and the lexical index over the passages, without the knowledge base around them."""

    def __init__(self, encoder: TimedEncoder, folder: Path) -> None:
        self._encoder = encoder
        self._folder = folder
        self._dense = DenseIndex(encoder.identity.dimension, threads=1)
        self._lexical = LexicalIndex.create(folder / "working")

    def put(self, passages: Sequence[Passage]) -> Vectors:
        """Index the passages; return their vectors, one row each."""
        vectors = self._encoder.encode_passages([passage.text for passage in passages])
        entries = [
            # Ids of entries are positive, numbers of passages count from 0.
            Entry(passage.number + 1, passage.text, vector, Audience.PUBLIC, None, None)
            for passage, vector in zip(passages, vectors, strict=True)
        ]
        self._dense.put(entries)
        self._lexical.put(entries)
        return vectors

    def question(self, text: str) -> Vectors:
        """The question's vector."""
        vector: Vectors = self._encoder.encode_questions([text])[0]
        return vector

    def dense(self, text: str, vector: Vectors, k: int) -> list[Candidate]:
        """The nearest passages by their numbers."""
        return _numbered(self._dense.search(Probe(text, vector), k=k, only=_EVERYTHING))

    def lexical(self, text: str, vector: Vectors, k: int) -> list[Candidate]:
        """The best passages by words."""
        return _numbered(self._lexical.search(Probe(text, vector), k=k, only=_EVERYTHING))

    def save(self) -> None:
        """Write both indexes."""
        for name, index in (("dense", self._dense), ("lexical", self._lexical)):
            (self._folder / name).mkdir()
            index.save(self._folder / name)
        self._lexical.close()  # removes the working copy from the folder that is weighed
        self._lexical = LexicalIndex.load(self._folder / "lexical")


def _numbered(found: Sequence[Candidate]) -> list[Candidate]:
    return [Candidate(candidate.entry_id - 1, candidate.score) for candidate in found]
