"""Turns, moods and situations as the desk and the analyzer would give them: what tests of the rules stand on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from agent.handover.judge import unread
from agent.handover.situation import NEW_EPISODE, Retrieved, Situation
from core.analysis import Analysis, Intent, NamedEntity, SentimentLevel
from core.episodes import PastTurn
from core.handover_rules import HandoverRules
from core.text import detect_language
from core.types import HandoverCode, MessageId, PassageId
from desk.handover.store import shipped_rules

ANSWERED = Retrieved(answers=True, certainty=0.9, threshold=0.6, nearest=(PassageId(1), PassageId(2)))
UNKNOWN = replace(ANSWERED, answers=False, certainty=0.2)
NOTHING = replace(UNKNOWN, nearest=())


def past(
    number: int, text: str, outcome: str = "answer", reply: str = "三个工作日内原路退款到您的账户。", **known: Any
) -> PastTurn:
    """An earlier message with its reply."""
    return PastTurn(MessageId(f"m{number}"), text, reply, outcome, datetime(2026, 1, 1, tzinfo=UTC), **known)


def read(
    text: str,
    *,
    anger: float = 0.0,
    level: SentimentLevel = SentimentLevel.NEUTRAL,
    intent: tuple[str, float] | None = None,
    entities: tuple[NamedEntity, ...] = (),
) -> Analysis:
    """What an analyzer might say."""
    plain = unread(text)
    mood = replace(plain.sentiment, anger=anger, level=level, probability=0.9)
    return replace(plain, sentiment=mood, intent=Intent(*intent) if intent else plain.intent, entities=entities)


def situation(
    text: str,
    *turns: PastTurn,
    retrieved: Retrieved | None = ANSWERED,
    rules: HandoverRules | None = None,
    analysis: Analysis | None = None,
    alike: tuple[float, ...] = (),
    answer: str = "",
    in_conversation: bool = True,
    **facts: Any,
) -> Situation:
    """A message in an episode. `facts` are fields of the episode."""
    return Situation(
        text=text,
        language=detect_language(text),
        analysis=analysis or unread(text),
        episode=replace(NEW_EPISODE, turns=turns, **facts),
        rules=rules or shipped_rules().rules,
        in_conversation=in_conversation,
        alike=alike or (0.0,) * len(turns),
        retrieved=retrieved,
        answer=answer,
    )


def limits(code: HandoverCode, **changed: float) -> HandoverRules:
    """The shipped table with other numbers in one rule."""
    shipped = shipped_rules().rules
    rules = tuple(
        replace(rule, limits={**rule.limits, **changed}) if rule.code is code else rule for rule in shipped.rules
    )
    return replace(shipped, rules=rules)


def switched_off(code: HandoverCode) -> HandoverRules:
    """The shipped table without one rule."""
    shipped = shipped_rules().rules
    return replace(shipped, rules=tuple(replace(rule, enabled=rule.code is not code) for rule in shipped.rules))
