"""A draft never offers «a colleague»: whoever reads it is the colleague."""

from __future__ import annotations

import re
from typing import Final

from agent.citations import sentences

_OFFER: Final = re.compile(
    r"转(?:接|到|至|交)?(?:给)?(?:人工|专员|客服|同事|专人)|人工(?:客服|服务|坐席)|(?:客服|专员|同事|工作人员|专人)(?:会|将|稍后|尽快)|"
    r"联系(?:我们的?)?(?:人工|在线)?客服|(?:为|帮)您(?:登记|创建|提交|记录)(?:为|了)?工单|"
    r"\b(?:human agent|live agent|customer (?:service|support|care) (?:team|agent|representative|rep)|(?:a|our|my) (?:colleague|representative|specialist|agent)s?|"
    r"(?:transfer|connect|hand) you\b|hand(?:ing)? (?:this|you) over|(?:contact|reach out to|call) (?:our )?(?:support|customer service|help ?desk))",
    re.IGNORECASE,
)
_MARKS: Final = re.compile(r"(?:\s*\[\d{1,3}\])+")


def offers_person(text: str) -> bool:
    """Whether a text offers the customer a person."""
    return _OFFER.search(text) is not None


def without_offers(text: str) -> str:
    """The text without the sentences that offer a person, and without their marks."""
    if not offers_person(text):
        return text
    kept: list[str] = []
    at = 0
    for start, end in _with_marks(text):
        gap, part = text[at:start], text[start:end]
        if not offers_person(part):
            kept.append((gap if kept else "") + part)
        at = end
    return "".join(kept).strip()


def _with_marks(text: str) -> list[tuple[int, int]]:
    """Spans of sentences, each with the marks behind its end."""
    spans: list[tuple[int, int]] = []
    reached = 0
    for start, end in sentences(text):
        if end <= reached:
            continue
        start = max(start, reached)
        marks = _MARKS.match(text, end)
        end = marks.end() if marks else end
        spans.append((start, end))
        reached = end
    return spans
