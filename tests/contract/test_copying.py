"""A database copied into another of any kind is the same one, and goes on as the first would have."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

import analytics.learning.tables
import api.accounts.tables
import desk.handover.tables
import desk.tables
import kb.calibration_tables
import kb.gold_tables
import kb.vocabulary_tables
from core.blobs import BlobStore
from core.copying import copy_database
from core.database import metadata, open_engine, reading
from core.errors import Conflict, StorageError
from core.migrations import migrate
from kb.index import Collection
from kb.store import KnowledgeBase
from tests.contract.conftest import fresh_url
from tests.kb.samples import Pair, publish

MODULES = (
    api.accounts.tables,
    analytics.learning.tables,
    desk.handover.tables,
    desk.tables,
    kb.calibration_tables,
    kb.gold_tables,
    kb.vocabulary_tables,
)
"""Importing them fills the metadata."""

COUNTERS = frozenset({"counters"})


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with reading(engine) as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in metadata.sorted_tables
        }


def filled(engine: Engine, folder: Path) -> KnowledgeBase:
    """A base with passages, pairs and a deleted document with the highest ids."""
    base = KnowledgeBase(engine, BlobStore(folder / "blobs", max_bytes=1_000_000))
    publish(base, "a.csv", "退货免费", pairs=[Pair("退货要钱吗", "不要", similar=("退货收费吗",))])
    base.delete(publish(base, "b.txt", "退货收费", "退货地址").document_id)
    return base


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_every_row_arrives_and_new_ids_go_on(database: Engine, kind: str, tmp_path: Path) -> None:
    """Also the ids of what was deleted aren't given again: an index could take the new for the old."""
    base = filled(database, tmp_path)
    used = [change.entry_id for change in base.changes(0) if change.collection is Collection.PASSAGES]
    with fresh_url(kind, tmp_path) as url:
        target = open_engine(url)
        migrate(target)

        copied = copy_database(database, target, tables=metadata, mine=COUNTERS)

        assert contents(target) == contents(database)
        assert copied["passages"] == 2
        moved = KnowledgeBase(target, BlobStore(tmp_path / "blobs", max_bytes=1_000_000))
        publish(moved, "c.txt", "发票随货寄出")
        assert moved.live_ids(Collection.PASSAGES).max() > max(used)
        target.dispose()


def test_a_database_with_something_in_it_is_left_alone(database: Engine, tmp_path: Path) -> None:
    """Copying twice, or over another installation, changes nothing."""
    filled(database, tmp_path)
    (tmp_path / "other").mkdir()
    with fresh_url("sqlite", tmp_path / "other") as url:
        target = open_engine(url)
        migrate(target)
        filled(target, tmp_path / "other")
        before = contents(target)

        with pytest.raises(Conflict, match="Choose an empty one"):
            copy_database(database, target, tables=metadata, mine=COUNTERS)

        assert contents(target) == before
        target.dispose()


def test_a_table_that_nobody_described_is_not_left_behind_in_silence(database: Engine, tmp_path: Path) -> None:
    """A database without this version's tables is refused as a whole."""
    (tmp_path / "other").mkdir()
    with fresh_url("sqlite", tmp_path / "other") as url:
        target = open_engine(url)

        with pytest.raises(StorageError, match="passages"):
            copy_database(database, target, tables=metadata, mine=COUNTERS)

        target.dispose()
