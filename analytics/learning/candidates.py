"""Candidate pairs in SQL: what people's answers suggest, merged where it is the same question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection, Engine, Row, Select, func, insert, select, update

from analytics.grouping import SAME_QUESTION, Group, nearest
from analytics.learning import vectors
from analytics.learning.tables import candidate_findings, candidates
from core.clock import Clock, utc_now
from core.database import reading, writing
from core.errors import Conflict, InvalidInput, NotFound
from core.learning import (
    MAX_ANSWER,
    MAX_NOTE,
    MAX_QUESTION,
    Candidate,
    CandidateId,
    CandidateStatus,
    Finding,
    Origin,
    Trial,
)
from core.text import comparable
from core.types import ConversationId, DocumentId, MessageId
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
            known = _known(connection, findings)
        fresh = {_key(each): each for each in findings if _key(each) not in known}
        rows = dict(zip(fresh, self._encoder.encode_questions([each.question for each in fresh.values()]), strict=True))
        with writing(self._engine) as connection:
            known = _known(connection, list(fresh.values()))  # another process may have been faster
            new = {key: each for key, each in fresh.items() if key not in known}
            if new:
                self._place(connection, new, rows)
        return len(new)

    def candidates(
        self, *, status: CandidateStatus | None = None, offset: int = 0, limit: int = 100
    ) -> list[Candidate]:
        """A page of the candidates: those that most customers asked come first."""
        query = select(candidates)
        if status is not None:
            query = query.where(candidates.c.status == status)
        with reading(self._engine) as connection:
            found = _with_findings(connection, connection.execute(query).all())
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
            return _one(connection, candidate_id)

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

    def approve(self, candidate_id: CandidateId, *, by: str) -> Candidate:
        """Let it into the knowledge base. The publisher takes it from there.

        Raises:
            NotFound: no such candidate.
            Conflict: it is approved already.
        """
        told = {"document_id": None, "version": None, "problem": "", "passed": None, "tried_at": None}
        return self._change(candidate_id, status=_S.APPROVED, decided_by=by, **told)

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
            before = _one(connection, candidate_id)
            if before.status not in _DECIDABLE:
                raise Conflict(
                    f"Candidate {candidate_id} is {before.status.value}. Change or reject its pair in the knowledge base."
                )
            own = candidates.c.id == candidate_id
            connection.execute(update(candidates).where(own).values(updated_at=self._clock(), **values))
            return _one(connection, candidate_id)

    def _place(
        self, connection: Connection, new: Mapping[tuple[Origin, str], Finding], rows: Mapping[Any, Vectors]
    ) -> None:
        ids, groups = self._groups(connection)
        for key, each in new.items():
            vector = rows[key]
            at = nearest(each.question, vector, groups, least=SAME_QUESTION)
            if at is None:
                ids.append(self._open(connection, each))
                groups.append(Group((each.question,), vector[None]))
                at = len(ids) - 1
            else:
                groups[at] = Group((*groups[at].texts, each.question), np.vstack([groups[at].vectors, vector]))
                self._join(connection, ids[at], each)
            own = _columns(each) | vectors.stored(vector, self._encoder)
            connection.execute(insert(candidate_findings).values(candidate_id=ids[at], **own))

    def _groups(self, connection: Connection) -> tuple[list[CandidateId], list[Group]]:
        """Candidates for other readers are other candidates, so they aren't told apart here but by their words."""
        query = select(candidate_findings).order_by(candidate_findings.c.candidate_id, candidate_findings.c.found_at)
        rows = connection.execute(query).all()
        texts = [row.question for row in rows]
        all_vectors = vectors.read(connection, candidate_findings, rows, texts, self._encoder)
        members: dict[int, list[int]] = defaultdict(list)
        for at, row in enumerate(rows):
            members[row.candidate_id].append(at)
        groups = [Group(tuple(texts[at] for at in own), all_vectors[own]) for own in members.values()]
        return [CandidateId(each) for each in members], groups

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
        before = _one(connection, candidate_id)
        known = {comparable(text) for text in (before.question, *before.similar)}
        if before.status is _S.OPEN and comparable(found.question) not in known and len(before.similar) < MAX_SIMILAR:
            similar = (*before.similar, found.question[:MAX_QUESTION])
            connection.execute(update(candidates).where(candidates.c.id == candidate_id).values(similar=similar))


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


def _key(found: Finding) -> tuple[Origin, str]:
    return found.origin, found.key


def _known(connection: Connection, findings: Sequence[Finding]) -> set[tuple[Origin, str]]:
    found: set[tuple[Origin, str]] = set()
    keys = [each.key for each in findings]
    for at in range(0, len(keys), 500):
        some = candidate_findings.c.source.in_(keys[at : at + 500])
        rows = connection.execute(select(candidate_findings.c.origin, candidate_findings.c.source).where(some))
        found.update((row.origin, row.source) for row in rows)
    return found


def _columns(each: Finding) -> dict[str, object]:
    names = ("origin", "conversation_id", "message_ids", "customer", "question", "answer", "found_at")
    return {name: getattr(each, name) for name in names} | {"source": each.key}


def _one(connection: Connection, candidate_id: CandidateId) -> Candidate:
    row = connection.execute(select(candidates).where(candidates.c.id == candidate_id)).one_or_none()
    if row is None:
        raise NotFound("candidate", candidate_id)
    return _with_findings(connection, [row])[0]


def _with_findings(connection: Connection, rows: Sequence[Row[Any]]) -> list[Candidate]:
    own: dict[int, list[Row[Any]]] = defaultdict(list)
    names = ("candidate_id", "origin", "source", "conversation_id", "message_ids", "customer", "question", "answer")
    columns = [candidate_findings.c[name] for name in (*names, "found_at")]  # without the vectors
    query: Select[Any] = select(*columns).order_by(candidate_findings.c.found_at.desc())
    for ids in chunked([row.id for row in rows]):
        for finding in connection.execute(query.where(candidate_findings.c.candidate_id.in_(ids))):
            own[finding.candidate_id].append(finding)
    return [_to_candidate(row, own[row.id]) for row in rows]


def _to_candidate(row: Row[Any], findings: Sequence[Row[Any]]) -> Candidate:
    trial = None
    if row.tried_at is not None and row.passed is not None:
        trial = Trial(row.passed, row.tried_outcome, row.tried_text, row.tried_at)
    return Candidate(
        candidate_id=CandidateId(row.id),
        question=row.question,
        answer=row.answer,
        similar=row.similar,
        audience=row.audience,
        status=row.status,
        customers=len({each.customer for each in findings}),
        findings=tuple(
            Finding(
                origin=each.origin,
                key=each.source,
                conversation_id=ConversationId(each.conversation_id),
                message_ids=tuple(MessageId(message) for message in each.message_ids),
                customer=each.customer,
                question=each.question,
                answer=each.answer,
                audience=row.audience,
                found_at=each.found_at,
            )
            for each in findings
        ),
        note=row.note,
        decided_by=row.decided_by,
        document_id=None if row.document_id is None else DocumentId(row.document_id),
        version=row.version,
        problem=row.problem,
        trial=trial,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
