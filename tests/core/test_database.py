"""The engine and the column types that every table uses."""

from __future__ import annotations

import threading
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, insert, select, text

from core.database import (
    Choice,
    StoredStrings,
    StoredText,
    checkpoint,
    open_engine,
    read_number,
    reading,
    storable,
    writing,
)
from core.errors import ConfigurationError, StorageError


class Colour(StrEnum):
    RED = "r"


THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", StoredText()),
    Column("tags", StoredStrings),
    Column("colour", Choice(Colour)),
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_engine(f"sqlite:///{tmp_path / 'home' / 'zhida.db'}")
    THINGS.create(engine)
    return engine


class TestStorableText:
    @given(st.text(st.characters(codec=None)))
    def test_has_the_same_length_and_can_be_encoded(self, anything: str) -> None:
        """Offsets keep their meaning, and no database refuses it."""
        stored = storable(anything)

        assert len(stored) == len(anything)
        assert "\x00" not in stored
        stored.encode()
        assert storable(stored) is stored

    def test_is_the_text_itself_where_nothing_is_wrong(self) -> None:
        """Only NUL and halves of surrogate pairs are replaced."""
        assert storable("a退😀\n") == "a退😀\n"
        assert storable("a\x00\ud83d\ude00b") == "a\ufffd\ufffd\ufffdb"


class TestColumns:
    def test_give_back_what_was_put_in(self, engine: Engine) -> None:
        """Text, lists of texts and members of an enumeration; nothing stays nothing."""
        rows = [
            {"id": 1, "name": "退\x00", "tags": ("一", 'a"b', ""), "colour": Colour.RED},
            {"id": 2, "name": None, "tags": None, "colour": None},
        ]
        with writing(engine) as connection:
            connection.execute(insert(THINGS), rows)

        with reading(engine) as connection:
            found = [tuple(row) for row in connection.execute(select(THINGS))]

        assert found == [(1, "退\ufffd", ("一", 'a"b', ""), Colour.RED), (2, None, None, None)]

    def test_store_a_member_by_its_value(self, engine: Engine) -> None:
        """Renaming a member in the code doesn't orphan rows."""
        with writing(engine) as connection:
            connection.execute(insert(THINGS), [{"colour": Colour.RED}])
            assert connection.execute(text("SELECT colour FROM things")).scalar_one() == "r"


class TestTransactions:
    def test_are_undone_by_any_error(self, engine: Engine) -> None:
        """Half a change is never seen."""

        def stop_halfway() -> None:
            with writing(engine) as connection:
                connection.execute(insert(THINGS), [{"id": 1}])
                raise RuntimeError("stop")

        with pytest.raises(RuntimeError, match="stop"):
            stop_halfway()

        with reading(engine) as connection:
            assert connection.execute(select(THINGS)).all() == []

    def test_translate_a_refusal_without_showing_data(self, engine: Engine) -> None:
        """The driver's words may hold a customer's; they stay in the chain."""
        with pytest.raises(StorageError) as raised, writing(engine) as connection:
            connection.execute(insert(THINGS), [{"id": 1, "name": "secret"}, {"id": 1, "name": "secret"}])

        assert "secret" not in str(raised.value)
        assert raised.value.__cause__ is not None

    def test_that_write_wait_for_each_other(self, engine: Engine) -> None:
        """Read, then write: nobody else writes in between, and nobody fails for want of the lock."""

        def count_up() -> None:
            for _ in range(20):
                with writing(engine) as connection:
                    last = connection.execute(text("SELECT max(id) FROM things")).scalar_one() or 0
                    connection.execute(insert(THINGS), [{"id": last + 1}])

        threads = [threading.Thread(target=count_up) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert read_number(engine, "SELECT count(*) FROM things") == 80

    def test_are_synced_and_logged_ahead(self, engine: Engine) -> None:
        """A committed transaction survives a power cut."""
        with reading(engine) as connection:
            pragmas = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            ]

        assert pragmas == ["wal", 2, 1, 1]


class TestReadingANumber:
    def test_sees_what_was_committed_last(self, engine: Engine) -> None:
        """It opens no transaction that would go on seeing an old state."""
        assert read_number(engine, "SELECT count(*) FROM things") == 0
        with writing(engine) as connection:
            connection.execute(insert(THINGS), [{"id": 1}])

        assert read_number(engine, "SELECT count(*) FROM things") == 1

    @pytest.mark.parametrize("query", ["SELECT 1 FROM nothing", "SELECT id FROM things"], ids=["no table", "no row"])
    def test_fails_as_the_rest_does(self, engine: Engine, query: str) -> None:
        """A missing table or row is a storage error."""
        with pytest.raises(StorageError):
            read_number(engine, query)


class TestACheckpoint:
    def test_empties_the_log(self, engine: Engine, tmp_path: Path) -> None:
        """What was deleted doesn't linger beside the database."""
        with writing(engine) as connection:
            connection.execute(insert(THINGS), [{"name": "canary"}])
            connection.execute(THINGS.delete())

        checkpoint(engine)

        files = list((tmp_path / "home").iterdir())
        assert [path.name for path in files if b"canary" in path.read_bytes()] == []

    def test_does_not_wait_long_for_a_reader(self, engine: Engine) -> None:
        """A reader may hold the log for a while; then the next checkpoint does it."""
        with writing(engine) as connection:
            connection.execute(insert(THINGS), [{"id": 1}])
        with reading(engine) as connection:
            connection.execute(select(THINGS)).all()
            checkpoint(engine)

        assert read_number(engine, "PRAGMA busy_timeout") == 30_000


@pytest.mark.parametrize("url", ["nonsense", "oracle://host/db"])
def test_a_database_that_cannot_be_used_is_refused(url: str) -> None:
    """The message names the setting and not the address, which may hold a password."""
    with pytest.raises(ConfigurationError, match="ZHIDA_DATABASE_URL"):
        open_engine(url)
