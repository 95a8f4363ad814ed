"""HTML of what a publication changed: answers before and after, side by side. See `ui.render` on escaping."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from html import escape
from typing import Final

from api.client_gold import GoldComparison
from core.gold import GoldChange, GoldResult
from core.types import Language
from ui.render import button, element
from ui.render_gold_results import cited_places, verdict_pill, why
from ui.render_gold_runs import cause
from ui.texts import say

DIFF_CHARACTERS: Final = 1_500
"""Longer answers are shown without marks: comparing them takes too long, and they would be all marks anyway."""

ALIKE: Final = 0.5
"""Two answers that share less than this are different answers, and marks would only confuse."""


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
        head
        + element("div", said, classes="zd-pre")
        + why(result, language)
        + cited_places(result.citations, language),
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
