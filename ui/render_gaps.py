"""HTML of the board of unanswered questions. See `ui.render` on escaping."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape

from api.client_learning import AskedInVain, Board, BoardGap, GapPair, Material
from core.learning import MAX_NOTE, MAX_OWNER, Filling, GapStatus
from core.types import Language
from ui.render import button, element, moment
from ui.render_filling import answer_form, gold_form, material_of
from ui.render_knowledge import pager
from ui.render_learning import labelled, segments_of
from ui.texts import say


@dataclass(frozen=True, slots=True)
class Opened:
    """The gap that the reader is at work on."""

    gap: BoardGap
    material: Material
    draft: str = ""
    """The answer as it stands in the form."""
    contradicting: bool = False
    """The reader is asked whether it should really be published."""


def board_list(
    board: Board,
    language: Language,
    *,
    status: GapStatus,
    offset: int,
    more: bool,
    today: date,
    message: str = "",
    opened: Opened | None = None,
) -> str:
    """Return the gaps of a status; of `opened` with all that helps to fill it.

    An opened gap that has moved to another status meanwhile stands on top, so that it doesn't vanish under the hand.
    """
    head = element("h2", escape(say("gaps.title", language))) + element(
        "p", escape(say("gaps.intro", language)), classes="zd-small"
    )
    segments = segments_of("gaps.status", board.counts, status, "board", language)
    listed = {each.gap_id for each in board.items}
    top = "" if opened is None or opened.gap.gap_id in listed else _opened(opened, language, today)
    items = top + "".join(
        _opened(opened, language, today)
        if opened and opened.gap.gap_id == each.gap_id
        else _gap(each, language, today, button(say("gaps.open", language), "asked", gap=each.gap_id))
        for each in board.items
    )
    empty = "" if items else element("p", escape(say("gaps.empty", language)), classes="zd-empty")
    return head + segments + message + items + empty + pager("gaps", offset, len(board.items), language, more=more)


def _opened(opened: Opened, language: Language, today: date) -> str:
    gap = opened.gap
    acts = button(say("gaps.try", language), "again", gap=gap.gap_id) + button(
        say("gaps.shut", language), "asked", classes="zd-quiet", gap=0
    )
    several = gap.questions > 1
    asked = "".join(_asked(each, gap, language, several=several) for each in gap.asked)
    pairs = "".join(_pair(each, language) for each in gap.pairs)
    gold = gold_form(gap, language) if gap.rightly or gap.pairs else ""
    return _gap(
        gap,
        language,
        today,
        acts,
        body=asked
        + pairs
        + answer_form(gap, opened.draft, language, asking=opened.contradicting)
        + gold
        + material_of(gap, opened.material, language)
        + _owner_form(gap, language),
    )


def _gap(gap: BoardGap, language: Language, today: date, acts: str, *, body: str = "") -> str:
    customers = element("span", escape(say("gaps.customers", language, count=gap.customers)), classes="zd-pill")
    late = gap.status is GapStatus.OPEN and gap.due_on is not None and gap.due_on < today
    overdue = element("span", escape(say("gaps.overdue", language)), classes="zd-pill zd-is-failed") if late else ""
    owner = element("span", escape(gap.owner), classes="zd-pill") if gap.owner and not body else ""
    head = element("div", customers + owner + overdue + moment(gap.last_asked_at), classes="zd-pills")
    lines = element("p", escape(" · ".join(_facts(gap, language))), classes="zd-small")
    return element(
        "section",
        head + element("h3", escape(gap.question)) + lines + element("div", acts, classes="zd-actions") + body,
        classes="zd-block zd-gap",
    )


def _facts(gap: BoardGap, language: Language) -> list[str]:
    minutes = f"{gap.agent_minutes:.0f}"
    facts = [say("gaps.facts", language, questions=gap.questions, handovers=gap.handovers, minutes=minutes)]
    if gap.tested:
        facts.append(
            say("gaps.tested", language, tested=gap.tested, rightly=gap.rightly, doubtful=gap.answered - gap.rightly)
        )
    else:
        facts.append(say("gaps.untested", language))
    return facts + ([say("gaps.reopened", language, count=gap.reopened)] if gap.reopened else [])


def _asked(question: AskedInVain, gap: BoardGap, language: Language, *, several: bool) -> str:
    filling = question.filling
    key = "unknown" if filling is None else filling.value
    kind = "unknown" if filling is None else "yes" if filling.fills else "no"
    told = element("span", escape(say(f"gaps.filling.{key}", language)), classes=f"zd-pill zd-answered-{kind}")
    place = question.told_from
    answer = ""
    if place is not None:
        source = say("gaps.told_from", language, document=place.document, version=place.version)
        answer = element("div", escape(place.quote), classes="zd-pre zd-told") + element(
            "p", escape(source), classes="zd-small"
        )
    acts = ""
    if filling is Filling.DOUBTFUL and place is not None:
        acts += button(say("gaps.confirm", language), "right", gap=gap.gap_id, message=question.message_id)
    if several:
        acts += button(
            say("gaps.split", language), "split", classes="zd-quiet", gap=gap.gap_id, message=question.message_id
        )
    return element(
        "div",
        element("div", told + moment(question.asked_at), classes="zd-pills")
        + element("div", escape(question.text), classes="zd-pre")
        + answer
        + (element("div", acts, classes="zd-actions") if acts else ""),
        classes="zd-side",
    )


def _pair(pair: GapPair, language: Language) -> str:
    state = element("span", escape(say(f"review.status.{pair.status}", language)), classes="zd-pill")
    by = element("span", escape(say("gaps.pair.by", language, name=pair.decided_by)), classes="zd-small")
    problem = element("p", escape(pair.problem), classes="zd-problem") if pair.problem else ""
    return element(
        "div",
        element("div", escape(say("gaps.pair", language)) + " " + state + by, classes="zd-pills")
        + element("b", escape(pair.question))
        + element("div", escape(pair.answer), classes="zd-pre")
        + problem,
        classes="zd-side zd-own-pair",
    )


def _owner_form(gap: BoardGap, language: Language) -> str:
    due = gap.due_on.isoformat() if gap.due_on else ""
    nobody = escape(say("gaps.nobody", language))
    checked = " checked" if gap.status is GapStatus.DISMISSED else ""
    fields = (
        labelled(
            "gaps.owner",
            f'<input name="owner" maxlength="{MAX_OWNER}" value="{escape(gap.owner)}" placeholder="{nobody}">',
            language,
        )
        + labelled("gaps.due", f'<input name="due" type="date" value="{due}">', language)
        + labelled("gaps.note", f'<input name="note" maxlength="{MAX_NOTE}" value="{escape(gap.note)}">', language)
        + element(
            "label",
            f'<input type="checkbox" name="dismissed" value="yes"{checked}>'
            + element("span", escape(say("gaps.dismissed", language))),
            classes="zd-check",
        )
        + element("button", escape(say("gaps.save", language)), classes="zd-button", type="submit")
    )
    return element("form", fields, classes="zd-owner", data_act="assign", data_gap=gap.gap_id)
