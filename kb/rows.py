"""From rows to nouns, and the conditions that several queries share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Date, Row, Select, Table, and_, bindparam, func, or_, select

from core.types import (
    Document,
    DocumentVersion,
    Passage,
    QAPair,
    QAStatus,
    Question,
    QuestionKind,
)
from kb.index import Filter
from kb.tables import counters, documents, pairs, passages, questions, versions

T = TypeVar("T")

IN_LIST: Final = 1_000
"""Values in one `IN (…)`: far under SQLite's limit of 32,766 variables, and quick to plan everywhere."""

CHANGES: Final = "changes"
"""Who holds this counter's row may change what customers can find. Held until the commit."""

UPLOADS: Final = "uploads"
"""Who holds this counter's row may put a blob in place or take one away."""

IS_LIVE: Final = documents.c.live_version == versions.c.number
"""In a query that joins versions with their documents."""

IS_SEARCHABLE: Final = and_(
    pairs.c.status == QAStatus.APPROVED, questions.c.kind.in_([QuestionKind.STANDARD, QuestionKind.SIMILAR])
)
"""In a query that joins questions with their pairs: a wording that an index holds once its version is live."""

VERSION_OF_PASSAGE: Final = passages.join(versions, versions.c.id == passages.c.version_id).join(
    documents, documents.c.id == versions.c.document_id
)
VERSION_OF_PAIR: Final = pairs.join(versions, versions.c.id == pairs.c.version_id).join(
    documents, documents.c.id == versions.c.document_id
)
VERSION_OF_QUESTION: Final = (
    questions.join(pairs, pairs.c.id == questions.c.pair_id)
    .join(versions, versions.c.id == pairs.c.version_id)
    .join(documents, documents.c.id == versions.c.document_id)
)


def chunked(items: Sequence[T], size: int = IN_LIST) -> Iterator[Sequence[T]]:
    """The items in slices of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def take_turn(connection: Connection, counter: str) -> int:
    """Wait for the counter's row and hold it until the transaction ends. Returns its value.

    Transactions take rows in one order, so that they can't wait for each other in a circle:
    a counter, then a document, then a version. None takes both counters.
    """
    row = select(counters.c.value).where(counters.c.name == counter).with_for_update()
    return int(connection.execute(row).scalar_one())


def hold(connection: Connection, table: Table, key: object, *still: ColumnElement[bool]) -> Row[Any] | None:
    """The row with this id, held until the transaction ends; `None` if it is gone or `still` isn't so.

    InnoDB holds the index entries that a statement finds its rows by. All go by the id, so that
    they can't wait for each other between one index and the other.
    """
    row: Row[Any] | None = connection.execute(
        select(table).where(table.c.id == key, *still).with_for_update()
    ).one_or_none()
    return row


def within(start: ColumnElement[date], end: ColumnElement[date]) -> ColumnElement[bool]:
    """The day of `asked_by` lies between two columns: from `start` on, and before `end`."""
    day = bindparam("as_of", type_=Date)
    return and_(or_(start.is_(None), start <= day), or_(end.is_(None), end > day))


IS_READABLE: Final = and_(
    versions.c.audience.in_(bindparam("audiences", expanding=True)),
    within(versions.c.effective_from, versions.c.expires_on),
)
"""The version is one that the reader of `asked_by` may see, and that holds on the day."""


def asked_by(only: Filter, ids: Sequence[int]) -> dict[str, Any]:
    """Parameters of a query that is built once and run for each question, which halves its time."""
    return {"ids": ids, "audiences": only.audience.readable(), "as_of": only.as_of}


def is_one_of(key: ColumnElement[int]) -> ColumnElement[bool]:
    """The key is among the ids of `asked_by`."""
    return key.in_(bindparam("ids", expanding=True))


def select_versions() -> Select[Any]:
    """Versions with what `to_version` needs of their document."""
    return select(versions, documents.c.name, documents.c.live_version).join(
        documents, documents.c.id == versions.c.document_id
    )


def to_version(row: Row[Any]) -> DocumentVersion:
    """A row of `select_versions`."""
    return DocumentVersion(
        document_id=row.document_id,
        number=row.number,
        name=row.name,
        media_type=row.media_type,
        blob_sha256=row.blob_sha256,
        size=row.size,
        audience=row.audience,
        status=row.status,
        reason=row.reason,
        progress=row.progress,
        passages=row.passages,
        warnings=row.warnings,
        live=row.live_version == row.number,
        effective_from=row.effective_from,
        expires_on=row.expires_on,
        created_at=row.created_at,
        published_at=row.published_at,
    )


_latest = versions.alias("latest")
_live = versions.alias("live")


def select_documents() -> Select[Any]:
    """Documents with the facts of their latest and their live version."""
    return select(
        documents,
        _latest.c.status,
        _latest.c.reason,
        func.coalesce(_live.c.audience, _latest.c.audience, type_=versions.c.audience.type).label("audience"),
        func.coalesce(_live.c.passages, 0).label("passages"),
    ).select_from(
        documents.join(
            _latest, and_(_latest.c.document_id == documents.c.id, _latest.c.number == documents.c.latest_version)
        ).outerjoin(_live, and_(_live.c.document_id == documents.c.id, _live.c.number == documents.c.live_version))
    )


def to_document(row: Row[Any]) -> Document:
    """A row of `select_documents`."""
    return Document(
        document_id=row.id,
        name=row.name,
        kind=row.kind,
        audience=row.audience,
        live_version=row.live_version,
        latest_version=row.latest_version,
        status=row.status,
        reason=row.reason,
        passages=row.passages,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def select_passages() -> Select[Any]:
    """Passages with what `to_passage` needs of their version and document."""
    return select(
        passages,
        versions.c.document_id,
        versions.c.number,
        versions.c.audience,
        versions.c.effective_from,
        versions.c.published_at,
        documents.c.name,
    ).select_from(VERSION_OF_PASSAGE)


def to_passage(row: Row[Any]) -> Passage:
    """A row of `select_passages`."""
    return Passage(
        passage_id=row.id,
        document_id=row.document_id,
        document=row.name,
        version=row.number,
        ordinal=row.ordinal,
        heading=row.heading,
        page=row.page,
        start=row.span_start,
        end=row.span_end,
        text=row.text,
        context=row.context,
        audience=row.audience,
        since=row.valid_from or row.effective_from or (row.published_at.date() if row.published_at else None),
    )


def select_pairs() -> Select[Any]:
    """Pairs with what `to_pair` needs of their version and document."""
    return select(pairs, versions.c.document_id, versions.c.number, versions.c.audience, documents.c.name).select_from(
        VERSION_OF_PAIR
    )


def to_pair(row: Row[Any], wordings: Sequence[Question]) -> QAPair:
    """A row of `select_pairs` with the pair's questions, the standard one first."""
    return QAPair(
        pair_id=row.id,
        document_id=row.document_id,
        document=row.name,
        version=row.number,
        passage_id=row.passage_id,
        questions=tuple(wordings),
        answer=row.answer,
        answer_start=row.answer_start,
        status=row.status,
        audience=row.audience,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        product=row.product,
    )
