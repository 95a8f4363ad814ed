"""Everything that is known of one person, machine-readable."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from api.forgetting.person import Person, rows_about
from api.wire import Json, plain
from core.database import metadata

LEFT_OUT: Final = frozenset({"vector", "encoder_key", "token_sha256"})
"""Columns that say nothing of a person: numbers computed from texts that are given, and a secret's hash."""


def export(connection: Connection, person: Person, *, at: datetime) -> Json:
    """All rows about a person, table by table: `{"key", "exported_at", "tables": {name: [row, …]}}`.

    Colleagues' notes and the log are among them: they are about the person, too.
    """
    tables: dict[str, list[Json]] = {}
    for table in sorted(metadata.sorted_tables, key=lambda each: each.name):
        mine = rows_about(table, person)
        if mine is None:
            continue
        columns = [column for column in table.columns if column.name not in LEFT_OUT]
        query = select(*columns).where(mine).order_by(*table.primary_key.columns)
        found = [_row(row) for row in connection.execute(query)]
        if found:
            tables[table.name] = found
    return {"key": person.key, "exported_at": at.isoformat(), "tables": tables}


def _row(row: Row[Any]) -> Json:
    return {name: plain(value) for name, value in row._mapping.items()}
