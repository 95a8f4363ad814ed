"""The chain of LangChain's own tutorial: nearest passages by vector, stuffed into `rlm/rag-prompt`, one call.

https://python.langchain.com/docs/tutorials/rag/ : `InMemoryVectorStore`, `as_retriever()` with its
four passages, the prompt `rlm/rag-prompt` word for word, `ChatOpenAI`, `StrOutputParser`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from langchain_core.caches import RETURN_VAL_TYPE, BaseCache
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.outputs import ChatGeneration
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_openai import ChatOpenAI

from core.types import Passage
from eval.benchmarks.rag_chain.known import KnownEncoder
from eval.recorded_model import Replies

RAG_PROMPT: Final = (
    "You are an assistant for question-answering tasks. Use the following pieces of retrieved context to answer the "
    "question. If you don't know the answer, just say that you don't know. Use three sentences maximum and keep the "
    "answer concise.\nQuestion: {question} \nContext: {context} \nAnswer:"
)
"""`rlm/rag-prompt` of LangChain's hub, word for word."""

PASSAGES: Final = 4
"""What `as_retriever()` gives."""

_DECLINES: Final = re.compile(
    r"(?:do(?:es)? ?n[o']t|not|no) (?:know|have|mention|provide|specif|contain|include|state|information)|cannot (?:be )?(?:answer|determine|find)"
    r"|unable to|no (?:specific )?information|insufficient|unknown|不知道|不清楚|无法(?:回答|确定|提供|得知|判断)|没有(?:提供|提到|提及|相关|找到|足够|明确|具体)|"
    r"未(?:提供|提到|提及|找到|明确|说明)|信息不足|并未",
    re.IGNORECASE,
)


def declines(answer: str) -> bool:
    """Whether a chain's answer says that it doesn't know; read in its favour."""
    return not answer.strip() or _DECLINES.search(answer) is not None


class RagChain:
    """The chain over a suite's passages."""

    def __init__(
        self, encoder: KnownEncoder, passages: Sequence[Passage], *, base_url: str, model: str, replies: Replies
    ) -> None:
        store = InMemoryVectorStore(_Encoder(encoder))
        store.add_texts([passage.indexed_text for passage in passages])
        retriever = store.as_retriever(search_kwargs={"k": PASSAGES})
        chat = ChatOpenAI(
            model=model, base_url=base_url, api_key=_no_key, temperature=0, timeout=1800, cache=_KeptReplies(replies)
        )
        found = RunnableLambda(self._remember)
        self._chain = (
            {"context": retriever | found | _format, "question": RunnablePassthrough()}
            | ChatPromptTemplate.from_messages([("human", RAG_PROMPT)])
            | chat
            | StrOutputParser()
        )
        self._found: list[Document] = []

    def answer(self, question: str) -> tuple[str, list[str]]:
        """The answer, and the passages that it was made from."""
        text = str(self._chain.invoke(question))
        return text, [document.page_content for document in self._found]

    def _remember(self, documents: list[Document]) -> list[Document]:
        self._found = documents
        return documents


def _no_key() -> str:
    return "none"


def _format(documents: list[Document]) -> str:
    return "\n\n".join(document.page_content for document in documents)


class _Encoder(Embeddings):
    def __init__(self, encoder: KnownEncoder) -> None:
        self._encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self._encoder.passages(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        row: list[float] = self._encoder.question(text).tolist()
        return row


class _KeptReplies(BaseCache):
    def __init__(self, replies: Replies) -> None:
        self._replies = replies

    def lookup(self, prompt: str, llm_string: str) -> RETURN_VAL_TYPE | None:
        known = self._replies.find(_key(prompt))
        return None if known is None else [ChatGeneration(message=AIMessage(known))]

    def update(self, prompt: str, llm_string: str, return_val: RETURN_VAL_TYPE) -> None:
        self._replies.keep(_key(prompt), return_val[0].text)

    def clear(self, **kwargs: Any) -> None:
        raise NotImplementedError


def _key(prompt: str) -> str:
    """Of what is said in the prompt; its other fields change from run to run."""
    said = [message["kwargs"]["content"] for message in json.loads(prompt)]
    return sha256(json.dumps(["chain", *said], ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
