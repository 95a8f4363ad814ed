"""Pages' HTML, made on the server. Every text that isn't ours is escaped; nothing is read as Markdown.

The HTML carries no handlers. An element that does something has `data-act`, and one small
script of the page turns a click on it into an event for the server.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final

from api.client import Source
from core.customers import Purpose
from core.types import Language, MessageId
from ui.texts import AI_LABEL, say
from ui.view import ChatView, Exchange, Progress, SourceCard, TicketNote

_MARK: Final = re.compile(r" ?\[(\d{1,3})\]")

LOGO: Final = (
    '<svg class="zd-logo" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="9"/>'
    '<path d="M9 10.5A2.5 2.5 0 0 1 11.5 8h9A2.5 2.5 0 0 1 23 10.5v7a2.5 2.5 0 0 1-2.5 2.5H15l-4.2 3.6'
    'a.5.5 0 0 1-.8-.4V20A2.5 2.5 0 0 1 9 17.5z"/><path class="zd-tick" d="m12.6 13.9 2.5 2.5 4.6-4.7"/></svg>'
)

_THUMB: Final = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 11v9H4v-9zm2 0 4-8c1.4 0 2.4 1.1 2.1 2.5L14.4 9H19'
    'c1.3 0 2.2 1.2 1.9 2.4l-1.7 6.9A2.3 2.3 0 0 1 17 20H9z"/></svg>'
)


def element(tag: str, content: str, /, *, classes: str = "", **attributes: object) -> str:
    """Return one element. `content` is HTML; attribute values are escaped; `data_act` becomes `data-act`.

    An attribute that is `None` or `False` is left out, one that is `True` stands without a value.
    """
    parts = [tag]
    if classes:
        parts.append(f'class="{escape(classes)}"')
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        label = name.rstrip("_").replace("_", "-")
        parts.append(label if value is True else f'{label}="{escape(str(value))}"')
    return f"<{' '.join(parts)}>{content}</{tag}>"


def button(label: str, act: str, /, *, classes: str = "zd-button", **data: object) -> str:
    """Return a button that sends the event `act` with `data`; `label` is text."""
    return element("button", escape(label), classes=classes, type="button", data_act=act, **_data(data))


def _data(values: dict[str, object]) -> dict[str, object]:
    return {f"data_{name}": value for name, value in values.items()}


def moment(value: datetime) -> str:
    """Return a time for the browser, which shows it in the reader's own time zone."""
    stamp = value if value.tzinfo else value.replace(tzinfo=UTC)
    return element("time", f"{stamp:%Y-%m-%d %H:%M}", datetime=stamp.isoformat(timespec="seconds"))


def marked(text: str, start: int, end: int) -> str:
    """Return `text` as HTML with `text[start:end]` highlighted; a span outside the text highlights what overlaps."""
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    if start >= end:
        return escape(text)
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"


def with_marks(text: str, numbers: Collection[int], *, exchange: int, language: Language) -> str:
    """Return an answer as HTML in which `[1]` opens its source. A number without a source stays plain text."""
    pieces: list[str] = []
    position = 0
    for match in _MARK.finditer(text):
        number = int(match.group(1))
        if number not in numbers:
            continue
        pieces.append(escape(text[position : match.start()]))
        pieces.append(
            element(
                "button",
                str(number),
                classes="zd-cite",
                type="button",
                data_act="source",
                data_exchange=exchange,
                data_number=number,
                aria_label=f"{say('chat.sources', language)} {number}",
            )
        )
        position = match.end()
    return "".join(pieces) + escape(text[position:])


def place(page: int | None, heading: Iterable[str], language: Language) -> list[str]:
    """Return page and headings of a passage as plain texts, e.g. `第 3 页` and `退货 › 时限`; without either, nothing."""
    path = " › ".join(part for part in heading if part.strip())
    return [part for part in ((say("page", language, page=page) if page else ""), path) if part]


# The chat page


def bar(brand: str, actions: str, language: Language) -> str:
    """Return the bar at the top of a page: HTML of the brand and of what can be done."""
    return element(
        "header",
        LOGO + brand + element("div", actions, classes="zd-actions"),
        classes="zd-bar",
        lang="zh-CN" if language is Language.ZH else "en",
    )


def chat_header(language: Language) -> str:
    """Return the bar at the top of the chat page."""
    brand = element(
        "div",
        element("strong", escape(say("brand", language)))
        + element("span", escape(say("chat.tagline", language)), classes="zd-tagline"),
        classes="zd-brand-text",
    )
    actions = button(say("chat.new", language), "new", classes="zd-quiet") + button(
        say("switch", language), "language", classes="zd-quiet"
    )
    return bar(brand, actions, language)


def chat_notice(language: Language) -> str:
    """Return the label that says, always and in both languages, that an AI writes here."""
    return element(
        "p",
        element("strong", escape(AI_LABEL)) + " " + escape(say("chat.notice", language)),
        classes="zd-notice",
    )


def chat_log(
    view: ChatView,
    people: Mapping[int, Sequence[str]] | None = None,
    asks: str = "",
    verdicts: Mapping[MessageId, bool | None] | None = None,
    files: Mapping[int, str] | None = None,
) -> str:
    """Return the whole conversation, or the greeting when there is none yet.

    `people` are lines of others as HTML, by how many exchanges stand before them; `asks` comes last.
    `verdicts` are what the customer said of answers, `None` for those that nothing was said of. `files` is HTML of what came
    with questions, by exchange.
    """
    language = view.language
    notice = element("p", escape(view.notice), classes="zd-info", role="status") if view.notice else ""
    lines = [_greeting(language)] if not view.exchanges else []
    others = people or {}
    for index, exchange in enumerate(view.exchanges):
        lines += others.get(index, ())
        lines.append(_question(exchange, language, (files or {}).get(index, "")))
        if exchange.text or exchange.progress is not Progress.DONE:
            lines.append(_reply(exchange, index, language, verdicts or {}))
    lines += [line for after, later in others.items() if after >= len(view.exchanges) for line in later]
    lines.append(asks)
    return element(
        "div",
        notice + "".join(lines),
        classes="zd-log",
        role="log",
        aria_live="polite",
        aria_busy="true" if view.busy else "false",
        aria_label=say("chat.log", language),
        data_count=len(view.exchanges) + sum(len(later) for later in others.values()),
        data_label=AI_LABEL,
    )


def _greeting(language: Language) -> str:
    examples = "".join(
        button(
            say(f"chat.example.{number}", language),
            "ask",
            classes="zd-chip",
            text=say(f"chat.example.{number}", language),
        )
        for number in range(1, 5)
    )
    return element(
        "section",
        LOGO
        + element("h1", escape(say("chat.hello", language)))
        + element("p", escape(say("chat.intro", language)))
        + element("p", escape(say("chat.examples", language)), classes="zd-small")
        + element("div", examples, classes="zd-chips"),
        classes="zd-hello",
    )


def _question(exchange: Exchange, language: Language, files: str) -> str:
    words = exchange.question or ("" if files else say("file.removed", language))
    return element(
        "article",
        (element("div", escape(words), classes="zd-bubble") if words else "") + files,
        classes="zd-turn zd-customer",
        aria_label=say("chat.you", language),
    )


def _reply(exchange: Exchange, index: int, language: Language, verdicts: Mapping[MessageId, bool | None]) -> str:
    numbers = {source.number for source in exchange.sources}
    if exchange.progress is Progress.WAITING and not exchange.text:
        body = element("span", escape(say("chat.thinking", language)), classes="zd-thinking")
    else:
        body = element("div", with_marks(exchange.text, numbers, exchange=index, language=language), classes="zd-text")
    extra = (
        _options(exchange)
        + _offer(exchange, language)
        + _sources(exchange, index, language)
        + (_ticket(exchange.ticket, index, language) if exchange.ticket else "")
        + _thumbs(exchange, index, language, verdicts)
        + (_failed(index, language) if exchange.progress is Progress.FAILED else "")
    )
    return element(
        "article",
        LOGO + element("div", _who(exchange, language) + body + extra, classes="zd-body"),
        classes=f"zd-turn zd-assistant zd-reply-{exchange.progress}",
        aria_label=say("chat.assistant", language),
    )


def _who(exchange: Exchange, language: Language) -> str:
    tier = (
        element("span", escape(say(f"tier.{exchange.tier}", language)), classes=f"zd-tier zd-tier-{exchange.tier}")
        if exchange.tier
        else ""
    )
    name = element("span", escape(say("chat.assistant", language)), classes="zd-name")
    return element("div", name + element("span", "AI", classes="zd-ai", title=AI_LABEL) + tier, classes="zd-who")


def _options(exchange: Exchange) -> str:
    if not exchange.options:
        return ""
    chips = "".join(button(option, "ask", classes="zd-chip", text=option) for option in exchange.options)
    return element("div", chips, classes="zd-chips")


def _offer(exchange: Exchange, language: Language) -> str:
    """A person is a press of a button away; unless the reply itself says what stands beside it."""
    if not exchange.offer:
        return ""
    wanted = say("chat.person", language)
    beside = "" if exchange.offer == exchange.text else element("p", escape(exchange.offer), classes="zd-offer")
    return beside + element("div", button(wanted, "ask", classes="zd-chip", text=wanted), classes="zd-chips")


def _sources(exchange: Exchange, index: int, language: Language) -> str:
    if not exchange.sources:
        return ""
    cards = "".join(_card(source, index, language) for source in exchange.sources)
    title = element("div", escape(say("chat.sources", language)), classes="zd-small")
    return element("div", title + element("div", cards, classes="zd-cards"), classes="zd-sources")


def _thumbs(exchange: Exchange, index: int, language: Language, verdicts: Mapping[MessageId, bool | None]) -> str:
    """Whether an answer helped, to be said by a press of a button; what was said stays pressed."""
    known = exchange.message_id
    if known is None or exchange.progress is not Progress.DONE or not (exchange.tier or known in verdicts):
        return ""
    said = verdicts.get(known)
    buttons = "".join(
        element(
            "button",
            _THUMB,
            classes=f"zd-thumb zd-thumb-{way}",
            type="button",
            data_act="thumb",
            data_exchange=index,
            data_helpful=way,
            aria_label=say(key, language),
            aria_pressed="true" if said is helpful else "false",
            title=say(key, language),
        )
        for key, way, helpful in (("chat.helpful", "up", True), ("chat.unhelpful", "down", False))
    )
    return element("div", buttons, classes="zd-thumbs", role="group", aria_label=say("chat.thumbs", language))


def _card(source: SourceCard, index: int, language: Language) -> str:
    where = place(source.page, source.heading, language) or [say("version", language, version=source.version)]
    lines = element("span", escape(source.document), classes="zd-card-name") + element(
        "span", escape(" · ".join(where)), classes="zd-card-place"
    )
    return element(
        "button",
        element("span", str(source.number), classes="zd-number") + element("span", lines, classes="zd-card-lines"),
        classes="zd-card",
        type="button",
        data_act="source",
        data_exchange=index,
        data_number=source.number,
        aria_label=say("chat.source", language, number=source.number, document=source.document),
    )


def _failed(index: int, language: Language) -> str:
    return element("div", button(say("chat.retry", language), "retry", exchange=index), classes="zd-chips")


def _ticket(ticket: TicketNote, index: int, language: Language) -> str:
    badge = element("span", escape(say("chat.ticket", language, ticket=ticket.ticket_id)), classes="zd-ticket-id")
    if ticket.contact:
        done = element("p", escape(say("chat.contact.done", language, contact=ticket.contact)))
        return element("div", badge + done, classes="zd-ticket zd-ticket-done")
    if not ticket.asks:
        return element("div", badge, classes="zd-ticket zd-ticket-done")
    label = say("chat.contact", language)
    field = (
        f'<input name="contact" type="text" maxlength="200" autocomplete="email" '
        f'placeholder="{escape(label)}" aria-label="{escape(label)}">'
    )
    send = element("button", escape(say("chat.contact.send", language)), classes="zd-button", type="submit")
    row = element("div", field + send, classes="zd-contact")
    agrees = "".join(_consent(purpose, language) for purpose in Purpose)
    form = element("form", row + agrees, data_act="contact", data_exchange=index)
    problem = element("p", escape(ticket.problem), classes="zd-problem", role="alert") if ticket.problem else ""
    intro = element("p", escape(say("chat.ticket.intro", language)))
    return element("div", badge + intro + form + problem, classes="zd-ticket")


def _consent(purpose: Purpose, language: Language) -> str:
    """A box that isn't ticked: silence is no."""
    box = f'<input type="checkbox" name="consent_{purpose}">'
    words = element("span", escape(say(f"chat.consent.{purpose}", language)))
    return element("label", box + words, classes="zd-consent")


def source_panel(source: Source, language: Language) -> str:
    """Return the opened source: where it stands, and its passage with the quote highlighted."""
    text = marked(source.text, source.quote_start, source.quote_end)
    outdated = "" if source.current else element("p", escape(say("chat.source.outdated", language)), classes="zd-info")
    card = SourceCard(source.number, source.document, source.version, source.page, heading_path(source.heading))
    return _panel(card, outdated + element("blockquote", text, classes="zd-passage"), language)


def source_gone(card: SourceCard, language: Language) -> str:
    """Return the panel for a source that was withdrawn since."""
    note = element("p", escape(say("chat.source.gone", language)), classes="zd-info")
    return _panel(card, note, language)


def heading_path(heading: str) -> tuple[str, ...]:
    """Return the headings that the API joins to one text."""
    return tuple(part for part in heading.split(" > ") if part)


def _panel(card: SourceCard, body: str, language: Language) -> str:
    facts = [*place(card.page, card.heading, language), say("version", language, version=card.version)]
    rows = "".join(element("li", escape(fact)) for fact in facts)
    head = element(
        "div",
        element("span", str(card.number), classes="zd-number")
        + element("strong", escape(card.document))
        + element(
            "button", "×", classes="zd-close", type="button", data_act="close", aria_label=say("close", language)
        ),
        classes="zd-panel-head",
    )
    title = element("div", escape(say("chat.source.title", language)), classes="zd-small")
    panel = element(
        "aside",
        head + element("ul", rows, classes="zd-facts") + title + body,
        classes="zd-panel",
        role="dialog",
        aria_label=say("chat.source", language, number=card.number, document=card.document),
    )
    return element("div", "", classes="zd-veil", data_act="close") + panel
