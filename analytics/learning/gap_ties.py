"""Gaps put together or kept apart by a person, who knows better than any measure. What was decided stays decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from analytics.learning import gap_rows as rows
from analytics.learning.tables import candidates, gap_apart, gap_questions, gap_sources, gaps
from analytics.needs import Needs
from core.clock import Clock, utc_now
from core.database import reading, writing
from core.errors import InvalidInput, NotFound
from core.learning import MAX_OWNER, Gap, GapId, GapStatus, NearGap
from core.types import MessageId
from models.encoder import Encoder

SHOWN: Final = 5
"""Other gaps that are named beside one: what is further away is found by reading the board."""


class GapTies:
    """Puts gaps together, takes one apart, and says which others may be the same need.

    What a method has changed is durable when it returns; an error means that nothing was changed.
    """

    def __init__(self, engine: Engine, encoder: Encoder, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._encoder = encoder
        self._clock = clock

    def near(self, gap_id: GapId) -> list[NearGap]:
        """The other gaps that are nearest in meaning and not kept apart, nearest first. Raises `NotFound`."""
        with writing(self._engine) as connection:  # vectors of another encoder are computed anew
            rows.one_gap(connection, gap_id)
            ids, groups = rows.read_groups(connection, self._encoder)
            if gap_id not in ids:
                return []
            needs = Needs(groups, encoder_key=self._encoder.identity.key)
            apart = _apart_from(connection, gap_id)
            others = {each: at for at, each in enumerate(ids) if each != gap_id and each not in apart}
            likeness = needs.nearness(ids.index(gap_id))
            closeness = {each: float(likeness[at]) for each, at in others.items()}
            nearest = sorted(others, key=lambda each: (-closeness[each], each))[:SHOWN]
            return [
                NearGap(rows.one_gap(connection, each), closeness[each], needs.maybe_same(closeness[each]))
                for each in nearest
            ]

    def merge(self, gap_id: GapId, other: GapId) -> Gap:
        """Put the questions of another gap into this one; the other one is gone, its number is never used again.

        What a person knew of the other (a pair, confirmed sources, what it is kept apart from) comes along. The gap
        is open if one of the two was.

        Raises:
            NotFound: one of them doesn't exist.
            InvalidInput: they are the same gap.
        """
        if gap_id == other:
            raise InvalidInput("A gap can't be merged with itself. Name another one.")
        with writing(self._engine) as connection:
            kept, gone = rows.one_gap(connection, gap_id), rows.one_gap(connection, other)
            connection.execute(update(gap_questions).where(gap_questions.c.gap_id == other).values(gap_id=gap_id))
            connection.execute(update(candidates).where(candidates.c.gap_id == other).values(gap_id=gap_id))
            _move_sources(connection, gap_id, other)
            self._keep_apart_as(connection, gap_id, other)
            values: dict[str, object] = {"opened_at": min(kept.opened_at, gone.opened_at)}
            if GapStatus.OPEN in {kept.status, gone.status}:
                values |= {"status": GapStatus.OPEN, "closed_at": None}
            connection.execute(update(gaps).where(gaps.c.id == gap_id).values(**values))
            connection.execute(delete(gaps).where(gaps.c.id == other))
            self._name_anew(connection, gap_id)
            return rows.one_gap(connection, gap_id)

    def split(self, gap_id: GapId, messages: Sequence[MessageId], *, by: str) -> Gap:
        """Make a gap of its own of some questions; the two are never suggested to be the same again.

        Raises:
            NotFound: no such gap, or none of these questions is in it.
            InvalidInput: nothing would be left.
        """
        with writing(self._engine) as connection:
            before = rows.one_gap(connection, gap_id)
            mine = (gap_questions.c.gap_id == gap_id, gap_questions.c.message_id.in_(messages))
            found = list(connection.execute(select(gap_questions.c.message_id).where(*mine)).scalars())
            if not found:
                raise NotFound("question", ", ".join(messages))
            if len(found) == before.questions:
                raise InvalidInput("These are all its questions. Leave at least one where it is.")
            now = self._clock()
            added = connection.execute(
                insert(gaps).values(
                    question="", status=GapStatus.OPEN, owner="", due_on=None, note="", opened_at=now, closed_at=None,
                    reopened=0, tested_at=None, tested=0, answered=0, rightly=0,
                )
            )  # fmt: skip
            assert added.inserted_primary_key is not None  # every database gives it after a single insert
            made = GapId(added.inserted_primary_key[0])
            moved = gap_questions.c.message_id.in_(found)
            connection.execute(update(gap_questions).where(moved).values(gap_id=made))
            _note_apart(connection, gap_id, made, by, now)
            for each in (gap_id, made):
                self._name_anew(connection, each)
            return rows.one_gap(connection, made)

    def keep_apart(self, gap_id: GapId, other: GapId, *, by: str) -> None:
        """Remember that two gaps are different needs.

        Raises:
            NotFound: one of them doesn't exist.
            InvalidInput: they are the same gap.
        """
        if gap_id == other:
            raise InvalidInput("A gap can't be kept apart from itself. Name another one.")
        with writing(self._engine) as connection:
            for each in (gap_id, other):
                rows.one_gap(connection, each)
            _note_apart(connection, gap_id, other, by, self._clock())

    def apart(self) -> frozenset[frozenset[GapId]]:
        """Every two gaps that a person keeps apart."""
        with reading(self._engine) as connection:
            found = connection.execute(select(gap_apart.c.first_id, gap_apart.c.second_id)).all()
        return frozenset(frozenset((GapId(row.first_id), GapId(row.second_id))) for row in found)

    def _keep_apart_as(self, connection: Connection, gap_id: GapId, other: GapId) -> None:
        """What the other was kept apart from, this one is now; what was decided between the two is overruled."""
        for each in _apart_from(connection, other) - {gap_id}:
            _note_apart(connection, gap_id, each, "", self._clock())
        connection.execute(delete(gap_apart).where(or_(gap_apart.c.first_id == other, gap_apart.c.second_id == other)))

    def _name_anew(self, connection: Connection, gap_id: GapId) -> None:
        ids, groups = rows.read_groups(connection, self._encoder, only=gap_id)
        if ids:
            connection.execute(update(gaps).where(gaps.c.id == gap_id).values(question=rows.middle(groups[0])))


def _move_sources(connection: Connection, gap_id: GapId, other: GapId) -> None:
    known = select(gap_sources.c.source).where(gap_sources.c.gap_id == gap_id)
    same = set(connection.execute(known).scalars())
    theirs = gap_sources.c.gap_id == other
    if same:
        connection.execute(delete(gap_sources).where(theirs, gap_sources.c.source.in_(same)))
    connection.execute(update(gap_sources).where(theirs).values(gap_id=gap_id))


def _apart_from(connection: Connection, gap_id: GapId) -> set[GapId]:
    pair = (gap_apart.c.first_id, gap_apart.c.second_id)
    query = select(*pair).where(or_(*(column == gap_id for column in pair)))
    return {GapId(each) for row in connection.execute(query) for each in row if each != gap_id}


def _note_apart(connection: Connection, one: GapId, other: GapId, by: str, now: datetime) -> None:
    if other in _apart_from(connection, one):
        return
    first, second = sorted((one, other))
    values = {"first_id": first, "second_id": second, "decided_by": by[:MAX_OWNER], "decided_at": now}
    connection.execute(insert(gap_apart).values(**values))
