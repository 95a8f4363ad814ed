"""Whether the knowledge base had an answer to what customers asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from analytics.facts import By, Facts, Said
from analytics.figures.cases import Case
from core.figures import Period
from core.types import HandoverCode

NO_ANSWER: Final = frozenset({HandoverCode.MISSING_KNOWLEDGE, HandoverCode.UNSUPPORTED_REQUEST})
"""Rules that fire for want of something to answer from. The others say nothing about the knowledge base."""


def abstained(said: Said) -> bool:
    """The assistant told a customer that it has no answer: it handed over, or asked back for want of one."""
    return said.outcome in {"handover", "clarification"} and said.code in NO_ANSWER


def _questions(facts: Facts, period: Period) -> Iterator[tuple[str, Said]]:
    """What the assistant replied to questions of the period. Small talk and wishes for a person aren't questions."""
    for episode in facts.episodes:
        for at, said in enumerate(episode.messages(By.ASSISTANT)):
            if period.holds(said.at) and (said.outcome in {"answer", "clarification"} or abstained(said)):
                yield said.message_id or f"episode {episode.episode_id}, reply {at + 1}", said


def no_answer(facts: Facts, period: Period) -> list[Case]:
    """Questions that the assistant had no answer to, among all."""
    return [Case(case_id, float(abstained(said))) for case_id, said in _questions(facts, period)]


def knowledge_hit(facts: Facts, period: Period) -> list[Case]:
    """Questions answered with at least one cited passage, among all."""
    return [
        Case(case_id, float(said.outcome == "answer" and said.cited > 0)) for case_id, said in _questions(facts, period)
    ]
