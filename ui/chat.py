"""The chat page, for customers. It wires the browser's events to `ui.chatting`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import gradio as gr

from api.client import Client
from core.types import Language
from ui import chatting, following
from ui.connection import Connection
from ui.events import HIDDEN, acting, address, number, text
from ui.render import chat_header, chat_notice
from ui.render_person import whole_log
from ui.texts import preferred_language, say
from ui.view import ChatView, LiveView

STORAGE_KEY: Final = "zhida-chat"
STREAMS: Final = 48
"""Replies that may stream at the same time; later ones wait in the queue."""


TICK_S: Final = 2.0
"""Between two looks at what a person has written."""

Outputs = tuple[Any, ...]


def build_chat(connection: Connection) -> gr.Blocks:
    """Return the chat page."""
    return _ChatPage(connection).build()


class _ChatPage:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def build(self) -> gr.Blocks:
        with gr.Blocks(title=f"{say('brand', Language.ZH)} Zhida", analytics_enabled=False, fill_width=True) as page:
            view = gr.State(None)
            live = gr.State(LiveView())  # apart, as a person writes while the customer does something else
            clock = gr.Timer(TICK_S)
            saved = gr.BrowserState(None, storage_key=STORAGE_KEY, secret=STORAGE_KEY)
            with gr.Column(elem_id="zd-chat"):
                header = gr.HTML(
                    elem_id="zd-header", js_on_load=acting(["language", "new"], "language.js"), apply_default_css=False
                )
                log = gr.HTML(
                    elem_id="zd-log",
                    js_on_load=acting(["ask", "source", "contact", "retry", "solved", "rate", "thumb"], "log.js"),
                    apply_default_css=False,
                )
                box = gr.Textbox(
                    elem_id="zd-box",
                    lines=1,
                    max_lines=6,
                    max_length=chatting.MAX_QUESTION,
                    show_label=False,
                    container=False,
                    submit_btn=True,
                    autofocus=True,
                )
                notice = gr.HTML(elem_id="zd-foot", apply_default_css=False)
            panel = gr.HTML(elem_id="zd-source", js_on_load=acting(["close"], "panel.js"), apply_default_css=False)

            page.load(self._start, [saved], [view, header, log, notice, box], **HIDDEN)
            known = [view, saved, live]
            followed = {**HIDDEN, "concurrency_limit": STREAMS, "concurrency_id": "follow", "trigger_mode": "once"}
            clock.tick(self._tick, [view, live], [live, log], **followed)
            log.solved(self._solved, [view, live], [live, log], **followed)
            log.rate(self._rate, [view, live], [live, log], **followed)
            log.thumb(self._thumb, [view, live], [live, log], **followed)
            shown = [view, log, box, saved]
            streams = {**HIDDEN, "concurrency_limit": STREAMS, "concurrency_id": "ask"}
            asking = [
                box.submit(self._submit, [box, *known], shown, **streams),
                log.ask(self._ask, known, shown, **streams),
                log.retry(self._retry, known, shown, **streams),
            ]
            log.source(self._source, known, [panel], **HIDDEN)
            log.contact(self._contact, known, [view, log], **HIDDEN)
            panel.close(lambda: "", None, [panel], **HIDDEN)
            header.language(self._language, known, [view, saved, header, log, notice, box, panel], **HIDDEN)
            header.new(self._new, known, [view, saved, log, panel, box], cancels=asking, **HIDDEN)
        blocks: gr.Blocks = page
        return blocks

    def _client(self, request: gr.Request) -> Client:
        return self._connection.customer(address(request))

    def _known(self, view: ChatView | None, saved: object, request: gr.Request) -> ChatView:
        """The view of this session; after a restart of the server, what the browser has kept of it."""
        if view is not None:
            return view
        fallback = preferred_language(request.headers.get("accept-language"))
        return chatting.restored(saved, self._client(request), fallback=fallback)

    def _start(self, saved: object, request: gr.Request) -> Outputs:
        view = self._known(None, saved, request)
        return view, chat_header(view.language), whole_log(view, None), chat_notice(view.language), _box(view.language)

    def _submit(
        self, question: str, view: ChatView | None, saved: object, live: LiveView, request: gr.Request
    ) -> Iterator[Outputs]:
        box: Any = ""
        for shown, log, _, kept in self._asked(self._known(view, saved, request), question, live, request):
            yield shown, log, box, kept
            box = gr.skip()  # emptied once; what is typed while the reply streams stays

    def _ask(
        self, view: ChatView | None, saved: object, live: LiveView, event: gr.EventData, request: gr.Request
    ) -> Iterator[Outputs]:
        yield from self._asked(self._known(view, saved, request), text(event, "text"), live, request)

    def _retry(
        self, view: ChatView | None, saved: object, live: LiveView, event: gr.EventData, request: gr.Request
    ) -> Iterator[Outputs]:
        known, index = self._known(view, saved, request), number(event, "exchange")
        if 0 <= index < len(known.exchanges):
            yield from self._asked(chatting.without(known, index), known.exchanges[index].question, live, request)

    def _asked(self, view: ChatView, question: str, live: LiveView, request: gr.Request) -> Iterator[Outputs]:
        for shown in chatting.asked(view, question, self._client(request)):
            beside = following.current(live, shown)
            yield shown, whole_log(shown, beside), gr.skip(), chatting.saved_form(shown)

    # What comes by itself

    def _tick(self, view: ChatView | None, live: LiveView, request: gr.Request) -> Outputs:
        if view is None:
            return (gr.skip(),) * 2
        before = following.current(live, view)
        return self._followed(view, live, following.followed(before, view, self._client(request)))

    def _solved(self, view: ChatView | None, live: LiveView, event: gr.EventData, request: gr.Request) -> Outputs:
        if view is None:
            return (gr.skip(),) * 2
        before = following.current(live, view)
        solved = text(event, "solved") == "yes"
        return self._followed(view, live, following.said_solved(before, view, solved, self._client(request)))

    def _rate(self, view: ChatView | None, live: LiveView, event: gr.EventData, request: gr.Request) -> Outputs:
        if view is None:
            return (gr.skip(),) * 2
        before, score = following.current(live, view), number(event, "score")
        after = following.rated(before, view, score, text(event, "comment"), self._client(request))
        return self._followed(view, live, after)

    def _thumb(self, view: ChatView | None, live: LiveView, event: gr.EventData, request: gr.Request) -> Outputs:
        way = text(event, "helpful")
        if view is None or way not in {"up", "down"}:
            return (gr.skip(),) * 2
        before = following.current(live, view)
        after = following.judged(before, view, number(event, "exchange"), way == "up", self._client(request))
        return self._followed(view, live, after)

    def _followed(self, view: ChatView, before: LiveView, after: LiveView) -> Outputs:
        if after == before:
            return (gr.skip(),) * 2
        return after, whole_log(view, after)

    def _source(
        self, view: ChatView | None, saved: object, live: LiveView, event: gr.EventData, request: gr.Request
    ) -> str:
        known = self._known(view, saved, request)
        return chatting.opened_source(known, number(event, "exchange"), number(event, "number"), self._client(request))

    def _contact(
        self, view: ChatView | None, saved: object, live: LiveView, event: gr.EventData, request: gr.Request
    ) -> Outputs:
        known = self._known(view, saved, request)
        if known.busy:  # the growing reply would overwrite it
            return (gr.skip(),) * 2
        known = chatting.with_contact(known, number(event, "exchange"), text(event, "contact"), self._client(request))
        return known, whole_log(known, following.current(live, known))

    def _language(self, view: ChatView | None, saved: object, live: LiveView, request: gr.Request) -> Outputs:
        known = self._known(view, saved, request)
        if known.busy:
            return (gr.skip(),) * 7
        language = Language.EN if known.language is Language.ZH else Language.ZH
        known = replace(known, language=language, notice=None)
        kept = chatting.saved_form(known)
        log = whole_log(known, following.current(live, known))
        return known, kept, chat_header(language), log, chat_notice(language), _box(language), ""

    def _new(self, view: ChatView | None, saved: object, live: LiveView, request: gr.Request) -> Outputs:
        fresh = ChatView(self._known(view, saved, request).language)
        return fresh, chatting.saved_form(fresh), whole_log(fresh, None), "", ""


def _box(language: Language) -> Any:
    return gr.update(placeholder=say("chat.placeholder", language), label=say("chat.input", language))
