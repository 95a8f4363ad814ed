"""A home folder's knowledge base, opened for a measurement that needs no server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.blobs import BlobStore
from core.database import open_engine
from core.settings import read_settings
from core.types import Query
from kb.choosing import choose_indexes
from kb.gold import GoldStore
from kb.store import KnowledgeBase
from models.encoder import Encoder
from models.onnx_encoder import OnnxEncoder
from retrieval.search import Retriever
from retrieval.understanding.understander import Understander


@dataclass(frozen=True, slots=True)
class OpenedHome:
    """What a measurement asks."""

    folder: Path
    kb: KnowledgeBase
    gold: GoldStore
    encoder: Encoder
    retriever: Retriever


@contextmanager
def opened_home(home: Path) -> Iterator[OpenedHome]:
    """Open a home that `zhida demo` or `zhida ingest` has filled, and search once, so that everything is read."""
    settings = read_settings({}, home=home)
    with ExitStack() as closing:
        engine = open_engine(settings.database_url)
        closing.callback(engine.dispose)
        kb = KnowledgeBase(engine, BlobStore(settings.blobs, max_bytes=settings.max_upload_mb << 20))
        encoder = OnnxEncoder(threads=settings.threads)
        indexes = choose_indexes(kb, encoder.identity, folder=settings.indexes, url=None, threads=settings.threads)
        indexes.open()
        closing.callback(indexes.close)
        retriever = Retriever(kb, indexes, encoder, understander=Understander(indexes, kb.vocabulary))
        closing.callback(retriever.close)
        retriever.find(Query(text="warm up 预热 yure"))
        yield OpenedHome(home, kb, GoldStore(engine), encoder, retriever)
