"""HTML of the review queue and of the board of unanswered questions. See `ui.render` on escaping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from html import escape
from typing import Final

from api.client_learning import AskedInVain, Board, BoardGap, Learnt, QueuedPair, ReviewQueue
from core.learning import (
    MAX_ANSWER,
    MAX_NOTE,
    MAX_OWNER,
    MAX_QUESTION,
    CandidateId,
    CandidateStatus,
    GapStatus,
)
from core.types import Audience, Language
from ui.render import button, element, moment
from ui.render_knowledge import audience_pill, pager
from ui.texts import say

_MASKED: Final = re.compile(r"\[[a-z_]{3,30}\]|\*\*\*")
"""What stands for personal data."""

_DECIDABLE: Final = frozenset({CandidateStatus.OPEN, CandidateStatus.DISMISSED, CandidateStatus.WITHDRAWN})


def review_list(
    queue: ReviewQueue,
    language: Language,
    *,
    status: CandidateStatus,
    offset: int,
    more: bool,
    message: str = "",
    contradicting: CandidateId | None = None,
) -> str:
    """Return the candidates of a status.

    Args:
        message: HTML of a note at the top.
        contradicting: The candidate that the reader is asked about whether it should really be published.
    """
    head = element("h2", escape(say("review.title", language))) + element(
        "p", escape(say("review.intro", language)), classes="zd-small"
    )
    segments = _segments("review.status", queue.counts, status, "queue", language)
    items = "".join(_candidate(each, language, asking=each.candidate_id == contradicting) for each in queue.items)
    empty = "" if items else element("p", escape(say("review.empty", language)), classes="zd-empty")
    return head + segments + message + items + empty + pager("queued", offset, len(queue.items), language, more=more)


def _segments(
    key: str,
    counts: Mapping[CandidateStatus, int] | Mapping[GapStatus, int],
    chosen: StrEnum,
    act: str,
    language: Language,
) -> str:
    buttons = "".join(
        element(
            "button",
            escape(f"{say(f'{key}.{status}', language)} {count}"),
            classes="zd-segment",
            type="button",
            data_act=act,
            data_status=status.value,
            aria_pressed="true" if status is chosen else "false",
        )
        for status, count in counts.items()
        if count or status is chosen or status.value == "open"
    )
    return element("div", buttons, classes="zd-segments", role="group")


def _candidate(pair: QueuedPair, language: Language, *, asking: bool) -> str:
    pills = element("span", escape(say("review.customers", language, count=pair.customers)), classes="zd-pill")
    pills += audience_pill(pair.audience, language) if pair.audience is not Audience.PUBLIC else ""
    head = element("div", pills + moment(pair.updated_at), classes="zd-pills")
    problem = element("p", escape(pair.problem), classes="zd-problem") if pair.problem else ""
    body = _form(pair, language, asking=asking) if pair.status in _DECIDABLE else _published(pair, language)
    return element("section", head + problem + body + _findings(pair, language), classes="zd-block zd-candidate")


def _form(pair: QueuedPair, language: Language, *, asking: bool) -> str:
    masked = _MASKED.search(pair.answer + pair.question) is not None
    hint = element("p", escape(say("review.masked", language)), classes="zd-warning") if masked else ""
    publish = element(
        "button",
        escape(say("review.confirm" if asking else "review.approve", language)),
        classes="zd-button zd-primary",
        type="submit",
    )
    drop = button(say("review.dismiss", language), "drop", classes="zd-quiet zd-danger", candidate=pair.candidate_id)
    fields = (
        _area("question", say("review.question", language), pair.question, MAX_QUESTION, rows=1)
        + _area("answer", say("review.answer", language), pair.answer, MAX_ANSWER, rows=4)
        + _area("similar", say("review.similar", language), "\n".join(pair.similar), 11 * MAX_QUESTION, rows=2)
        + hint
        + element("div", publish + drop, classes="zd-actions")
    )
    return element(
        "form",
        fields,
        classes="zd-gold-form",
        data_act="publish",
        data_candidate=pair.candidate_id,
        data_confirm="yes" if asking else "no",
    )


def _published(pair: QueuedPair, language: Language) -> str:
    answer = element("h3", escape(pair.question)) + element("div", escape(pair.answer), classes="zd-pre")
    trial = pair.trial
    if trial is None:
        told, classes = say("review.trial.none", language), "zd-small"
    elif trial.passed:
        told, classes = say("review.trial.passed", language), "zd-done"
    else:
        outcome = say(f"outcome.{trial.outcome}", language)
        told, classes = say("review.trial.failed", language, outcome=outcome), "zd-problem"
    when = "" if trial is None else " " + moment(trial.tried_at)
    return answer + element("p", escape(told) + when, classes=classes)


def _findings(pair: QueuedPair, language: Language) -> str:
    summary = element("summary", escape(say("review.findings", language, count=len(pair.findings))))
    return element("details", summary + "".join(_finding(each, language) for each in pair.findings), classes="zd-fold")


def _finding(found: Learnt, language: Language) -> str:
    head = element("span", escape(say(f"review.origin.{found.origin}", language)), classes="zd-pill") + moment(
        found.found_at
    )
    return element(
        "div",
        element("div", head, classes="zd-pills")
        + element("b", escape(found.question))
        + element("div", escape(found.answer), classes="zd-pre"),
        classes="zd-side",
    )


def board_list(
    board: Board,
    language: Language,
    *,
    status: GapStatus,
    offset: int,
    more: bool,
    today: date,
    message: str = "",
    opened: BoardGap | None = None,
) -> str:
    """Return the gaps of a status; of `opened` with what customers wrote."""
    head = element("h2", escape(say("gaps.title", language))) + element(
        "p", escape(say("gaps.intro", language)), classes="zd-small"
    )
    segments = _segments("gaps.status", board.counts, status, "board", language)
    items = "".join(
        _gap(opened if opened and opened.gap_id == each.gap_id else each, language, today) for each in board.items
    )
    empty = "" if items else element("p", escape(say("gaps.empty", language)), classes="zd-empty")
    return head + segments + message + items + empty + pager("gaps", offset, len(board.items), language, more=more)


def _gap(gap: BoardGap, language: Language, today: date) -> str:
    customers = element("span", escape(say("gaps.customers", language, count=gap.customers)), classes="zd-pill")
    late = gap.status is GapStatus.OPEN and gap.due_on is not None and gap.due_on < today
    overdue = element("span", escape(say("gaps.overdue", language)), classes="zd-pill zd-is-failed") if late else ""
    head = element("div", customers + overdue + moment(gap.last_asked_at), classes="zd-pills")
    facts = [
        say(
            "gaps.facts",
            language,
            questions=gap.questions,
            handovers=gap.handovers,
            minutes=f"{gap.agent_minutes:.0f}",
        ),
        say("gaps.tested", language, tested=gap.tested, answered=gap.answered)
        if gap.tested
        else say("gaps.untested", language),
    ]
    facts += [say("gaps.reopened", language, count=gap.reopened)] if gap.reopened else []
    lines = element("p", escape(" · ".join(facts)), classes="zd-small")
    acts = button(say("gaps.try", language), "again", gap=gap.gap_id) + (
        "" if gap.asked else button(say("gaps.asked", language), "asked", classes="zd-quiet", gap=gap.gap_id)
    )
    return element(
        "section",
        head
        + element("h3", escape(gap.question))
        + lines
        + "".join(_asked(each, language) for each in gap.asked)
        + element("div", acts, classes="zd-actions")
        + _owner_form(gap, language),
        classes="zd-block zd-gap",
    )


def _asked(question: AskedInVain, language: Language) -> str:
    key = {True: "yes", False: "no", None: "unknown"}[question.answered]
    told = element("span", escape(say(f"gaps.answered.{key}", language)), classes=f"zd-pill zd-answered-{key}")
    return element(
        "div",
        element("div", told + moment(question.asked_at), classes="zd-pills")
        + element("div", escape(question.text), classes="zd-pre"),
        classes="zd-side",
    )


def _owner_form(gap: BoardGap, language: Language) -> str:
    due = gap.due_on.isoformat() if gap.due_on else ""
    nobody = escape(say("gaps.nobody", language))
    fields = (
        _labelled(
            "gaps.owner",
            f'<input name="owner" maxlength="{MAX_OWNER}" value="{escape(gap.owner)}" placeholder="{nobody}">',
            language,
        )
        + _labelled("gaps.due", f'<input name="due" type="date" value="{due}">', language)
        + _labelled("gaps.note", f'<input name="note" maxlength="{MAX_NOTE}" value="{escape(gap.note)}">', language)
        + element(
            "label",
            f'<input type="checkbox" name="dismissed" value="yes"{" checked" if gap.status is GapStatus.DISMISSED else ""}>'
            + element("span", escape(say("gaps.dismissed", language))),
            classes="zd-check",
        )
        + element("button", escape(say("gaps.save", language)), classes="zd-button", type="submit")
    )
    return element("form", fields, classes="zd-owner", data_act="assign", data_gap=gap.gap_id)


def _labelled(key: str, field: str, language: Language) -> str:
    return element("label", element("span", escape(say(key, language)), classes="zd-label") + field, classes="zd-field")


def _area(name: str, label: str, value: str, limit: int, *, rows: int) -> str:
    # A line break right after the tag would be swallowed, so one is always there
    field = element("textarea", "\n" + escape(value), name=name, rows=rows, maxlength=limit)
    return element("label", element("span", escape(label), classes="zd-label") + field, classes="zd-field")
