"""How a call ends the turn by a rule of the hand-over table: the desk acts with the reply, and not before."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from agent.handover.findings import Act, Finding, saw
from agent.handover.situation import Situation
from agent.handover.words import Found
from core.handover_rules import HandoverTopic, Wording
from core.types import HandoverCode

QUOTED: Final = 120
"""Characters of a message that the evidence repeats."""

NOT_VERIFIED: Final = Finding(
    code=HandoverCode.IDENTITY_REQUIRED,
    act=Act.SAY,
    reason=Wording("客户要看自己的订单，身份未核实。", "The customer wants to see their orders and isn't verified."),
    evidence=saw(topic="own orders"),
    offers=True,
)
"""The rule's own sentence asks to sign in, and a person is offered."""

NOBODYS_ORDER: Final = Finding(
    code=HandoverCode.UNSUPPORTED_REQUEST,
    act=Act.SAY,
    reason=Wording("客户名下没有这个订单。", "There is no such order in the customer's name."),
    evidence=saw(topic="own orders"),
    topic=HandoverTopic(
        name="own orders",
        code=HandoverCode.UNSUPPORTED_REQUEST,
        text=Wording(
            "没有查到您名下的相关订单。请核对一下订单号；需要的话，可以转给人工客服来查。",
            "There is no such order in your name. Please check the number; a colleague can look for it if you like.",
        ),
    ),
    offers=True,
)
"""Said once; the second time a person looks for it."""

_STILL_NOBODYS: Final = Wording(
    "还是没有查到您名下的相关订单。我把对话转给人工客服来查，并记录为工单。",
    "There is still no such order in your name. I'm passing you on to a colleague who looks for it, and recording a ticket.",
)

TICKET_WANTED: Final = Finding(
    code=HandoverCode.CUSTOMER_REQUEST,
    act=Act.IMMEDIATE,
    reason=Wording("客户要求登记工单。", "The customer asked for a ticket."),
    evidence=saw(topic="open ticket"),
)
"""The ticket opens with the reply, in one transaction; a reply that comes too late opens none."""


def in_turn(finding: Finding, situation: Situation) -> Finding:
    """What a call found, in this episode: with the customer's words, and the second time for nothing with a person."""
    if finding is TICKET_WANTED:
        words = situation.text[:QUOTED]
        return replace(finding, evidence=saw((Found(words, 0, len(words)),), topic="open ticket"))
    if finding is not NOBODYS_ORDER:
        return finding
    said = tuple(turn for turn in situation.turns if turn.code is finding.code and turn.outcome == "clarification")
    if not said:
        return finding
    assert finding.topic is not None
    return replace(
        finding,
        act=Act.IMMEDIATE,
        evidence=saw(turns=said, topic=finding.topic.name),
        topic=replace(finding.topic, text=_STILL_NOBODYS),
    )
