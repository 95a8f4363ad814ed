"""The rules in their order. The first one that hands over wins; else the first one that has something to say; else an offer.

Rules 1 to 4 and the guards read the message alone, so nothing needs to be searched for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from agent.handover.findings import NOT_SUPPORTED, Act, Finding
from agent.handover.going_round import loop, turn_budget, user_rejected
from agent.handover.guards import other_participant, usage_limit, vip_or_open_ticket
from agent.handover.knowledge import missing_knowledge, pending_clarification
from agent.handover.mood import negative_sentiment
from agent.handover.requests import (
    customer_request,
    identity_required,
    policy_restriction,
    safety_legal,
    unsupported_request,
)
from agent.handover.situation import Situation
from core.handover_rules import Wording
from core.types import HandoverCode

Rule = Callable[[Situation], Finding | None]

FROM_THE_MESSAGE: Final[tuple[Rule, ...]] = (
    safety_legal,
    other_participant,
    usage_limit,
    customer_request,
    policy_restriction,
    identity_required,
)
"""Danger first, then the guards: whoever writes, and however much."""

WITHOUT_A_QUESTION: Final[tuple[Rule, ...]] = (user_rejected, pending_clarification)
"""A message that only says no, or that the customer doesn't know, asks nothing that could be searched for."""

FROM_EVERYTHING: Final[tuple[Rule, ...]] = (
    missing_knowledge,
    unsupported_request,
    negative_sentiment,
    loop,
    user_rejected,
    turn_budget,
    vip_or_open_ticket,
    pending_clarification,
)

AFTER_COMPOSING: Final[tuple[Rule, ...]] = (loop,)
"""What can only be told from the answer itself."""


def before_search(situation: Situation) -> Finding | None:
    """What becomes of the turn whatever the documents say; `None` lets the assistant look."""
    found = _first(FROM_THE_MESSAGE, situation)
    if found is not None:
        return found
    bare = [finding for rule in WITHOUT_A_QUESTION if (finding := rule(situation)) and finding.act is not Act.OFFER]
    if not bare:
        return None
    angry = negative_sentiment(situation)
    return _chosen([*([angry] if angry is not None else []), *bare], situation)


def after_search(situation: Situation, *, reason: Wording = NOT_SUPPORTED) -> Finding | None:
    """What becomes of the turn now that it is known whether the documents answer."""
    findings = [rule(situation) for rule in FROM_EVERYTHING[1:]]
    missing = missing_knowledge(situation, reason)
    return _chosen([finding for finding in (missing, *findings) if finding is not None], situation)


def after_composing(situation: Situation) -> Finding | None:
    """The same once more, where the answer itself shows that the conversation goes round in circles."""
    return _chosen([finding for rule in AFTER_COMPOSING if (finding := rule(situation)) is not None], situation)


def _first(rules: Sequence[Rule], situation: Situation) -> Finding | None:
    return next((finding for rule in rules if (finding := rule(situation)) is not None), None)


def _chosen(findings: Sequence[Finding], situation: Situation) -> Finding | None:
    """One of several that matched, which stand in the order of the rules."""
    for act in (Act.IMMEDIATE, Act.SAY, Act.OFFER):
        matching = [finding for finding in findings if finding.act is act]
        if not matching:
            continue
        if act is Act.SAY:
            return _said(matching, findings)
        if act is Act.OFFER and situation.offered:
            return None  # the button is shown once in an episode
        return _most_telling(matching)
    return None


def _most_telling(matching: Sequence[Finding]) -> Finding:
    """The first one; but who lets off steam didn't ask what nobody knows."""
    first = matching[0]
    if first.code is not HandoverCode.MISSING_KNOWLEDGE:
        return first
    return next((each for each in matching if each.code is HandoverCode.NEGATIVE_SENTIMENT), first)


def _said(saying: Sequence[Finding], findings: Sequence[Finding]) -> Finding:
    """What is said instead of an answer.

    A request that was understood isn't told that nothing was found, and neither is somebody who lets off steam.
    """
    by_code = {finding.code: finding for finding in saying}
    angry = next((each for each in findings if each.code is HandoverCode.NEGATIVE_SENTIMENT), None)
    understood = by_code.get(HandoverCode.UNSUPPORTED_REQUEST)
    if understood is not None:
        return understood
    if angry is not None and saying[0].code is HandoverCode.MISSING_KNOWLEDGE:
        return Finding(
            code=angry.code, act=Act.SAY, reason=angry.reason, evidence=angry.evidence, topic=None, offers=True
        )
    return saying[0]
