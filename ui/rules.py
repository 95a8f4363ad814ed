"""What happens on the tab of hand-over rules, without the page: a view and a client in, HTML out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from api.client import Client
from core.accounts import Right
from core.errors import ZhidaError
from core.handover import HandoverAction
from core.handover_rules import LIMITS, HandoverRules, HandoverRuleVersion, HandoverTopic, Wording
from core.tickets import Priority
from core.types import HandoverCode, Language
from ui.forms import Refusal, ticked
from ui.managing import explained
from ui.render_knowledge import note
from ui.render_rules import IDENTITY_LEVELS, NEW, rule_form, rules_history, rules_list
from ui.rules_refusals import field_of, refusal
from ui.sheets import lines_of
from ui.texts import say
from ui.view import ManagerView

CHANGES: Final = 50
"""Versions that the history names."""

Fields = Mapping[str, str]
"""What a form sent: texts by their names; a box that isn't ticked isn't there."""


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The parts of the tab, as HTML."""

    form: str
    rules: str
    history: str


def page(view: ManagerView, client: Client, *, opened: str = "", message: str = "", form: str = "") -> RulesPage:
    """Return the tab; `opened` is the code of the rule whose form stands there, `form` a form that was refused."""
    may_edit, code = Right.POLICY_WRITE in view.rights, _code(opened)
    try:
        current = client.handover_rules()
        changes = client.handover_rule_changes(limit=CHANGES)
    except ZhidaError as error:
        return RulesPage(note(explained(error, view), problem=True), "", "")
    if not form and code is not None and may_edit:
        form = rule_form(current.rules, code, current.number, view.language)
    return RulesPage(
        message + form,
        rules_list(current.rules, view.language, opened=code or "", may_edit=may_edit),
        rules_history(changes, current, view.language, may_edit=may_edit),
    )


def saved(view: ManagerView, opened: str, version: int, fields: Fields, client: Client) -> RulesPage:
    """Save one rule of the table. What was refused stays in its form as it was typed, with the reason beside it."""
    code = _code(opened)
    if code is None:
        return page(view, client)
    try:
        known = client.handover_rules_at(version)
    except ZhidaError as error:
        return page(view, client, opened=opened, message=note(explained(error, view), problem=True))
    wanted = edited(known.rules, code, fields, view.language)
    wrong = wanted if isinstance(wanted, Refusal) else None
    if isinstance(wanted, HandoverRules):
        try:
            after = client.save_handover_rules(wanted, instead_of=version, note=fields.get("note", "")[:200])
            return page(view, client, message=note(say("rules.saved", view.language, number=after.number)))
        except ZhidaError as error:
            wrong = _refused(error, code, view)
    form = rule_form(known.rules, code, version, view.language, typed=fields, refusal=wrong)
    return page(view, client, opened=opened, form=form)


def _refused(error: ZhidaError, code: HandoverCode, view: ManagerView) -> Refusal:
    said = refusal(error, code, view.language) or explained(error, view)
    return Refusal(say("rules.refused", view.language, why=said), field_of(error, code))


def restored(view: ManagerView, number: int, client: Client) -> RulesPage:
    """Return to an earlier version, which becomes the newest one."""
    try:
        current, old = client.handover_rules(), client.handover_rules_at(number)
        said = say("rules.note.restored", view.language, number=number)
        after: HandoverRuleVersion = client.save_handover_rules(old.rules, instead_of=current.number, note=said)
    except ZhidaError as error:
        return page(view, client, message=note(explained(error, view), problem=True))
    return page(view, client, message=note(say("rules.restored", view.language, old=number, number=after.number)))


def edited(rules: HandoverRules, code: HandoverCode, fields: Fields, language: Language) -> HandoverRules | Refusal:
    """The table with one rule, and its topics, as a form has them, or which number isn't one.

    What the form hasn't stays as it is. Everything but numbers is checked by the server.
    """
    wrong = _not_numbers(rules, code, fields, language)
    if wrong is not None:
        return wrong
    old, priority = rules.rule(code), fields.get("priority", "")
    limits = {name: float(fields[f"limit.{name}"]) for name in LIMITS.get(code, {}) if f"limit.{name}" in fields}
    rule = replace(
        old,
        enabled="enabled" in fields,
        words=_listed(fields, "words", old.words),
        strong_words=_listed(fields, "strong_words", old.strong_words),
        exceptions=_listed(fields, "exceptions", old.exceptions),
        intents=_intents(fields, "", old.intents),
        limits={**old.limits, **limits},
        text=_wording(fields, "text", old.text),
        offer=_wording(fields, "offer", old.offer),
        again=_wording(fields, "again", old.again),
        priority=Priority(priority) if priority in set(Priority) else old.priority,
        team=fields.get("team", old.team).strip(),
        tags=tuple(lines_of(fields["tags"])) if "tags" in fields else old.tags,
    )
    topics = [
        _topic(each, f"topic{at}", fields) if each.code is code and f"topic{at}.words" in fields else each
        for at, each in enumerate(rules.topics)
    ]
    if fields.get(f"{NEW}.name", "").strip():
        words, intents = _listed(fields, f"{NEW}.words", ()), _intents(fields, f"{NEW}.", ())
        topics.append(HandoverTopic(name=fields[f"{NEW}.name"].strip(), code=code, words=words, intents=intents))
    return HandoverRules(tuple(rule if each.code is code else each for each in rules.rules), tuple(topics))


def _topic(topic: HandoverTopic, name: str, fields: Fields) -> HandoverTopic:
    above, action = fields.get(f"{name}.above", "").strip(), fields.get(f"{name}.action", "")
    level = fields.get(f"{name}.identity_level", "")
    return replace(
        topic,
        enabled=f"{name}.enabled" in fields,
        words=_listed(fields, f"{name}.words", topic.words),
        exceptions=_listed(fields, f"{name}.exceptions", topic.exceptions),
        intents=_intents(fields, f"{name}.", topic.intents),
        requests_only=f"{name}.requests_only" in fields,
        above=float(above) if above else None,
        identity_level=int(level) if level in {str(each) for each in IDENTITY_LEVELS} else topic.identity_level,
        action=HandoverAction(action) if action in set(HandoverAction) else topic.action,
        text=_wording(fields, f"{name}.text", topic.text),
        team=fields.get(f"{name}.team", topic.team).strip(),
    )


def _intents(fields: Fields, prefix: str, old: tuple[str, ...]) -> tuple[str, ...]:
    """Those that are ticked and those that were typed; a form that doesn't ask for them leaves them as they are."""
    if f"{prefix}intents" not in fields:
        return old
    chosen = {*ticked(fields, f"{prefix}intent"), *lines_of(fields[f"{prefix}intents"])}
    kept = [each for each in old if each in chosen]
    return (*kept, *sorted(chosen - set(kept)))


def _not_numbers(rules: HandoverRules, code: HandoverCode, fields: Fields, language: Language) -> Refusal | None:
    asked = {f"limit.{name}": say(f"rules.limit.{code}.{name}", language) for name in LIMITS.get(code, {})}
    for at, topic in enumerate(rules.topics):
        if topic.code is code and fields.get(f"topic{at}.above", "").strip():
            asked[f"topic{at}.above"] = say("rules.topic.above", language)
    for name, label in asked.items():
        if name not in fields:
            continue
        try:
            float(fields[name])
        except ValueError:
            said = say("rules.not_a_number", language, field=label)
            return Refusal(say("rules.refused", language, why=said), name)
    return None


def _listed(fields: Fields, name: str, old: tuple[str, ...]) -> tuple[str, ...]:
    if name not in fields:
        return old
    return tuple(dict.fromkeys(line.strip() for line in fields[name].splitlines() if line.strip()))


def _wording(fields: Fields, name: str, old: Wording) -> Wording:
    return Wording(
        fields.get(f"{name}.{Language.ZH}", old.zh).strip(), fields.get(f"{name}.{Language.EN}", old.en).strip()
    )


def _code(text: str) -> HandoverCode | None:
    return HandoverCode(text) if text in set(HandoverCode) else None
