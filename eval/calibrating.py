"""Scores gold questions for a calibration: how sure the assistant is of each, and whether its answer would be right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from core.clock import utc_now
from core.gold import GoldEntry, GoldId, GoldOrigin, GoldQuestion, GoldResult, Verdict
from core.types import Tier
from eval.gold import Replier, ask
from kb.store import KnowledgeBase
from retrieval.calibration.curve import Scored

BELIEVED: Final = 1.0
"""Score of an approved answer: it is given word for word at any threshold, so its errors count at every one."""


def score_gold(
    questions: Sequence[GoldQuestion],
    assistant: Replier,
    kb: KnowledgeBase,
    *,
    heard: Callable[[int], None] = lambda _: None,
    pause: Callable[[float], bool] = lambda _: False,
) -> list[Scored]:
    """Ask all questions of an assistant whose limit is `EVERYTHING`, so that each shows the answer it would give.

    Questions whose expected quote is gone from its document are left out: nobody knows what is right.
    A question that is met with small talk or a question back counts with score 0.

    Raises:
        Interrupted: `pause` said so.
        StorageError: the search failed.
    """
    return [scored(result) for result in ask(questions, assistant, kb, heard=heard, pause=pause) if not result.stale]


def scored(result: GoldResult) -> Scored:
    """A result of an assistant that answers everything, as calibrations count it."""
    if result.outcome != "answer":
        return Scored(0.0, right=False)
    confidence = min(1.0, max(0.0, result.confidence))
    return Scored(BELIEVED if result.tier is Tier.VERBATIM else confidence, result.verdict is Verdict.RIGHT)


def numbered(entries: Sequence[GoldEntry]) -> list[GoldQuestion]:
    """Questions of a file as if they were the gold set, in the file's order."""
    now = utc_now()
    return [
        GoldQuestion(
            gold_id=GoldId(number),
            origin=GoldOrigin.IMPORTED,
            message_id=None,
            created_at=now,
            updated_at=now,
            text=entry.text,
            language=entry.language,
            audience=entry.audience,
            answerable=entry.answerable,
            sources=entry.sources,
            facts=entry.facts,
        )
        for number, entry in enumerate(entries, start=1)
        if entry.enabled
    ]
