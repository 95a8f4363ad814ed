"""HTML of what gets in the way of a Q&A pair. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from core.pair_warnings import PairWarning
from core.types import Language, QAPairId, QAStatus
from ui.render import button, element
from ui.render_knowledge import unfolding
from ui.texts import say


def pair_warnings(warnings: Iterable[PairWarning], language: Language) -> str:
    """Return one line per other pair, which unfolds to what that one answers; empty without warnings."""
    return "".join(_warning(warning, language) for warning in warnings)


def _warning(warning: PairWarning, language: Language) -> str:
    said = say(f"qa.warning.{warning.kind}", language, wording=warning.wording, other=warning.other_question)
    summary = element("summary", escape(said))
    where = say("qa.from", language, document=warning.other_document)
    go = button(say("qa.warning.open", language), "pick", classes="zd-link", document=warning.other_document_id)
    body = (
        element("h4", escape(warning.other_question))
        + unfolding(warning.other_answer)
        + element("p", escape(f"#{warning.other_id} · {where} ") + go, classes="zd-small")
    )
    return element("details", summary + body, classes=f"zd-warning zd-is-{warning.kind}")


def confirm_approval(pair_id: QAPairId, status: QAStatus, against: Iterable[PairWarning], language: Language) -> str:
    """Return the question whether a pair is meant although it contradicts others. `status` is the list's."""
    choices = button(say("qa.confirm.yes", language), "confirm", classes="zd-button zd-primary", pair=pair_id) + button(
        say("cancel", language), "filter", classes="zd-quiet", status=status
    )
    return element(
        "div",
        element("p", escape(say("qa.confirm", language))) + pair_warnings(against, language) + choices,
        classes="zd-confirm",
        role="alertdialog",
    )
