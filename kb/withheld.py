"""Passages that a reader may not see on a day, and why: for managers who wonder what an answer leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_

from core.errors import NotFound
from core.explanations import Barrier, Standing
from core.types import DocumentId, VersionStatus
from kb.index import Filter
from kb.prepared import TextHash
from kb.rows import IS_LIVE, chunked, select_passages, to_passage
from kb.tables import documents, passages, versions


def standings(connection: Connection, ids: Sequence[int], only: Filter) -> list[Standing]:
    """How each of these passages stands, in the order of `ids`; unknown ids are left out."""
    found: dict[int, Standing] = {}
    for some in chunked(ids):
        for row in connection.execute(_standings().where(passages.c.id.in_(some))):
            found[row.id] = _standing(row, only)
    return [found[each] for each in ids if each in found]


def standings_of(
    connection: Connection, document_id: DocumentId, only: Filter, *, limit: int
) -> list[tuple[Standing, TextHash]]:
    """How the passages of a document's live version stand, or of its newest ready one if none is live.

    Raises:
        NotFound: no such document.
    """
    query = _standings().where(documents.c.id == document_id).order_by(versions.c.number.desc(), passages.c.ordinal)
    rows = connection.execute(query.where(IS_LIVE).limit(limit)).all()
    if not rows:
        if connection.execute(documents.select().where(documents.c.id == document_id)).one_or_none() is None:
            raise NotFound("document", document_id)
        rows = connection.execute(query.limit(limit)).all()
    return [(_standing(row, only), TextHash(row.text_hash)) for row in rows]


def withheld(connection: Connection, only: Filter, *, limit: int) -> list[tuple[Standing, TextHash]]:
    """The newest passages that nobody may see on this day, with the hashes of their vectors.

    Versions that were superseded don't count: what replaced them is there.
    """
    current = or_(IS_LIVE, versions.c.number > documents.c.live_version, documents.c.live_version.is_(None))
    query = _standings().where(versions.c.status == VersionStatus.READY, current, _is_barred(only.as_of))
    rows = connection.execute(query.order_by(passages.c.id.desc()).limit(limit))
    return [(_standing(row, only), TextHash(row.text_hash)) for row in rows]


def _standings() -> Select[Any]:
    return select_passages().add_columns(
        versions.c.effective_from,
        versions.c.expires_on,
        documents.c.live_version,
    )


def _is_barred(day: date) -> ColumnElement[bool]:
    def outside(start: ColumnElement[date], end: ColumnElement[date]) -> ColumnElement[bool]:
        return or_(and_(start.is_not(None), start > day), and_(end.is_not(None), end <= day))

    return or_(
        documents.c.live_version.is_(None),
        documents.c.live_version != versions.c.number,
        ~passages.c.retrievable,
        outside(versions.c.effective_from, versions.c.expires_on),
        outside(passages.c.valid_from, passages.c.valid_until),
    )


def _standing(row: Row[Any], only: Filter) -> Standing:
    start = max((day for day in (row.effective_from, row.valid_from) if day is not None), default=None)
    end = min((day for day in (row.expires_on, row.valid_until) if day is not None), default=None)
    return Standing(to_passage(row), tuple(_barriers(row, start, end, only)), start, end)


def _barriers(row: Row[Any], start: date | None, end: date | None, only: Filter) -> Iterator[Barrier]:
    if row.live_version != row.number:
        yield Barrier.NOT_LIVE
    if not row.retrievable:
        yield Barrier.NOT_APPROVED
    if row.audience not in only.audience.readable():
        yield Barrier.INTERNAL
    if start is not None and start > only.as_of:
        yield Barrier.NOT_YET_VALID
    if end is not None and end <= only.as_of:
        yield Barrier.EXPIRED
