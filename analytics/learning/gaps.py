"""The board of unanswered questions in SQL: what customers asked in vain, grouped by meaning. Nothing expires."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection, Engine, func, insert, select, update

from analytics.grouping import Group
from analytics.learning import gap_rows as rows
from analytics.learning import marks
from analytics.learning.tables import gap_questions, gap_sources, gaps
from analytics.needs import Needs
from core.clock import Clock, utc_now
from core.database import reading, writing
from core.errors import Conflict, InvalidInput, NotFound
from core.learning import MAX_NOTE, MAX_OWNER, Filling, Gap, GapId, GapQuestion, GapStatus, GapTrial
from core.text import comparable
from core.types import MessageId
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
            known = rows.known(connection, [each.message_id for each in questions])
        asked = {each.message_id: each for each in questions if each.message_id not in known and each.text.strip()}
        encoded = dict(zip(asked, self._encoder.encode_questions([each.text for each in asked.values()]), strict=True))
        with writing(self._engine) as connection:
            known = rows.known(connection, list(asked))  # another process may have been faster
            fresh = [each for each in asked.values() if each.message_id not in known]
            if fresh:
                self._place(connection, fresh, encoded)
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
            found = rows.with_counts(connection, connection.execute(query).all())
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
            return rows.one_gap(connection, gap_id)

    def questions(self, gap_id: GapId, *, limit: int = 100) -> list[GapQuestion]:
        """What belongs to a gap, the newest first. Raises `NotFound`."""
        query = select(gap_questions).where(gap_questions.c.gap_id == gap_id)
        with reading(self._engine) as connection:
            rows.one_gap(connection, gap_id)
            found = connection.execute(query.order_by(gap_questions.c.asked_at.desc()).limit(limit))
            return [rows.to_question(row) for row in found]

    def gap_of(self, messages: Sequence[MessageId]) -> GapId | None:
        """The gap to which one of these messages belongs; `None` if none does."""
        query = select(gap_questions.c.gap_id).where(gap_questions.c.message_id.in_(messages))
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(gap_questions.c.asked_at.desc()).limit(1)).scalar_one_or_none()
        return None if found is None else GapId(found)

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
            before = rows.one_gap(connection, gap_id)
            status = before.status
            if dismissed:
                status = GapStatus.DISMISSED
            elif before.status is GapStatus.DISMISSED:
                status = GapStatus.OPEN
            values = {"owner": owner, "due_on": due_on, "note": note, "status": status}
            connection.execute(update(gaps).where(gaps.c.id == gap_id).values(**values))
            return rows.one_gap(connection, gap_id)

    def confirmed(self, gap_id: GapId) -> frozenset[str]:
        """Keys of the sources of which a person has said that they answer a gap."""
        query = select(gap_sources.c.source).where(gap_sources.c.gap_id == gap_id)
        with reading(self._engine) as connection:
            return frozenset(connection.execute(query).scalars())

    def confirm(self, gap_id: GapId, message_id: MessageId, *, by: str) -> None:
        """Take the answer that a question of a gap got last for a right one; from then on its sources fill the gap.

        Raises:
            NotFound: no such gap, or the question isn't one of its.
            Conflict: the question wasn't answered, or without naming a source.
        """
        with writing(self._engine) as connection:
            rows.one_gap(connection, gap_id)
            mine = (gap_questions.c.gap_id == gap_id, gap_questions.c.message_id == message_id)
            row = connection.execute(select(gap_questions.c.told_keys).where(*mine)).one_or_none()
            if row is None:
                raise NotFound("question", message_id)
            if not row.told_keys:
                raise Conflict("That question has no answer to confirm. Ask the gap again, or write the answer.")
            known = select(gap_sources.c.source).where(gap_sources.c.gap_id == gap_id)
            before = set(connection.execute(known).scalars())
            for key in row.told_keys:
                if key not in before:
                    values = {"source": key, "confirmed_by": by[:MAX_OWNER], "confirmed_at": self._clock()}
                    connection.execute(insert(gap_sources).values(gap_id=gap_id, **values))

    def tried(self, gap_id: GapId, trials: Mapping[MessageId, GapTrial]) -> Gap:
        """Note how a gap's wordings were answered. All rightly closes it, one that isn't opens it again.

        Raises:
            NotFound: no such gap.
        """
        now = self._clock()
        with writing(self._engine) as connection:
            before = rows.one_gap(connection, gap_id)
            # What an earlier round found of other wordings may rest on what is gone
            own = gap_questions.c.gap_id == gap_id
            connection.execute(update(gap_questions).where(own).values(answered=None, **rows.trial_columns(None)))
            for message_id, trial in trials.items():
                values = {"answered": trial.filling is not Filling.UNANSWERED, **rows.trial_columns(trial)}
                mine = gap_questions.c.message_id == message_id
                connection.execute(update(gap_questions).where(own, mine).values(**values))
            rightly = sum(trial.filling.fills for trial in trials.values())
            told: dict[str, object] = {
                "tested_at": now,
                "tested": len(trials),
                "answered": sum(trial.filling is not Filling.UNANSWERED for trial in trials.values()),
                "rightly": rightly,
            }
            filled = bool(trials) and rightly == len(trials)
            if before.status is GapStatus.OPEN and filled:
                told |= {"status": GapStatus.CLOSED, "closed_at": now}
            elif before.status is GapStatus.CLOSED and trials and not filled:
                told |= rows.reopening(before.reopened)
            connection.execute(update(gaps).where(gaps.c.id == gap_id).values(**told))
            return rows.one_gap(connection, gap_id)

    def _place(
        self, connection: Connection, fresh: Sequence[GapQuestion], encoded: Mapping[MessageId, Vectors]
    ) -> None:
        ids, groups = rows.read_groups(connection, self._encoder)
        needs = Needs(groups, encoder_key=self._encoder.identity.key, coming=[each.text for each in fresh])
        for each in fresh:
            vector = encoded[each.message_id]
            at = needs.place(each.text, vector)
            if at is None:
                ids.append(self._open(connection, each))
                at = needs.add(each.text, vector, None)
            else:
                at = needs.add(each.text, vector, at)
                self._join(connection, ids[at], needs.groups[at])
            connection.execute(
                insert(gap_questions).values(gap_id=ids[at], **rows.columns(each, vector, self._encoder))
            )

    def _open(self, connection: Connection, first: GapQuestion) -> GapId:
        added = connection.execute(
            insert(gaps).values(
                question=first.text, status=GapStatus.OPEN, owner="", due_on=None, note="", opened_at=self._clock(),
                closed_at=None, reopened=0, tested_at=None, tested=0, answered=0, rightly=0,
            )
        )  # fmt: skip
        assert added.inserted_primary_key is not None  # every database gives it after a single insert
        return GapId(added.inserted_primary_key[0])

    def _join(self, connection: Connection, gap_id: GapId, group: Group) -> None:
        """The middle one speaks for all; a closed gap was closed too early."""
        before = connection.execute(select(gaps).where(gaps.c.id == gap_id)).one()
        values: dict[str, object] = {"question": rows.middle(group)}
        if before.status is GapStatus.CLOSED:
            values |= rows.reopening(before.reopened)
        connection.execute(update(gaps).where(gaps.c.id == gap_id).values(**values))
