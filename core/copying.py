"""A whole database into another, e.g. from the SQLite file of one machine to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.types import BigInteger

from core.database import reading, writing
from core.errors import Conflict, StorageError

ROWS: Final = 1_000
"""Rows held in memory at once."""

OF_MIGRATIONS: Final = "alembic_version"
MYSQL: Final = frozenset({"mysql", "mariadb"})

LAST_GIVEN: Final = {
    "sqlite": "SELECT seq FROM sqlite_sequence WHERE name = :table AND :key = :key",
    "postgresql": "SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(:table, :key) AS regclass))",
    "mysql": "SELECT auto_increment - 1 FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_name = :table AND :key = :key",
}
"""Of a table's key, by database. Each reads both names, though only one needs both."""

Progress = Callable[[str, int], None]
"""Called with a table's name and how many of its rows are copied."""


def unheard(_table: str, _rows: int) -> None:
    """For callers that don't show progress."""


def copy_database(
    source: Engine, target: Engine, *, tables: MetaData, mine: frozenset[str], progress: Progress = unheard
) -> Mapping[str, int]:
    """Copy every row, in one transaction: all of them or none. Returns how many by table.

    Args:
        source: what is copied; nobody should write to it meanwhile, for what comes later isn't copied.
        target: another database, of the same revision.
        tables: every table of both.
        mine: tables that a new database has rows in; these are replaced.
        progress: told after every slice.

    Raises:
        Conflict: the target holds something already.
        StorageError: a database refused, or has a table that isn't among `tables`; the target is as it was.
    """
    _compare(source, target, tables)
    with reading(source) as rows, writing(target) as copy:
        for table in tables.sorted_tables:
            if table.name not in mine and copy.execute(select(table).limit(1)).first() is not None:
                raise Conflict(f"The other database already has rows in {table.name!r}. Choose an empty one.")
            copy.execute(delete(table))
        copied = {table.name: _copy(rows, copy, table, progress) for table in tables.sorted_tables}
        lasts = [
            (table, key, last)
            for table in tables.sorted_tables
            if (key := _numbered(table)) is not None and (last := _last_given(rows, table, key))
        ]
        if copy.dialect.name not in MYSQL:
            _go_on_after(copy, lasts)
        for table in tables.sorted_tables:
            found = copy.execute(select(func.count()).select_from(table)).scalar_one()
            if found != copied[table.name]:
                raise StorageError(f"Of {table.name!r} {copied[table.name]} rows were sent, but {found} arrived.")
    if target.dialect.name in MYSQL:  # which would commit what stands before
        with writing(target) as copy:
            _go_on_after(copy, lasts)
    return copied


def _compare(source: Engine, target: Engine, tables: MetaData) -> None:
    known = {*tables.tables, OF_MIGRATIONS}
    for engine in (source, target):
        found = set(inspect(engine).get_table_names())
        if found != known:
            odd = ", ".join(sorted(found ^ known))
            raise StorageError(
                f"A database has other tables than this version of Zhida: {odd}. Start Zhida on it once."
            )


def _copy(rows: Connection, copy: Connection, table: Table, progress: Progress) -> int:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=ROWS)
    done = 0
    for some in rows.execute(query).mappings().partitions():
        copy.execute(insert(table), [dict(row) for row in some])
        done += len(some)
        progress(table.name, done)
    return done


def _last_given(rows: Connection, table: Table, key: Column[Any]) -> int:
    """The highest id that was ever given, also to a row that is gone: ids are never used twice."""
    highest = int(rows.execute(select(func.max(key))).scalar_one() or 0)
    query = LAST_GIVEN["mysql" if rows.dialect.name in MYSQL else rows.dialect.name]
    given = rows.execute(text(query), {"table": table.name, "key": key.name}).scalar()
    return max(highest, int(given or 0))


def _go_on_after(copy: Connection, lasts: Sequence[tuple[Table, Column[Any], int]]) -> None:
    """Let the next ids start after these."""
    for table, key, last in lasts:
        values = {"table": table.name, "key": key.name, "last": last}
        if copy.dialect.name == "postgresql":
            copy.execute(text("SELECT setval(pg_get_serial_sequence(:table, :key), :last)"), values)
        elif copy.dialect.name == "sqlite":
            copy.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), {"table": table.name})
            copy.execute(
                text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"),
                {"table": table.name, "last": last},
            )
        else:
            copy.execute(text(f"ALTER TABLE {table.name} AUTO_INCREMENT = {last + 1}"))


def _numbered(table: Table) -> Column[Any] | None:
    """The key that the database counts up by itself, if there is one."""
    key = table.autoincrement_column
    return key if key is not None and isinstance(key.type, BigInteger | Integer) else None
