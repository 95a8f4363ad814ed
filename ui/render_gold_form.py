"""HTML of the form for one gold question. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from core.gold import MAX_FACT, MAX_FACTS, MAX_SOURCES, MAX_TEXT, GoldEntry, GoldId, GoldSource
from core.types import Audience, Language, MessageId
from ui.render import element
from ui.render_knowledge import note
from ui.texts import say

SPARE_SOURCES: Final = 1
LEAST_SOURCES: Final = 2


def question_form(
    entry: GoldEntry,
    documents: Sequence[str],
    language: Language,
    *,
    gold_id: GoldId | None = None,
    message_id: MessageId | None = None,
    problem: str | None = None,
) -> str:
    """Return the form for one question, filled in, in a panel beside the page.

    Args:
        documents: Names that the browser proposes for a source.
        gold_id: The question that is edited; `None` adds one.
        message_id: The customer's message that it is made from.
        problem: What was wrong with what was entered last.
    """
    title = say("gold.form.new", language) if gold_id is None else say("gold.form.edit", language, number=gold_id)
    close = element(
        "button", "×", classes="zd-close", type="button", data_act="close", aria_label=say("close", language)
    )
    head = element("div", element("strong", escape(title)) + close, classes="zd-panel-head")
    fields = (
        note(problem, problem=True)
        + _area("text", say("gold.form.text", language), entry.text, MAX_TEXT, rows=2, required=True)
        + _answerable(entry, language)
        + _area(
            "facts",
            say("gold.form.facts", language),
            "\n".join(entry.facts),
            MAX_FACT * MAX_FACTS,
            rows=3,
            hint=say("gold.form.facts.help", language),
        )
        + _sources(entry.sources, documents, language)
        + element("div", _audience(entry, language) + _language(entry, language), classes="zd-choices")
        + _area("note", say("gold.form.note", language), entry.note, MAX_TEXT, rows=1)
        + element(
            "label",
            f'<input type="checkbox" name="enabled" value="yes"{" checked" if entry.enabled else ""}>'
            + element("span", escape(say("gold.form.enabled", language))),
            classes="zd-check",
        )
        + element("button", escape(say("gold.form.save", language)), classes="zd-button zd-primary", type="submit")
    )
    form = element(
        "form",
        fields,
        classes="zd-gold-form",
        data_act="save",
        data_gold="" if gold_id is None else gold_id,
        data_message=message_id or "",
    )
    panel = element("aside", head + form, classes="zd-panel zd-wide", role="dialog", aria_label=title)
    return element("div", "", classes="zd-veil", data_act="close") + panel


def _area(name: str, label: str, value: str, limit: int, *, rows: int, hint: str = "", required: bool = False) -> str:
    # A line break right after the tag would be swallowed, so one is always there
    field = element("textarea", "\n" + escape(value), name=name, rows=rows, maxlength=limit, required=required)
    help_ = element("span", escape(hint), classes="zd-small") if hint else ""
    return element("label", element("span", escape(label), classes="zd-label") + help_ + field, classes="zd-field")


def _answerable(entry: GoldEntry, language: Language) -> str:
    choices = "".join(
        element(
            "label",
            f'<input type="radio" name="answerable" value="{value}"{" checked" if entry.answerable == state else ""}>'
            + element("span", escape(say(f"gold.form.answerable.{value}", language))),
        )
        for value, state in (("yes", True), ("no", False))
    )
    legend = element("legend", escape(say("gold.form.answerable", language)))
    return element("div", element("fieldset", legend + choices), classes="zd-choices")


def _sources(sources: Sequence[GoldSource], documents: Sequence[str], language: Language) -> str:
    count = min(MAX_SOURCES, max(LEAST_SOURCES, len(sources) + SPARE_SOURCES))
    padded = [*sources, *[GoldSource()] * (count - len(sources))]
    named = escape(say("gold.form.document", language))
    rows = "".join(
        element(
            "div",
            f'<input name="document{at}" list="zd-gold-documents" maxlength="{MAX_TEXT}" placeholder="{named}" '
            f'aria-label="{named}" value="{escape(source.document)}">'
            + element(
                "textarea",
                "\n" + escape(source.quote),
                name=f"quote{at}",
                rows=1,
                maxlength=MAX_TEXT,
                placeholder=say("gold.form.quote", language),
                aria_label=say("gold.form.quote", language),
            ),
            classes="zd-source-row",
        )
        for at, source in enumerate(padded)
    )
    proposals = element(
        "datalist", "".join(f'<option value="{escape(name)}">' for name in documents), id="zd-gold-documents"
    )
    label = element("span", escape(say("gold.form.sources", language)), classes="zd-label")
    help_ = element("span", escape(say("gold.form.sources.help", language)), classes="zd-small")
    return element("div", label + help_ + rows + proposals, classes="zd-field", role="group")


def _audience(entry: GoldEntry, language: Language) -> str:
    choices = "".join(
        element(
            "label",
            f'<input type="radio" name="audience" value="{each}"{" checked" if each is entry.audience else ""}>'
            + element("span", escape(say(f"ask.as.{each}", language))),
        )
        for each in Audience
    )
    return element("fieldset", element("legend", escape(say("ask.as", language))) + choices)


def _language(entry: GoldEntry, language: Language) -> str:
    options = [("", say("gold.form.language.auto", language))]
    options += [(each.value, say(f"gold.form.language.{each}", language)) for each in Language]
    choices = "".join(
        element("option", escape(label), value=value, selected=value == (entry.language or ""))
        for value, label in options
    )
    label = escape(say("gold.form.language", language))
    return element("label", label + element("select", choices, name="language"), classes="zd-kind")
