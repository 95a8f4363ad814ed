"""Which rule decided a reply, for whoever wants to know why."""

from __future__ import annotations

from core.types import Answer, Clarification, HandoverCode, Reply, Rule, Tier


def rule_of(reply: Reply, *, allowed: bool) -> Rule:
    """The rule behind a reply. `allowed`: the evidence was good enough for an answer."""
    outcome = reply.outcome
    if isinstance(outcome, Answer):
        return _answered(outcome, reply)
    if isinstance(outcome, Clarification) and (outcome.code is None or outcome.options):
        return Rule.AMBIGUOUS if outcome.options else Rule.SMALL_TALK
    return _not_answered(outcome.code, reply, allowed=allowed)


def _answered(answer: Answer, reply: Reply) -> Rule:
    if answer.tier is Tier.VERBATIM:
        return Rule.APPROVED_ANSWER
    if answer.tier is Tier.GENERATED:
        return Rule.MODEL_WROTE
    if answer.tier is Tier.LOOKED_UP:
        return Rule.LOOKED_UP
    return Rule.QUOTED if reply.model_failure is None else Rule.MODEL_FAILED


def _not_answered(code: HandoverCode | None, reply: Reply, *, allowed: bool) -> Rule:
    if code is HandoverCode.CUSTOMER_REQUEST:
        return Rule.PERSON_REQUESTED
    if code is HandoverCode.TOOL_FAILURE:
        return Rule.SEARCH_FAILED
    if code is not HandoverCode.MISSING_KNOWLEDGE:
        return Rule.HANDOVER_RULE
    if not reply.hits:
        return Rule.NOTHING_FOUND
    return Rule.MODEL_DECLINED if allowed else Rule.BELOW_THRESHOLD
