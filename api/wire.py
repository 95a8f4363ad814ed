"""The JSON form of the nouns, one for the HTTP API and the command line.

Plain dictionaries of plain values: `json.dumps` takes them as they are. Reads nothing but
`core.types`, so that the command line needn't load the HTTP parts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, Final, assert_never

from core.types import Answer, Citation, Clarification, Handover, Hit, Outcome, Passage, Reply, Silence

Json = dict[str, Any]

HEADING_SEPARATOR: Final = " > "


def plain(value: Any) -> Any:
    """Any noun as plain values: dataclasses become dictionaries, enumerations their value, dates ISO text."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form here.")


def one_line(value: Any) -> str:
    """A plain value as JSON in one line, also for readers that take more characters than `\\n` for a line's end."""
    written = json.dumps(value, ensure_ascii=False)
    return written.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def passage_json(passage: Passage) -> Json:
    """A passage; its heading path is one text."""
    return {**plain(passage), "heading": HEADING_SEPARATOR.join(passage.heading)}


def hit_json(hit: Hit) -> Json:
    """A passage with its score and why it was found."""
    return {**passage_json(hit.passage), "score": hit.score, "why": plain(hit.why)}


def citation_json(citation: Citation) -> Json:
    """A citation; its heading path is one text."""
    return {**plain(citation), "heading": HEADING_SEPARATOR.join(citation.heading)}


def reply_json(reply: Reply) -> Json:
    """A reply: outcome, text, citations, confidence, tier and milliseconds, whatever the outcome.

    A clarification has `options` as well, and the `code` of the rule behind it; a handover has `code` and `reason`.
    `offer` is there where the customer is offered a person beside the reply: its `code`, and the `text` beside the button.
    """
    ms = {step: round(taken, 3) for step, taken in reply.ms.items()}
    if reply.offer is None:
        return {**_outcome_json(reply.outcome), "ms": ms}
    offer = {"code": reply.offer.code.value, "text": reply.offer.text}
    return {**_outcome_json(reply.outcome), "offer": offer, "ms": ms}


def silence_json(silence: Silence) -> Json:
    """That nobody replies at once, with the keys of a reply."""
    keys = {"outcome": "silent", "text": silence.text, "citations": [], "confidence": 0.0, "tier": None}
    return keys | {"ms": {"total": 0.0}}


def customer_reply_json(reply: Reply) -> Json:
    """A reply as the customer gets it: what colleagues are told, such as how upset somebody seems, stays inside."""
    told = reply_json(reply)
    return {**told, "reason": ""} if "reason" in told else told


def _outcome_json(outcome: Outcome) -> Json:
    match outcome:
        case Answer():
            citations = [citation_json(citation) for citation in outcome.citations]
            return _common("answer", outcome) | {"citations": citations, "tier": outcome.tier.value}
        case Clarification():
            code = None if outcome.code is None else outcome.code.value
            return _common("clarification", outcome) | {"options": list(outcome.options), "code": code}
        case Handover():
            return _common("handover", outcome) | {"code": outcome.code.value, "reason": outcome.reason}
        case _:
            assert_never(outcome)


def _common(name: str, outcome: Outcome) -> Json:
    """The keys that all three outcomes have, in the order in which they are shown."""
    return {"outcome": name, "text": outcome.text, "citations": [], "confidence": outcome.confidence, "tier": None}
