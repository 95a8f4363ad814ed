"""The SQL engine: SQLite by default, PostgreSQL and MySQL/MariaDB by URL, one metadata for all tables."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    Text,
    create_engine,
    event,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.types import LargeBinary, TypeDecorator

from core.errors import ConfigurationError, MissingExtra, StorageError

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of Zhida. `kb.tables` and `desk.tables` add theirs; `core/migrations` creates them."""

TABLE_OPTIONS: Final[dict[str, Any]] = {
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",  # names differ by case and accent, as on the other two databases
    "mysql_engine": "InnoDB",
    "sqlite_autoincrement": True,  # ids are never used twice, so an index can't confuse old and new
}
"""Pass to every `Table`."""

LongBinary: Final = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
BigId: Final = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit key; SQLite only auto-increments a column declared INTEGER, which holds 64 bits there."""

SQLITE_BUSY_TIMEOUT_MS: Final = 30_000

EXTRAS: Final = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql"}


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in UTC with microseconds, stored without zone, alike on every database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def storable(text: str) -> str:
    """The text with U+FFFD for each NUL and each half of a surrogate pair, which some database refuses.

    One character stands for one character, so offsets keep their meaning.
    """
    if "\x00" not in text:
        try:
            text.encode()
        except UnicodeEncodeError:
            pass  # replaced below
        else:
            return text
    return _UNSTORABLE.sub("\ufffd", text)


_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class StoredText(TypeDecorator[str]):
    """Text of any length, or of at most `length` characters; made `storable` on its way in."""

    impl = Text
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if self.length is not None:
            return dialect.type_descriptor(String(self.length))
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.LONGTEXT())  # TEXT ends at 64 KiB there
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class StoredStrings(TypeDecorator[tuple[str, ...]]):
    """A short list of texts, as JSON."""

    impl = StoredText
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(json.loads(value))


class Choice(TypeDecorator[StrEnum]):
    """A member of an enumeration, by its value. A value that it doesn't have raises `ValueError`."""

    impl = String(32)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else value.value  # psycopg would store the member's name

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


def open_engine(url: str) -> Engine:
    """Create the engine for a SQLAlchemy URL. Connects lazily; SQLite's folder is created.

    SQLite runs in WAL mode with `synchronous=FULL`, so a committed transaction survives power
    loss, and every writing transaction starts with `BEGIN IMMEDIATE`, so it never fails halfway
    for want of the write lock.

    Raises:
        ConfigurationError: the URL can't be read, or names a database that Zhida doesn't support.
        MissingExtra: the database's driver isn't installed.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError(
            "ZHIDA_DATABASE_URL isn't a database URL. Example: postgresql+psycopg://user:password@host/zhida"
        ) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _open_sqlite(url, parsed.database)
    if backend not in EXTRAS:
        raise ConfigurationError(
            f"ZHIDA_DATABASE_URL names {backend!r}. Use sqlite, postgresql+psycopg or mysql+pymysql."
        )
    try:
        options: dict[str, Any] = {"pool_pre_ping": True}
        if backend in {"mysql", "mariadb"}:
            options["isolation_level"] = "READ COMMITTED"  # as on PostgreSQL: a reader sees what was committed
        return create_engine(parsed, **options)
    except ModuleNotFoundError:
        raise MissingExtra(f"A {backend} database", EXTRAS[backend]) from None


def _open_sqlite(url: str, database: str | None) -> Engine:
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own transactions would start without the write lock
        cursor = connection.cursor()
        _log_ahead(cursor)
        for pragma in ("PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", "PRAGMA secure_delete=ON"):
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("zhida_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _log_ahead(cursor: sqlite3.Cursor) -> None:
    """Switch to WAL. The first switch of a new file doesn't wait for another process's by itself."""
    patience = time.monotonic() + SQLITE_BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > patience:
                raise
            time.sleep(0.01)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads and sees one state of the database."""
    with _translated(), engine.connect() as connection:
        if engine.dialect.name != "sqlite":  # where a transaction sees one state anyway
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; committed on leaving, rolled back on any error."""
    with _translated(), engine.connect().execution_options(zhida_writes=True) as connection, connection.begin():
        yield connection


def read_number(engine: Engine, query: str) -> int:
    """The one number that a constant query gives, by the driver alone: without SQLAlchemy's share of the time."""
    with _translated():
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(query)
            row = cursor.fetchone()
            cursor.close()
        except engine.dialect.loaded_dbapi.Error as error:
            raise StorageError(f"The database refused a query ({type(error).__name__}). Is it reachable?") from error
        finally:
            connection.close()
    if row is None:
        raise StorageError("The database lacks its counters. Start Zhida on it once, which creates them.")
    return int(row[0])


def checkpoint(engine: Engine) -> None:
    """Move SQLite's log into the database file, so that deleted text doesn't linger in it.

    Waits a second for readers at most: what remains goes with the next checkpoint. Other
    databases look after their logs themselves.
    """
    if engine.dialect.name != "sqlite":
        return
    with _translated():
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout=1000")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT_MS}")
            cursor.close()
        finally:
            connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn a driver's error into ours. The driver's text may hold data, so it stays in the chain only."""
    try:
        yield
    except SQLAlchemyError as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        raise StorageError(
            f"The database refused a statement ({kind}). "
            "Nothing was changed; check that it is reachable and has free space."
        ) from error
