"""Reading Q&A pairs and deciding on candidates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select, update

from core.errors import NotFound
from core.types import DocumentId, QAPair, QAStatus, Question
from kb.changelog import log_passage, log_wordings
from kb.index import Filter
from kb.rows import (
    IS_LIVE,
    IS_READABLE,
    IS_SEARCHABLE,
    VERSION_OF_QUESTION,
    asked_by,
    chunked,
    is_one_of,
    select_pairs,
    to_pair,
    within,
)
from kb.tables import documents, pairs, passages, questions, versions


def live_pairs(
    connection: Connection, status: QAStatus | None, document_id: DocumentId | None, offset: int, limit: int
) -> list[QAPair]:
    """A page of the pairs of live versions, oldest first."""
    query = select_pairs().where(IS_LIVE)
    if status is not None:
        query = query.where(pairs.c.status == status)
    if document_id is not None:
        query = query.where(versions.c.document_id == document_id)
    return _with_wordings(connection, connection.execute(query.order_by(pairs.c.id).offset(offset).limit(limit)).all())


def one_pair(connection: Connection, pair_id: int) -> QAPair:
    """One pair, of whichever version. Raises `NotFound`."""
    found = _with_wordings(connection, connection.execute(select_pairs().where(pairs.c.id == pair_id)).all())
    if not found:
        raise NotFound("Q&A pair", pair_id)
    return found[0]


def decide(connection: Connection, pair_id: int, status: QAStatus) -> None:
    """Set a pair's status; its passage and wordings enter or leave what can be found.

    The caller holds the turn for changes.

    Raises:
        NotFound: no such pair.
    """
    query = select(pairs.c.status, pairs.c.passage_id, passages.c.retrievable, IS_LIVE.label("live"))
    row = connection.execute(
        query.join_from(pairs, passages, passages.c.id == pairs.c.passage_id)
        .join(versions, versions.c.id == pairs.c.version_id)
        .join(documents, documents.c.id == versions.c.document_id)
        .where(pairs.c.id == pair_id)
    ).one_or_none()
    if row is None:
        raise NotFound("Q&A pair", pair_id)
    if row.status is status:
        return
    if row.live and row.status is QAStatus.APPROVED:
        log_wordings(connection, pair_id, removed=True)
    connection.execute(update(pairs).where(pairs.c.id == pair_id).values(status=status))
    if row.live and status is QAStatus.APPROVED:
        log_wordings(connection, pair_id, removed=False)
    _follow(connection, row)


def _follow(connection: Connection, row: Row[Any]) -> None:
    """A passage can be found as long as one of its pairs is approved."""
    approved = select(func.count()).select_from(pairs)
    approved = approved.where(pairs.c.passage_id == row.passage_id, pairs.c.status == QAStatus.APPROVED)
    retrievable = bool(connection.execute(approved).scalar_one())
    if retrievable == row.retrievable:
        return
    connection.execute(update(passages).where(passages.c.id == row.passage_id).values(retrievable=retrievable))
    if row.live:
        log_passage(connection, row.passage_id, removed=not retrievable)


_LIVE_QUESTIONS: Final = (
    select(questions.c.id, questions.c.pair_id, questions.c.text, questions.c.kind)
    .select_from(VERSION_OF_QUESTION)
    .where(
        is_one_of(questions.c.id),
        IS_LIVE,
        IS_SEARCHABLE,
        IS_READABLE,
        within(pairs.c.valid_from, pairs.c.valid_until),
    )
)
_PAIRS: Final = select_pairs().where(is_one_of(pairs.c.id))
_WORDINGS: Final = (
    select(questions.c.pair_id, questions.c.text, questions.c.kind)
    .where(is_one_of(questions.c.pair_id))
    .order_by(questions.c.pair_id, questions.c.ordinal)
)


def live_questions(
    connection: Connection, ids: Sequence[int], only: Filter, *, most: int | None = None
) -> dict[int, tuple[QAPair, Question]]:
    """Those of the wordings that may be answered for this reader on this day, with their pairs, in the order of `ids`.

    With `most`, those of the first so many pairs.
    """
    matched: dict[int, tuple[int, Question]] = {}
    for some in chunked(ids):
        rows = connection.execute(_LIVE_QUESTIONS, asked_by(only, some))
        matched.update((row.id, (row.pair_id, Question(row.text, row.kind))) for row in rows)
    wanted = list(dict.fromkeys(matched[each][0] for each in ids if each in matched))[:most]
    by_id: dict[int, QAPair] = {}
    for some in chunked(sorted(wanted)):
        found = connection.execute(_PAIRS, {"ids": some}).all()
        by_id.update((pair.pair_id, pair) for pair in _with_wordings(connection, found))
    kept = [each for each in ids if each in matched and matched[each][0] in by_id]
    return {each: (by_id[matched[each][0]], matched[each][1]) for each in kept}


def _with_wordings(connection: Connection, rows: Sequence[Row[Any]]) -> list[QAPair]:
    wordings: dict[int, list[Question]] = {row.id: [] for row in rows}
    for some in chunked(list(wordings)):
        for row in connection.execute(_WORDINGS, {"ids": some}):
            wordings[row.pair_id].append(Question(row.text, row.kind))
    return [to_pair(row, wordings[row.id]) for row in rows]
