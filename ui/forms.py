"""Forms of the pages for staff: fields as values, and what was wrong with one beside it. See `ui.render` on escaping.

A form is drawn from texts by the names of its fields, the same texts that the browser sends back: what was refused is
drawn again as it was typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from itertools import groupby
from typing import Any

from core.types import Language
from ui.render import button, element
from ui.texts import say

Values = Mapping[str, str]
"""What a form has or has sent: texts by names of fields; a box that isn't ticked isn't there."""

YES = "yes"


class Kind(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    AREA = "area"
    CHOICE = "choice"
    CHECK = "check"
    CHECKS = "checks"
    """A box for each option, named `field.option`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field."""

    name: str
    label: str
    kind: Kind = Kind.LINE
    hint: str = ""
    group: str = ""
    """Fields of one group that follow each other stand under this heading."""
    options: tuple[tuple[str, str], ...] = ()
    """Value and label; a choice has them, and boxes; a line suggests them."""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something wasn't saved."""

    text: str
    field: str = ""
    """Name of the field that it is about; empty for the form as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that is drawn."""

    what: str
    """What is edited; goes back with the form, together with its number."""
    number: int = 0
    title: str
    fields: Sequence[Field]
    values: Values
    refusal: Refusal | None = None
    intro: str = ""
    above: str = ""
    """HTML under the title."""
    below: str = ""
    """HTML above the buttons."""
    send: str = ""
    """What the button says; `Save` if empty."""
    previews: bool = False
    closes: bool = True


def form(given: Form, language: Language) -> str:
    """Return a form. Its refusal stands beside the field that it is about, else above them all."""
    refusal = given.refusal
    names = {each.name for each in given.fields}
    general = refusal if refusal is not None and refusal.field not in names else None
    parts = [element("h3", escape(given.title))]
    if given.intro:
        parts.append(element("p", escape(given.intro), classes="zd-small"))
    parts.append(given.above)
    if refusal is not None:
        summary = refusal.text if general else say("manage.refused", language)
        # Beside a field the reason itself is what readers aloud are told
        parts.append(element("p", escape(summary), classes="zd-problem", role="alert" if general else None))
    for group, fields in groupby(given.fields, key=lambda each: each.group):
        drawn = "".join(_field(each, given, refusal) for each in fields)
        if group:
            drawn = element("fieldset", element("legend", escape(group)) + drawn, classes="zd-gold-form zd-topic")
        parts.append(drawn)
    parts += [given.below, _buttons(given, language)]
    return element(
        "form",
        "".join(parts),
        classes="zd-gold-form zd-settings-form",
        data_act="save",
        data_what=given.what,
        data_number=given.number,
        novalidate=True,  # what is wrong is said in the page's language, beside the field
    )


def _buttons(given: Form, language: Language) -> str:
    label = given.send or say("manage.save", language)
    buttons = element("button", escape(label), classes="zd-button zd-primary", type="submit")
    if given.previews:
        buttons += element(
            "button", escape(say("manage.preview", language)), classes="zd-button", type="button", data_also="preview"
        )
    if given.closes:
        buttons += button(say("cancel", language), "stop", classes="zd-quiet", what=given.what)
    return element("div", buttons, classes="zd-form-buttons")


def _field(each: Field, given: Form, refusal: Refusal | None) -> str:
    key = f"zd-{given.what}-{each.name}".replace(".", "-")
    wrong = refusal.text if refusal is not None and refusal.field == each.name else ""
    notes = ""
    if each.hint:
        notes += element("span", escape(each.hint), classes="zd-small", id=f"{key}-hint")
    if wrong:
        notes += element("span", escape(wrong), classes="zd-wrong", id=f"{key}-wrong", role="alert")
    described = [name for name, there in ((f"{key}-hint", each.hint), (f"{key}-wrong", wrong)) if there]
    said: dict[str, Any] = {
        "aria_describedby": " ".join(described) or None,
        "aria_invalid": "true" if wrong else None,
    }
    if each.kind is Kind.CHECKS:
        return _checks(each, given.values, key, notes, said)
    if each.kind is Kind.CHECK:
        ticked = given.values.get(each.name) == YES
        box = _void("input", type="checkbox", name=each.name, value=YES, checked=ticked, id=key, **said)
        line = element("label", box + " " + escape(each.label), classes="zd-check", for_=key)
        return element("div", line + notes, classes="zd-field")
    label = element("label", escape(each.label), classes="zd-label", for_=key)
    return element("div", label + _input(each, given.values.get(each.name, ""), key, said) + notes, classes="zd-field")


def _input(each: Field, value: str, key: str, said: Mapping[str, Any]) -> str:
    attributes: dict[str, Any] = {"name": each.name, "id": key, **each.attributes, **said}
    if each.kind is Kind.AREA:
        return element("textarea", escape(value), **attributes)
    if each.kind is Kind.CHOICE:
        options = "".join(
            element("option", escape(label), value=option, selected=option == value) for option, label in each.options
        )
        return element("select", options, **attributes)
    suggested = ""
    if each.options:
        attributes["list"] = f"{key}-list"
        listed = "".join(element("option", escape(label), value=option) for option, label in each.options)
        suggested = element("datalist", listed, id=f"{key}-list")
    kind, name = attributes.pop("type", "text"), attributes.pop("name")
    return _void("input", type=kind, name=name, value=value, **attributes) + suggested


def _checks(each: Field, values: Values, key: str, notes: str, said: Mapping[str, Any]) -> str:
    boxes = "".join(
        element(
            "label",
            _void(
                "input",
                type="checkbox",
                name=f"{each.name}.{option}",
                value=YES,
                checked=values.get(f"{each.name}.{option}") == YES,
            )
            + " "
            + escape(label),
            classes="zd-check",
        )
        for option, label in each.options
    )
    legend = element("legend", escape(each.label), classes="zd-label")
    return element(
        "fieldset", legend + notes + element("div", boxes, classes="zd-boxes"), classes="zd-field", id=key, **said
    )


def _void(tag: str, **attributes: Any) -> str:
    return element(tag, "", **attributes).removesuffix(f"</{tag}>")


def ticked(values: Values, name: str) -> list[str]:
    """Return the options of a field of boxes that are ticked."""
    return [key.removeprefix(f"{name}.") for key, value in values.items() if key.startswith(f"{name}.") and value]


def ticks(name: str, options: Iterable[object]) -> dict[str, str]:
    """Return the values of a field of boxes in which these options are ticked."""
    return {f"{name}.{option}": YES for option in options}


def in_words(each: Field, values: Values, language: Language) -> str:
    """Return what a field has, as a reader would say it."""
    if each.kind is Kind.CHECKS:
        chosen = set(ticked(values, each.name))
        found = ", ".join(label for option, label in each.options if option in chosen)
    elif each.kind is Kind.CHECK:
        found = say("manage.yes" if values.get(each.name) == YES else "manage.no", language)
    else:
        value = values.get(each.name, "").strip()
        found = dict(each.options).get(value, value) if each.kind is Kind.CHOICE else value
    return found or say("manage.empty", language)


def differences(fields: Sequence[Field], mine: Values, theirs: Values, language: Language) -> list[tuple[str, str]]:
    """Return label and their value of each field in which `theirs` isn't what `mine` is."""
    found = [(each.label, in_words(each, mine, language), in_words(each, theirs, language)) for each in fields]
    return [(label, there) for label, here, there in found if here != there]
