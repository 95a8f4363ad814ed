"""Candidate pairs in SQL: what people's answers suggest, merged where it is the same question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from sqlalchemy import Connection, Engine, func, insert, select, update

from analytics.grouping import SAME_QUESTION, Group, nearest
from analytics.learning import candidate_rows as rows
from analytics.learning import vectors
from analytics.learning.tables import candidate_findings, candidates
from core.clock import Clock, utc_now
from core.database import reading, writing
from core.errors import Conflict, InvalidInput
from core.learning import (
    MAX_ANSWER,
    MAX_NOTE,
    MAX_QUESTION,
    Candidate,
    CandidateId,
    CandidateStatus,
    Finding,
    GapId,
    GapQuestion,
    Origin,
    PairWords,
    Trial,
)
from core.text import comparable
from core.types import Audience, DocumentId
from kb.rows import chunked
from models.encoder import Encoder, Vectors

MAX_SIMILAR: Final = 10
"""Wordings that a candidate collects besides its question."""

_S = CandidateStatus
_DECIDABLE: Final = frozenset({_S.OPEN, _S.DISMISSED, _S.WITHDRAWN})
"""Whoever is on the way to the knowledge base, or there, is changed there."""


class CandidateStore:
    """Candidates with what they were learnt from. Safe from several threads and processes.

    What a method has changed is durable when it returns; an error means that nothing was changed.
    """

    def __init__(self, engine: Engine, encoder: Encoder, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._encoder = encoder
        self._clock = clock

    def take_in(self, findings: Sequence[Finding]) -> int:
        """Add what people answered to the candidates that ask the same, or make new ones; returns how many were new.

        The same episode or suggestion is never counted twice.
        """
        with reading(self._engine) as connection:
            known = rows.known(connection, findings)
        fresh = {rows.key_of(each): each for each in findings if rows.key_of(each) not in known}
        encoded = dict(
            zip(fresh, self._encoder.encode_questions([each.question for each in fresh.values()]), strict=True)
        )
        with writing(self._engine) as connection:
            known = rows.known(connection, list(fresh.values()))  # another process may have been faster
            new = {key: each for key, each in fresh.items() if key not in known}
            if new:
                self._place(connection, new, encoded)
        return len(new)

    def candidates(
        self, *, status: CandidateStatus | None = None, offset: int = 0, limit: int = 100
    ) -> list[Candidate]:
        """A page of the candidates: those that most customers asked come first."""
        query = select(candidates)
        if status is not None:
            query = query.where(candidates.c.status == status)
        with reading(self._engine) as connection:
            found = rows.with_findings(connection, connection.execute(query).all())
        found.sort(key=lambda each: (-each.customers, -each.candidate_id))
        return found[offset : offset + limit]

    def counts(self) -> Mapping[CandidateStatus, int]:
        """How many candidates there are of each status."""
        query = select(candidates.c.status, func.count()).group_by(candidates.c.status)
        with reading(self._engine) as connection:
            found = {row[0]: row[1] for row in connection.execute(query)}
        return {status: found.get(status, 0) for status in CandidateStatus}

    def candidate(self, candidate_id: CandidateId) -> Candidate:
        """One candidate. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return rows.one_candidate(connection, candidate_id)

    def of_gap(self, gap_id: GapId) -> list[Candidate]:
        """The pairs that were written for a gap, the newest first."""
        query = select(candidates).where(candidates.c.gap_id == gap_id).order_by(candidates.c.id.desc())
        with reading(self._engine) as connection:
            return rows.with_findings(connection, connection.execute(query).all())

    def write_for(
        self, gap_id: GapId, asked: Sequence[GapQuestion], words: PairWords, *, audience: Audience, by: str
    ) -> Candidate:
        """Approve a pair that was written for a gap. The publisher takes it from there.

        What was mined from the same conversation, and waits for review, becomes this pair, so that nobody reviews it
        a second time.

        Raises:
            InvalidInput: a text is empty or too long.
        """
        values = _checked(words.question, words.answer, words.similar, "")
        told = {"document_id": None, "version": None, "problem": "", "passed": None, "tried_at": None}
        decided = {"status": _S.APPROVED, "decided_by": by, "gap_id": gap_id, "audience": audience, **told}
        now = self._clock()
        with writing(self._engine) as connection:
            candidate_id = _waiting_for(connection, asked)
            if candidate_id is None:
                made = insert(candidates).values(**values, **decided, created_at=now, updated_at=now)
                added = connection.execute(made).inserted_primary_key
                assert added is not None  # every database gives it after a single insert
                candidate_id = CandidateId(added[0])
            else:
                own = candidates.c.id == candidate_id
                connection.execute(update(candidates).where(own).values(**values, **decided, updated_at=now))
            return rows.one_candidate(connection, candidate_id)

    def edit(
        self, candidate_id: CandidateId, *, question: str, answer: str, similar: Sequence[str], note: str = ""
    ) -> Candidate:
        """Change the words before they are approved.

        Raises:
            NotFound: no such candidate.
            Conflict: it is approved already; change the pair in the knowledge base.
            InvalidInput: a text is empty or too long.
        """
        values = _checked(question, answer, similar, note)
        return self._change(candidate_id, **values)

    def approve(self, candidate_id: CandidateId, *, by: str, gap_id: GapId | None = None) -> Candidate:
        """Let it into the knowledge base. The publisher takes it from there.

        Args:
            gap_id: the gap that its question belongs to.

        Raises:
            NotFound: no such candidate.
            Conflict: it is approved already.
        """
        told = {"document_id": None, "version": None, "problem": "", "passed": None, "tried_at": None}
        return self._change(candidate_id, status=_S.APPROVED, decided_by=by, gap_id=gap_id, **told)

    def dismiss(self, candidate_id: CandidateId, *, by: str) -> Candidate:
        """Keep it out. What is found later of the same question joins it without bothering anybody.

        Raises:
            NotFound, Conflict: as `approve`.
        """
        return self._change(candidate_id, status=_S.DISMISSED, decided_by=by)

    def sent(self, ids: Sequence[CandidateId], document_id: DocumentId, version: int) -> None:
        """Note the version with which approved candidates are on their way."""
        self._mark(ids, document_id=document_id, version=version)

    def arrived(self, ids: Sequence[CandidateId]) -> None:
        """Note that customers can find them now."""
        self._mark(ids, status=_S.PUBLISHED)

    def returned(self, ids: Sequence[CandidateId], problem: str) -> None:
        """Put candidates that couldn't be published before a person again, with the reason."""
        self._mark(ids, status=_S.OPEN, problem=problem, document_id=None, version=None)

    def withdrawn(self, ids: Sequence[CandidateId]) -> None:
        """Note that their pairs are gone from the knowledge base."""
        self._mark(ids, status=_S.WITHDRAWN)

    def tried(self, candidate_id: CandidateId, trial: Trial) -> None:
        """Note how the assistant answered the question."""
        told = {"tried_outcome": trial.outcome, "tried_text": trial.text, "passed": trial.passed}
        self._mark([candidate_id], tried_at=trial.tried_at, **told)

    def _mark(self, ids: Sequence[CandidateId], **values: object) -> None:
        if ids:
            own = candidates.c.id.in_(ids)
            with writing(self._engine) as connection:
                connection.execute(update(candidates).where(own).values(updated_at=self._clock(), **values))

    def _change(self, candidate_id: CandidateId, **values: object) -> Candidate:
        with writing(self._engine) as connection:
            before = rows.one_candidate(connection, candidate_id)
            if before.status not in _DECIDABLE:
                raise Conflict(
                    f"Candidate {candidate_id} is {before.status.value}. Change or reject its pair in the knowledge base."
                )
            own = candidates.c.id == candidate_id
            connection.execute(update(candidates).where(own).values(updated_at=self._clock(), **values))
            return rows.one_candidate(connection, candidate_id)

    def _place(
        self,
        connection: Connection,
        new: Mapping[tuple[Origin, str], Finding],
        encoded: Mapping[tuple[Origin, str], Vectors],
    ) -> None:
        ids, groups = rows.read_groups(connection, self._encoder)
        for key, each in new.items():
            vector = encoded[key]
            at = nearest(each.question, vector, groups, least=SAME_QUESTION)
            if at is None:
                ids.append(self._open(connection, each))
                groups.append(Group((each.question,), vector[None]))
                at = len(ids) - 1
            else:
                groups[at] = Group((*groups[at].texts, each.question), np.vstack([groups[at].vectors, vector]))
                self._join(connection, ids[at], each)
            own = rows.columns(each) | vectors.stored(vector, self._encoder)
            connection.execute(insert(candidate_findings).values(candidate_id=ids[at], **own))

    def _open(self, connection: Connection, first: Finding) -> CandidateId:
        now = self._clock()
        added = connection.execute(
            insert(candidates).values(
                question=first.question[:MAX_QUESTION], answer=first.answer[:MAX_ANSWER], similar=(),
                audience=first.audience, status=_S.OPEN, note="", decided_by="", problem="", created_at=now, updated_at=now,
            )
        )  # fmt: skip
        assert added.inserted_primary_key is not None  # every database gives it after a single insert
        return CandidateId(added.inserted_primary_key[0])

    def _join(self, connection: Connection, candidate_id: CandidateId, found: Finding) -> None:
        """Another wording is kept as long as nobody has decided."""
        before = rows.one_candidate(connection, candidate_id)
        known = {comparable(text) for text in (before.question, *before.similar)}
        if before.status is _S.OPEN and comparable(found.question) not in known and len(before.similar) < MAX_SIMILAR:
            similar = (*before.similar, found.question[:MAX_QUESTION])
            connection.execute(update(candidates).where(candidates.c.id == candidate_id).values(similar=similar))


def _waiting_for(connection: Connection, asked: Sequence[GapQuestion]) -> CandidateId | None:
    """The candidate in the review queue that was learnt from one of these questions."""
    texts = {comparable(each.text) for each in asked}
    columns = (candidate_findings.c.candidate_id, candidate_findings.c.question)
    query = select(*columns).join(candidates).where(candidates.c.status == _S.OPEN)
    for some in chunked([each.conversation_id for each in asked]):
        here = query.where(candidate_findings.c.conversation_id.in_(some)).order_by(candidate_findings.c.candidate_id)
        for row in connection.execute(here):
            if comparable(row.question) in texts:
                return CandidateId(row.candidate_id)
    return None


def _checked(question: str, answer: str, similar: Sequence[str], note: str) -> dict[str, object]:
    question, answer, note = question.strip(), answer.strip(), note.strip()
    wordings = tuple(dict.fromkeys(text.strip() for text in similar if text.strip() and text.strip() != question))
    if not question or not answer:
        raise InvalidInput("A pair needs a question and an answer.")
    if max(map(len, (question, *wordings))) > MAX_QUESTION or len(answer) > MAX_ANSWER or len(note) > MAX_NOTE:
        raise InvalidInput(
            f"A question has at most {MAX_QUESTION} characters, an answer {MAX_ANSWER}, a note {MAX_NOTE}."
        )
    if len(wordings) > MAX_SIMILAR:
        raise InvalidInput(f"At most {MAX_SIMILAR} other wordings are kept.")
    return {"question": question, "answer": answer, "similar": wordings, "note": note}
