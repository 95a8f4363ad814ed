"""Why the server refused a table of hand-over rules, in the words of the page's language."""

from __future__ import annotations

import re
from typing import Final

from core.errors import Conflict, InvalidInput, ZhidaError
from core.handover_rules import LIMITS
from core.types import HandoverCode, Language
from ui.texts import say

_KNOWN: Final = tuple(
    (key, re.compile(pattern))
    for key, pattern in (
        ("limit", r"`(?P<name>\w+)` can't be (?P<value>[^ :]+): .* Give (?P<least>\S+) to (?P<most>\S+)\.$"),
        ("language", r"lacks its text in `"),
        ("long", r"has (?P<count>[\d,]+) characters; give at most (?P<most>\d+)\.$"),
        ("promise", r"promises something \(«(?P<words>.+?)»\)"),
        ("short", r"the word «(?P<word>.*)» is too short"),
        ("gap", r"in «(?P<word>.*)» the gap "),
        ("many", r"a list has [\d,]+ words; give at most (?P<most>[\d,]+)\.$"),
        ("always", r"it can't be switched off"),
        ("loop", r"`immediate_at` must not be below"),
        ("calm", r"`calm` must be below"),
        ("label", r"`\w+` has \d+ characters; give 1 to (?P<most>\d+)\.$"),
        ("twice", r"^Two topics are called `(?P<name>.*)`\."),
        ("silent", r"^In the topic `(?P<name>.*)` there are neither words nor intents"),
        ("above", r"`above` can't be "),
    )
)


def refusal(error: ZhidaError, code: HandoverCode, language: Language) -> str | None:
    """What was wrong, where it is one of the things that are known; `None` leaves it to the server's own sentence."""
    if isinstance(error, Conflict):
        return say("rules.bad.conflict", language)
    if not isinstance(error, InvalidInput):
        return None
    for key, pattern in _KNOWN:
        if found := pattern.search(str(error)):
            values = found.groupdict()
            if key == "limit" and values["name"] in LIMITS.get(code, {}):
                values["name"] = say(f"rules.limit.{code}.{values['name']}", language)
            return say(f"rules.bad.{key}", language, **values)
    return None


_OF_FIELD: Final = (
    re.compile(r"`(?P<field>(?:text|offer|again)\.(?:zh|en))` "),
    re.compile(r"^In the rule `\w+` (?P<field>words|the word|in «)"),
    re.compile(r"^In the rule `\w+` `(?P<field>team|tag)` has"),
    re.compile(r"^In the rule `\w+` there are \d+ (?P<field>tags)"),
    re.compile(r"^In the rule `\w+` `(?P<field>\w+)` (?:can't be|must)"),
)


def field_of(error: ZhidaError, code: HandoverCode) -> str:
    """The field of the rule's form that a refusal is about; empty for one of a topic, or where it isn't known."""
    sentence = str(error)
    if not isinstance(error, InvalidInput) or not sentence.startswith("In the rule"):
        return ""
    for pattern in _OF_FIELD:
        if found := pattern.search(sentence):
            field = found["field"]
            if field in LIMITS.get(code, {}):
                return f"limit.{field}"
            return {"tag": "tags", "the word": "words", "in «": "words"}.get(field, field)
    return ""
