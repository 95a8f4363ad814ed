"""Which rule decided a reply, for whoever wants to know why."""

from __future__ import annotations

from core.types import Answer, Clarification, Decision, Handover, HandoverCode, Outcome, Reply, Rule, Tier


def rule_of(reply: Reply, *, allowed: bool) -> Rule:
    """The rule behind a reply. `allowed`: the evidence was good enough for an answer."""
    outcome = reply.outcome
    if isinstance(outcome, Answer):
        return _answered(outcome, reply)
    if isinstance(outcome, Clarification):
        return Rule.AMBIGUOUS if outcome.options else Rule.SMALL_TALK
    return _handed_over(outcome, reply, allowed=allowed)


def _answered(answer: Answer, reply: Reply) -> Rule:
    if answer.tier is Tier.VERBATIM:
        return Rule.APPROVED_ANSWER
    if answer.tier is Tier.GENERATED:
        return Rule.MODEL_WROTE
    return Rule.QUOTED if reply.model_failure is None else Rule.MODEL_FAILED


def _handed_over(handover: Handover, reply: Reply, *, allowed: bool) -> Rule:
    if handover.code is HandoverCode.CUSTOMER_REQUEST:
        return Rule.PERSON_REQUESTED
    if handover.code is HandoverCode.TOOL_FAILURE:
        return Rule.SEARCH_FAILED
    if not reply.hits:
        return Rule.NOTHING_FOUND
    return Rule.MODEL_DECLINED if allowed else Rule.BELOW_THRESHOLD


def without_search(outcome: Outcome) -> Decision:
    """The decision about a message for which nothing was searched, or nothing could be."""
    return Decision(rule_of(Reply(outcome, (), {}), allowed=False))
