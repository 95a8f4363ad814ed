"""The product's search as a LangChain retriever, so that existing chains can use it."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from core.types import Audience, Hit, Query
from retrieval.search import Retriever


class ZhidaRetriever(BaseRetriever):
    """Finds passages for a LangChain chain with the search that serves customers.

    Example:
        >>> chain = ZhidaRetriever(retriever=services.retriever, k=5) | prompt | model
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    k: int = 10
    """Passages returned at most."""
    audience: Audience = Audience.PUBLIC

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[LangChainDocument]:
        hits = self.retriever.search(Query(text=query, audience=self.audience), k=self.k)
        return [_document(hit) for hit in hits]


def _document(hit: Hit) -> LangChainDocument:
    """A passage with what a citation needs; `score` is higher for better hits."""
    passage = hit.passage
    return LangChainDocument(
        id=str(passage.passage_id),
        page_content=passage.text,
        metadata={
            "document_id": passage.document_id,
            "source": passage.document,
            "version": passage.version,
            "page": passage.page,
            "heading": " > ".join(passage.heading),
            "start": passage.start,
            "end": passage.end,
            "score": hit.score,
            "matched": list(hit.why.matched),
        },
    )
