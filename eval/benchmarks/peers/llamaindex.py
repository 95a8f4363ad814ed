"""LlamaIndex: a vector index beside BM25, joined by `QueryFusionRetriever`.

As in https://developers.llamaindex.ai/python/framework/integrations/retrievers/reciprocal_rerank_fusion/
(`mode="reciprocal_rerank"`, `num_queries=1` since no model rewrites the question, `use_async` off
as there is one question at a time) and
https://developers.llamaindex.ai/python/framework/integrations/retrievers/bm25_retriever/
(`BM25Retriever`, its English stemmer, `persist`).

`BM25Retriever` 0.8 ignores its old `tokenizer` argument (it only logs that it is deprecated) and its
default pattern takes a whole Chinese clause for one word. So it is given an index of bm25s, the
library that it stands on, over jieba's words (its `existing_bm25` argument), and the question's
words with spaces between them, which `token_pattern` splits.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import bm25s
import Stemmer
from llama_index.core import VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from llama_index.core.vector_stores.utils import node_to_metadata_dict
from llama_index.retrievers.bm25 import BM25Retriever
from pydantic import PrivateAttr

from eval.benchmarks.peers.encoding import TimedEncoder
from eval.benchmarks.peers.protocol import Job, Passage
from eval.benchmarks.peers.words import spaced

AT_SPACES: Final = r"(?u)\S+"
BATCH: Final = 1024
"""Passages for the encoder at once; the default of 10 would only slow it down."""


class _Embedding(BaseEmbedding):
    """Zhida's encoder behind LlamaIndex's interface."""

    _encoder: TimedEncoder = PrivateAttr()

    def __init__(self, encoder: TimedEncoder) -> None:
        super().__init__(model_name="zhida", embed_batch_size=BATCH)
        self._encoder = encoder

    def _get_query_embedding(self, query: str) -> list[float]:
        found: list[float] = self._encoder.encode_questions([query])[0].tolist()
        return found

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        found: list[list[float]] = self._encoder.encode_passages(texts).tolist()
        return found


class _JiebaBM25(BM25Retriever):
    """BM25 that splits the question as the passages were split."""

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found: list[NodeWithScore] = super()._retrieve(QueryBundle(spaced(query_bundle.query_str)))
        return found


class LlamaIndex:
    """Both retrievers read `candidates` passages; their lists are joined by reciprocal ranks."""

    def __init__(self, encoder: TimedEncoder, folder: Path, job: Job) -> None:
        self._embedding = _Embedding(encoder)
        self._folder = folder
        self._candidates = job.candidates
        self._k = job.k

    def ingest(self, passages: Sequence[Passage], /) -> int:
        nodes = [TextNode(id_=str(passage.number), text=passage.text) for passage in passages]
        self._index = VectorStoreIndex(nodes, embed_model=self._embedding)
        count = min(self._candidates, len(nodes))
        self._bm25 = _JiebaBM25(
            existing_bm25=_indexed(nodes),
            similarity_top_k=count,
            token_pattern=AT_SPACES,
        )
        self._retriever = QueryFusionRetriever(
            [self._index.as_retriever(similarity_top_k=count), self._bm25],
            llm=MockLLM(),  # never asked, but without one it looks for a key of OpenAI
            mode="reciprocal_rerank",
            similarity_top_k=self._k,
            num_queries=1,
            use_async=False,
        )
        return len(nodes)

    def search(self, text: str, k: int, /) -> list[int]:
        return [int(found.node.node_id) for found in self._retriever.retrieve(text)[:k]]

    def save(self) -> None:
        self._index.storage_context.persist(str(self._folder / "vectors"))
        self._bm25.persist(str(self._folder / "bm25"))


def _indexed(nodes: Sequence[TextNode]) -> Any:
    """What `BM25Retriever` builds from nodes, over jieba's words."""
    tokens = bm25s.tokenize(
        [spaced(node.text) for node in nodes],
        stopwords="en",
        stemmer=Stemmer.Stemmer("english"),
        token_pattern=AT_SPACES,
        show_progress=False,
    )
    index = bm25s.BM25(corpus=[node_to_metadata_dict(node) | {"node_id": node.node_id} for node in nodes])
    index.index(tokens, show_progress=False)
    return index


def open_system(encoder: TimedEncoder, folder: Path, job: Job) -> LlamaIndex:
    """The adapter."""
    return LlamaIndex(encoder, folder, job)
