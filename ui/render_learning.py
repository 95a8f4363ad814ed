"""HTML of the review queue. See `ui.render` on escaping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from html import escape
from typing import Final

from api.client_learning import Learnt, QueuedPair, ReviewQueue
from core.learning import (
    MAX_ANSWER,
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
    segments = segments_of("review.status", queue.counts, status, "queue", language)
    items = "".join(_candidate(each, language, asking=each.candidate_id == contradicting) for each in queue.items)
    empty = "" if items else element("p", escape(say("review.empty", language)), classes="zd-empty")
    return head + segments + message + items + empty + pager("queued", offset, len(queue.items), language, more=more)


def segments_of(
    key: str,
    counts: Mapping[CandidateStatus, int] | Mapping[GapStatus, int],
    chosen: StrEnum,
    act: str,
    language: Language,
) -> str:
    """Return the buttons by which a status is chosen, each with its count."""
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
        area("question", say("review.question", language), pair.question, MAX_QUESTION, rows=1)
        + area("answer", say("review.answer", language), pair.answer, MAX_ANSWER, rows=4)
        + area("similar", say("review.similar", language), "\n".join(pair.similar), 11 * MAX_QUESTION, rows=2)
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


def labelled(key: str, field: str, language: Language) -> str:
    """Return a field under its label."""
    return element("label", element("span", escape(say(key, language)), classes="zd-label") + field, classes="zd-field")


def area(name: str, label: str, value: str, limit: int, *, rows: int) -> str:
    """Return a text field of several lines."""
    # A line break right after the tag would be swallowed, so one is always there
    field = element("textarea", "\n" + escape(value), name=name, rows=rows, maxlength=limit)
    return element("label", element("span", escape(label), classes="zd-label") + field, classes="zd-field")
