"""The JSON form of the gold set's nouns, one for the HTTP API and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from api.wire import Json, plain
from core.errors import NotFound
from core.gold import ChangeKind, GoldChange, GoldQuestion, GoldResult, GoldRun, Verdict
from core.types import DocumentId


class Quotes(Protocol):
    """Where quoted texts are read: `kb.store.KnowledgeBase`."""

    def quote(self, document_id: DocumentId, number: int, start: int, end: int) -> str:
        """A span of a version's text. Raises `NotFound`."""
        ...


def run_json(run: GoldRun) -> Json:
    """A run with its share of good questions."""
    return {**plain(run), "share": round(run.share, 4)}


def result_json(result: GoldResult, quotes: Quotes | None = None) -> Json:
    """A result; with `quotes` the cited texts are read, as far as they are still there."""
    if quotes is None:
        return dict(plain(result))
    places = tuple(
        replace(place, quote=_quote(quotes, place.document_id, place.version, place.start, place.end))
        for place in result.citations
    )
    return dict(plain(replace(result, citations=places)))


def change_json(change: GoldChange, quotes: Quotes | None = None) -> Json:
    """A change, both sides with their cited texts."""
    before, after = (result_json(side, quotes) for side in (change.before, change.after))
    return {"kind": change.kind.value, "before": before, "after": after, "edited": change.edited}


def item_json(question: GoldQuestion, last: GoldResult | None, quotes: Quotes | None = None) -> Json:
    """A question with what the last run found."""
    return {**plain(question), "last": result_json(last, quotes) if last else None}


def counts_json(questions: Sequence[GoldQuestion], last: dict[int, GoldResult]) -> dict[str, int]:
    """How many questions there are, by what the last run made of them. One that is off counts as nothing else."""
    asked = [last.get(question.gold_id) for question in questions if question.enabled]
    known = [result for result in asked if result is not None]
    return {
        "questions": len(questions),
        "off": len(questions) - len(asked),
        "new": len(asked) - len(known),
        "stale": sum(result.stale for result in known),
        **{verdict.value: sum(result.verdict is verdict for result in known) for verdict in Verdict},
    }


def comparison_json(
    run: GoldRun,
    against: GoldRun | None,
    changes: Sequence[GoldChange],
    *,
    quotes: Quotes | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> Json:
    """A run beside another one. Only a page of the changes, but the counts of all."""
    shown = changes[offset:] if limit is None else changes[offset : offset + limit]
    return {
        "run": run_json(run),
        "against": run_json(against) if against else None,
        "counts": {kind.value: sum(change.kind is kind for change in changes) for kind in ChangeKind},
        "changes": [change_json(change, quotes) for change in shown],
    }


def _quote(quotes: Quotes, document_id: DocumentId, version: int, start: int, end: int) -> str | None:
    try:
        return quotes.quote(document_id, version, start, end)
    except NotFound:
        return None
