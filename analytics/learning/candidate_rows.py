"""Rows of the review queue, as nouns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from analytics.grouping import Group
from analytics.learning import vectors
from analytics.learning.tables import candidate_findings, candidates
from core.errors import NotFound
from core.learning import Candidate, CandidateId, Finding, GapId, Origin, Trial
from core.types import ConversationId, DocumentId, MessageId
from kb.rows import chunked
from models.encoder import Encoder


def key_of(found: Finding) -> tuple[Origin, str]:
    """What makes a finding that one."""
    return found.origin, found.key


def known(connection: Connection, findings: Sequence[Finding]) -> set[tuple[Origin, str]]:
    """Which of these are in the queue."""
    found: set[tuple[Origin, str]] = set()
    keys = [each.key for each in findings]
    for at in range(0, len(keys), 500):
        some = candidate_findings.c.source.in_(keys[at : at + 500])
        rows = connection.execute(select(candidate_findings.c.origin, candidate_findings.c.source).where(some))
        found.update((row.origin, row.source) for row in rows)
    return found


def columns(each: Finding) -> dict[str, object]:
    """The columns of a new finding."""
    names = ("origin", "conversation_id", "message_ids", "customer", "question", "answer", "found_at")
    return {name: getattr(each, name) for name in names} | {"source": each.key}


def read_groups(connection: Connection, encoder: Encoder) -> tuple[list[CandidateId], list[Group]]:
    """Candidates for other readers are other candidates, so they aren't told apart here but by their words."""
    query = select(candidate_findings).order_by(candidate_findings.c.candidate_id, candidate_findings.c.found_at)
    rows = connection.execute(query).all()
    texts = [row.question for row in rows]
    all_vectors = vectors.read(connection, candidate_findings, rows, texts, encoder)
    members: dict[int, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        members[row.candidate_id].append(at)
    groups = [Group(tuple(texts[at] for at in own), all_vectors[own]) for own in members.values()]
    return [CandidateId(each) for each in members], groups


def one_candidate(connection: Connection, candidate_id: CandidateId) -> Candidate:
    """One candidate. Raises `NotFound`."""
    row = connection.execute(select(candidates).where(candidates.c.id == candidate_id)).one_or_none()
    if row is None:
        raise NotFound("candidate", candidate_id)
    return with_findings(connection, [row])[0]


def with_findings(connection: Connection, rows: Sequence[Row[Any]]) -> list[Candidate]:
    """Rows of `candidates` with what they were learnt from."""
    own: dict[int, list[Row[Any]]] = defaultdict(list)
    names = ("candidate_id", "origin", "source", "conversation_id", "message_ids", "customer", "question", "answer")
    columns = [candidate_findings.c[name] for name in (*names, "found_at")]  # without the vectors
    query: Select[Any] = select(*columns).order_by(candidate_findings.c.found_at.desc())
    for ids in chunked([row.id for row in rows]):
        for finding in connection.execute(query.where(candidate_findings.c.candidate_id.in_(ids))):
            own[finding.candidate_id].append(finding)
    return [to_candidate(row, own[row.id]) for row in rows]


def to_candidate(row: Row[Any], findings: Sequence[Row[Any]]) -> Candidate:
    """A row of `candidates` with those of its findings."""
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
        gap_id=None if row.gap_id is None else GapId(row.gap_id),
    )
