"""Rules 12, 14 and 15: who writes, and how much. They don't depend on what is said."""

from __future__ import annotations

from agent.handover.findings import BREACHED, FAILED, NOT_THE_CONTACT, USED_UP, VIP, Act, Finding, filled, saw
from agent.handover.situation import Situation
from core.handover import Figure
from core.handover_rules import Wording
from core.types import HandoverCode


def vip_or_open_ticket(situation: Situation) -> Finding | None:
    """12: people look after this customer already, or should have."""
    rule = situation.rules.rule(HandoverCode.VIP_OR_OPEN_TICKET)
    episode = situation.episode
    if not rule.enabled or not (episode.vip or episode.breached_ticket is not None):
        return None
    reason = VIP if episode.breached_ticket is None else filled(BREACHED, ticket=episode.breached_ticket)
    figures = (
        () if episode.breached_ticket is None else (Figure("breached_ticket", float(episode.breached_ticket), 0.0),)
    )
    return Finding(code=rule.code, act=Act.IMMEDIATE, reason=reason, evidence=saw(figures=figures))


def usage_limit(situation: Situation) -> Finding | None:
    """14: more messages in one episode than the assistant may answer. Not a failure of the assistant."""
    rule = situation.rules.rule(HandoverCode.USAGE_LIMIT)
    count, most = len(situation.turns) + 1, rule.limit("messages")
    if not rule.enabled or count <= most:
        return None
    figures = (Figure("messages", count, most),)
    return Finding(
        code=rule.code, act=Act.IMMEDIATE, reason=filled(USED_UP, count=count), evidence=saw(figures=figures)
    )


def other_participant(situation: Situation) -> Finding | None:
    """15: somebody else than the customer writes. Nothing of the customer's matter is told to them."""
    rule = situation.rules.rule(HandoverCode.OTHER_PARTICIPANT)
    if not rule.enabled or situation.episode.primary_contact:
        return None
    return Finding(code=rule.code, act=Act.IMMEDIATE, reason=NOT_THE_CONTACT, evidence=saw())


_SEARCHING = Wording("检索", "The search")
_ANSWERING = Wording("生成回复", "Making the reply")


def failed(error: Exception, *, searching: bool) -> Finding:
    """11: something broke. The kind of the error is told, never its text, which may quote what it worked on."""
    step = _SEARCHING if searching else _ANSWERING
    kind = type(error).__name__
    reason = Wording(
        FAILED.zh.replace("{step}", step.zh).replace("{error}", kind),
        FAILED.en.replace("{step}", step.en).replace("{error}", kind),
    )
    return Finding(code=HandoverCode.TOOL_FAILURE, act=Act.IMMEDIATE, reason=reason, evidence=saw())
