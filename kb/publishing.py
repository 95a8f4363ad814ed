"""Making a version visible, all at once or not at all; and the ways back: rollback and delete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, Table, delete, insert, select, update

from core.errors import Conflict, InvalidInput, NotFound
from core.types import DocumentId, QAStatus, QuestionKind, VersionStatus
from kb.changelog import log_version
from kb.index import Collection
from kb.jobs import LEASE_LOST, held_version
from kb.prepared import PreparedPair, PreparedVersion, text_hash
from kb.records import Job
from kb.rows import chunked, hold
from kb.tables import TEXT_PART, documents, pairs, passages, questions, version_texts, versions
from kb.vectors import drop_orphans, store_tokens, store_vectors

ROWS: Final = 2_000
"""Rows handed to the driver at once, which bounds the memory of a large version."""


def publish(connection: Connection, job: Job, prepared: PreparedVersion, now: datetime) -> None:
    """Write a version and, unless a newer one is live or pinned, make it live. The caller holds the turn.

    Raises:
        Conflict: the lease was lost, the version deleted, or a vector deleted that it relies on.
        InvalidInput: a passage or an answer isn't the text at its place.
    """
    _verify(prepared)
    document = hold(connection, documents, job.version.document_id)
    if document is None:
        raise Conflict(LEASE_LOST)
    version_id = held_version(connection, job)
    pairs_now = _with_decisions(connection, document, prepared.pairs)
    _write_content(connection, version_id, prepared, pairs_now)
    _write_vectors(connection, prepared)
    done = {"status": VersionStatus.READY, "kind": prepared.kind, "progress": 1.0, "reason": None, "published_at": now}
    connection.execute(
        update(versions)
        .where(versions.c.id == version_id)
        .values(passages=len(prepared.passages), warnings=prepared.warnings, lease_until=None, **done)
    )
    if job.version.number > max(document.live_version or 0, document.pinned_up_to):
        _make_live(connection, document, job.version.number, now)


def rollback(connection: Connection, document_id: DocumentId, number: int, now: datetime) -> None:
    """Make a ready version live and keep it so until the next upload. The caller holds the turn.

    Raises:
        NotFound: no such document or version.
        Conflict: the version isn't ready.
    """
    document = hold(connection, documents, document_id)
    if document is None:
        raise NotFound("document", document_id)
    version = _version_row(connection, document_id, number)
    if version is None:
        raise NotFound("version", number)
    if version.status is not VersionStatus.READY:
        raise Conflict(f"Version {number} is {version.status}, so it can't be shown. Choose one that is ready.")
    pin = update(documents).where(documents.c.id == document_id)
    connection.execute(pin.values(pinned_up_to=document.latest_version))
    if document.live_version != number:
        _make_live(connection, document, number, now)


def delete_document(connection: Connection, document_id: DocumentId) -> list[str]:
    """Delete a document with everything made of it. The caller holds the turn.

    Returns the hashes of its files, which other documents may use as well.

    Raises:
        NotFound: no such document.
    """
    document = hold(connection, documents, document_id)
    if document is None:
        raise NotFound("document", document_id)
    rows = connection.execute(
        select(versions.c.id, versions.c.number, versions.c.blob_sha256).where(versions.c.document_id == document_id)
    ).all()
    for row in rows:
        if row.number == document.live_version:
            log_version(connection, row.id, removed=True)
    _delete_content(connection, [row.id for row in rows])
    connection.execute(delete(versions).where(versions.c.id.in_([row.id for row in rows])))
    connection.execute(delete(documents).where(documents.c.id == document_id))
    return sorted({row.blob_sha256 for row in rows})


def _version_row(connection: Connection, document_id: DocumentId, number: int) -> Row[Any] | None:
    query: Select[Any] = select(versions.c.id, versions.c.kind, versions.c.status)
    return connection.execute(
        query.where(versions.c.document_id == document_id, versions.c.number == number)
    ).one_or_none()


def _make_live(connection: Connection, document: Row[Any], number: int, now: datetime) -> None:
    """Point the document to another version and tell the indexes what left and what came."""
    before = _version_row(connection, document.id, document.live_version) if document.live_version else None
    after = _version_row(connection, document.id, number)
    assert after is not None  # the caller has just read or written it
    if before is not None:
        log_version(connection, before.id, removed=True)
    log_version(connection, after.id, removed=False)
    point = update(documents).where(documents.c.id == document.id)
    connection.execute(point.values(live_version=number, kind=after.kind, updated_at=now))


def _verify(prepared: PreparedVersion) -> None:
    """Citations rest on the spans, so a version whose spans lie isn't published."""
    for ordinal, passage in enumerate(prepared.passages):
        if prepared.text[passage.start : passage.end] != passage.text:
            raise InvalidInput(f"Passage {ordinal} isn't the text from {passage.start} to {passage.end}.")
    for ordinal, pair in enumerate(prepared.pairs):
        if not prepared.text.startswith(pair.answer, pair.answer_start):
            raise InvalidInput(f"The answer of pair {ordinal} isn't the text at {pair.answer_start}.")


def _with_decisions(
    connection: Connection, document: Row[Any], offered: Sequence[PreparedPair]
) -> list[tuple[PreparedPair, QAStatus]]:
    """Pairs with their status: a candidate that a person has decided in the live version stays decided."""
    decided: dict[tuple[str, str], QAStatus] = {}
    if document.live_version and any(pair.status is QAStatus.CANDIDATE for pair in offered):
        query = (
            select(questions.c.text, pairs.c.answer, pairs.c.status)
            .join(pairs, pairs.c.id == questions.c.pair_id)
            .join(versions, versions.c.id == pairs.c.version_id)
            .where(versions.c.document_id == document.id, versions.c.number == document.live_version)
            .where(questions.c.ordinal == 0, pairs.c.status != QAStatus.CANDIDATE)
        )
        decided = {(row.text, row.answer): row.status for row in connection.execute(query)}
    return [
        (pair, decided.get((pair.questions[0].text, pair.answer), pair.status))
        if pair.status is QAStatus.CANDIDATE
        else (pair, pair.status)
        for pair in offered
    ]


def _write_content(
    connection: Connection,
    version_id: int,
    prepared: PreparedVersion,
    decided: Sequence[tuple[PreparedPair, QAStatus]],
) -> None:
    parts = [prepared.text[at : at + TEXT_PART] for at in range(0, len(prepared.text), TEXT_PART)] or [""]
    texts = [{"version_id": version_id, "part": part, "text": text} for part, text in enumerate(parts)]
    _insert(connection, version_texts, texts)
    _insert(connection, passages, _passage_rows(version_id, prepared, decided))
    if decided:
        passage_ids = _ids_by_ordinal(connection, passages, version_id)
        _insert(connection, pairs, _pair_rows(version_id, passage_ids, decided))
        pair_ids = _ids_by_ordinal(connection, pairs, version_id)
        _insert(connection, questions, _question_rows(pair_ids, prepared.pairs))


def _passage_rows(
    version_id: int, prepared: PreparedVersion, decided: Sequence[tuple[PreparedPair, QAStatus]]
) -> list[dict[str, Any]]:
    of_passage: dict[int, list[tuple[PreparedPair, QAStatus]]] = {}
    for pair, status in decided:
        of_passage.setdefault(pair.passage, []).append((pair, status))
    rows = []
    for ordinal, passage in enumerate(prepared.passages):
        own = of_passage.get(ordinal, [])
        valid_from, valid_until = _widest([pair for pair, _ in own])
        rows.append(
            {
                "version_id": version_id,
                "ordinal": ordinal,
                "heading": passage.heading,
                "page": passage.page,
                "span_start": passage.start,
                "span_end": passage.end,
                "text": passage.text,
                "context": passage.context,
                "text_hash": text_hash(passage.indexed_text),
                "retrievable": not own or any(status is QAStatus.APPROVED for _, status in own),
                "valid_from": valid_from,
                "valid_until": valid_until,
            }
        )
    return rows


def _pair_rows(
    version_id: int, passage_ids: Sequence[int], decided: Sequence[tuple[PreparedPair, QAStatus]]
) -> list[dict[str, Any]]:
    return [
        {
            "version_id": version_id,
            "ordinal": ordinal,
            "passage_id": passage_ids[pair.passage],
            "answer": pair.answer,
            "answer_start": pair.answer_start,
            "status": status,
            "valid_from": pair.valid_from,
            "valid_until": pair.valid_until,
            "product": pair.product,
        }
        for ordinal, (pair, status) in enumerate(decided)
    ]


def _question_rows(pair_ids: Sequence[int], offered: Sequence[PreparedPair]) -> list[dict[str, Any]]:
    return [
        {
            "pair_id": pair_id,
            "ordinal": ordinal,
            "kind": question.kind,
            "text": question.text,
            "text_hash": text_hash(question.text),
        }
        for pair_id, pair in zip(pair_ids, offered, strict=True)
        for ordinal, question in enumerate(pair.questions)
    ]


def _widest(own: Sequence[PreparedPair]) -> tuple[date | None, date | None]:
    """The days on which any of a passage's pairs is valid; a passage without pairs is always."""
    starts = [pair.valid_from for pair in own if pair.valid_from]
    ends = [pair.valid_until for pair in own if pair.valid_until]
    return (
        min(starts) if own and len(starts) == len(own) else None,
        max(ends) if own and len(ends) == len(own) else None,
    )


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    for some in chunked(rows, ROWS):
        connection.execute(insert(table), list(some))


def _ids_by_ordinal(connection: Connection, table: Table, version_id: int) -> list[int]:
    query = select(table.c.id).where(table.c.version_id == version_id).order_by(table.c.ordinal)
    return list(connection.execute(query).scalars())


def _write_vectors(connection: Connection, prepared: PreparedVersion) -> None:
    """Store the vectors that are new, and make sure that nothing to be searched is without one."""
    indexed = {text_hash(passage.indexed_text) for passage in prepared.passages}
    wordings = [question for pair in prepared.pairs for question in pair.questions]
    asked = {text_hash(question.text) for question in wordings}
    # Negative wordings aren't searched: their vectors are kept if given, and not missed if not.
    negative = asked - {text_hash(each.text) for each in wordings if each.kind is not QuestionKind.NEGATIVE}
    key = prepared.encoder_key
    missing = store_vectors(connection, Collection.PASSAGES, key, prepared.passage_vectors, wanted=indexed)
    missing |= store_vectors(connection, Collection.QUESTIONS, key, prepared.question_vectors, wanted=asked) - negative
    if prepared.tokens is not None:
        store_tokens(connection, prepared.tokens, wanted=indexed)
    if missing:
        raise Conflict(f"{len(missing)} vectors that this version relies on were deleted meanwhile. Process it again.")


def _delete_content(connection: Connection, version_ids: Sequence[int]) -> None:
    """Delete texts, passages, pairs and questions, then the vectors that nothing uses any more."""
    of_versions = pairs.c.version_id.in_(version_ids)
    pair_ids = list(connection.execute(select(pairs.c.id).where(of_versions)).scalars())
    hashes = {Collection.PASSAGES: set[str](), Collection.QUESTIONS: set[str]()}
    for some in chunked(pair_ids):
        mine = questions.c.pair_id.in_(some)
        hashes[Collection.QUESTIONS].update(connection.execute(select(questions.c.text_hash).where(mine)).scalars())
        connection.execute(delete(questions).where(mine))
    connection.execute(delete(pairs).where(of_versions))
    of_versions = passages.c.version_id.in_(version_ids)
    hashes[Collection.PASSAGES].update(connection.execute(select(passages.c.text_hash).where(of_versions)).scalars())
    connection.execute(delete(passages).where(of_versions))
    connection.execute(delete(version_texts).where(version_texts.c.version_id.in_(version_ids)))
    for collection, freed in hashes.items():
        drop_orphans(connection, collection, sorted(freed))
