"""HTML of the agent desk's right side: customer, hand-over package, facts, mood, suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from api.client_desk_values import (
    CitedSource,
    CustomerCard,
    DeskConversation,
    EarlierTicket,
    PackageCard,
    PackageLine,
    SuggestionCard,
    TicketNote,
)
from core.customers import VERIFIED
from core.suggestions import SuggestionState
from core.tickets import Priority
from core.types import Language, Role
from ui.render import button, element, moment
from ui.render_files import file_chips
from ui.render_look_ups import look_ups
from ui.texts import entity_name, say


def pill(text: str, kind: str = "") -> str:
    """Return a short word on a ground of its own: `good`, `bad`, `warn` or none."""
    return element("span", escape(text), classes=f"zd-pill{f' zd-is-{kind}' if kind else ''}")


def priority_pill(priority: Priority, language: Language) -> str:
    """Return a priority; only what is urgent stands out."""
    kind = {Priority.URGENT: "bad", Priority.HIGH: "warn"}.get(priority, "")
    return pill(say(f"desk.priority.{priority}", language), kind)


def cited(sources: Sequence[CitedSource], language: Language) -> str:
    """Return sources that unfold to the cited words."""
    return "".join(
        element(
            "details",
            element("summary", f"[{source.number}] {escape(source.document)}{_page(source, language)}")
            + element("p", escape(source.quote or say("desk.gone", language)), classes="zd-text zd-small"),
            classes="zd-cited",
        )
        for source in sources
    )


def _page(source: CitedSource, language: Language) -> str:
    return f" · {escape(say('page', language, page=source.page))}" if source.page else ""


def facts(shown: DeskConversation, language: Language) -> str:
    """Return the right column without the suggestions."""
    parts = [_customer(shown, language)]
    if shown.package:
        parts.append(_package(shown.package, language))
    parts += [_entities(shown, language), look_ups(shown.lookups, language), _moods(shown, language)]
    if shown.tickets:
        listed = "".join(_ticket(ticket, language) for ticket in shown.tickets)
        parts.append(_section(say("desk.tickets", language), listed))
    return "".join(parts)


def _section(title: str, content: str, *, name: str = "") -> str:
    return element("section", element("h3", escape(title)) + content, classes="zd-fact-group", id=name or None)


def _rows(pairs: Sequence[tuple[str, str]]) -> str:
    """Names and values, the values as HTML."""
    return element("dl", "".join(element("dt", escape(name)) + element("dd", value) for name, value in pairs if value))


def _customer(shown: DeskConversation, language: Language) -> str:
    customer = shown.customer
    level = customer.identity_level
    marks = [pill(say(f"desk.identity.{level}", language), "good" if level >= VERIFIED else "")]
    marks += [pill(say("desk.vip", language), "warn")] if customer.vip else []
    marks += [pill(tag) for tag in customer.tags]
    rows = [(say("desk.contact", language), escape(customer.contact or "")), *_known(customer, language)]
    visits = element("p", escape(say("desk.visits", language, count=customer.conversations)), classes="zd-small")
    name = element(
        "p", element("strong", escape(customer.name or say("desk.visitor", language))) + " " + " ".join(marks)
    )
    earlier = "".join(_earlier(ticket, language) for ticket in customer.earlier)
    if earlier:
        earlier = element("h4", escape(say("desk.earlier", language))) + earlier
    return _section(say("desk.customer", language), name + visits + _rows(rows) + earlier, name="zd-customer-card")


def _known(customer: CustomerCard, language: Language) -> list[tuple[str, str]]:
    """What they agree to, and who they may be; nothing of it where nobody knows them."""
    agreed = [say(f"desk.consent.{each.purpose}", language) for each in customer.consents if each.granted]
    said = escape(", ".join(agreed) or say("desk.consent.none", language)) if customer.consents else ""
    alike = ", ".join(f"#{each.customer_id} {each.name}" for each in customer.alike)
    return [(say("desk.consents", language), said), (say("desk.alike", language), escape(alike))]


def _earlier(ticket: EarlierTicket, language: Language) -> str:
    head = element("strong", f"#{ticket.ticket_id}") + " " + pill(say(f"ticket.{ticket.status}", language))
    when = element("span", moment(ticket.created_at), classes="zd-small")
    return element(
        "div",
        f"{head} {when}" + element("p", escape(ticket.question), classes="zd-text zd-small"),
        classes="zd-desk-ticket",
    )


def _package(package: PackageCard, language: Language) -> str:
    said = [
        (say("desk.package.wanted", language), _line(package.wanted)),
        (say("desk.package.tried", language), _line(package.tried)),
        (say("desk.package.open", language), _line(package.open_question)),
        (say("desk.package.words", language), " ".join(pill(word) for word in package.words)),
        (say("desk.package.team", language), escape(package.team)),
        (
            say("desk.package.priority", language),
            f"{priority_pill(package.priority, language)} {escape(package.priority_reason)}",
        ),
    ]
    title = element(
        "p",
        element("strong", escape(say(f"code.{package.code}", language)))
        + " "
        + element("span", escape(package.reason), classes="zd-small"),
    )
    more = ""
    for key, sources in (("desk.package.shown", package.shown), ("desk.package.rejected", package.rejected)):
        if sources:
            more += element("h4", escape(say(key, language))) + cited(sources, language)
    if package.suggestion:
        more += (
            element("h4", escape(say("desk.package.suggestion", language)))
            + element("p", escape(package.suggestion), classes="zd-text")
            + cited(package.suggestion_sources, language)
        )
    if package.files:
        more += element("h4", escape(say("file.title", language))) + file_chips(package.files, language)
    return _section(say("desk.package", language), title + _rows(said) + more, name="zd-package")


def _line(line: PackageLine) -> str:
    """A line with links to the messages that it is taken from, so that a wrong one can be checked."""
    if not line.text:
        return ""
    links = "".join(
        element("a", f"↑{number}", href=f"#m-{message}", classes="zd-small")
        for number, message in enumerate(line.messages, start=1)
    )
    return f"{escape(line.text)} {links}"


def _entities(shown: DeskConversation, language: Language) -> str:
    if not shown.entities:
        return ""
    rows = [
        (
            entity_name(entity.type, language),
            escape(entity.value) + (f" ({escape(entity.text)})" if entity.text != entity.value else ""),
        )
        for entity in shown.entities
    ]
    return _section(say("desk.entities", language), _rows(rows), name="zd-entities")


def _moods(shown: DeskConversation, language: Language) -> str:
    """The customer's mood, message by message, as a path."""
    felt = [each for each in shown.messages if each.role is Role.CUSTOMER and each.sentiment is not None]
    if not felt:
        return ""
    steps = "".join(
        element(
            "a",
            "",
            classes=f"zd-mood zd-mood-{each.sentiment}",
            href=f"#m-{each.message_id}",
            title=_mood(each.sentiment or 3, each.anger, language),
            aria_label=_mood(each.sentiment or 3, each.anger, language),
        )
        for each in felt
    )
    now = _mood(felt[-1].sentiment or 3, felt[-1].anger, language)
    return _section(
        say("desk.moods", language),
        element("div", steps, classes="zd-moods") + element("p", escape(now), classes="zd-small"),
        name="zd-mood-path",
    )


def _mood(level: int, anger: float | None, language: Language) -> str:
    angry = f", {say('desk.mood.angry', language)} {anger:.0%}" if anger is not None and anger >= 0.5 else ""
    return say(f"desk.mood.{level}", language) + angry


def _ticket(ticket: TicketNote, language: Language) -> str:
    marks = pill(say(f"ticket.{ticket.status}", language)) + " " + priority_pill(ticket.priority, language)
    due = ""
    if ticket.breached:
        due = pill(say("desk.overdue", language), "bad")
    elif ticket.due_at:
        due = f"{escape(say('desk.due', language))} {moment(ticket.due_at)}"
    return element(
        "div",
        element("strong", f"#{ticket.ticket_id}")
        + f" {marks} "
        + element("span", due, classes="zd-small")
        + element("p", escape(ticket.question), classes="zd-text zd-small"),
        classes="zd-desk-ticket",
    )


def suggestion_list(found: Sequence[SuggestionCard], language: Language, *, insertable: bool) -> str:
    """Return the drafts, each to insert and edit, or to dismiss."""
    shown = [each for each in found if each.state is not SuggestionState.DISMISSED]
    listed = "".join(_suggestion(each, language, insertable=insertable) for each in shown)
    empty = element("p", escape(say("desk.suggestions.none", language)), classes="zd-small")
    return _section(say("desk.suggestions", language), listed or empty, name="zd-suggestions")


def _suggestion(each: SuggestionCard, language: Language, *, insertable: bool) -> str:
    acts = button(
        say("desk.suggestions.insert", language),
        "insert",
        classes="zd-button zd-primary",
        suggestion=each.suggestion_id,
    )
    acts += button(
        say("desk.suggestions.dismiss", language), "dismiss", classes="zd-quiet", suggestion=each.suggestion_id
    )
    head = pill(say(f"desk.suggestions.{each.kind}", language)) + f" {each.confidence:.0%} "
    head += pill(say("desk.suggestions.internal", language), "warn") + " " if each.internal else ""
    return element(
        "div",
        element("div", head + escape(each.source), classes="zd-small")
        + element("p", escape(each.text), classes="zd-text")
        + cited(each.citations, language)
        + (element("div", acts, classes="zd-desk-acts") if insertable else ""),
        classes="zd-suggestion",
    )
