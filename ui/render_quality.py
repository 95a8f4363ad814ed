"""HTML of the quality tab: how good the answers are, and what the last publication changed. See `ui.render` on escaping."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from html import escape
from typing import Final

from api.client_gold import AskedMessage, GoldComparison, GoldCounts, GoldItem, GoldPage
from core.gold import (
    MAX_FACT,
    MAX_FACTS,
    MAX_SOURCES,
    MAX_TEXT,
    CitedPlace,
    GoldChange,
    GoldEntry,
    GoldId,
    GoldResult,
    GoldRun,
    GoldSource,
    RunCause,
    RunStatus,
    Verdict,
)
from core.types import Audience, Language, MessageId
from ui.render import button, element, moment
from ui.render_knowledge import audience_pill, note, pager
from ui.texts import say

SHOWS: Final = ("all", "wrong", "missed", "right", "refused", "stale", "new", "off")
"""The filters of the list, in the order in which they stand."""

CHART: Final = (880, 140)
"""Width and height of the history, in units of the drawing."""

CHART_RUNS: Final = 40
DIFF_CHARACTERS: Final = 1_500
"""Longer answers are shown without marks: comparing them takes too long, and they would be all marks anyway."""

ALIKE: Final = 0.5
"""Two answers that share less than this are different answers, and marks would only confuse."""

SPARE_SOURCES: Final = 1
LEAST_SOURCES: Final = 2


# How good, and over time


def overview(runs: Sequence[GoldRun], counts: GoldCounts, language: Language, *, message: str = "") -> str:
    """Return the figures of the last run, what is going on now, and the history."""
    done = [run for run in runs if run.status is RunStatus.DONE]
    newest = runs[0] if runs else None
    running = newest is not None and newest.status in {RunStatus.QUEUED, RunStatus.RUNNING}
    run_now = element(
        "button",
        escape(say("gold.run", language)),
        classes="zd-button zd-primary",
        type="button",
        data_act="run",
        disabled=running or counts.questions == counts.off,
    )
    head = element("div", _headline(done, counts, language) + run_now, classes="zd-quality-head")
    parts = [message, head, element("p", escape(say("gold.intro", language)), classes="zd-small")]
    if newest is not None and running:
        parts.append(_going_on(newest, language))
    elif newest is not None and newest.status is RunStatus.FAILED:
        parts.append(note(say("gold.failed", language, reason=newest.reason or ""), problem=True))
    if done:
        parts.append(_figures(done[0], language))
    if len(done) > 1:
        parts.append(_history(done[:CHART_RUNS][::-1], language))
    if runs:
        parts.append(_run_table(runs, language))
    return element("section", "".join(parts), classes="zd-block zd-quality")


def _headline(done: Sequence[GoldRun], counts: GoldCounts, language: Language) -> str:
    asked = element("span", escape(say("gold.of", language, questions=counts.questions)), classes="zd-small")
    if not done:
        return element("div", element("h2", escape(say("gold.never", language))) + asked)
    when = (
        element("span", escape(say("gold.last", language)) + " · ", classes="zd-small")
        + element("span", escape(cause(done[0], language)), classes="zd-small")
        + " "
        + moment(done[0].ended_at or done[0].requested_at)
    )
    share = element("h2", escape(say("gold.share", language, good=f"{done[0].share:.1%}")))
    return element("div", share + asked + element("div", when, classes="zd-small"))


def cause(run: GoldRun, language: Language) -> str:
    """Return why a run was made, as text."""
    named = [say("cause.version", language, document=each.document, version=each.version) for each in run.published[:2]]
    if len(run.published) > len(named):
        named.append(say("cause.more", language, count=len(run.published) - len(named)))
    if run.cause is RunCause.PUBLISHED and not named:
        named.append(say("cause.unnamed", language))
    told = say(f"cause.{run.cause}", language)
    return f"{told}: {', '.join(named)}" if named else told


def _going_on(run: GoldRun, language: Language) -> str:
    if run.status is RunStatus.QUEUED:
        return element("p", escape(say("gold.queued", language)), classes="zd-info", role="status")
    share = round(100 * run.asked / run.questions) if run.questions else 0
    bar = element("div", f'<i style="width:{share}%"></i>', classes="zd-progress", role="progressbar")
    text = say("gold.running", language, asked=run.asked, questions=run.questions)
    return element("div", element("span", escape(text), classes="zd-small") + bar, role="status")


def _figures(run: GoldRun, language: Language) -> str:
    numbers = {
        Verdict.RIGHT: run.right,
        Verdict.REFUSED: run.refused,
        Verdict.MISSED: run.missed,
        Verdict.WRONG: run.wrong,
    }
    cells = "".join(
        element(
            "div",
            element("dt", escape(say(f"verdict.{verdict}", language))) + element("dd", str(number)),
            classes=f"zd-figure zd-verdict-{verdict}",
            title=say(f"verdict.{verdict}.help", language),
        )
        for verdict, number in numbers.items()
    )
    return element("dl", cells, classes="zd-figures")


def _history(runs: Sequence[GoldRun], language: Language) -> str:
    """Return the shares of each run as lines, the oldest on the left."""
    width, height = CHART
    left, right, top, bottom = 40, 12, 10, 18
    step = (width - left - right) / (len(runs) - 1)

    def place(index: int, share: float) -> tuple[float, float]:
        return left + index * step, top + (1 - share) * (height - top - bottom)

    grid = "".join(
        f'<line x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{left - 6}" y="{y + 3.5:.1f}">{share:.0%}</text>'
        for share in (0.0, 0.5, 1.0)
        for y in (place(0, share)[1],)
    )
    lines = ""
    for name in ("missed", "wrong", "good"):
        points = [place(index, shares(run)[name]) for index, run in enumerate(runs)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dots = "".join(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{escape(_point(run, language))}</title></circle>'
            for (x, y), run in zip(points, runs, strict=True)
        )
        lines += f'<g class="zd-line-{name}"><polyline points="{path}"/>{dots}</g>'
    label = escape(say("gold.history.label", language))
    chart = (
        f'<svg class="zd-chart" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
        f'<g class="zd-grid">{grid}</g>{lines}</svg>'
    )
    legend = "".join(
        element("span", escape(say(f"gold.legend.{name}", language)), classes=f"zd-legend zd-line-{name}")
        for name in ("good", "wrong", "missed")
    )
    head = element("div", element("h3", escape(say("gold.history", language))) + legend, classes="zd-pills")
    return element("div", head + chart, classes="zd-history")


def shares(run: GoldRun) -> dict[str, float]:
    """Return the shares that the history draws, 0.0 to 1.0."""
    questions = max(1, run.questions)
    return {"good": run.share, "wrong": run.wrong / questions, "missed": run.missed / questions}


def _point(run: GoldRun, language: Language) -> str:
    shown = {name: f"{share:.1%}" for name, share in shares(run).items()}
    return say("gold.point", language, run=run.run_id, **shown)


def _run_table(runs: Sequence[GoldRun], language: Language) -> str:
    rows = "".join(_run_row(run, language) for run in runs)
    table = element("div", element("table", element("tbody", rows), classes="zd-table"), classes="zd-scroll")
    return element("details", element("summary", escape(say("gold.runs", language))) + table, classes="zd-fold")


def _run_row(run: GoldRun, language: Language) -> str:
    done = run.status is RunStatus.DONE
    state = (
        f"{run.share:.1%}"
        if done
        else element("span", escape(say(f"run.{run.status}", language)), classes=f"zd-pill zd-is-{_STATES[run.status]}")
    )
    numbers = " · ".join(
        f"{say(f'verdict.{verdict}', language)} {number}"
        for verdict, number in (
            (Verdict.RIGHT, run.right),
            (Verdict.REFUSED, run.refused),
            (Verdict.MISSED, run.missed),
            (Verdict.WRONG, run.wrong),
        )
    )
    show = button(say("gold.run.show", language), "changes", classes="zd-link", run=run.run_id) if done else ""
    cells = (
        escape(say("gold.run.number", language, run=run.run_id)),
        state,
        escape(numbers) if done else escape(run.reason or ""),
        escape(cause(run, language)),
        moment(run.ended_at or run.requested_at),
        show,
    )
    return element("tr", "".join(element("td", cell) for cell in cells))


_STATES: Final = {
    RunStatus.QUEUED: "queued",
    RunStatus.RUNNING: "processing",
    RunStatus.FAILED: "failed",
    RunStatus.DONE: "ready",
}


# What changed


def changes(found: GoldComparison | None, language: Language) -> str:
    """Return the questions whose answer changed between two runs, before and after side by side."""
    if found is None:
        return ""
    head = element("h3", escape(say("gold.changes", language)))
    if found.against is None:
        first = element("p", escape(say("gold.changes.first", language)), classes="zd-small")
        return element("section", head + first, classes="zd-changes")
    between = say(
        "gold.changes.between",
        language,
        before=say("gold.run.number", language, run=found.against.run_id),
        after=say("gold.run.number", language, run=found.run.run_id),
    )
    why = f"{between} · {cause(found.run, language)}"
    counts = "".join(
        element("span", escape(f"{say(f'change.{kind}', language)} {count}"), classes=f"zd-pill zd-change-{kind}")
        for kind, count in found.counts.items()
        if count
    )
    head += element("div", counts + element("span", escape(why), classes="zd-small"), classes="zd-pills")
    if not found.changes:
        return element(
            "section",
            head + element("p", escape(say("gold.changes.none", language)), classes="zd-small"),
            classes="zd-changes",
        )
    hidden = sum(found.counts.values()) - len(found.changes)
    more = (
        element("p", escape(say("gold.changes.more", language, count=hidden)), classes="zd-small") if hidden > 0 else ""
    )
    return element(
        "section", head + "".join(_change(change, language) for change in found.changes) + more, classes="zd-changes"
    )


def _change(change: GoldChange, language: Language) -> str:
    pill = element("span", escape(say(f"change.{change.kind}", language)), classes=f"zd-pill zd-change-{change.kind}")
    edited = element("span", escape(say("change.edited", language)), classes="zd-small") if change.edited else ""
    before, after = marked_difference(change.before.answer, change.after.answer)
    sides = _side(change.before, before, say("gold.before", language), language) + _side(
        change.after, after, say("gold.after", language), language
    )
    edit = button(say("gold.edit", language), "revise", classes="zd-quiet", gold=change.after.gold_id)
    head = element("div", pill + edited + edit, classes="zd-pills zd-spread")
    return element(
        "section",
        head + element("h3", escape(change.after.text)) + element("div", sides, classes="zd-sides"),
        classes="zd-block",
    )


def _side(result: GoldResult, answer: str, label: str, language: Language) -> str:
    head = element("div", element("b", escape(label)) + verdict_pill(result.verdict, language), classes="zd-pills")
    said = answer or escape(say("gold.withdrawn", language))
    return element(
        "div",
        head + element("div", said, classes="zd-pre") + why(result, language) + _cited(result.citations, language),
        classes="zd-side",
    )


def marked_difference(before: str, after: str) -> tuple[str, str]:
    """Return both texts as HTML with what the other lacks marked; without marks where little is the same."""
    if max(len(before), len(after)) > DIFF_CHARACTERS:
        return escape(before), escape(after)
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return escape(before), escape(after)
    sides = ["", ""]
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        for side, tokens in ((0, old[start:end]), (1, new[other_start:other_end])):
            shown = escape("".join(tokens))
            sides[side] += element("mark", shown) if kind != "equal" and shown else shown
    return sides[0], sides[1]


_TOKEN: Final = re.compile(r"[A-Za-z0-9.,]+|.", re.DOTALL)
"""A word, a number, or any other character: «24» and «48» differ whole."""


def _cited(places: Sequence[CitedPlace], language: Language) -> str:
    if not places:
        return element("p", escape(say("gold.no_sources", language)), classes="zd-small")
    items = "".join(
        element(
            "li",
            element("b", escape(_where(place, language))) + (element("q", escape(place.quote)) if place.quote else ""),
        )
        for place in places
    )
    return element("ol", items, classes="zd-cited")


def _where(place: CitedPlace, language: Language) -> str:
    parts = [place.document, say("version", language, version=place.version)]
    if place.page:
        parts.append(say("page", language, page=place.page))
    return " · ".join(parts)


def verdict_pill(verdict: Verdict, language: Language) -> str:
    """Return a small label that says what to make of an answer."""
    return element(
        "span",
        escape(say(f"verdict.{verdict}", language)),
        classes=f"zd-pill zd-verdict-{verdict}",
        title=say(f"verdict.{verdict}.help", language),
    )


def why(result: GoldResult, language: Language) -> str:
    """Return why a result isn't as it should be, and whether its question needs a look."""
    reasons: list[str] = []
    if result.verdict is Verdict.WRONG and not result.answerable:
        reasons.append(say("gold.why.unanswerable", language))
    elif result.verdict is Verdict.WRONG:
        if not result.cited:
            reasons.append(say("gold.why.source", language))
        if result.missing:
            reasons.append(say("gold.why.missing", language, facts="; ".join(result.missing)))
    elif result.verdict is Verdict.MISSED:
        reasons.append(say("gold.why.found" if result.found else "gold.why.not_found", language))
    told = element("p", escape(" · ".join(reasons)), classes="zd-small zd-because") if reasons else ""
    stale = element("p", escape(say("gold.stale", language)), classes="zd-warning") if result.stale else ""
    return told + stale


# The questions


def question_list(
    page: GoldPage,
    language: Language,
    *,
    show: str,
    offset: int,
    more: bool,
    deleting: GoldId | None,
    message: str = "",
) -> str:
    """Return the gold questions with their last results, and what can be done about them.

    Args:
        deleting: The question that the reader is asked about whether it should really go.
        message: HTML of a note at the top.
    """
    add = button(say("gold.add", language), "draft", classes="zd-button zd-primary")
    choose = button(say("gold.from_messages", language), "messages")
    head = element(
        "div",
        element("h3", escape(say("gold.questions", language))) + element("div", choose + add, classes="zd-actions"),
        classes="zd-quality-head",
    )
    segments = "".join(_segment(name, page.counts, show, language) for name in SHOWS)
    filters = element("div", segments, classes="zd-segments", role="group")
    listed = "".join(_item(item, language, deleting=item.question.gold_id == deleting) for item in page.items)
    if not listed:
        key = "gold.empty" if page.counts.questions == 0 else "gold.empty.filter"
        listed = element("p", escape(say(key, language)), classes="zd-empty")
    return (
        head
        + _files(language)
        + message
        + (filters if page.counts.questions else "")
        + listed
        + pager("golds", offset, len(page.items), language, more=more)
    )


def _segment(name: str, counts: GoldCounts, show: str, language: Language) -> str:
    number = counts.questions if name == "all" else getattr(counts, name)
    if not number and name not in {"all", show}:
        return ""
    return element(
        "button",
        escape(f"{say(f'gold.show.{name}', language)} {number}"),
        classes="zd-segment",
        type="button",
        data_act="only",
        data_show=name,
        aria_pressed="true" if name == show else "false",
    )


def _files(language: Language) -> str:
    """Return what a script of the page turns into an import and two exports."""
    choose = element(
        "label",
        escape(say("gold.import", language)) + '<input type="file" accept=".jsonl,.ndjson,.csv" data-import>',
        classes="zd-quiet zd-file",
        title=say("gold.imports", language),
    )
    exports = "".join(
        element(
            "button",
            escape(say("gold.export", language, form=form.upper())),
            classes="zd-quiet",
            type="button",
            data_export=form,
        )
        for form in ("csv", "jsonl")
    )
    return element("div", choose + exports, classes="zd-files", data_unreachable=say("error.reach", language))


def _item(item: GoldItem, language: Language, *, deleting: bool) -> str:
    question, last = item.question, item.last
    if not question.enabled:
        state = element("span", escape(say("gold.show.off", language)), classes="zd-pill")
    elif last is None:
        state = element("span", escape(say("gold.show.new", language)), classes="zd-pill zd-is-queued")
    else:
        state = verdict_pill(last.verdict, language)
    head = state + element("b", escape(question.text), classes="zd-gold-text")
    body = _expected(question, language) + (_last(last, language) if last and question.enabled else "")
    facts = [f"#{question.gold_id}", say(f"gold.origin.{question.origin}", language)]
    if question.note:
        facts.append(question.note)
    acts = button(say("gold.edit", language), "revise", classes="zd-quiet", gold=question.gold_id) + button(
        say("gold.delete.sure" if deleting else "gold.delete", language),
        "really" if deleting else "remove",
        classes="zd-quiet zd-danger",
        gold=question.gold_id,
    )
    foot = element(
        "div",
        element(
            "div",
            audience_pill(question.audience, language) + element("span", escape(" · ".join(facts)), classes="zd-small"),
            classes="zd-pills",
        )
        + element("div", acts, classes="zd-actions"),
        classes="zd-row",
    )
    bad = last is not None and question.enabled and (last.stale or not last.verdict.good)
    return element(
        "details",
        element("summary", head) + body + foot,
        classes="zd-block zd-gold" + (" zd-gold-bad" if bad else ""),
        open=deleting,
    )


def _expected(question: GoldEntry, language: Language) -> str:
    parts = [element("b", escape(say("gold.expected", language)))]
    if not question.answerable:
        parts.append(element("span", escape(say("gold.expected.handover", language)), classes="zd-small"))
    parts += [element("span", escape(fact), classes="zd-chip zd-fact") for fact in question.facts]
    line = element("div", "".join(parts), classes="zd-pills")
    sources = "".join(
        element(
            "li", element("b", escape(source.document)) + (element("q", escape(source.quote)) if source.quote else "")
        )
        for source in question.sources
    )
    return line + (element("ol", sources, classes="zd-cited") if sources else "")


def _last(result: GoldResult, language: Language) -> str:
    said = escape(result.answer) or escape(say("gold.withdrawn", language))
    facts = [
        say(f"outcome.{result.outcome}", language),
        f"{say('ask.confidence', language)} {result.confidence:.0%}",
        f"{result.ms:.0f} ms",
    ]
    return element(
        "div",
        element("div", escape(say("gold.last", language) + " · " + " · ".join(facts)), classes="zd-small")
        + element("div", said, classes="zd-pre")
        + why(result, language)
        + _cited(result.citations, language),
        classes="zd-side",
    )


# Adding and editing


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


# Choosing from conversations


def message_panel(
    messages: Sequence[AskedMessage], language: Language, *, unanswered: bool, offset: int, more: bool
) -> str:
    """Return what customers asked lately, each with a button that makes a gold question of it."""
    title = say("gold.messages", language)
    close = element(
        "button", "×", classes="zd-close", type="button", data_act="close", aria_label=say("close", language)
    )
    head = element("div", element("strong", escape(title)) + close, classes="zd-panel-head")
    key = "gold.messages.all" if unanswered else "gold.messages.unanswered"
    turn = button(say(key, language), "messages", classes="zd-quiet", unanswered="no" if unanswered else "yes")
    listed = "".join(_message(each, language) for each in messages) or element(
        "p", escape(say("gold.messages.none", language)), classes="zd-empty"
    )
    panel = element(
        "aside",
        head
        + element("p", escape(say("gold.messages.note", language)), classes="zd-small")
        + turn
        + listed
        + pager("turn", offset, len(messages), language, more=more),
        classes="zd-panel zd-wide",
        role="dialog",
        aria_label=title,
    )
    return element("div", "", classes="zd-veil", data_act="close") + panel


def _message(message: AskedMessage, language: Language) -> str:
    pill = element(
        "span",
        escape(say(f"outcome.{message.outcome}", language)),
        classes=f"zd-pill zd-outcome-{message.outcome}",
    )
    head = element(
        "div", pill + audience_pill(message.audience, language) + moment(message.created_at), classes="zd-pills"
    )
    add = button(say("gold.keep", language), "propose", message=message.message_id)
    return element(
        "section",
        head
        + element("h3", escape(message.text))
        + element("div", escape(message.answer), classes="zd-pre zd-small")
        + add,
        classes="zd-block",
    )
