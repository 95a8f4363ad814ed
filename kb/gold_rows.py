"""The gold set's rows: from rows to nouns and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from core.gold import (
    CitedPlace,
    GoldEntry,
    GoldId,
    GoldQuestion,
    GoldResult,
    GoldRun,
    GoldRunId,
    GoldSource,
    PublishedVersion,
)
from core.types import DocumentId, MessageId, PassageId
from kb.gold_tables import gold_citations, gold_published, gold_results, gold_sources
from kb.rows import chunked


def columns_of(entry: GoldEntry) -> dict[str, Any]:
    """The columns of `gold_questions` that a person states."""
    return {
        "text": entry.text,
        "language": entry.language,
        "audience": entry.audience,
        "answerable": entry.answerable,
        "facts": entry.facts,
        "note": entry.note,
        "enabled": entry.enabled,
    }


def entry_of(question: GoldQuestion) -> GoldEntry:
    """What is stated about a question, alone."""
    return GoldEntry(**{field.name: getattr(question, field.name) for field in fields(GoldEntry)})


def add_sources(connection: Connection, gold_id: GoldId, sources: Sequence[GoldSource]) -> None:
    """Write the expected sources of a question that has none yet."""
    values = [
        {"question_id": gold_id, "ordinal": ordinal, "document": source.document, "quote": source.quote}
        for ordinal, source in enumerate(sources)
    ]
    if values:
        connection.execute(insert(gold_sources), values)


def read_sources(connection: Connection, gold_ids: Sequence[int]) -> dict[int, tuple[GoldSource, ...]]:
    """The expected sources by question."""
    found: dict[int, tuple[GoldSource, ...]] = {}
    for some in chunked(gold_ids):
        query = select(gold_sources).where(gold_sources.c.question_id.in_(some))
        for row in connection.execute(query.order_by(gold_sources.c.question_id, gold_sources.c.ordinal)):
            found[row.question_id] = (*found.get(row.question_id, ()), GoldSource(row.document, row.quote))
    return found


def to_question(row: Row[Any], sources: tuple[GoldSource, ...]) -> GoldQuestion:
    """A row of `gold_questions` with its sources."""
    return GoldQuestion(
        gold_id=GoldId(row.id),
        text=row.text,
        language=row.language,
        audience=row.audience,
        answerable=row.answerable,
        sources=sources,
        facts=row.facts,
        note=row.note,
        enabled=row.enabled,
        origin=row.origin,
        message_id=MessageId(row.message_id) if row.message_id else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def add_published(connection: Connection, run_id: int, published: Sequence[PublishedVersion]) -> None:
    """Write the versions that a run is for."""
    values = [
        {"run_id": run_id, "ordinal": ordinal, "document": each.document, "version": each.version}
        for ordinal, each in enumerate(published)
    ]
    if values:
        connection.execute(insert(gold_published), values)


def read_published(connection: Connection, run_ids: Sequence[int]) -> dict[int, tuple[PublishedVersion, ...]]:
    """The versions that runs were for, by run."""
    found: dict[int, tuple[PublishedVersion, ...]] = {}
    for some in chunked(run_ids):
        query = select(gold_published).where(gold_published.c.run_id.in_(some))
        for row in connection.execute(query.order_by(gold_published.c.run_id, gold_published.c.ordinal)):
            found[row.run_id] = (*found.get(row.run_id, ()), PublishedVersion(row.document, row.version))
    return found


def to_run(row: Row[Any], published: tuple[PublishedVersion, ...]) -> GoldRun:
    """A row of `gold_runs`."""
    return GoldRun(
        run_id=GoldRunId(row.id),
        cause=row.cause,
        published=published,
        status=row.status,
        reason=row.reason,
        requested_at=row.requested_at,
        ended_at=row.ended_at,
        sequence=row.sequence,
        questions=row.questions,
        asked=row.asked,
        right=row.right_answers,
        wrong=row.wrong,
        missed=row.missed,
        refused=row.refused,
        settings=dict(zip(row.settings[::2], row.settings[1::2], strict=True)),
    )


def add_results(connection: Connection, run_id: GoldRunId, results: Sequence[GoldResult]) -> None:
    """Write what a run has found."""
    for some in chunked(results):
        connection.execute(insert(gold_results), [_result_columns(run_id, result) for result in some])
    places = [
        _citation_columns(run_id, result.gold_id, ordinal, place)
        for result in results
        for ordinal, place in enumerate(result.citations)
    ]
    for some_places in chunked(places):
        connection.execute(insert(gold_citations), list(some_places))


def _result_columns(run_id: GoldRunId, result: GoldResult) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "question_id": result.gold_id,
        "text": result.text,
        "audience": result.audience,
        "answerable": result.answerable,
        "asked_as": result.asked_as,
        "outcome": result.outcome,
        "tier": result.tier,
        "answer": result.answer,
        "confidence": result.confidence,
        "verdict": result.verdict,
        "cited": result.cited,
        "missing": result.missing,
        "found": result.found,
        "stale": result.stale,
        "ms": result.ms,
    }


def _citation_columns(run_id: GoldRunId, gold_id: GoldId, ordinal: int, place: CitedPlace) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "question_id": gold_id,
        "ordinal": ordinal,
        "document_id": place.document_id,
        "document": place.document,
        "version": place.version,
        "page": place.page,
        "span_start": place.start,
        "span_end": place.end,
        "passage_id": place.passage_id,
        "digest": place.digest,
    }


def read_results(connection: Connection, run_id: GoldRunId) -> list[GoldResult]:
    """What a run has found, by number of the question."""
    cited: dict[int, list[CitedPlace]] = {}
    places = select(gold_citations).where(gold_citations.c.run_id == run_id)
    for row in connection.execute(places.order_by(gold_citations.c.question_id, gold_citations.c.ordinal)):
        cited.setdefault(row.question_id, []).append(_to_place(row))
    results = select(gold_results).where(gold_results.c.run_id == run_id).order_by(gold_results.c.question_id)
    return [_to_result(row, tuple(cited.get(row.question_id, ()))) for row in connection.execute(results)]


def _to_place(row: Row[Any]) -> CitedPlace:
    return CitedPlace(
        document_id=DocumentId(row.document_id),
        document=row.document,
        version=row.version,
        page=row.page,
        start=row.span_start,
        end=row.span_end,
        passage_id=PassageId(row.passage_id),
        digest=row.digest,
    )


def _to_result(row: Row[Any], citations: tuple[CitedPlace, ...]) -> GoldResult:
    return GoldResult(
        gold_id=GoldId(row.question_id),
        text=row.text,
        audience=row.audience,
        answerable=row.answerable,
        asked_as=row.asked_as,
        outcome=row.outcome,
        tier=row.tier,
        answer=row.answer,
        citations=citations,
        confidence=row.confidence,
        verdict=row.verdict,
        cited=row.cited,
        missing=row.missing,
        found=row.found,
        stale=row.stale,
        ms=row.ms,
    )
