"""HTML of the vocabulary tab: synonyms and names, and what a question is taken to mean. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from core.types import Language, Understood
from core.vocabulary import VocabularyEntry, VocabularyImport, VocabularyKind
from ui.render import button, element, moment
from ui.render_knowledge import note, pager
from ui.texts import say

SEPARATOR: Final = " / "


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form before the manager types. Entry 0 is a new one."""

    entry_id: int = 0
    kind: VocabularyKind = VocabularyKind.SYNONYMS
    terms: str = ""
    """One a line."""


def words_form(language: Language, draft: Draft, *, message: str = "") -> str:
    """Return the form that adds an entry, or changes an existing one."""
    kinds = "".join(
        element(
            "option",
            escape(say(f"words.kind.{kind}", language)),
            value=kind,
            selected=draft.kind is kind,
        )
        for kind in VocabularyKind
    )
    label = say("words.terms", language)
    terms = element(
        "textarea",
        escape(draft.terms),
        name="terms",
        rows=4,
        maxlength=2000,
        required=True,
        placeholder=say("words.hint", language),
        aria_label=label,
    )
    send = element(
        "button",
        escape(say("words.save" if draft.entry_id else "words.add", language)),
        classes="zd-button zd-primary",
        type="submit",
    )
    cancel = button(say("cancel", language), "stop", classes="zd-quiet") if draft.entry_id else ""
    fields = (
        element(
            "label", escape(say("words.kind", language)) + element("select", kinds, name="kind"), classes="zd-field"
        )
        + element("label", escape(label) + terms, classes="zd-field")
        + element("div", send + cancel, classes="zd-actions")
    )
    form = element("form", fields, classes="zd-gold-form", data_act="teach", data_entry=draft.entry_id)
    intro = element("p", escape(say("words.intro", language)), classes="zd-small")
    return element("section", intro + message + form, classes="zd-block")


def words_list(
    entries: Sequence[VocabularyEntry],
    language: Language,
    *,
    count: int,
    offset: int,
    deleting: int | None = None,
    message: str = "",
) -> str:
    """Return one page of the entries, the newest first, with what can be done with each.

    Args:
        count: Of all entries.
        deleting: The entry about which the reader was asked whether it should really go.
    """
    if not entries:
        return message + element("p", escape(say("words.empty", language)), classes="zd-empty")
    head = element("div", element("span", escape(say("words.count", language, count=count))), classes="zd-count")
    rows = "".join(_row(entry, language, deleting=entry.entry_id == deleting) for entry in entries)
    more = offset + len(entries) < count
    return message + head + rows + pager("words", offset, len(entries), language, more=more)


def _row(entry: VocabularyEntry, language: Language, *, deleting: bool) -> str:
    terms = SEPARATOR.join(entry.terms)
    kind = element("span", escape(say(f"words.short.{entry.kind}", language)), classes="zd-pill")
    if deleting:
        actions = (
            element("span", escape(say("words.remove.ask", language, terms=terms)))
            + button(say("words.remove", language), "really", classes="zd-button zd-danger", entry=entry.entry_id)
            + button(say("cancel", language), "stop", classes="zd-quiet")
        )
    else:
        actions = button(say("words.edit", language), "edit", classes="zd-quiet", entry=entry.entry_id) + button(
            say("words.remove", language), "remove", classes="zd-quiet zd-danger", entry=entry.entry_id
        )
    said = element("div", kind + element("strong", escape(terms)) + moment(entry.updated_at), classes="zd-pills")
    row = element("div", said + element("div", actions, classes="zd-actions"), classes="zd-row")
    return element("section", row, classes="zd-block")


def words_trial(language: Language, *, text: str = "", understood: Understood | None = None, message: str = "") -> str:
    """Return the form that tries a question, with what it was taken to mean."""
    hint = say("words.try.hint", language)
    field = element(
        "input", "", type="text", name="text", maxlength=2000, value=text, placeholder=hint, aria_label=hint
    )
    field = field.removesuffix("</input>")
    send = element("button", escape(say("words.try", language)), classes="zd-button zd-primary", type="submit")
    form = element("form", element("div", field + send, classes="zd-contact"), data_act="tryout")
    told = _understood(understood, language) if understood is not None else ""
    return element(
        "section", element("h3", escape(say("words.try", language))) + form + message + told, classes="zd-block"
    )


def _understood(understood: Understood, language: Language) -> str:
    lines = [
        say(
            "words.try.correction",
            language,
            written=each.written,
            read_as=each.read_as,
            kind=say(f"correction.{each.kind}", language),
        )
        for each in understood.corrections
    ]
    if lines:
        lines.insert(0, say("words.try.searched", language, text=understood.searched))
    lines += [say("words.try.also", language, of=each.of, text=each.text) for each in understood.expansions]
    if understood.whole:
        lines.append(say("words.try.whole", language, words=SEPARATOR.join(understood.whole)))
    listed = "".join(element("li", escape(line)) for line in lines or [say("words.try.same", language)])
    return element("ul", listed, classes="zd-plain", role="status")


def words_file(language: Language, exported: str, *, message: str = "", opened: bool = False) -> str:
    """Return the import and export: both are text that can be copied from and to a spreadsheet's CSV."""
    intro = element("p", escape(say("words.file.intro", language)), classes="zd-small")
    field = element(
        "textarea", escape(exported), name="csv", rows=8, spellcheck="false", aria_label=say("words.file", language)
    )
    send = element("button", escape(say("words.import", language)), classes="zd-button", type="submit")
    fields = element("div", field, classes="zd-field") + element("div", send, classes="zd-actions")
    form = element("form", fields, classes="zd-gold-form", data_act="bring")
    summary = element("summary", escape(say("words.file", language)))
    return element("details", summary + intro + message + form, classes="zd-fold", open=opened)


def imported(done: VocabularyImport, language: Language) -> str:
    """Return what came of an import: the counts, and a sentence for each line that wasn't taken."""
    counts = say("words.imported", language, added=done.added, known=done.known, problems=len(done.problems))
    told = note(counts, problem=bool(done.problems))
    if not done.problems:
        return told
    return told + element(
        "ul", "".join(element("li", escape(problem)) for problem in done.problems), classes="zd-small"
    )
