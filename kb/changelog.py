"""The change log: which entries came or went, numbered in the order of the commits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Connection, Select, func, insert, literal, select, update

from kb.index import Collection
from kb.records import Change
from kb.rows import CHANGES, IS_SEARCHABLE
from kb.tables import changes, counters, pairs, passages, questions

READ_HEAD = "SELECT value FROM counters WHERE name = 'changes'"
"""Plain SQL, because it runs before every search and the driver alone takes a tenth of the time."""


def log_version(connection: Connection, version_id: int, *, removed: bool) -> None:
    """Say that everything findable in a version came or went. The caller holds the turn for changes."""
    retrievable = select(passages.c.id).where(passages.c.version_id == version_id, passages.c.retrievable)
    searchable = (
        select(questions.c.id).join(pairs, pairs.c.id == questions.c.pair_id).where(pairs.c.version_id == version_id)
    ).where(IS_SEARCHABLE)
    _append(connection, Collection.PASSAGES, retrievable, removed=removed)
    _append(connection, Collection.QUESTIONS, searchable, removed=removed)


def log_passage(connection: Connection, passage_id: int, *, removed: bool) -> None:
    """Say that one passage came or went."""
    _append(connection, Collection.PASSAGES, select(passages.c.id).where(passages.c.id == passage_id), removed=removed)


def log_wordings(connection: Connection, pair_id: int, *, removed: bool) -> None:
    """Say that the wordings of one pair came or went."""
    wordings = select(questions.c.id).join(pairs, pairs.c.id == questions.c.pair_id).where(pairs.c.id == pair_id)
    _append(connection, Collection.QUESTIONS, wordings.where(IS_SEARCHABLE), removed=removed)


def _append(connection: Connection, collection: Collection, ids: Select[Any], *, removed: bool) -> None:
    """One change for each id that the query gives, numbered after the head; the head moves along."""
    head = connection.execute(select(counters.c.value).where(counters.c.name == CHANGES)).scalar_one()
    found = ids.subquery()
    numbered = select(
        func.row_number().over(order_by=found.c.id) + literal(head, BigInteger),
        literal(collection, changes.c.collection.type),
        found.c.id,
        literal(removed, changes.c.removed.type),
    )
    adding = insert(changes).from_select(list(changes.c.keys()), numbered).execution_options(preserve_rowcount=True)
    added = connection.execute(adding).rowcount
    connection.execute(update(counters).where(counters.c.name == CHANGES).values(value=head + added))


def read_changes(connection: Connection, after: int, limit: int) -> list[Change]:
    """The changes that follow a sequence number, oldest first."""
    query = select(changes).where(changes.c.sequence > after).order_by(changes.c.sequence).limit(limit)
    return [Change(*row) for row in connection.execute(query)]
