"""Rules 12, 14 and 15: who writes, and how much. They don't depend on what is said."""

from __future__ import annotations

from agent.handover.findings import BREACHED, FAILED, NOT_THE_CONTACT, USED_UP, VIP, Act, Finding, filled, saw
from agent.handover.situation import Situation
from core.errors import ConnectorFailed
from core.handover import Figure
from core.handover_rules import Wording
from core.types import HandoverCode


def vip_or_open_ticket(situation: Situation) -> Finding | None:
    """12: people look after this customer already, or should have: a late ticket counts for what it is about."""
    rule = situation.rules.rule(HandoverCode.VIP_OR_OPEN_TICKET)
    episode = situation.episode
    late = episode.late_ticket(situation.analysis.intent.label)
    if not rule.enabled or not (episode.vip or late is not None):
        return None
    reason = VIP if late is None else filled(BREACHED, ticket=late.ticket_id)
    figures = () if late is None else (Figure("breached_ticket", float(late.ticket_id), 0.0),)
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
_LOOKING_UP = Wording("查询订单系统", "Asking the order system")


def failed(error: Exception, *, searching: bool) -> Finding:
    """11: something broke. The kind of the error is told, never its text, which may quote what it worked on."""
    step = _SEARCHING if searching else _ANSWERING
    if isinstance(error, ConnectorFailed):
        step = _LOOKING_UP
    kind = type(error).__name__
    reason = Wording(
        FAILED.zh.replace("{step}", step.zh).replace("{error}", kind),
        FAILED.en.replace("{step}", step.en).replace("{error}", kind),
    )
    return Finding(code=HandoverCode.TOOL_FAILURE, act=Act.IMMEDIATE, reason=reason, evidence=saw())
