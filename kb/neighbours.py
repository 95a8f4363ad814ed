"""What stands around a passage in its document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, and_, bindparam

from core.types import DocumentKind, Passage
from kb.index import Filter
from kb.rows import IS_LIVE, IS_READABLE, asked_by, chunked, select_passages, to_passage, within
from kb.tables import passages, versions

_around = passages.alias("around")

_NEIGHBOURS: Final = (
    select_passages()
    .join(
        _around,
        and_(
            _around.c.version_id == passages.c.version_id,
            passages.c.ordinal.between(_around.c.ordinal - bindparam("reach"), _around.c.ordinal + bindparam("reach")),
        ),
    )
    .where(
        _around.c.id.in_(bindparam("ids", expanding=True)),
        versions.c.kind == DocumentKind.TEXT,  # neighbouring Q&A pairs have nothing to do with each other
        passages.c.retrievable,
        IS_LIVE,
        IS_READABLE,
        within(passages.c.valid_from, passages.c.valid_until),
    )
    .distinct()
)


def neighbours(connection: Connection, ids: Sequence[int], only: Filter, *, reach: int) -> list[Passage]:
    """The passages of running text at most `reach` places from one of these, in the order of their documents.

    The passages themselves are among them. What this reader may not see on this day is missing.
    """
    found: dict[int, Passage] = {}
    for some in chunked(ids):
        for row in connection.execute(_NEIGHBOURS, {**asked_by(only, some), "reach": reach}):
            found[row.id] = to_passage(row)
    return sorted(found.values(), key=lambda passage: (passage.document_id, passage.version, passage.ordinal))
