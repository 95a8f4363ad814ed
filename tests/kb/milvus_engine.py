"""Milvus Lite for tests: one engine for all tests of a process, since starting it takes a second."""

from __future__ import annotations

import atexit
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from kb.milvus import Milvus

needs_milvus = pytest.mark.skipif(
    find_spec("pymilvus") is None or find_spec("milvus_lite") is None,
    reason="needs pymilvus and milvus-lite: pip install 'zhida[milvus]'",
)


@cache
def address() -> str:
    """The file of the engine."""
    folder = tempfile.TemporaryDirectory(prefix="zhida-milvus-")
    atexit.register(folder.cleanup)
    return str(Path(folder.name) / "tests.db")


@cache
def milvus() -> Milvus:
    """A connection that stays open."""
    engine = Milvus(address())
    engine.open()
    atexit.register(engine.close)
    return engine
