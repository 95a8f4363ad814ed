"""HTML of the knowledge page's other tabs: Q&A pairs, test question, tickets. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from api.client import TestedReply
from core.pair_warnings import PairWarning
from core.tickets import CATEGORY
from core.types import (
    Answer,
    Clarification,
    Handover,
    Language,
    Outcome,
    QAPair,
    QAStatus,
    QuestionKind,
    Ticket,
)
from ui.render import button, element, moment, place
from ui.render_knowledge import audience_choice, audience_pill, pager, unfolding
from ui.render_pair_warnings import pair_warnings
from ui.render_why import explained_hit, largest, reasons
from ui.texts import say


def pair_list(
    pairs: Sequence[QAPair],
    language: Language,
    *,
    status: QAStatus,
    offset: int,
    more: bool,
    message: str = "",
    warnings: Sequence[PairWarning] = (),
) -> str:
    """Return the Q&A pairs of one status, with what gets in their way and the buttons that decide about them."""
    filters = "".join(
        element(
            "button",
            escape(say(f"qa.{each}", language)),
            classes="zd-segment",
            type="button",
            data_act="filter",
            data_status=each,
            aria_pressed="true" if each is status else "false",
        )
        for each in QAStatus
    )
    intro = element("p", escape(say("qa.intro", language)), classes="zd-small")
    listed = "".join(
        _pair(pair, language, [each for each in warnings if each.pair_id == pair.pair_id]) for pair in pairs
    ) or element("p", escape(say(f"qa.empty.{status}", language)), classes="zd-empty")
    return (
        element("div", filters, classes="zd-segments", role="group")
        + intro
        + message
        + listed
        + pager("pairs", offset, len(pairs), language, more=more)
    )


def _pair(pair: QAPair, language: Language, warnings: Sequence[PairWarning]) -> str:
    wordings = ""
    for kind in (QuestionKind.SIMILAR, QuestionKind.NEGATIVE):
        texts = [question.text for question in pair.questions if question.kind is kind]
        if texts:
            label = element("b", escape(say(f"qa.{kind}", language)))
            wordings += element("p", f"{label} {escape(' / '.join(texts))}", classes="zd-small")
    origin = [say("qa.from", language, document=pair.document)]
    if pair.product:
        origin.append(pair.product)
    if pair.valid_from or pair.valid_until:
        origin.append(say("kb.valid", language, first=pair.valid_from or "…", last=pair.valid_until or "…"))
    foot = element(
        "div",
        audience_pill(pair.audience, language) + element("span", escape(" · ".join(origin)), classes="zd-small"),
        classes="zd-pills",
    )
    approve = (
        button(say("qa.approve", language), "approve", classes="zd-button zd-primary", pair=pair.pair_id)
        if pair.status is not QAStatus.APPROVED
        else ""
    )
    reject = (
        button(say("qa.reject", language), "reject", classes="zd-quiet", pair=pair.pair_id)
        if pair.status is not QAStatus.REJECTED
        else ""
    )
    return element(
        "section",
        element("h3", escape(pair.question))
        + unfolding(pair.answer)
        + wordings
        + pair_warnings(warnings, language)
        + element("div", foot + element("div", approve + reject, classes="zd-actions"), classes="zd-row"),
        classes="zd-block",
    )


# Test question


def question_form(language: Language) -> str:
    """Return the form that asks a test question."""
    label = escape(say("ask.question", language))
    hint = escape(say("ask.placeholder", language))
    field = f'<input type="text" name="text" maxlength="2000" aria-label="{label}" placeholder="{hint}">'
    send = element("button", escape(say("ask.run", language)), classes="zd-button zd-primary", type="submit")
    day = element(
        "label",
        escape(say("ask.as_of", language))
        + f'<input type="date" name="day" title="{escape(say("ask.as_of.today", language))}">',
        classes="zd-day",
    )
    choices = element("div", audience_choice("ask.as", language) + day, classes="zd-choices")
    return element(
        "form", element("div", field + send, classes="zd-contact") + choices, classes="zd-upload", data_act="question"
    )


def ask_idle(language: Language) -> str:
    """Return what stands in place of a reply before anything was asked."""
    return element("p", escape(say("ask.idle", language)), classes="zd-empty")


def tested_reply(tested: TestedReply, language: Language) -> str:
    """Return what the assistant would say, how sure it is, and everything it found with the reasons."""
    most = largest(tested.hits)
    hits = "".join(
        explained_hit(hit, position, language, most=most) for position, hit in enumerate(tested.hits, start=1)
    ) or element("p", escape(say("ask.no_hits", language)), classes="zd-empty")
    return (
        _outcome(tested.outcome, tested.ms.get("total", 0.0), language)
        + reasons(tested, language)
        + element("h3", escape(say("ask.hits", language)))
        + hits
    )


def _outcome(outcome: Outcome, total_ms: float, language: Language) -> str:
    facts = [(say("ask.confidence", language), f"{outcome.confidence:.0%}")]
    cited, extra = "", ""
    match outcome:
        case Answer():
            name = "answer"
            facts.append((say("ask.tier", language), say(f"tier.{outcome.tier}", language)))
            cited = "".join(
                element(
                    "li",
                    escape(" · ".join([f"[{item.number}] {item.document}", *place(item.page, item.heading, language)])),
                )
                for item in outcome.citations
            )
        case Clarification():
            name = "clarification"
            extra = "".join(element("span", escape(option), classes="zd-chip") for option in outcome.options)
        case Handover():
            name = "handover"
            facts.append((say("ask.reason", language), f"{say(f'code.{outcome.code}', language)} ({outcome.reason})"))
    facts.append((say("ask.time", language), f"{total_ms:.1f} ms"))
    listed = "".join(
        element("div", element("dt", escape(label)) + element("dd", escape(value))) for label, value in facts
    )
    head = element("span", escape(say(f"outcome.{name}", language)), classes=f"zd-pill zd-outcome-{name}")
    return element(
        "section",
        head
        + element("div", escape(outcome.text), classes="zd-pre zd-said")
        + (element("ol", cited, classes="zd-cited") if cited else "")
        + extra
        + element("dl", listed, classes="zd-facts-row"),
        classes="zd-block zd-outcome",
    )


# Tickets


def ticket_list(tickets: Sequence[Ticket], language: Language, *, offset: int, more: bool, message: str = "") -> str:
    """Return the tickets, newest first, with a button that closes an open one."""
    listed = "".join(_ticket(ticket, language) for ticket in tickets) or element(
        "p", escape(say("ticket.empty", language)), classes="zd-empty"
    )
    return message + listed + pager("tickets", offset, len(tickets), language, more=more)


def _ticket(ticket: Ticket, language: Language) -> str:
    open_ = CATEGORY[ticket.status].open
    head = element(
        "div",
        element("b", f"#{ticket.ticket_id}")
        + element(
            "span",
            escape(say(f"ticket.{ticket.status}", language)),
            classes=f"zd-pill zd-is-{'queued' if open_ else 'ready'}",
        )
        + moment(ticket.created_at),
        classes="zd-pills",
    )
    contact = ticket.contact or say("ticket.no_contact", language)
    facts = [
        f"{say('ticket.contact', language)}: {contact}",
        f"{say('ticket.reason', language)}: {say(f'code.{ticket.code}', language)} ({ticket.reason})",
    ]
    resolve = button(say("ticket.resolve", language), "resolve", ticket=ticket.ticket_id) if open_ else ""
    keep = button(say("gold.keep", language), "propose", classes="zd-quiet", message=ticket.message_id)
    return element(
        "section",
        head
        + element("h3", escape(ticket.question))
        + "".join(element("p", escape(fact), classes="zd-small") for fact in facts)
        + element("div", resolve + keep, classes="zd-row"),
        classes="zd-block",
    )
