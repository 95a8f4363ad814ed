"""What makes a table of rules usable, told so that a manager can mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite
from typing import Final

from core.errors import InvalidInput
from core.handover_rules import LIMITS, TOPIC_CODES, HandoverRule, HandoverRules, HandoverTopic, Wording
from core.text import HAN
from core.types import HandoverCode, Language

MOST_WORDS: Final = 1000
MOST_TOPICS: Final = 200
LONGEST_WORD: Final = 60
LONGEST_TEXT: Final = 500
LONGEST_NAME: Final = 60
MOST_TAGS: Final = 3

GAP: Final = "…"
"""Within a word: up to a dozen characters of the same sentence."""

ALWAYS: Final = frozenset({HandoverCode.MISSING_KNOWLEDGE, HandoverCode.TOOL_FAILURE})
"""Rules that can't be switched off."""

_SOLID: Final = re.compile(rf"[{HAN}]|[A-Za-z0-9]+")

_PROMISE: Final = re.compile(
    r"保证|承诺|一定(?:会|能|给)|马上(?:就|会|给|为)|立刻|立即|(?:\d+|[一二三四五六七八九十两几半]+)\s?个?(?:分钟|小时|工作日|天)[之以]?内|"
    r"\b(?:guarantee[ds]?|promise[ds]?|definitely|right away|immediately|shortly|within \w+ (?:minutes?|hours?|days?)|"
    r"(?:will|'ll) (?:call|contact|reply|answer|get back|refund|fix|solve|resolve))\b",
    re.IGNORECASE,
)
"""What nobody can keep on a colleague's behalf. The desk tells waiting times, from its calendar."""


def check(rules: HandoverRules) -> None:
    """Raises `InvalidInput` for the first thing that can't be used."""
    codes = [rule.code for rule in rules.rules]
    for code in HandoverCode:
        if codes.count(code) != 1:
            raise InvalidInput(
                f"The table has {codes.count(code)} rows for `{code}`; it needs exactly one. To switch a rule off, set "
                "`enabled` to false."
            )
    for rule in rules.rules:
        _check_rule(rule)
    _check_topics(rules.topics)


def _check_rule(rule: HandoverRule) -> None:
    where = f"In the rule `{rule.code}`"
    for words in (rule.words, rule.strong_words, rule.exceptions):
        _check_words(words, where)
    for name, value in rule.limits.items():
        spec = LIMITS.get(rule.code, {}).get(name)
        if spec is None:
            known = ", ".join(LIMITS.get(rule.code, {})) or "none"
            raise InvalidInput(f"{where} there is no limit `{name}`. It has: {known}.")
        if not (isfinite(value) and spec.least <= value <= spec.most):
            raise InvalidInput(
                f"{where} `{name}` can't be {value:g}: {spec.meaning}. Give {spec.least:g} to {spec.most:g}."
            )
    _check_order(rule, where)
    _check_wording(rule.text, where, "text", needed=True)
    _check_wording(rule.offer, where, "offer", needed=False)
    _check_wording(rule.again, where, "again", needed=False)
    _check_label(rule.team, where, "team")
    if len(rule.tags) > MOST_TAGS:
        raise InvalidInput(f"{where} there are {len(rule.tags)} tags; give at most {MOST_TAGS}.")
    for tag in rule.tags:
        _check_label(tag, where, "tag")
    if rule.code in ALWAYS and not rule.enabled:
        raise InvalidInput(f"{where}: it can't be switched off, for the customer would be left without any reply.")


def _check_order(rule: HandoverRule, where: str) -> None:
    """Limits that only make sense one below the other."""
    if rule.code is HandoverCode.LOOP and rule.limit("immediate_at") < rule.limit("offer_at"):
        raise InvalidInput(f"{where} `immediate_at` must not be below `offer_at`.")
    if rule.code is HandoverCode.NEGATIVE_SENTIMENT and rule.limit("calm") >= rule.limit("anger"):
        raise InvalidInput(f"{where} `calm` must be below `anger`.")


def _check_topics(topics: tuple[HandoverTopic, ...]) -> None:
    if len(topics) > MOST_TOPICS:
        raise InvalidInput(f"There are {len(topics)} topics; give at most {MOST_TOPICS}.")
    seen: set[str] = set()
    for at, topic in enumerate(topics):
        _check_label(topic.name, f"In topics[{at}]", "name")
        where = f"In the topic `{topic.name}`"
        if topic.name in seen:
            raise InvalidInput(f"Two topics are called `{topic.name}`. Give each a name of its own.")
        seen.add(topic.name)
        if topic.code not in TOPIC_CODES:
            raise InvalidInput(f"{where} `code` must be one of {', '.join(TOPIC_CODES)}, not {topic.code}.")
        if not topic.words and not topic.intents:
            raise InvalidInput(f"{where} there are neither words nor intents, so it can never match.")
        _check_words(topic.words, where)
        _check_words(topic.exceptions, where)
        _check_wording(topic.text, where, "text", needed=False)
        if topic.above is not None and not (isfinite(topic.above) and topic.above >= 0):
            raise InvalidInput(f"{where} `above` can't be {topic.above:g}. Give an amount of money, 0 or more.")
        if topic.identity_level not in (1, 2):
            raise InvalidInput(f"{where} `identity_level` must be 1 (known by the channel) or 2 (verified by a code).")


def _check_words(words: Iterable[str], where: str) -> None:
    listed = tuple(words)
    if len(listed) > MOST_WORDS:
        raise InvalidInput(f"{where} a list has {len(listed):,} words; give at most {MOST_WORDS:,}.")
    for word in listed:
        parts = word.split(GAP)
        if len(word) > LONGEST_WORD:
            raise InvalidInput(
                f"{where} the word «{word[:20]}…» has {len(word)} characters; give at most {LONGEST_WORD}."
            )
        if sum(len(_SOLID.findall(part)) for part in parts) < 2 and not re.search(r"[A-Za-z0-9]{3}", word):
            raise InvalidInput(
                f"{where} the word «{word}» is too short: it would stand in every other message. "
                "Give two Chinese characters or three letters at least."
            )
        if not all(_SOLID.search(part) for part in parts):
            raise InvalidInput(f"{where} in «{word}» the gap «{GAP}» must stand between two words.")


def _check_wording(wording: Wording, where: str, name: str, *, needed: bool) -> None:
    if not wording and not needed:
        return
    for language in Language:
        text = wording[language]
        if not text:
            raise InvalidInput(f"{where} `{name}` lacks its text in `{language}`: customers read both languages.")
        if len(text) > LONGEST_TEXT:
            raise InvalidInput(f"{where} `{name}.{language}` has {len(text)} characters; give at most {LONGEST_TEXT}.")
        promise = _PROMISE.search(text)
        if promise:
            raise InvalidInput(
                f"{where} `{name}.{language}` promises something («{promise[0]}») that the assistant can't keep for a "
                "colleague. Say what is done now instead."
            )


def _check_label(label: str, where: str, name: str) -> None:
    if not 0 < len(label) <= LONGEST_NAME:
        raise InvalidInput(f"{where} `{name}` has {len(label)} characters; give 1 to {LONGEST_NAME}.")
