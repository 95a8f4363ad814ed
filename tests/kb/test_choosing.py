"""One setting decides where search lives."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from core.blobs import BlobStore
from core.database import open_engine
from core.errors import ConfigurationError
from core.types import EncoderIdentity
from kb.choosing import choose_indexes
from kb.indexes import Indexes
from kb.shared_indexes import SharedIndexes
from kb.store import KnowledgeBase

IDENTITY = EncoderIdentity("hashing", "0" * 64, 8)


@pytest.fixture
def kb(tmp_path: Path) -> KnowledgeBase:
    engine: Engine = open_engine(f"sqlite:///{tmp_path / 'zhida.db'}")
    return KnowledgeBase(engine, BlobStore(tmp_path / "blobs", max_bytes=1_000_000))


def test_without_an_address_each_process_has_its_own(kb: KnowledgeBase, tmp_path: Path) -> None:
    """Nothing else needs to run."""
    assert isinstance(choose_indexes(kb, IDENTITY, folder=tmp_path), Indexes)


@pytest.mark.parametrize("url", ["http://milvus:19530", "/srv/zhida/search.db"])
def test_an_address_means_milvus(kb: KnowledgeBase, tmp_path: Path, url: str) -> None:
    """A server's, or a file of Milvus Lite. Nothing is connected yet, and nothing imported."""
    assert isinstance(choose_indexes(kb, IDENTITY, folder=tmp_path, url=url), SharedIndexes)


def test_what_is_no_address_stops_the_start(kb: KnowledgeBase, tmp_path: Path) -> None:
    """Rather than searching where nobody meant to."""
    with pytest.raises(ConfigurationError, match="ZHIDA_INDEX_URL"):
        choose_indexes(kb, IDENTITY, folder=tmp_path, url="milvus")
