"""LangChain: FAISS beside BM25, joined by `EnsembleRetriever`.

As in https://docs.langchain.com/oss/python/integrations/vectorstores/faiss (`FAISS.from_texts`,
`as_retriever`, `save_local`), https://docs.langchain.com/oss/python/integrations/retrievers/bm25
(`preprocess_func`, where it says to pass a word tokenizer: here jieba) and
https://reference.langchain.com/python/langchain-classic/retrievers/ensemble/EnsembleRetriever
(equal weights, c = 60). `BM25Retriever` can't be saved, so what lies on disk is FAISS alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.embeddings import Embeddings

from eval.benchmarks.peers.encoding import TimedEncoder
from eval.benchmarks.peers.protocol import Job, Passage
from eval.benchmarks.peers.words import words

NUMBER = "number"


class _Embeddings(Embeddings):
    """Zhida's encoder behind LangChain's interface."""

    def __init__(self, encoder: TimedEncoder) -> None:
        self._encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        found: list[list[float]] = self._encoder.encode_passages(texts).tolist()
        return found

    def embed_query(self, text: str) -> list[float]:
        found: list[float] = self._encoder.encode_questions([text])[0].tolist()
        return found


class LangChain:
    """Both retrievers read `candidates` passages; their lists are joined by weighted reciprocal ranks."""

    def __init__(self, encoder: TimedEncoder, folder: Path, job: Job) -> None:
        self._embeddings = _Embeddings(encoder)
        self._folder = folder
        self._candidates = job.candidates

    def ingest(self, passages: Sequence[Passage], /) -> int:
        texts = [passage.text for passage in passages]
        numbers = [{NUMBER: passage.number} for passage in passages]
        self._store = FAISS.from_texts(texts, self._embeddings, metadatas=numbers)
        bm25 = BM25Retriever.from_texts(texts, metadatas=numbers, preprocess_func=words)
        bm25.k = self._candidates
        dense = self._store.as_retriever(search_kwargs={"k": self._candidates})
        self._retriever = EnsembleRetriever(retrievers=[bm25, dense], weights=[0.5, 0.5], id_key=NUMBER)
        return len(passages)

    def search(self, text: str, k: int, /) -> list[int]:
        return [document.metadata[NUMBER] for document in self._retriever.invoke(text)[:k]]

    def save(self) -> None:
        self._store.save_local(str(self._folder))


def open_system(encoder: TimedEncoder, folder: Path, job: Job) -> LangChain:
    """The adapter."""
    return LangChain(encoder, folder, job)
