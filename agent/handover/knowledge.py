"""Rules 5 and 13: nothing answers the question, or the customer can't say what is meant."""

from __future__ import annotations

import re
from typing import Final

from agent.handover.findings import NOT_SUPPORTED, UNCLEAR, Act, Finding, filled, saw
from agent.handover.situation import Situation
from agent.handover.words import lexicon
from core.handover import Figure
from core.handover_rules import Wording
from core.types import HandoverCode

ASKING_BACK: Final = (
    HandoverCode.PENDING_CLARIFICATION,
    HandoverCode.MISSING_KNOWLEDGE,
    HandoverCode.USER_REJECTED,
)
"""Questions back that a customer may be unable to answer."""

_FILLER: Final = re.compile(
    r"[啊呀吧呢嘛哦了的我你您也都还这那]|真的?|就是|抱歉|对不起|谢谢|\b(?:sorry|i|really|just|honestly|thanks|well|um|it|this|that|actually)\b"
)


def missing_knowledge(situation: Situation, reason: Wording = NOT_SUPPORTED) -> Finding | None:
    """5: the evidence doesn't answer. Said the first time, with the question what else would tell; then a person.

    A person takes over at once where asking is of no use: nothing at all was found, the sources contradict each other,
    or the question came alone and nobody could reply.
    """
    rule = situation.rules.rule(HandoverCode.MISSING_KNOWLEDGE)
    retrieved = situation.retrieved
    if retrieved is None or retrieved.answers:
        return None
    before = situation.ended_with(rule.code, HandoverCode.NEGATIVE_SENTIMENT)  # an apology answers nothing either
    misses, most = len(before) + 1, rule.limit("misses")
    no_use = retrieved.empty or bool(retrieved.contradiction) or not situation.in_conversation
    now = misses >= most or no_use
    figures = (Figure("certainty", retrieved.certainty, retrieved.threshold), Figure("misses", misses, most))
    return Finding(
        code=rule.code,
        act=Act.IMMEDIATE if now else Act.SAY,
        reason=Wording(retrieved.contradiction, retrieved.contradiction) if retrieved.contradiction else reason,
        evidence=saw(turns=before, figures=figures),
    )


def pending_clarification(situation: Situation) -> Finding | None:
    """13: the customer couldn't answer a question back. The second time a person is offered."""
    rule = situation.rules.rule(HandoverCode.PENDING_CLARIFICATION)
    before = situation.ended_with(*ASKING_BACK)
    if not rule.enabled or not before:
        return None
    found = lexicon(rule.words, rule.exceptions).is_all(situation.text, _FILLER)
    if not found:
        return None
    failed = rule.limit("failed")
    return Finding(
        code=rule.code,
        act=Act.SAY,
        reason=filled(UNCLEAR, count=len(before)),
        evidence=saw(found, before, (Figure("failed", len(before), failed),)),
        offers=len(before) >= failed,
    )
