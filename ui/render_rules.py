"""HTML of the tab of hand-over rules. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from api.client_handover import RulesChange
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
from ui.render import button, element, moment
from ui.texts import say

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


def rule_form(rules: HandoverRules, code: HandoverCode, version: int, language: Language, *, message: str = "") -> str:
    """Return the form of one rule; `version` is the table that is edited."""
    rule = rules.rule(code)
    fields = [_check("enabled", "rules.enabled", rule.enabled, language)]
    if code in BY_WORDS or rule.words:
        fields.append(_lines("words", "rules.words", rule.words, language))
        if code is HandoverCode.NEGATIVE_SENTIMENT:
            fields.append(_lines("strong_words", "rules.strong_words", rule.strong_words, language))
        fields.append(_lines("exceptions", "rules.exceptions", rule.exceptions, language))
    fields += [_limit(rule, name, language) for name in LIMITS.get(code, {})]
    fields.append(_wording("text", "rules.text", rule.text, language))
    if rule.offer:
        fields.append(_wording("offer", "rules.offer", rule.offer, language))
    if rule.again or code is HandoverCode.MISSING_KNOWLEDGE:
        fields.append(_wording("again", "rules.again", rule.again, language))
    fields += [_priority(rule, language), _line("team", say("rules.team", language), rule.team, maxlength="60")]
    if code in TOPIC_CODES:
        fields += [_topic(at, topic, language) for at, topic in enumerate(rules.topics) if topic.code is code]
        fields.append(_new_topic(language))
    fields.append(_line("note", say("rules.note", language), "", maxlength="200"))
    send = element("button", escape(say("rules.save", language)), classes="zd-button zd-primary", type="submit")
    cancel = button(say("cancel", language), "stop", classes="zd-quiet")
    fields.append(element("div", send + cancel, classes="zd-actions"))
    head = element("h3", escape(say(f"code.{code}", language))) + element(
        "p", escape(what(rule, language)), classes="zd-small"
    )
    form = element(
        "form", "".join(fields), classes="zd-gold-form", data_act="save", data_code=code, data_version=version
    )
    return element("section", head + message + form, classes="zd-block")


def _topic(at: int, topic: HandoverTopic, language: Language) -> str:
    name = f"topic{at}"
    above = "" if topic.above is None else f"{topic.above:g}"
    content = (
        element("legend", escape(say("rules.topic", language, name=topic.name)))
        + _check(f"{name}.enabled", "rules.enabled", topic.enabled, language)
        + _lines(f"{name}.words", "rules.words", topic.words, language)
        + _lines(f"{name}.exceptions", "rules.exceptions", topic.exceptions, language)
        + _line(f"{name}.above", say("rules.topic.above", language), above, inputmode="decimal", maxlength="12")
        + _wording(f"{name}.text", "rules.topic.text", topic.text, language)
    )
    return element("fieldset", content, classes="zd-gold-form zd-topic")


def _new_topic(language: Language) -> str:
    return element(
        "fieldset",
        _line(f"{NEW}.name", say("rules.topic.new", language), "", maxlength="60")
        + _lines(f"{NEW}.words", "rules.topic.new.words", (), language),
        classes="zd-gold-form zd-topic",
    )


def _limit(rule: HandoverRule, name: str, language: Language) -> str:
    spec = LIMITS[rule.code][name]
    meaning = say(f"rules.limit.{rule.code}.{name}", language)
    label = say("rules.range", language, meaning=meaning, least=f"{spec.least:g}", most=f"{spec.most:g}")
    return _line(
        f"limit.{name}",
        label,
        f"{rule.limit(name):g}",
        type="number",
        step="any",
        min=f"{spec.least:g}",
        max=f"{spec.most:g}",
        required="required",
    )


def _line(name: str, label: str, value: str, **attributes: str) -> str:
    kind = attributes.pop("type", "text")
    field = element("input", "", type=kind, name=name, value=value, **attributes)
    return element("label", escape(label) + field.removesuffix("</input>"), classes="zd-field")


def _lines(name: str, key: str, values: Sequence[str], language: Language) -> str:
    field = element("textarea", escape("\n".join(values)), name=name, rows=min(8, max(3, len(values))))
    return element("label", escape(say(key, language)) + field, classes="zd-field")


def _wording(name: str, key: str, wording: Wording, language: Language) -> str:
    return "".join(
        element(
            "label",
            escape(say(f"{key}.{each}", language))
            + element("textarea", escape(wording[each]), name=f"{name}.{each}", rows=2, maxlength=500, lang=each),
            classes="zd-field",
        )
        for each in Language
    )


def _check(name: str, key: str, checked: bool, language: Language) -> str:
    box = element("input", "", type="checkbox", name=name, value="yes", checked=checked).removesuffix("</input>")
    return element("label", box + " " + escape(say(key, language)), classes="zd-check")


def _priority(rule: HandoverRule, language: Language) -> str:
    options = "".join(
        element("option", escape(say(f"desk.priority.{each}", language)), value=each, selected=rule.priority is each)
        for each in Priority
    )
    return element(
        "label",
        escape(say("rules.priority", language)) + element("select", options, name="priority"),
        classes="zd-field",
    )


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
