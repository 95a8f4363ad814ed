"""Rows of the board, as nouns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Row, Select, select

from analytics.grouping import Group
from analytics.learning import vectors
from analytics.learning.tables import gap_questions, gaps
from core.errors import NotFound
from core.learning import Gap, GapId, GapQuestion, GapStatus, GapTrial, ToldFrom
from core.types import ConversationId, DocumentId, MessageId
from models.encoder import Encoder, Vectors


def reopening(times: int) -> dict[str, object]:
    """The columns of a gap that failed again."""
    return {"status": GapStatus.OPEN, "closed_at": None, "reopened": times + 1}


def middle(group: Group) -> str:
    """The question that is nearest to all of them; of equal ones the shortest."""
    near = np.round(group.vectors @ group.vectors.mean(axis=0), 4)
    return min(zip(-near, map(len, group.texts), group.texts, strict=True))[2]


def known(connection: Connection, ids: Sequence[MessageId]) -> set[MessageId]:
    """Which of these questions are on the board."""
    found: set[MessageId] = set()
    for at in range(0, len(ids), 500):
        some = gap_questions.c.message_id.in_(ids[at : at + 500])
        found.update(connection.execute(select(gap_questions.c.message_id).where(some)).scalars())
    return found


def columns(each: GapQuestion, vector: Vectors, encoder: Encoder) -> dict[str, object]:
    """The columns of a new question."""
    names = ("message_id", "conversation_id", "episode_id", "customer", "text", "audience", "code", "asked_at")
    return {name: getattr(each, name) for name in names} | vectors.stored(vector, encoder)


def trial_columns(trial: GapTrial | None) -> dict[str, object]:
    """The columns of a question's trial; `None` clears them."""
    place = None if trial is None else trial.told_from
    return {
        "filling": None if trial is None else trial.filling,
        "told_keys": None if trial is None else trial.keys,
        **{f"told_{name}": None if place is None else getattr(place, name) for name in _PLACE},
    }


_PLACE: Final = ("document_id", "document", "version", "start", "end")


def read_groups(
    connection: Connection, encoder: Encoder, *, only: GapId | None = None
) -> tuple[list[GapId], list[Group]]:
    """All gaps, or only one, with their questions, as grouping reads them."""
    query = select(gap_questions).order_by(gap_questions.c.gap_id, gap_questions.c.asked_at)
    if only is not None:
        query = query.where(gap_questions.c.gap_id == only)
    found = connection.execute(query).all()
    texts = [row.text for row in found]
    all_vectors = vectors.read(connection, gap_questions, found, texts, encoder)
    members: dict[int, list[int]] = defaultdict(list)
    for at, row in enumerate(found):
        members[row.gap_id].append(at)
    groups = [Group(tuple(texts[at] for at in own), all_vectors[own]) for own in members.values()]
    return [GapId(gap_id) for gap_id in members], groups


def one_gap(connection: Connection, gap_id: GapId) -> Gap:
    """One gap. Raises `NotFound`."""
    row = connection.execute(select(gaps).where(gaps.c.id == gap_id)).one_or_none()
    if row is None:
        raise NotFound("gap", gap_id)
    return with_counts(connection, [row])[0]


def with_counts(connection: Connection, rows: Sequence[Row[Any]]) -> list[Gap]:
    """Counted from the questions, so that no number can go its own way."""
    own: dict[int, list[Row[Any]]] = defaultdict(list)
    columns = (gap_questions.c.gap_id, gap_questions.c.customer, gap_questions.c.episode_id, gap_questions.c.asked_at)
    query: Select[Any] = select(*columns)
    if len(rows) == 1:
        query = query.where(gap_questions.c.gap_id == rows[0].id)
    for question in connection.execute(query):
        own[question.gap_id].append(question)
    return [to_gap(row, own[row.id]) for row in rows]


def to_gap(row: Row[Any], questions: Sequence[Row[Any]]) -> Gap:
    """A row of `gaps` with those of its questions."""
    return Gap(
        gap_id=GapId(row.id),
        question=row.question,
        status=row.status,
        owner=row.owner,
        due_on=row.due_on,
        note=row.note,
        questions=len(questions),
        customers=len({each.customer for each in questions}),
        opened_at=row.opened_at,
        last_asked_at=max((each.asked_at for each in questions), default=row.opened_at),
        closed_at=row.closed_at,
        reopened=row.reopened,
        tested_at=row.tested_at,
        tested=row.tested,
        answered=row.answered,
        rightly=row.rightly,
        episodes=tuple(sorted({each.episode_id for each in questions if each.episode_id})),
    )


def to_question(row: Row[Any]) -> GapQuestion:
    """A row of `gap_questions`."""
    place = None
    if row.told_document_id is not None:
        place = ToldFrom(
            DocumentId(row.told_document_id), row.told_document, row.told_version, row.told_start, row.told_end
        )
    return GapQuestion(
        message_id=MessageId(row.message_id),
        conversation_id=ConversationId(row.conversation_id),
        episode_id=row.episode_id,
        customer=row.customer,
        text=row.text,
        audience=row.audience,
        code=row.code,
        asked_at=row.asked_at,
        answered=row.answered,
        filling=row.filling,
        told_from=place,
        told_keys=row.told_keys or (),
    )
