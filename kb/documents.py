"""Reading documents, versions and passages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from core.errors import NotFound
from core.types import Document, DocumentId, DocumentVersion, Passage, PassageId
from kb.index import Filter
from kb.rows import (
    IS_LIVE,
    IS_READABLE,
    asked_by,
    chunked,
    is_one_of,
    select_documents,
    select_passages,
    select_versions,
    to_document,
    to_passage,
    to_version,
    within,
)
from kb.tables import TEXT_PART, documents, passages, version_texts, versions


def all_documents(connection: Connection) -> list[Document]:
    """Every document, the last changed first."""
    query = select_documents().order_by(documents.c.updated_at.desc(), documents.c.name)
    return [to_document(row) for row in connection.execute(query)]


def one_document(connection: Connection, document_id: DocumentId) -> Document:
    """One document. Raises `NotFound`."""
    row = connection.execute(select_documents().where(documents.c.id == document_id)).one_or_none()
    if row is None:
        raise NotFound("document", document_id)
    return to_document(row)


def document_named(connection: Connection, name: str) -> Document | None:
    """The document with this name, in its stored form."""
    row = connection.execute(select_documents().where(documents.c.name == name)).one_or_none()
    return None if row is None else to_document(row)


def all_versions(connection: Connection, document_id: DocumentId) -> list[DocumentVersion]:
    """A document's versions, newest first. Raises `NotFound`."""
    query = select_versions().where(versions.c.document_id == document_id).order_by(versions.c.number.desc())
    found = [to_version(row) for row in connection.execute(query)]
    if not found:
        raise NotFound("document", document_id)
    return found


def one_version(connection: Connection, document_id: DocumentId, number: int) -> DocumentVersion:
    """One version. Raises `NotFound`."""
    query = select_versions().where(versions.c.document_id == document_id, versions.c.number == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("version", number)
    return to_version(row)


def version_text(connection: Connection, document_id: DocumentId, number: int) -> str:
    """The text of a ready version. Raises `NotFound`."""
    parts = list(connection.execute(_text_parts(document_id, number)).scalars())
    if not parts:
        raise NotFound("version", number)
    return "".join(parts)


def quote(connection: Connection, document_id: DocumentId, number: int, start: int, end: int) -> str:
    """A span of a ready version's text. Raises `NotFound`."""
    if 0 <= start < end:
        first, last = start // TEXT_PART, (end - 1) // TEXT_PART
        parts = _text_parts(document_id, number).where(version_texts.c.part.between(first, last))
        text = "".join(connection.execute(parts).scalars())[start - first * TEXT_PART :][: end - start]
        if len(text) == end - start:
            return text
    raise NotFound("quotation", f"{document_id}/{number}:{start}-{end}")


def _text_parts(document_id: DocumentId, number: int) -> Select[Any]:
    query = select(version_texts.c.text).join(versions, versions.c.id == version_texts.c.version_id)
    ours = query.where(versions.c.document_id == document_id, versions.c.number == number)
    return ours.order_by(version_texts.c.part)


def one_passage(connection: Connection, passage_id: int) -> Passage:
    """One passage, of whichever version. Raises `NotFound`."""
    row = connection.execute(select_passages().where(passages.c.id == passage_id)).one_or_none()
    if row is None:
        raise NotFound("passage", passage_id)
    return to_passage(row)


def passages_of(
    connection: Connection, document_id: DocumentId, number: int | None, offset: int, limit: int
) -> list[Passage]:
    """A page of the passages of a version in their order. Raises `NotFound`."""
    if number is None:
        one_document(connection, document_id)
        chosen = IS_LIVE
    else:
        one_version(connection, document_id, number)
        chosen = versions.c.number == number
    query = select_passages().where(versions.c.document_id == document_id, chosen).order_by(passages.c.ordinal)
    return [to_passage(row) for row in connection.execute(query.offset(offset).limit(limit))]


_LIVE_PASSAGES: Final = select_passages().where(
    is_one_of(passages.c.id),
    passages.c.retrievable,
    IS_LIVE,
    IS_READABLE,
    within(passages.c.valid_from, passages.c.valid_until),
)


def live_passages(connection: Connection, ids: Sequence[int], only: Filter) -> dict[PassageId, Passage]:
    """Those of the passages that may be shown to this reader on this day, in the order of `ids`."""
    found: dict[PassageId, Passage] = {}
    for some in chunked(ids):
        for row in connection.execute(_LIVE_PASSAGES, asked_by(only, some)):
            found[PassageId(row.id)] = to_passage(row)
    return {PassageId(each): found[PassageId(each)] for each in ids if each in found}
