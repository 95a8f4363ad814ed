"""HTML of what customers asked lately, to make gold questions of. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from api.client_gold import AskedMessage
from core.types import Language
from ui.render import button, element, moment
from ui.render_knowledge import audience_pill, pager
from ui.texts import say


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
