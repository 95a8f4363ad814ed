"""The board of unanswered questions in SQL: what customers asked in vain, grouped by meaning. Nothing expires."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Engine, Row, Select, func, insert, select, update

from analytics.grouping import Group, nearest
from analytics.learning import marks, vectors
from analytics.learning.tables import gap_questions, gaps
from core.clock import Clock, utc_now
from core.database import reading, writing
from core.errors import InvalidInput, NotFound
from core.learning import MAX_NOTE, MAX_OWNER, Gap, GapId, GapQuestion, GapStatus
from core.text import comparable
from core.types import ConversationId, MessageId
from models.encoder import Encoder, Vectors

WORDINGS: Final = 5
"""Wordings of a gap that are tried: enough to tell luck from an answer, few enough to try hundreds of gaps."""


class GapStore:
    """Gaps and their questions. Safe from several threads and processes.

    What a method has changed is durable when it returns; an error means that nothing was changed.
    """

    def __init__(self, engine: Engine, encoder: Encoder, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._encoder = encoder
        self._clock = clock

    def take_in(self, questions: Sequence[GapQuestion], *, up_to: int | None = None) -> int:
        """Add what customers asked in vain to the gaps that they mean, or to new ones; returns how many were new.

        A question that is there already is left alone. One that falls into a closed gap opens it again: the
        assistant has just failed at it.

        Args:
            up_to: number of the last event that was read for it, which is noted with it in one step.
        """
        with reading(self._engine) as connection:
            known = _known(connection, [each.message_id for each in questions])
        asked = {each.message_id: each for each in questions if each.message_id not in known and each.text.strip()}
        rows = dict(zip(asked, self._encoder.encode_questions([each.text for each in asked.values()]), strict=True))
        with writing(self._engine) as connection:
            known = _known(connection, list(asked))  # another process may have been faster
            fresh = [each for each in asked.values() if each.message_id not in known]
            if fresh:
                self._place(connection, fresh, rows)
            if up_to is not None:
                marks.set_mark(connection, marks.EVENTS, up_to)
        return len(fresh)

    def read_up_to(self) -> int:
        """Number of the last event that was read."""
        with reading(self._engine) as connection:
            return marks.read_mark(connection, marks.EVENTS)

    def tried_for(self) -> int:
        """Number of the change of the knowledge base after which the gaps were tried last."""
        with reading(self._engine) as connection:
            return marks.read_mark(connection, marks.KNOWLEDGE)

    def note_tried_for(self, sequence: int) -> None:
        """Remember it."""
        with writing(self._engine) as connection:
            marks.set_mark(connection, marks.KNOWLEDGE, sequence)

    def gaps(self, *, status: GapStatus | None = None, offset: int = 0, limit: int = 100) -> list[Gap]:
        """A page of the gaps: those that most customers met come first."""
        query = select(gaps)
        if status is not None:
            query = query.where(gaps.c.status == status)
        with reading(self._engine) as connection:
            found = _with_counts(connection, connection.execute(query).all())
        found.sort(key=lambda gap: (-gap.customers, -gap.questions, -gap.gap_id))
        return found[offset : offset + limit]

    def counts(self) -> Mapping[GapStatus, int]:
        """How many gaps there are of each status."""
        query = select(gaps.c.status, func.count()).group_by(gaps.c.status)
        with reading(self._engine) as connection:
            found = {row[0]: row[1] for row in connection.execute(query)}
        return {status: found.get(status, 0) for status in GapStatus}

    def gap(self, gap_id: GapId) -> Gap:
        """One gap. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return _one(connection, gap_id)

    def questions(self, gap_id: GapId, *, limit: int = 100) -> list[GapQuestion]:
        """What belongs to a gap, the newest first. Raises `NotFound`."""
        query = select(gap_questions).where(gap_questions.c.gap_id == gap_id)
        with reading(self._engine) as connection:
            _one(connection, gap_id)
            rows = connection.execute(query.order_by(gap_questions.c.asked_at.desc()).limit(limit))
            return [_to_question(row) for row in rows]

    def wordings(self, gap_id: GapId) -> list[GapQuestion]:
        """The questions by which a gap is tried: at most `WORDINGS` different ones, the newest first."""
        different: dict[str, GapQuestion] = {}
        for each in self.questions(gap_id, limit=10 * WORDINGS):
            different.setdefault(comparable(each.text) + each.audience, each)
        return list(different.values())[:WORDINGS]

    def edit(self, gap_id: GapId, *, owner: str, due_on: date | None, note: str, dismissed: bool) -> Gap:
        """Say who looks after a gap, until when, and whether it is ours at all.

        Raises:
            NotFound: no such gap.
            InvalidInput: a text is too long.
        """
        owner, note = owner.strip(), note.strip()
        if len(owner) > MAX_OWNER or len(note) > MAX_NOTE:
            raise InvalidInput(f"An owner has at most {MAX_OWNER} characters and a note at most {MAX_NOTE}.")
        with writing(self._engine) as connection:
            before = _one(connection, gap_id)
            status = before.status
            if dismissed:
                status = GapStatus.DISMISSED
            elif before.status is GapStatus.DISMISSED:
                status = GapStatus.OPEN
            values = {"owner": owner, "due_on": due_on, "note": note, "status": status}
            connection.execute(update(gaps).where(gaps.c.id == gap_id).values(**values))
            return _one(connection, gap_id)

    def tried(self, gap_id: GapId, answered: Mapping[MessageId, bool]) -> Gap:
        """Note how a gap's wordings were answered. All answered closes it, one that isn't opens it again.

        Raises:
            NotFound: no such gap.
        """
        now = self._clock()
        with writing(self._engine) as connection:
            before = _one(connection, gap_id)
            for message_id, was in answered.items():
                own = gap_questions.c.message_id == message_id
                connection.execute(update(gap_questions).where(own).values(answered=was))
            values: dict[str, object] = {
                "tested_at": now,
                "tested": len(answered),
                "answered": sum(answered.values()),
            }
            filled = bool(answered) and all(answered.values())
            if before.status is GapStatus.OPEN and filled:
                values |= {"status": GapStatus.CLOSED, "closed_at": now}
            elif before.status is GapStatus.CLOSED and answered and not filled:
                values |= _reopening(before.reopened)
            connection.execute(update(gaps).where(gaps.c.id == gap_id).values(**values))
            return _one(connection, gap_id)

    def _place(self, connection: Connection, fresh: Sequence[GapQuestion], rows: Mapping[MessageId, Vectors]) -> None:
        ids, groups = self._groups(connection)
        for each in fresh:
            vector = rows[each.message_id]
            at = nearest(each.text, vector, groups)
            if at is None:
                ids.append(self._open(connection, each))
                groups.append(Group((each.text,), vector[None]))
                at = len(ids) - 1
            else:
                group = groups[at]
                groups[at] = Group((*group.texts, each.text), np.vstack([group.vectors, vector]))
                self._join(connection, ids[at], groups[at])
            connection.execute(insert(gap_questions).values(gap_id=ids[at], **_columns(each, vector, self._encoder)))

    def _groups(self, connection: Connection) -> tuple[list[GapId], list[Group]]:
        query = select(gap_questions).order_by(gap_questions.c.gap_id, gap_questions.c.asked_at)
        rows = connection.execute(query).all()
        texts = [row.text for row in rows]
        all_vectors = vectors.read(connection, gap_questions, rows, texts, self._encoder)
        members: dict[int, list[int]] = defaultdict(list)
        for at, row in enumerate(rows):
            members[row.gap_id].append(at)
        groups = [Group(tuple(texts[at] for at in own), all_vectors[own]) for own in members.values()]
        return [GapId(gap_id) for gap_id in members], groups

    def _open(self, connection: Connection, first: GapQuestion) -> GapId:
        added = connection.execute(
            insert(gaps).values(
                question=first.text, status=GapStatus.OPEN, owner="", due_on=None, note="", opened_at=self._clock(),
                closed_at=None, reopened=0, tested_at=None, tested=0, answered=0,
            )
        )  # fmt: skip
        assert added.inserted_primary_key is not None  # every database gives it after a single insert
        return GapId(added.inserted_primary_key[0])

    def _join(self, connection: Connection, gap_id: GapId, group: Group) -> None:
        """The middle one speaks for all; a closed gap was closed too early."""
        before = connection.execute(select(gaps).where(gaps.c.id == gap_id)).one()
        values: dict[str, object] = {"question": _middle(group)}
        if before.status is GapStatus.CLOSED:
            values |= _reopening(before.reopened)
        connection.execute(update(gaps).where(gaps.c.id == gap_id).values(**values))


def _reopening(times: int) -> dict[str, object]:
    return {"status": GapStatus.OPEN, "closed_at": None, "reopened": times + 1}


def _middle(group: Group) -> str:
    """The question that is nearest to all of them; of equal ones the shortest."""
    near = np.round(group.vectors @ group.vectors.mean(axis=0), 4)
    return min(zip(-near, map(len, group.texts), group.texts, strict=True))[2]


def _known(connection: Connection, ids: Sequence[MessageId]) -> set[MessageId]:
    found: set[MessageId] = set()
    for at in range(0, len(ids), 500):
        some = gap_questions.c.message_id.in_(ids[at : at + 500])
        found.update(connection.execute(select(gap_questions.c.message_id).where(some)).scalars())
    return found


def _columns(each: GapQuestion, vector: Vectors, encoder: Encoder) -> dict[str, object]:
    names = ("message_id", "conversation_id", "episode_id", "customer", "text", "audience", "code", "asked_at")
    return {name: getattr(each, name) for name in names} | vectors.stored(vector, encoder)


def _one(connection: Connection, gap_id: GapId) -> Gap:
    row = connection.execute(select(gaps).where(gaps.c.id == gap_id)).one_or_none()
    if row is None:
        raise NotFound("gap", gap_id)
    return _with_counts(connection, [row])[0]


def _with_counts(connection: Connection, rows: Sequence[Row[Any]]) -> list[Gap]:
    """Counted from the questions, so that no number can go its own way."""
    own: dict[int, list[Row[Any]]] = defaultdict(list)
    columns = (gap_questions.c.gap_id, gap_questions.c.customer, gap_questions.c.episode_id, gap_questions.c.asked_at)
    query: Select[Any] = select(*columns)
    if len(rows) == 1:
        query = query.where(gap_questions.c.gap_id == rows[0].id)
    for question in connection.execute(query):
        own[question.gap_id].append(question)
    return [_to_gap(row, own[row.id]) for row in rows]


def _to_gap(row: Row[Any], questions: Sequence[Row[Any]]) -> Gap:
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
        episodes=tuple(sorted({each.episode_id for each in questions if each.episode_id})),
    )


def _to_question(row: Row[Any]) -> GapQuestion:
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
    )
