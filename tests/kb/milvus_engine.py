"""Milvus Lite for tests: one engine for all tests of a process, since starting it takes a second."""

from __future__ import annotations

import atexit
import tempfile
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pytest

from kb.milvus.connection import Milvus

needs_milvus = pytest.mark.skipif(
    find_spec("pymilvus") is None or find_spec("milvus_lite") is None,
    reason="needs pymilvus and milvus-lite: pip install 'zhida[milvus]'",
)

LONGEST_WAIT_S: Final = 0.01


@cache
def address() -> str:
    """The file of the engine."""
    folder = tempfile.TemporaryDirectory(prefix="zhida-milvus-")
    atexit.register(folder.cleanup)
    return str(Path(folder.name) / "tests.db")


@cache
def milvus() -> Milvus:
    """A connection that stays open."""
    _look_more_often()
    engine = Milvus(address())
    engine.open()
    atexit.register(engine.close)
    return engine


def _look_more_often() -> None:
    """The client looks every half second whether an index is there; Milvus Lite has it at once, hundreds of times."""
    from pymilvus.client import grpc_handler

    waiting = SimpleNamespace(time=time.time, sleep=lambda seconds: time.sleep(min(seconds, LONGEST_WAIT_S)))
    grpc_handler.time = waiting
