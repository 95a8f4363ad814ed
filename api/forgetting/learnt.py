"""What was learnt from a person: gaps, candidate pairs, gold questions. Runs once their own rows are gone."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, delete, or_, select, update

from analytics.learning.tables import candidate_findings, candidates, gap_apart, gap_questions, gap_sources, gaps
from core.learning import CandidateStatus
from core.text import comparable
from kb.gold_tables import gold_citations, gold_questions, gold_results, gold_sources

KEPT: Final = frozenset({CandidateStatus.APPROVED, CandidateStatus.PUBLISHED})
"""A pair that a person has approved is the company's own text; its tie to whom it was learnt from is gone."""


def forget_gold(connection: Connection, numbers: list[int]) -> dict[str, int]:
    """Delete gold questions with their expectations and all results, which repeat the question."""
    if not numbers:
        return {}
    counts = {}
    for table in (gold_citations, gold_results, gold_sources):
        counts[table.name] = connection.execute(delete(table).where(table.c.question_id.in_(numbers))).rowcount
    mine = gold_questions.c.id.in_(numbers)
    counts[gold_questions.name] = connection.execute(delete(gold_questions).where(mine)).rowcount
    return counts


def forget_gaps(connection: Connection, touched: list[int]) -> dict[str, int]:
    """Delete the gaps that have no question left, and name the others after a question that somebody else asked."""
    empty, renamed = [], 0
    for gap_id in touched:
        query = select(gap_questions.c.text).where(gap_questions.c.gap_id == gap_id)
        left = connection.execute(query.order_by(gap_questions.c.asked_at)).scalars().all()
        if not left:
            empty.append(gap_id)
            continue
        named = select(gaps.c.question).where(gaps.c.id == gap_id)
        if connection.execute(named).scalar_one() not in left:
            shortest = min(left, key=len)
            connection.execute(update(gaps).where(gaps.c.id == gap_id).values(question=shortest))
            renamed += 1
    if empty:
        connection.execute(delete(gap_sources).where(gap_sources.c.gap_id.in_(empty)))
        either = or_(gap_apart.c.first_id.in_(empty), gap_apart.c.second_id.in_(empty))
        connection.execute(delete(gap_apart).where(either))
        connection.execute(update(candidates).where(candidates.c.gap_id.in_(empty)).values(gap_id=None))
        connection.execute(delete(gaps).where(gaps.c.id.in_(empty)))
    return {"gaps": len(empty), "gaps renamed": renamed}


def forget_candidates(connection: Connection, said: dict[int, set[str]]) -> dict[str, int]:
    """Delete candidates that nobody else's conversation supports and nobody approved; take their words out of others.

    Args:
        said: by candidate, the texts of the findings that are gone, as compared.
    """
    counts = {"candidates": 0, "candidates reworded": 0, "approved pairs untied": 0}
    left: dict[int, list[Row[Any]]] = defaultdict(list)
    columns = (candidate_findings.c.candidate_id, candidate_findings.c.question, candidate_findings.c.answer)
    mine = candidate_findings.c.candidate_id.in_(list(said))
    query: Select[Any] = select(*columns).where(mine).order_by(candidate_findings.c.found_at)
    for row in connection.execute(query):
        left[row.candidate_id].append(row)
    for row in connection.execute(select(candidates).where(candidates.c.id.in_(list(said)))).all():
        own = candidates.c.id == row.id
        if row.status in KEPT:
            counts["approved pairs untied"] += 1
            continue
        if not left[row.id]:
            connection.execute(delete(candidates).where(own))
            counts["candidates"] += 1
            continue
        connection.execute(update(candidates).where(own).values(**_reworded(row, left[row.id], said[row.id])))
        counts["candidates reworded"] += 1
    return counts


def _reworded(row: Row[Any], left: list[Row[Any]], gone: set[str]) -> dict[str, object]:
    others = {comparable(each.question) for each in left} | {comparable(each.answer) for each in left}
    lost = gone - others
    first = left[0]
    question = first.question if comparable(row.question) in lost else row.question
    answer = first.answer if comparable(row.answer) in lost else row.answer
    similar = tuple(text for text in row.similar if comparable(text) not in lost and text != question)
    return {"question": question, "answer": answer, "similar": similar, "tried_text": None, "tried_at": None}
