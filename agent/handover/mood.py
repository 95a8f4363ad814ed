"""Rule 7: anger. A person is offered the first time, and takes over the second, or at once after abuse or a complaint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agent.handover.findings import COMPLAINT, UPSET, WORSE, Act, Finding, saw
from agent.handover.situation import Situation
from agent.handover.words import Found, lexicon
from core.analysis import SentimentLevel
from core.episodes import PastTurn
from core.handover import Figure
from core.handover_rules import HandoverRule
from core.types import HandoverCode

CERTAIN: Final = 0.7
"""Least probability of the label with which the worst level counts as anger."""


@dataclass(frozen=True, slots=True)
class _Path:
    """Strongly negative messages before this one, since the customer was last calm."""

    strong: tuple[PastTurn, ...]


def negative_sentiment(situation: Situation) -> Finding | None:
    """7: strongly negative, or worse with each of the last messages."""
    rule = situation.rules.rule(HandoverCode.NEGATIVE_SENTIMENT)
    if not rule.enabled:
        return None
    abuse = lexicon(rule.strong_words, rule.exceptions).find(situation.text)
    if abuse:
        return Finding(code=rule.code, act=Act.IMMEDIATE, reason=COMPLAINT, evidence=saw(abuse))
    found = lexicon(rule.words, rule.exceptions).find(situation.text)
    path = _path(situation, rule)
    now = _strong_now(situation, rule, found)
    # Hysteresis: once angry, a reading between the two limits still counts.
    still = bool(path.strong) and situation.analysis.sentiment.anger >= rule.limit("calm")
    worse = () if now or still else _worsening(situation)
    if not (now or still or worse):
        return None
    count, most = len(path.strong) + 1, rule.limit("strong_messages")
    figures = (
        Figure("anger", situation.analysis.sentiment.anger, rule.limit("anger")),
        Figure("strong_messages", count, most),
    )
    return Finding(
        code=rule.code,
        act=Act.IMMEDIATE if count >= most and not worse else Act.OFFER,
        reason=WORSE if worse else UPSET,
        evidence=saw(found, path.strong or worse, figures),
    )


def _strong_now(situation: Situation, rule: HandoverRule, found: tuple[Found, ...]) -> bool:
    sentiment = situation.analysis.sentiment
    worst = sentiment.level is SentimentLevel.VERY_NEGATIVE and sentiment.probability >= CERTAIN
    return bool(found) or sentiment.anger >= rule.limit("anger") or (worst and sentiment.anger >= rule.limit("calm"))


def _path(situation: Situation, rule: HandoverRule) -> _Path:
    """What was strong before; a calm message in between begins anew."""
    words = lexicon(rule.words, rule.exceptions)
    strong: list[PastTurn] = []
    for turn in situation.turns:
        if (turn.anger is not None and turn.anger >= rule.limit("anger")) or words.find(turn.text):
            strong.append(turn)
        elif turn.anger is not None and turn.anger < rule.limit("calm") and _content_is_calm(turn):
            strong.clear()
    return _Path(tuple(strong))


def _content_is_calm(turn: PastTurn) -> bool:
    """A message that isn't negative; a short «and?» in between doesn't say that the anger is gone."""
    return turn.sentiment is not None and turn.sentiment >= SentimentLevel.POSITIVE


def _worsening(situation: Situation) -> tuple[PastTurn, ...]:
    """The last two messages, where the mood fell with each step up to this one."""
    levels = [turn for turn in situation.turns if turn.sentiment is not None][-2:]
    if len(levels) < 2:
        return ()
    first, second = (turn.sentiment or 0 for turn in levels)
    now = situation.analysis.sentiment
    falls = first > second > now.level and now.level <= SentimentLevel.NEGATIVE and now.probability >= CERTAIN
    return tuple(levels) if falls else ()
