"""The revisions are one line that ends where the code believes it does."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

import core.migrations
from core.database import open_engine, reading


def content(database: Path) -> list[str]:
    """Every table, index and row of a new database, as SQL."""
    engine = open_engine(f"sqlite:///{database}")
    core.migrations.migrate(engine)
    with reading(engine) as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        statements = sorted(driver.iterdump())
    engine.dispose()
    return statements


def test_the_second_new_database_of_a_process_is_like_the_first(tmp_path: Path) -> None:
    """It is made from what the revisions made the first time."""
    first, second = content(tmp_path / "first.db"), content(tmp_path / "second.db")

    assert len(first) > 100
    assert second == first


def test_the_newest_revision_is_the_one_that_a_start_looks_for() -> None:
    """A start that finds `HEAD` reads no revision at all, so the two must not differ."""
    config = Config()
    config.set_main_option("script_location", str(Path(core.migrations.__file__).parent))
    script = ScriptDirectory.from_config(config)

    assert script.get_heads() == [core.migrations.HEAD]
    assert script.get_bases() == ["0001"]
