"""The SQL engine: SQLite by default, PostgreSQL and MySQL/MariaDB by URL, one metadata for all tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, DateTime, Dialect, Engine, Integer, MetaData, Text, create_engine, event
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
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

TABLE_OPTIONS: Final = {
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",  # names differ by case and accent, as on the other two databases
    "mysql_engine": "InnoDB",
    "sqlite_autoincrement": True,  # ids are never used twice, so an index can't confuse old and new
}
"""Pass to every `Table`."""

LongText: Final = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
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
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("zhida_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads and sees one state of the database."""
    with _translated(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; committed on leaving, rolled back on any error."""
    with _translated(), engine.connect().execution_options(zhida_writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def _translated() -> Iterator[None]:
    """Turn a driver's error into ours. The driver's text may hold data, so it stays in the chain only."""
    try:
        yield
    except DBAPIError as error:
        raise StorageError(
            f"The database refused a statement ({type(error.orig).__name__}). "
            "Nothing was changed; check that it is reachable and has free space."
        ) from error
