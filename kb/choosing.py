"""Which indexes an installation has: its own, or those on Milvus."""

from __future__ import annotations

from pathlib import Path

from core.clock import Clock, utc_now
from core.types import EncoderIdentity
from kb.following import FollowingIndexes
from kb.store import KnowledgeBase


def choose_indexes(
    kb: KnowledgeBase,
    identity: EncoderIdentity,
    *,
    folder: Path,
    url: str | None = None,
    threads: int = 2,
    clock: Clock = utc_now,
) -> FollowingIndexes:
    """Indexes that aren't open yet.

    Args:
        kb: what is indexed.
        identity: whose vectors are searched.
        folder: where the built-in indexes are saved.
        url: address of Milvus, in place of the built-in indexes.
        threads: processor threads for training the built-in dense index.

    Raises:
        ConfigurationError: the address can't be one.
    """
    if url is not None:
        from kb.milvus.connection import Milvus  # its engine is imported with it
        from kb.shared_indexes import SharedIndexes

        return SharedIndexes(kb, Milvus(url), identity, clock=clock)
    from kb.indexes import Indexes

    return Indexes(kb, folder, identity, threads=threads, clock=clock)
