"""What the derived indexes are fed from: live entries with their vectors, snapshots, counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, and_, func, insert, select, update

from core.errors import ModelMismatch
from core.types import QAStatus, indexed_text
from kb.index import Collection, Entry
from kb.jobs import unfinished
from kb.records import Counts, Snapshot
from kb.rows import IS_LIVE, IS_SEARCHABLE, VERSION_OF_PAIR, VERSION_OF_PASSAGE, VERSION_OF_QUESTION, chunked
from kb.tables import documents, pairs, passages, questions, snapshots, vectors, versions
from kb.vectors import from_bytes


def live_ids(connection: Connection, collection: Collection) -> NDArray[np.int64]:
    """Ids of everything that the indexes must hold, in rising order."""
    if collection is Collection.PASSAGES:
        query = select(passages.c.id).select_from(VERSION_OF_PASSAGE).where(IS_LIVE, passages.c.retrievable)
    else:
        query = select(questions.c.id).select_from(VERSION_OF_QUESTION).where(IS_LIVE, IS_SEARCHABLE)
    ids = np.fromiter(connection.execute(query).scalars(), dtype=np.int64)
    ids.sort()
    return ids


def entries(connection: Connection, collection: Collection, ids: Sequence[int], encoder_key: str) -> list[Entry]:
    """Those of the entries that are live, in rising order of their ids.

    Raises:
        ModelMismatch: a live one has no vector of this encoder.
    """
    build = _passage_entry if collection is Collection.PASSAGES else _question_entry
    query = _passage_entries(encoder_key) if collection is Collection.PASSAGES else _question_entries(encoder_key)
    key = passages.c.id if collection is Collection.PASSAGES else questions.c.id
    found: list[Entry] = []
    for some in chunked(sorted(set(ids))):
        for row in connection.execute(query.where(key.in_(some)).order_by(key)):
            if row.vector is None:
                raise ModelMismatch(
                    f"Entry {row.id} of {collection} has no vector of {encoder_key}. "
                    "Run `zhida reindex` with this encoder, or go back to the encoder that made the vectors."
                )
            found.append(build(row))
    return found


def _passage_entries(encoder_key: str) -> Select[Any]:
    source = _with_vectors(VERSION_OF_PASSAGE, Collection.PASSAGES, passages.c.text_hash, encoder_key)
    own = (passages.c.id, passages.c.context, passages.c.text, passages.c.valid_from, passages.c.valid_until)
    return select(*own, *_SHARED).select_from(source).where(IS_LIVE, passages.c.retrievable)


def _question_entries(encoder_key: str) -> Select[Any]:
    source = _with_vectors(VERSION_OF_QUESTION, Collection.QUESTIONS, questions.c.text_hash, encoder_key)
    own = (questions.c.id, questions.c.text, pairs.c.valid_from, pairs.c.valid_until)
    return select(*own, *_SHARED).select_from(source).where(IS_LIVE, IS_SEARCHABLE)


_SHARED = (versions.c.audience, versions.c.effective_from, versions.c.expires_on, vectors.c.vector)


def _with_vectors(source: FromClause, collection: Collection, key: ColumnElement[str], encoder_key: str) -> FromClause:
    same = and_(vectors.c.text_hash == key, vectors.c.collection == collection, vectors.c.encoder_key == encoder_key)
    return source.outerjoin(vectors, same)


def _passage_entry(row: Row[Any]) -> Entry:
    return _entry(row, indexed_text(row.context, row.text))


def _question_entry(row: Row[Any]) -> Entry:
    return _entry(row, row.text)


def _entry(row: Row[Any], text: str) -> Entry:
    return Entry(
        entry_id=row.id,
        text=text,
        vector=from_bytes(row.vector),
        audience=row.audience,
        valid_from=_later(row.effective_from, row.valid_from),
        valid_until=_earlier(row.expires_on, row.valid_until),
    )


def _later(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day is not None), default=None)


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def read_snapshot(connection: Connection, name: str) -> Snapshot | None:
    """The last recorded snapshot of this name."""
    row = connection.execute(select(snapshots).where(snapshots.c.name == name)).one_or_none()
    return None if row is None else Snapshot(**row._mapping)


class HeldSnapshot:
    """A record that nobody else can read for change or write while its transaction lasts."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        row = connection.execute(select(snapshots).where(snapshots.c.name == name).with_for_update()).one_or_none()
        self.snapshot = None if row is None else Snapshot(**row._mapping)
        """As it was when the block began; `None` when there is no such record, which then isn't held either."""

    def record(self, snapshot: Snapshot) -> None:
        """Put this in its place."""
        write_snapshot(self._connection, snapshot)


def write_snapshot(connection: Connection, snapshot: Snapshot) -> None:
    """Record a snapshot in place of the one of its name. The caller holds the turn for changes."""
    values = {
        "folder": snapshot.folder,
        "sha256": snapshot.sha256,
        "sequence": snapshot.sequence,
        "entries": snapshot.entries,
        "encoder_key": snapshot.encoder_key,
        "created_at": snapshot.created_at,
    }
    known = update(snapshots).where(snapshots.c.name == snapshot.name).values(**values)
    if connection.execute(known).rowcount == 0:
        connection.execute(insert(snapshots).values(name=snapshot.name, **values))


def count(connection: Connection) -> Counts:
    """How much there is."""

    def rows(source: FromClause, *conditions: ColumnElement[bool]) -> int:
        return int(connection.execute(select(func.count()).select_from(source).where(*conditions)).scalar_one())

    return Counts(
        documents=rows(documents),
        passages=rows(VERSION_OF_PASSAGE, IS_LIVE, passages.c.retrievable),
        questions=rows(VERSION_OF_QUESTION, IS_LIVE, IS_SEARCHABLE),
        pairs=rows(VERSION_OF_PAIR, IS_LIVE),
        candidates=rows(VERSION_OF_PAIR, IS_LIVE, pairs.c.status == QAStatus.CANDIDATE),
        vectors=rows(vectors),
        unfinished=unfinished(connection),
    )
