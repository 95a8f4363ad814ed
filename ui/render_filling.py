"""HTML of what helps to fill a gap, and of the forms that fill it. See `ui.render` on escaping."""

from __future__ import annotations

from html import escape

from api.client_learning import BoardGap, Material, NearBoardGap, NearestPassage
from core.gold import MAX_FACT
from core.learning import MAX_ANSWER, MAX_QUESTION, GapDialogue, GivenAnswer
from core.types import Audience, Language
from ui.render import button, element, moment
from ui.render_knowledge import audience_pill
from ui.render_learning import area
from ui.texts import say


def answer_form(gap: BoardGap, draft: str, language: Language, *, asking: bool) -> str:
    """Return the form in which the answer is written."""
    send = say("gaps.answer.confirm" if asking else "gaps.answer.send", language)
    wordings = "\n".join(dict.fromkeys(each.text for each in gap.asked if each.text != gap.question))
    fields = (
        element("h4", escape(say("gaps.answer.title", language)))
        + element("p", escape(say("gaps.answer.intro", language)), classes="zd-small")
        + area("question", say("review.question", language), gap.question, MAX_QUESTION, rows=1)
        + area("answer", say("review.answer", language), draft, MAX_ANSWER, rows=4)
        + area("similar", say("review.similar", language), wordings, 11 * MAX_QUESTION, rows=2)
        + element(
            "div",
            element("button", escape(send), classes="zd-button zd-primary", type="submit"),
            classes="zd-actions",
        )
    )
    confirm = "yes" if asking else "no"
    return element("form", fields, classes="zd-gold-form", data_act="fill", data_gap=gap.gap_id, data_confirm=confirm)


def gold_form(gap: BoardGap, language: Language) -> str:
    """Return the form that keeps the question in the gold set."""
    fields = (
        element("p", escape(say("gaps.gold.intro", language)), classes="zd-small")
        + area("facts", say("gaps.gold.facts", language), "", 10 * MAX_FACT, rows=1)
        + element("button", escape(say("gaps.gold.keep", language)), classes="zd-button", type="submit")
    )
    summary = element("summary", escape(say("gaps.gold.title", language)))
    form = element("form", fields, classes="zd-gold-form", data_act="gold", data_gap=gap.gap_id)
    return element("details", summary + form, classes="zd-fold")


def material_of(gap: BoardGap, material: Material, language: Language) -> str:
    """Return people's answers, nearest passages, conversations and other gaps."""
    parts = [
        _folded("gaps.answers", [_given(each, gap, language) for each in material.answers], language, shown=True),
        _folded("gaps.passages", [_passage(each, language) for each in material.passages], language),
        _folded("gaps.dialogues", [_dialogue(each, language) for each in material.dialogues], language),
        _folded(
            "gaps.near",
            [_near(each, gap, language) for each in material.near],
            language,
            shown=any(each.suggested for each in material.near),
        ),
    ]
    return "".join(parts)


def _folded(key: str, items: list[str], language: Language, *, shown: bool = False) -> str:
    if not items:
        return ""
    summary = element("summary", escape(say(key, language, count=len(items))))
    return element("details", summary + "".join(items), classes="zd-fold", **({"open": "open"} if shown else {}))


def _given(given: GivenAnswer, gap: BoardGap, language: Language) -> str:
    take = button(say("gaps.answers.take", language), "take", gap=gap.gap_id, draft=given.answer)
    return element(
        "div",
        element("div", moment(given.given_at), classes="zd-pills")
        + element("div", escape(given.answer), classes="zd-pre")
        + element("div", take, classes="zd-actions"),
        classes="zd-side",
    )


def _passage(passage: NearestPassage, language: Language) -> str:
    place = " · ".join(filter(None, (passage.document, passage.heading)))
    pill = audience_pill(passage.audience, language) if passage.audience is not Audience.PUBLIC else ""
    return element(
        "div",
        element("div", element("span", escape(place), classes="zd-small") + pill, classes="zd-pills")
        + element("div", escape(passage.text), classes="zd-pre"),
        classes="zd-side",
    )


def _dialogue(dialogue: GapDialogue, language: Language) -> str:
    lines = "".join(
        element(
            "p",
            element("b", escape(say(f"gaps.role.{line.role}", language))) + " " + escape(line.text),
            classes="zd-line",
        )
        for line in dialogue.lines
    )
    head = element("span", escape(dialogue.conversation_id), classes="zd-small")
    return element("div", element("div", head, classes="zd-pills") + lines, classes="zd-side")


def _near(near: NearBoardGap, gap: BoardGap, language: Language) -> str:
    suggested = element("span", escape(say("gaps.near.maybe", language)), classes="zd-pill") if near.suggested else ""
    count = element("span", escape(say("gaps.customers", language, count=near.customers)), classes="zd-pill")
    acts = button(say("gaps.near.merge", language), "merge", gap=gap.gap_id, other=near.gap_id) + button(
        say("gaps.near.apart", language), "apart", classes="zd-quiet", gap=gap.gap_id, other=near.gap_id
    )
    return element(
        "div",
        element("div", count + suggested, classes="zd-pills")
        + element("div", escape(near.question), classes="zd-pre")
        + element("div", acts, classes="zd-actions"),
        classes="zd-side",
    )
