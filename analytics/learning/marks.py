"""How far the learning loop has read."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, insert, select, update

from analytics.learning.tables import learning_marks

EVENTS: Final = "events"
"""The last event of the desk that was mined."""

KNOWLEDGE: Final = "knowledge"
"""The last change of the knowledge base after which everything was tried again."""


def read_mark(connection: Connection, name: str) -> int:
    """A mark; 0 before it was set."""
    query = select(learning_marks.c.value).where(learning_marks.c.name == name)
    return int(connection.execute(query).scalar_one_or_none() or 0)


def set_mark(connection: Connection, name: str, value: int) -> None:
    """Set a mark."""
    changed = connection.execute(update(learning_marks).where(learning_marks.c.name == name).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(learning_marks).values(name=name, value=value))
