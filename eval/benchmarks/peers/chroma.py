"""Chroma: a persistent collection, searched by vectors.

As in https://docs.trychroma.com/docs/embeddings/embedding-functions (a custom function with
`embed_query` for models that encode questions differently) and
https://docs.trychroma.com/docs/collections/configure (`hnsw`, `space: cosine`). Vectors only: sparse
vectors and the hybrid `search` of https://docs.trychroma.com/cloud/search-api/hybrid-search run on
Chroma Cloud; on a machine of one's own, version 1.5.9 answers «Search is not implemented for Local
Chroma» (`chromadb/api/rust.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import chromadb
from chromadb import Documents, EmbeddingFunction, Embeddings
from chromadb.config import Settings

from eval.benchmarks.peers.encoding import TimedEncoder
from eval.benchmarks.peers.protocol import Job, Passage


class _Embedding(EmbeddingFunction[Documents]):
    """Zhida's encoder behind Chroma's interface."""

    def __init__(self, encoder: TimedEncoder) -> None:
        self._encoder = encoder

    def __call__(self, input: Documents) -> Embeddings:
        return list(self._encoder.encode_passages(input))

    def embed_query(self, input: Documents) -> Embeddings:
        return list(self._encoder.encode_questions(input))

    @staticmethod
    def name() -> str:
        return "zhida"

    def get_config(self) -> dict[str, Any]:
        return {}

    @staticmethod
    def build_from_config(config: dict[str, Any]) -> _Embedding:
        raise NotImplementedError("The encoder is handed over, never rebuilt.")


class Chroma:
    """The `k` nearest passages of the collection's HNSW graph."""

    def __init__(self, encoder: TimedEncoder, folder: Path, job: Job) -> None:
        self._client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        self._collection = self._client.create_collection(
            "passages", embedding_function=_Embedding(encoder), configuration={"hnsw": {"space": "cosine"}}
        )

    def ingest(self, passages: Sequence[Passage], /) -> int:
        batch = self._client.get_max_batch_size()
        for start in range(0, len(passages), batch):
            some = passages[start : start + batch]
            self._collection.add(
                ids=[str(passage.number) for passage in some], documents=[passage.text for passage in some]
            )
        return len(passages)

    def search(self, text: str, k: int, /) -> list[int]:
        found = self._collection.query(query_texts=[text], n_results=k)
        return [int(number) for number in found["ids"][0]]

    def save(self) -> None:
        """It is saved already."""


def open_system(encoder: TimedEncoder, folder: Path, job: Job) -> Chroma:
    """The adapter."""
    return Chroma(encoder, folder, job)
