"""The tables that the migrations make are the tables that the code describes, on every database."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, inspect, select, update

import analytics.learning.tables
import api.accounts.tables
import api.forgetting.tables
import desk.handover.tables
import desk.tables
import desk.verification.tables
import kb.calibration_tables
import kb.gold_tables
import kb.tables
import kb.vocabulary_tables
from core.database import metadata, open_engine, reading, writing
from core.errors import StorageError
from core.migrations import HEAD, migrate, revision
from kb.tables import counters

MODULES = (
    api.accounts.tables,
    api.forgetting.tables,
    analytics.learning.tables,
    desk.handover.tables,
    desk.tables,
    desk.verification.tables,
    kb.calibration_tables,
    kb.gold_tables,
    kb.tables,
    kb.vocabulary_tables,
)
"""Importing them fills the metadata."""


def differences(engine: Engine, expected: MetaData) -> list[Any]:
    """What would have to change for the database to be as described."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), expected))


def test_an_empty_database_gets_every_table_as_described(empty_url: str) -> None:
    """Names, columns, types, keys and indexes agree, so the code and the migrations can't drift apart."""
    engine = open_engine(empty_url)

    migrate(engine)

    assert {*metadata.tables, "alembic_version"} == set(inspect(engine).get_table_names())
    assert differences(engine, metadata) == []
    with reading(engine) as connection:
        assert {row.name: row.value for row in connection.execute(select(counters))} == {
            "changes": 0,
            "uploads": 0,
            "vocabulary": 0,
        }
    engine.dispose()


def test_a_drift_would_be_noticed(database: Engine) -> None:
    """The comparison above isn't blind: a column, a length and an index that are missing are found."""
    described = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(described)
    described.tables["tickets"].append_column(Column("mood", Integer))
    Table("moods", described, Column("id", Integer, primary_key=True))
    described.tables["counters"].c.name.type = String(64)

    found = str(differences(database, described))

    assert "mood" in found
    assert "moods" in found
    assert "modify_type" in found


def test_migrating_again_changes_nothing(database: Engine) -> None:
    """A start on a database that is up to date finds so by one look."""
    before = set(inspect(database).get_table_names())

    migrate(database)

    assert revision(database) == HEAD
    assert set(inspect(database).get_table_names()) == before


def test_an_interrupted_migration_is_finished_by_the_next(empty_url: str) -> None:
    """MariaDB commits each table alone, so a half-made database occurs there; none of its rows is touched."""
    engine = open_engine(empty_url)
    migrate(engine)
    with writing(engine) as connection:
        Table("alembic_version", MetaData()).drop(connection)
        desk.tables.citations.drop(connection)
        connection.execute(update(counters).where(counters.c.name == "changes").values(value=7))
        connection.execute(counters.delete().where(counters.c.name == "uploads"))

    migrate(engine)

    assert differences(engine, metadata) == []
    with reading(engine) as connection:
        assert {row.name: row.value for row in connection.execute(select(counters))} == {
            "changes": 7,
            "uploads": 0,
            "vocabulary": 0,
        }
    engine.dispose()


def test_a_database_of_a_newer_version_is_left_alone(empty_url: str) -> None:
    """An old program on new tables would do harm, so it stops and says why."""
    engine = open_engine(empty_url)
    migrate(engine)
    version = Table("alembic_version", MetaData(), Column("version_num", String(32)))
    with writing(engine) as connection:
        connection.execute(update(version).values(version_num="9999"))

    with pytest.raises(StorageError, match="newer version"):
        migrate(engine)

    assert revision(engine) == "9999"
    engine.dispose()


def test_two_processes_may_start_at_once(empty_url: str) -> None:
    """One makes the tables, the other waits; both go on."""
    program = "import sys; from core.database import open_engine; from core.migrations import migrate; migrate(open_engine(sys.argv[1]))"

    def start(_: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", program, empty_url], capture_output=True, text=True, timeout=60)

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(start, range(2)))

    assert [(process.returncode, process.stderr) for process in ended] == [(0, ""), (0, "")]
    engine = open_engine(empty_url)
    assert differences(engine, metadata) == []
    engine.dispose()
