"""What a customer's own words ask for: their orders, their tickets, or that something is recorded as a ticket.

A document or a model can't stand in for them: code looks things up, and a ticket opens, only where these say so.
"""

from __future__ import annotations

import re
from typing import Final

from agent.handover.situation import Situation
from agent.handover.words import folded
from core.analysis import Analysis
from core.tools import ToolCall, ToolName

MOST_NUMBERS: Final = 3
"""Orders that are looked up for one message, each by a call of its own."""

CERTAIN: Final = 0.7
"""Probability of the intent from which it counts without the words."""

SHORT: Final = 24
"""Characters of a message that may be nothing but the number that was asked for before."""

TRACK_INTENT: Final = "track_order"
ORDER_NUMBER: Final = "order_number"

_OWN_ZH: Final = r"(?:订单|单子|快递|包裹|快件|物流|货|东西)"
_WHERE_ZH: Final = (
    r"(?:到哪|去哪|在哪|走到|怎么还没|还没到|还没发|还没收到|发货了?[吗没么]|到了?[吗没么]|寄出来?了?[吗没么]|"
    r"状态|进度|进展|怎么样了|什么情况|什么时候|啥时候|几时|几点到|多久)"
)
_OWN_EN: Final = r"(?:orders?|package|parcel|delivery|shipment)"
_ORDERS: Final = (
    re.compile(rf"(?:我|俺|咱)[^。！？!?；;\n]{{0,12}}?{_OWN_ZH}[^。！？!?；;\n]{{0,10}}?{_WHERE_ZH}"),
    re.compile(
        rf"(?:查|看)(?:一下|一查|一看|下|询|查|看){{0,2}}\s?(?:我|俺|咱)[^。！？!?；;\n]{{0,8}}?{_OWN_ZH}|"
        rf"帮我(?:查|看)[^。！？!?；;\n]{{0,6}}?{_OWN_ZH}|(?:查|看)(?:一?下|询){{0,2}}订单"
    ),
    re.compile(rf"\bwhere(?:'s| is| are)?\b[^.!?\n]{{0,12}}?\bmy\b[^.!?\n]{{0,16}}?\b{_OWN_EN}\b"),
    re.compile(
        r"\b(?:track|check(?: on)?|look up|status of|eta on|update on|news on|progress of|when (?:will|does|is)|has|was|is)\b"
        rf"[^.!?\n]{{0,8}}?\bmy\b[^.!?\n]{{0,12}}?\b{_OWN_EN}\b"
    ),
    re.compile(rf"\bmy\b[^.!?\n]{{0,12}}?\b{_OWN_EN}\b[^.!?\n]{{0,12}}?\b(?:status|late|yet|arrive|coming)\b"),
)
_NUMBERED: Final = re.compile(rf"{_WHERE_ZH}|查|\b(?:where|status|track|check|arriv|when|eta|update|progress|yet)")
"""Beside an order's number."""

_HOW: Final = re.compile(
    r"(?:怎么|如何|怎样|在?哪里|在?哪儿|从哪)(?:才能?|可以|能|去)?(?:查|看|跟踪|追踪|知道|找)|"
    r"\bhow (?:do|does|can|could|should|to|would)\b|\bwhere (?:can|do|could|should|would) (?:i|we)\b|\bis (?:it|there) possible\b"
)
"""How one looks it up oneself, which documents may answer."""

_OTHER_MATTER: Final = re.compile(
    r"他的|她的|别人的|同事的|朋友的|退|换|取消|修改|改[成地址]|投诉|赔|发票|坏|破损|漏|少了|少发|少寄|错|签收|丢|催|积分|余额|"
    r"\b(?:his|her|their|somebody|someone|refund\w*|return\w*|exchang\w*|cancel\w*|chang\w*|modif\w*|broken|damaged|wrong|missing|lost|stolen|stole|complain\w*|"
    r"invoices?|receipt|points|balance|(?:says|marked|shows)[^.!?\n]{0,12}delivered|(?:order|tracking) number\?)\b"
)
"""Something has gone wrong, or is to be done, or it is somebody else's: a status is no answer to that."""

_TICKET: Final = r"(?:工单|服务单|报修|投诉|案件|反馈|反映)"
_TICKETS: Final = (
    re.compile(
        rf"(?:我|俺|咱)[^。！？!?；;\n]{{0,10}}?{_TICKET}[^。！？!?；;\n]{{0,10}}?"
        r"(?:怎么样|到哪|进度|进展|状态|处理|解决|结果|答复|回复|有人|什么情况)"
    ),
    re.compile(
        rf"(?:查|看)(?:一下|下|询|看){{0,2}}\s?(?:我|俺|咱)?的?{_TICKET}|我[有的](?:哪些|什么|几个)?{_TICKET}[?？吗呢]"
    ),
    re.compile(r"工单(?:号)?\s?[#:：]?\s?[a-z0-9]{1,12}[^。！？!?；;\n]{0,8}?(?:怎么样|到哪|进度|进展|状态|处理|结果)"),
    re.compile(
        r"\b(?:status|progress|update|news|happening|look(?:ed|ing)? (?:at|into)|check(?: on)?|where)\b[^.!?\n]{0,24}?"
        r"(?:\bmy\b[^.!?\n]{0,10}?\b(?:tickets?|case|complaint)\b|\b(?:ticket|case) #?\d)"
    ),
    re.compile(
        r"\bmy\b[^.!?\n]{0,10}?\b(?:tickets?|case|complaint)\b[^.!?\n]{0,16}?\b(?:status|doing|going|yet|been)\b"
    ),
)

_RECORD: Final = (
    re.compile(
        r"(?:帮|替|给|为|请|要|想|麻烦)[^。！？!?；;\n]{0,10}?"
        r"(?:(?:登记|开|建|创建|新建|提交?|立|生成|记)(?:录|个|一个|一下|一张|张|成|为){0,3}\s?(?:工单|服务单|报修|投诉)|(?:报修|投诉|登记)(?:一下|下)?)"
    ),
    re.compile(
        r"\b(?:open|create|file|raise|log|make|record|submit|register)\b[^.!?\n]{0,16}?\b(?:ticket|case|complaint|report)\b"
    ),
)
_NOT_RECORD: Final = re.compile(
    r"不(?:用|要|必|想|需要)[^。！？!?；;\n]{0,6}(?:登记|工单|投诉|报修)|(?:怎么|如何|怎样|在?哪里|哪儿)[^。！？!?；;\n]{0,6}(?:登记|工单|投诉|报修|提交)|"
    r"\b(?:don't|do not|no need to|without)\b[^.!?\n]{0,16}(?:ticket|case|complaint)|\bhow (?:do|can|to|does)\b|\bwhere (?:can|do) i\b"
)
"""The opposite, and the question how one does that oneself."""

_CODE: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){3,31}(?![A-Za-z0-9])")
_DIGITS: Final = 3
_AROUND_NUMBER: Final = re.compile(
    r"订单|单号|编号|号码|号|是|为|那|这|个|呢|吗|的|查|看|一下|下|帮|我|您|你好|麻烦|"
    r"\b(?:the|my|order|number|no|is|it|its|s|and|what|how|about|here|please|one|for|check|try)\b|[\W_]"
)


def wished_calls(situation: Situation) -> tuple[ToolCall, ...]:
    """What the customer's own words ask to look up; nothing for nearly every message."""
    text, analysis = situation.text, situation.analysis
    number = _number_alone(situation)
    if number is not None:
        return (ToolCall(ToolName.ORDERS, number),)
    if asks_tickets(text):
        return (ToolCall(ToolName.TICKETS),)
    if asks_orders(text, analysis):
        return tuple(ToolCall(ToolName.ORDERS, each) for each in _numbers(analysis) or ("",))
    return ()


def asks_orders(text: str, analysis: Analysis) -> bool:
    """Whether a message asks how it stands with the customer's own order."""
    plain = folded(text).text
    if _HOW.search(plain) or _OTHER_MATTER.search(plain):
        return False
    if any(pattern.search(plain) for pattern in _ORDERS):
        return True
    if _numbers(analysis) and _NUMBERED.search(plain):
        return True
    return analysis.intent.label == TRACK_INTENT and analysis.intent.probability >= CERTAIN


def asks_tickets(text: str) -> bool:
    """Whether a message asks what became of the customer's own tickets."""
    plain = folded(text).text
    return not _HOW.search(plain) and any(pattern.search(plain) for pattern in _TICKETS)


def wants_ticket(text: str) -> bool:
    """Whether the customer asks, in their own words, that a ticket is opened."""
    plain = folded(text).text
    return any(pattern.search(plain) for pattern in _RECORD) and not _NOT_RECORD.search(plain)


def _numbers(analysis: Analysis) -> tuple[str, ...]:
    """The order numbers of a message, each once."""
    found = dict.fromkeys(entity.value for entity in analysis.entities if entity.type == ORDER_NUMBER)
    return tuple(found)[:MOST_NUMBERS]


def _number_alone(situation: Situation) -> str | None:
    """The number of a message that says nothing else, after a question about orders."""
    last, text = situation.last, situation.text.strip()
    if last is None or len(text) > SHORT:
        return None
    codes = [code for code in _CODE.findall(text) if sum(map(str.isdigit, code)) >= _DIGITS]
    if len(codes) != 1 or _AROUND_NUMBER.sub("", folded(text.replace(codes[0], " ")).text):
        return None
    plain = folded(last.text).text
    asked = last.intent == TRACK_INTENT or any(pattern.search(plain) for pattern in _ORDERS)
    return codes[0].upper() if asked else None
