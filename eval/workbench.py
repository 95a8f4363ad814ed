"""A knowledge base of a suite, opened for a measurement and put away afterwards."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from core.blobs import BlobStore
from core.database import open_engine
from core.migrations import migrate
from eval.building import BuiltSuite, build
from eval.suite import RetrievalSuite
from ingest.sandbox import Sandbox
from kb.choosing import choose_indexes
from kb.store import KnowledgeBase
from kb.vocabulary import Vocabulary
from models.encoder import Encoder
from models.onnx_encoder import OnnxEncoder
from retrieval.fusion import Fusion
from retrieval.search import Retriever
from retrieval.understanding.lexicon import Lexicon
from retrieval.understanding.understander import Understander

MAX_CORPUS_BYTES = 4 << 30


def silent(_share: float) -> None:
    """Reports progress to nobody."""


class Workbench:
    """A suite's corpus in a knowledge base of its own, with the product's retriever over it.

    With `work` the knowledge base is kept in that folder, so that a second run needn't embed
    again; without, it lives in a temporary folder. With `index_url` it is searched on Milvus, where
    its collections stay. Use it in a `with` statement.
    """

    def __init__(
        self,
        suite: RetrievalSuite,
        *,
        encoder: Encoder | None = None,
        work: Path | None = None,
        index_url: str | None = None,
        report: Callable[[float], None] = silent,
    ) -> None:
        self._suite = suite
        self._encoder = encoder or OnnxEncoder(threads=os.cpu_count() or 1)
        self._work = work
        self._index_url = index_url
        self._report = report
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        temporary = Path(self._closing.enter_context(tempfile.TemporaryDirectory(prefix="zhida-eval-")))
        folder = temporary if self._work is None else self._work / re.sub(r"\W+", "-", self._suite.name)
        folder.mkdir(parents=True, exist_ok=True)
        engine = open_engine(f"sqlite:///{folder / 'zhida.db'}")
        self._closing.callback(engine.dispose)
        migrate(engine)
        self._kb = KnowledgeBase(engine, BlobStore(folder / "blobs", max_bytes=MAX_CORPUS_BYTES))
        self._indexes = choose_indexes(
            self._kb,
            self._encoder.identity,
            folder=folder / "indexes",
            url=self._index_url,
            threads=os.cpu_count() or 1,
        )
        self._indexes.open()
        self._closing.callback(self._indexes.close)
        self._temporary = temporary
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    @cached_property
    def built(self) -> BuiltSuite:
        """The corpus, published; built on first use."""
        sandbox = Sandbox()
        try:
            built = build(
                self._suite, self._kb, self._indexes, self._encoder, sandbox, self._temporary, report=self._report
            )
        finally:
            sandbox.close()
        self._indexes.save()
        return built

    def retriever(
        self,
        fusion: Fusion | None = None,
        *,
        understander: Callable[[Lexicon, Vocabulary], Understander] = Understander,
    ) -> Retriever:
        """The product's retriever over the corpus. With another class of `understander` it reads questions its way."""
        reads = understander(self._indexes, self._kb.vocabulary)
        retriever = Retriever(self._kb, self._indexes, self._encoder, fusion=fusion, understander=reads)
        self._closing.callback(retriever.close)
        return retriever
