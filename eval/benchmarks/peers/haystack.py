"""Haystack: BM25 and vectors in the in-memory store, joined by `DocumentJoiner`.

As in https://docs.haystack.deepset.ai/docs/inmemorybm25retriever,
https://docs.haystack.deepset.ai/docs/inmemoryembeddingretriever and
https://docs.haystack.deepset.ai/docs/documentjoiner (`reciprocal_rank_fusion`), in one pipeline as the
tutorial on hybrid retrieval has them. The store's only setting for a language is
`bm25_tokenization_regex`, whose default takes Chinese characters one by one; here the content that
BM25 reads is jieba's words with spaces between them, and the pattern splits at these.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from haystack import Document, Pipeline, component
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from eval.benchmarks.peers.encoding import TimedEncoder
from eval.benchmarks.peers.protocol import Job, Passage
from eval.benchmarks.peers.words import spaced

AT_SPACES: Final = r"\S+"


@component
class _TextEmbedder:
    """Zhida's encoder as a component, as `SentenceTransformersTextEmbedder` is one."""

    def __init__(self, encoder: TimedEncoder) -> None:
        self._encoder = encoder

    @component.output_types(embedding=list[float])
    def run(self, text: str) -> dict[str, list[float]]:
        return {"embedding": self._encoder.encode_questions([text])[0].tolist()}


class Haystack:
    """Both retrievers read `candidates` documents; the joiner adds up reciprocal ranks."""

    def __init__(self, encoder: TimedEncoder, folder: Path, job: Job) -> None:
        self._encoder = encoder
        self._folder = folder
        self._candidates = job.candidates

    def ingest(self, passages: Sequence[Passage], /) -> int:
        vectors = self._encoder.encode_passages([passage.text for passage in passages]).tolist()
        self._store = InMemoryDocumentStore(bm25_tokenization_regex=AT_SPACES, return_embedding=False)
        self._store.write_documents(
            [
                Document(
                    id=str(passage.number), content=spaced(passage.text), embedding=vector, meta={"text": passage.text}
                )
                for passage, vector in zip(passages, vectors, strict=True)
            ]
        )
        self._pipeline = self._connected(self._store)
        return len(passages)

    def _connected(self, store: Any) -> Any:
        pipeline = Pipeline()
        pipeline.add_component("text_embedder", _TextEmbedder(self._encoder))
        pipeline.add_component("embedding_retriever", InMemoryEmbeddingRetriever(store, top_k=self._candidates))
        pipeline.add_component("bm25_retriever", InMemoryBM25Retriever(store, top_k=self._candidates))
        pipeline.add_component("document_joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        pipeline.connect("text_embedder.embedding", "embedding_retriever.query_embedding")
        pipeline.connect("embedding_retriever", "document_joiner")
        pipeline.connect("bm25_retriever", "document_joiner")
        return pipeline

    def search(self, text: str, k: int, /) -> list[int]:
        found = self._pipeline.run(
            {
                "text_embedder": {"text": text},
                "bm25_retriever": {"query": spaced(text)},
                "document_joiner": {"top_k": k},
            }
        )
        return [int(document.id) for document in found["document_joiner"]["documents"]]

    def save(self) -> None:
        self._store.save_to_disk(str(self._folder / "store.json"))


def open_system(encoder: TimedEncoder, folder: Path, job: Job) -> Haystack:
    """The adapter."""
    return Haystack(encoder, folder, job)
