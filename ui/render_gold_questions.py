"""HTML of the list of gold questions, each with what is expected and what came last. See `ui.render` on escaping."""

from __future__ import annotations

from html import escape
from typing import Final

from api.client_gold import GoldCounts, GoldItem, GoldPage
from core.gold import GoldEntry, GoldId, GoldResult
from core.types import Language
from ui.render import button, element
from ui.render_gold_results import cited_places, verdict_pill, why
from ui.render_knowledge import audience_pill, pager
from ui.texts import say

SHOWS: Final = ("all", "wrong", "missed", "right", "refused", "stale", "new", "off")
"""The filters of the list, in the order in which they stand."""


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
        + cited_places(result.citations, language),
        classes="zd-side",
    )
