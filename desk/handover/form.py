"""The table of rules as JSON: what is stored, exported, edited and imported again.

    {"rules": [{"code": "safety_legal", "words": ["自杀", …], "text": {"zh": "…", "en": "…"}, …}, …],
     "topics": [{"name": "refund above limit", "code": "policy_restriction", "above": 1000, …}, …]}

A key that isn't known is refused: it is a slip of the pen, and would silently do nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar

from core.errors import InvalidInput
from core.handover import HandoverAction
from core.handover_rules import HandoverRule, HandoverRules, HandoverTopic, Wording
from core.tickets import Priority
from core.types import HandoverCode
from desk.handover.checks import check

LONGEST_FILE: Final = 1_000_000
"""Characters of a table of rules."""

_Choice = TypeVar("_Choice", bound=StrEnum)


def to_json(rules: HandoverRules) -> str:
    """The table, readable and in a fixed order, so that two versions can be compared line by line."""
    rows = {"rules": [_rule_row(rule) for rule in rules.rules], "topics": [_topic_row(topic) for topic in rules.topics]}
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def from_json(text: str) -> HandoverRules:
    """Read a table and check it.

    Raises:
        InvalidInput: it can't be used; the message names the row, the value and what would do.
    """
    if len(text) > LONGEST_FILE:
        raise InvalidInput(f"The table of rules has {len(text):,} characters; {LONGEST_FILE:,} are allowed.")
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"The table of rules isn't JSON: {error}. Start from an export.") from None
    return from_rows(rows)


def from_rows(rows: object) -> HandoverRules:
    """The same from what JSON was read as."""
    fields = _Fields(rows, "the table")
    rules = tuple(_rule(each, f"rules[{at}]") for at, each in enumerate(fields.items("rules")))
    topics = tuple(_topic(each, f"topics[{at}]") for at, each in enumerate(fields.items("topics")))
    fields.end()
    found = HandoverRules(tuple(sorted(rules, key=lambda rule: list(HandoverCode).index(rule.code))), topics)
    check(found)
    return found


def _rule_row(rule: HandoverRule) -> dict[str, Any]:
    return {
        "code": rule.code.value,
        "enabled": rule.enabled,
        "priority": rule.priority.value,
        "team": rule.team,
        "tags": list(rule.tags),
        "limits": dict(rule.limits),
        "text": _wording_row(rule.text),
        "offer": _wording_row(rule.offer),
        "again": _wording_row(rule.again),
        "intents": list(rule.intents),
        "words": list(rule.words),
        "strong_words": list(rule.strong_words),
        "exceptions": list(rule.exceptions),
    }


def _topic_row(topic: HandoverTopic) -> dict[str, Any]:
    return {
        "name": topic.name,
        "code": topic.code.value,
        "enabled": topic.enabled,
        "action": topic.action.value,
        "requests_only": topic.requests_only,
        "above": topic.above,
        "identity_level": topic.identity_level,
        "team": topic.team,
        "text": _wording_row(topic.text),
        "intents": list(topic.intents),
        "words": list(topic.words),
        "exceptions": list(topic.exceptions),
    }


def _wording_row(wording: Wording) -> dict[str, str]:
    return {"zh": wording.zh, "en": wording.en}


def _rule(row: object, where: str) -> HandoverRule:
    fields = _Fields(row, where)
    code = fields.choice("code", HandoverCode)
    fields.where = f"{where} ({code})"
    rule = HandoverRule(
        code=code,
        enabled=fields.flag("enabled", True),
        words=fields.texts("words"),
        strong_words=fields.texts("strong_words"),
        exceptions=fields.texts("exceptions"),
        intents=fields.texts("intents"),
        limits=fields.numbers("limits"),
        text=fields.wording("text"),
        offer=fields.wording("offer"),
        again=fields.wording("again"),
        priority=fields.choice("priority", Priority),
        team=fields.text("team"),
        tags=fields.texts("tags"),
    )
    fields.end()
    return rule


def _topic(row: object, where: str) -> HandoverTopic:
    fields = _Fields(row, where)
    name = fields.text("name")
    fields.where = f"{where} ({name})"
    topic = HandoverTopic(
        name=name,
        code=fields.choice("code", HandoverCode),
        enabled=fields.flag("enabled", True),
        words=fields.texts("words"),
        exceptions=fields.texts("exceptions"),
        intents=fields.texts("intents"),
        requests_only=fields.flag("requests_only", True),
        above=fields.number("above"),
        identity_level=int(fields.number("identity_level") or 0) if fields.has("identity_level") else 2,
        action=fields.choice("action", HandoverAction) if fields.has("action") else HandoverAction.IMMEDIATE,
        text=fields.wording("text"),
        team=fields.text("team"),
    )
    fields.end()
    return topic


class _Fields:
    """The fields of one JSON object, each asked for once; what is left over is a mistake."""

    def __init__(self, row: object, where: str) -> None:
        self.where = where
        if not isinstance(row, dict):
            raise self._bad("it must be an object", row)
        self._row: Mapping[str, Any] = row
        self._asked: set[str] = set()

    def has(self, name: str) -> bool:
        return self._row.get(name) is not None

    def items(self, name: str) -> list[Any]:
        found = self._get(name, [])
        if not isinstance(found, list):
            raise self._bad(f"`{name}` must be a list", found)
        return found

    def text(self, name: str) -> str:
        found = self._get(name, "")
        if not isinstance(found, str):
            raise self._bad(f"`{name}` must be a text", found)
        return found.strip()

    def texts(self, name: str) -> tuple[str, ...]:
        found = self.items(name)
        if not all(isinstance(each, str) for each in found):
            raise self._bad(f"`{name}` must be a list of texts", found)
        return tuple(dict.fromkeys(each.strip() for each in found))

    def flag(self, name: str, default: bool) -> bool:
        found = self._get(name, default)
        if not isinstance(found, bool):
            raise self._bad(f"`{name}` must be true or false", found)
        return found

    def number(self, name: str) -> float | None:
        found = self._get(name, None)
        if found is not None and (isinstance(found, bool) or not isinstance(found, int | float)):
            raise self._bad(f"`{name}` must be a number", found)
        return found

    def numbers(self, name: str) -> dict[str, float]:
        fields = _Fields(self._get(name, {}), f"{self.where} `{name}`")
        found = {each: fields.number(each) for each in fields._row}
        return {each: value for each, value in found.items() if value is not None}

    def wording(self, name: str) -> Wording:
        fields = _Fields(self._get(name, {}), f"{self.where} `{name}`")
        wording = Wording(fields.text("zh"), fields.text("en"))
        fields.end()
        return wording

    def choice(self, name: str, kind: type[_Choice]) -> _Choice:
        found = self._get(name, None)
        try:
            return kind(found)
        except ValueError:
            raise self._bad(f"`{name}` must be one of {', '.join(kind)}", found) from None

    def end(self) -> None:
        """Refuse fields that nobody asked for."""
        unknown = sorted(set(self._row) - self._asked)
        if unknown:
            raise InvalidInput(
                f"In {self.where} there is no field `{unknown[0]}`. It has: {', '.join(sorted(self._asked))}."
            )

    def _get(self, name: str, default: Any) -> Any:
        self._asked.add(name)
        found = self._row.get(name)
        return default if found is None else found

    def _bad(self, what: str, found: object) -> InvalidInput:
        shown = json.dumps(found, ensure_ascii=False, default=str)
        return InvalidInput(f"In {self.where} {what}, not {shown if len(shown) <= 60 else shown[:60] + '…'}.")
