"""HTML of the tab of hand-over rules. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Final

from api.client_handover import RulesChange
from core.handover import HandoverAction
from core.handover_rules import (
    LIMITS,
    TOPIC_CODES,
    HandoverRule,
    HandoverRules,
    HandoverRuleVersion,
    HandoverTopic,
    Wording,
)
from core.tickets import Priority
from core.types import HandoverCode, Language
from ui.forms import YES, Field, Form, Kind, Refusal, Values, form, ticks
from ui.render import button, element, moment
from ui.texts import intent_name, say
from ui.texts_intents import INTENT_TEXTS

BY_WORDS: Final = frozenset(
    {
        HandoverCode.SAFETY_LEGAL,
        HandoverCode.CUSTOMER_REQUEST,
        HandoverCode.NEGATIVE_SENTIMENT,
        HandoverCode.USER_REJECTED,
        HandoverCode.PENDING_CLARIFICATION,
    }
)
"""Rules that look for words of their own."""

BY_INTENTS: Final = frozenset({HandoverCode.CUSTOMER_REQUEST, HandoverCode.UNSUPPORTED_REQUEST})
"""Rules that look at what the customer wants, as it was classified."""

INTENTS: Final = tuple(key.removeprefix("intent.") for key in INTENT_TEXTS)
"""The labels that Zhida knows by itself."""

IDENTITY_LEVELS: Final = (1, 2)

NEW: Final = "new"
"""Stands for the topic that may be added."""


def rules_list(rules: HandoverRules, language: Language, *, opened: str = "", may_edit: bool) -> str:
    """Return all rules in their order; the opened one stands out."""
    intro = element("p", escape(say("rules.intro", language)), classes="zd-small")
    if not may_edit:
        intro += element("p", escape(say("rules.read_only", language)), classes="zd-small")
    rows = "".join(
        _row(number, rule, language, opened=opened if rule.code == opened else "", may_edit=may_edit)
        for number, rule in enumerate(rules.rules, start=1)
    )
    return intro + rows


def _row(number: int, rule: HandoverRule, language: Language, *, opened: str, may_edit: bool) -> str:
    title = element("h3", escape(f"{number}. {say(f'code.{rule.code}', language)}"))
    off = element("span", escape(say("rules.off", language)), classes="zd-pill zd-is-warn") if not rule.enabled else ""
    head = element("div", title + off, classes="zd-pills")
    edit = button(say("rules.edit", language), "edit", classes="zd-quiet", code=rule.code) if may_edit else ""
    said = element("div", head + element("p", escape(what(rule, language)), classes="zd-small"))
    return element(
        "section",
        element("div", said + element("div", edit, classes="zd-actions"), classes="zd-row zd-rule"),
        classes=f"zd-block{' zd-open' if opened else ''}",
        id=f"rule-{rule.code}",
    )


def what(rule: HandoverRule, language: Language) -> str:
    """What a rule does, with its numbers."""
    numbers = {name: f"{rule.limit(name):g}" for name in LIMITS.get(rule.code, {})}
    return say(f"rules.what.{rule.code}", language, **numbers)


def rule_form(
    rules: HandoverRules,
    code: HandoverCode,
    version: int,
    language: Language,
    *,
    typed: Values | None = None,
    refusal: Refusal | None = None,
) -> str:
    """Return the form of one rule; `version` is the table that is edited, `typed` what was refused."""
    rule = rules.rule(code)
    drawn = Form(
        what=code,
        number=version,
        title=say(f"code.{code}", language),
        intro=what(rule, language),
        fields=_fields(rules, rule, language),
        values=_values(rules, rule) if typed is None else typed,
        refusal=refusal,
        send=say("rules.save", language),
    )
    return element("section", form(drawn, language), classes="zd-block")


def _fields(rules: HandoverRules, rule: HandoverRule, language: Language) -> list[Field]:
    code = rule.code
    fields = [_check("enabled", "rules.enabled", language)]
    if code in BY_WORDS or rule.words:
        fields.append(_lines("words", "rules.words", rule.words, language))
        if code is HandoverCode.NEGATIVE_SENTIMENT:
            fields.append(_lines("strong_words", "rules.strong_words", rule.strong_words, language))
        fields.append(_lines("exceptions", "rules.exceptions", rule.exceptions, language))
    fields += [_limit(rule, name, language) for name in LIMITS.get(code, {})]
    fields += _wording("text", "rules.text", language)
    if rule.offer:
        fields += _wording("offer", "rules.offer", language)
    if rule.again or code is HandoverCode.MISSING_KNOWLEDGE:
        fields += _wording("again", "rules.again", language)
    fields += [
        Field(name="priority", label=say("rules.priority", language), kind=Kind.CHOICE, options=_priorities(language)),
        _line("team", "rules.team", language),
        _line("tags", "rules.tags", language, hint="rules.tags.hint", most=200),
    ]
    if code in BY_INTENTS or rule.intents:
        fields += _intents("", rule.intents, language)
    if code in TOPIC_CODES:
        for at, topic in enumerate(rules.topics):
            fields += _topic(f"topic{at}", topic, language) if topic.code is code else []
        fields += _new_topic(language)
    return [*fields, _line("note", "rules.note", language, most=200)]


def _topic(name: str, topic: HandoverTopic, language: Language) -> list[Field]:
    fields = [
        _check(f"{name}.enabled", "rules.enabled", language),
        _lines(f"{name}.words", "rules.words", topic.words, language),
        _lines(f"{name}.exceptions", "rules.exceptions", topic.exceptions, language),
        *_intents(f"{name}.", topic.intents, language),
        *_behaviour(name, topic.code, language),
        *_wording(f"{name}.text", "rules.topic.text", language),
        _line(f"{name}.team", "rules.topic.team", language),
    ]
    group = say("rules.topic", language, name=topic.name)
    return [replace(each, group=group) for each in fields]


def _behaviour(name: str, code: HandoverCode, language: Language) -> list[Field]:
    """When a topic counts, and what is done then."""
    actions = tuple((each.value, say(f"rules.action.{each}", language)) for each in HandoverAction)
    levels = tuple((str(each), say(f"rules.identity.{each}", language)) for each in IDENTITY_LEVELS)
    fields = [
        _check(f"{name}.requests_only", "rules.topic.requests_only", language),
        _line(f"{name}.above", "rules.topic.above", language, most=12),
        Field(name=f"{name}.action", label=say("rules.topic.action", language), kind=Kind.CHOICE, options=actions),
    ]
    if code is HandoverCode.IDENTITY_REQUIRED:
        label = say("rules.topic.identity", language)
        fields.append(Field(name=f"{name}.identity_level", label=label, kind=Kind.CHOICE, options=levels))
    return fields


def _new_topic(language: Language) -> list[Field]:
    group = say("rules.topic.new.title", language)
    fields = [
        _line(f"{NEW}.name", "rules.topic.new", language),
        _lines(f"{NEW}.words", "rules.topic.new.words", (), language),
        *_intents(f"{NEW}.", (), language),
    ]
    return [replace(each, group=group) for each in fields]


def _intents(prefix: str, own: Sequence[str], language: Language) -> list[Field]:
    """Boxes for the intents of the taxonomy and for labels of the operator's own that the table has, and a line for more."""
    labels = tuple(dict.fromkeys([*INTENTS, *own]))
    return [
        Field(
            name=f"{prefix}intent",
            label=say("rules.intents", language),
            kind=Kind.CHECKS,
            options=tuple((each, intent_name(each, language)) for each in labels),
        ),
        _line(f"{prefix}intents", "rules.intents.own", language, hint="manage.commas", most=200),
    ]


def _values(rules: HandoverRules, rule: HandoverRule) -> Values:
    """What the form shows of a rule and its topics."""
    values = {
        "words": "\n".join(rule.words),
        "strong_words": "\n".join(rule.strong_words),
        "exceptions": "\n".join(rule.exceptions),
        "priority": rule.priority.value,
        "team": rule.team,
        "tags": ", ".join(rule.tags),
        **_worded("text", rule.text),
        **_worded("offer", rule.offer),
        **_worded("again", rule.again),
        **{f"limit.{name}": f"{rule.limit(name):g}" for name in LIMITS.get(rule.code, {})},
        **ticks("intent", rule.intents),
        **({"enabled": YES} if rule.enabled else {}),
    }
    for at, topic in enumerate(rules.topics):
        if topic.code is rule.code:
            values |= _topic_values(f"topic{at}", topic)
    return values


def _topic_values(name: str, topic: HandoverTopic) -> dict[str, str]:
    values = {
        "words": "\n".join(topic.words),
        "exceptions": "\n".join(topic.exceptions),
        "above": "" if topic.above is None else f"{topic.above:g}",
        "action": topic.action.value,
        "identity_level": str(topic.identity_level),
        "team": topic.team,
        **_worded("text", topic.text),
        **ticks("intent", topic.intents),
        **({"enabled": YES} if topic.enabled else {}),
        **({"requests_only": YES} if topic.requests_only else {}),
    }
    return {f"{name}.{key}": value for key, value in values.items()}


def _worded(name: str, wording: Wording) -> dict[str, str]:
    return {f"{name}.{each}": wording[each] for each in Language}


def _limit(rule: HandoverRule, name: str, language: Language) -> Field:
    spec = LIMITS[rule.code][name]
    meaning = say(f"rules.limit.{rule.code}.{name}", language)
    label = say("rules.range", language, meaning=meaning, least=f"{spec.least:g}", most=f"{spec.most:g}")
    return Field(name=f"limit.{name}", label=label, attributes={"inputmode": "decimal", "maxlength": "12"})


def _line(name: str, key: str, language: Language, *, hint: str = "", most: int = 60) -> Field:
    said = say(hint, language) if hint else ""
    return Field(name=name, label=say(key, language), hint=said, attributes={"maxlength": str(most)})


def _lines(name: str, key: str, values: Sequence[str], language: Language) -> Field:
    rows = str(min(8, max(3, len(values))))
    return Field(name=name, label=say(key, language), kind=Kind.AREA, attributes={"rows": rows})


def _wording(name: str, key: str, language: Language) -> list[Field]:
    return [
        Field(
            name=f"{name}.{each}",
            label=say(f"{key}.{each}", language),
            kind=Kind.AREA,
            attributes={"rows": "2", "maxlength": "500", "lang": each},
        )
        for each in Language
    ]


def _check(name: str, key: str, language: Language) -> Field:
    return Field(name=name, label=say(key, language), kind=Kind.CHECK)


def _priorities(language: Language) -> tuple[tuple[str, str], ...]:
    return tuple((each.value, say(f"desk.priority.{each}", language)) for each in Priority)


def rules_history(
    changes: Sequence[RulesChange],
    current: HandoverRuleVersion,
    language: Language,
    *,
    may_edit: bool,
    message: str = "",
) -> str:
    """Return who changed the table when, each version with the way back to it."""
    shipped = RulesChange(0, say("rules.shipped", language), "", None)
    rows = "".join(
        _change(change, language, holds=change.number == current.number, may_edit=may_edit)
        for change in (*changes, shipped)
    )
    return element("h2", escape(say("rules.history", language))) + message + rows


def _change(change: RulesChange, language: Language, *, holds: bool, may_edit: bool) -> str:
    marks = element("strong", escape(say("rules.version", language, number=change.number)))
    marks += element("span", escape(change.author), classes="zd-small") if change.author else ""
    marks += moment(change.created_at) if change.created_at else ""
    if holds:
        act = element("span", escape(say("rules.current", language)), classes="zd-pill zd-is-ready")
    else:
        act = (
            button(say("rules.restore", language), "restore", classes="zd-quiet", version=change.number)
            if may_edit
            else ""
        )
    said = element(
        "div", element("div", marks, classes="zd-pills") + element("p", escape(change.note), classes="zd-small")
    )
    return element(
        "section",
        element("div", said + element("div", act, classes="zd-actions"), classes="zd-row zd-rule"),
        classes="zd-block",
    )
