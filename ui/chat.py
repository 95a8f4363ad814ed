"""The chat page, for customers. It wires the browser's events to `ui.chatting`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import gradio as gr

from api.client import Client
from api.client_file_values import FileShelf
from core.attachments import AttachmentId
from core.customers import Purpose
from core.types import Language
from ui import chatting, following, visiting
from ui.connection import Connection
from ui.events import HIDDEN, acting, address, identifier, number, text
from ui.render import chat_header, chat_notice
from ui.render_person import whole_log
from ui.texts import preferred_language, say
from ui.theme import script
from ui.view import ChatView, LiveView, Progress

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
            shelf = gr.State(None)  # files that wait; apart, as they arrive while a reply streams
            saved = gr.BrowserState(None, storage_key=STORAGE_KEY, secret=STORAGE_KEY)
            with gr.Column(elem_id="zd-chat"):
                header = gr.HTML(
                    elem_id="zd-header", js_on_load=acting(["language", "new"], "language.js"), apply_default_css=False
                )
                log = gr.HTML(
                    elem_id="zd-log",
                    js_on_load=acting(
                        ["ask", "source", "contact", "retry", "solved", "rate", "thumb"], "log.js", "files.js"
                    ),
                    apply_default_css=False,
                )
                attach = gr.HTML(
                    elem_id="zd-attach",
                    js_on_load=acting(["begin", "attached", "detach"], "attach.js"),
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

            come = gr.Textbox(visible=False)  # filled in the browser alone, by the script
            opened = [view, header, log, notice, box, shelf, attach, saved]
            page.load(self._start, [saved, come], opened, js=script("visitor.js"), **HIDDEN)
            known = [view, saved, live]
            asks = [*known, shelf]
            in_turn = {"trigger_mode": "multiple", "concurrency_limit": STREAMS, "concurrency_id": "files", **HIDDEN}
            attach.begin(self._begin, known, [view, saved, log, shelf, attach], **in_turn)
            attach.attached(self._attached, known, [shelf, attach], **in_turn)
            attach.detach(self._detach, known, [shelf, attach], **in_turn)
            followed = {**HIDDEN, "concurrency_limit": STREAMS, "concurrency_id": "follow", "trigger_mode": "once"}
            clock.tick(self._tick, [view, live], [live, log], **followed)
            log.solved(self._solved, [view, live], [live, log], **followed)
            log.rate(self._rate, [view, live], [live, log], **followed)
            log.thumb(self._thumb, [view, live], [live, log], **followed)
            shown = [view, log, box, saved, shelf, attach]
            streams = {**HIDDEN, "concurrency_limit": STREAMS, "concurrency_id": "ask"}
            asking = [
                box.submit(self._submit, [box, *asks], shown, **streams),
                log.ask(self._ask, asks, shown, **streams),
                log.retry(self._retry, asks, shown, **streams),
            ]
            log.source(self._source, known, [panel], **HIDDEN)
            log.contact(self._contact, known, [view, log], **HIDDEN)
            panel.close(lambda: "", None, [panel], **HIDDEN)
            header.language(self._language, asks, [view, saved, header, log, notice, box, panel, attach], **HIDDEN)
            header.new(self._new, known, [view, saved, log, panel, box, shelf, attach], cancels=asking, **HIDDEN)
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

    def _start(self, saved: object, told: object, request: gr.Request) -> Outputs:
        fallback = preferred_language(request.headers.get("accept-language"))
        view = visiting.begun(saved, visiting.arrival(told), self._client(request), fallback=fallback)
        shelf = chatting.waiting_files(view, self._client(request))
        log, box = whole_log(view, None), _box(view.language)
        return (
            view,
            chat_header(view.language),
            log,
            chat_notice(view.language),
            box,
            shelf,
            chatting.strip(view, shelf),
            chatting.saved_form(view),
        )

    def _submit(
        self,
        question: str,
        view: ChatView | None,
        saved: object,
        live: LiveView,
        shelf: FileShelf | None,
        request: gr.Request,
    ) -> Iterator[Outputs]:
        box: Any = ""
        for shown, log, _, *rest in self._asked(self._known(view, saved, request), question, live, shelf, request):
            yield shown, log, box, *rest
            box = gr.skip()  # emptied once; what is typed while the reply streams stays

    def _ask(
        self,
        view: ChatView | None,
        saved: object,
        live: LiveView,
        shelf: FileShelf | None,
        event: gr.EventData,
        request: gr.Request,
    ) -> Iterator[Outputs]:
        yield from self._asked(self._known(view, saved, request), text(event, "text"), live, shelf, request)

    def _retry(
        self,
        view: ChatView | None,
        saved: object,
        live: LiveView,
        shelf: FileShelf | None,
        event: gr.EventData,
        request: gr.Request,
    ) -> Iterator[Outputs]:
        known, index = self._known(view, saved, request), number(event, "exchange")
        if not 0 <= index < len(known.exchanges):
            return
        question = known.exchanges[index].question
        if question or (shelf is not None and shelf.waiting):
            yield from self._asked(chatting.without(known, index), question, live, shelf, request)
        else:  # files without words, which have arrived; only the reply to them was lost
            again = chatting.restored(chatting.saved_form(known), self._client(request), fallback=known.language)
            yield again, whole_log(again, following.current(live, again)), *(gr.skip(),) * 4

    def _asked(
        self, view: ChatView, question: str, live: LiveView, shelf: FileShelf | None, request: gr.Request
    ) -> Iterator[Outputs]:
        client, files = self._client(request), shelf.waiting if shelf is not None else ()
        shelf = replace(shelf, waiting=()) if shelf is not None else None
        place: object = None
        for shown in chatting.asked(view, question, client, files=files):
            failed = shown.exchanges[-1].progress is Progress.FAILED
            if failed:
                shelf = chatting.waiting_files(shown, client)  # what wasn't sent waits again
            # Only when it changes: meanwhile other files may have arrived, which are drawn by themselves
            drawn = failed or place != (shown.conversation, True)
            place = shown.conversation, True
            strip = (shelf, chatting.strip(shown, shelf)) if drawn else (gr.skip(), gr.skip())
            log = whole_log(shown, following.current(live, shown))
            yield shown, log, gr.skip(), chatting.saved_form(shown), *strip

    # Files that are added

    def _begin(self, view: ChatView | None, saved: object, live: LiveView, request: gr.Request) -> Outputs:
        known = chatting.begun(self._known(view, saved, request), self._client(request))
        if known.busy:  # the reply under way brings the conversation
            return (gr.skip(),) * 5
        shelf = chatting.waiting_files(known, self._client(request))
        log = whole_log(known, following.current(live, known))
        return known, chatting.saved_form(known), log, shelf, chatting.strip(known, shelf)

    def _attached(self, view: ChatView | None, saved: object, _live: LiveView, request: gr.Request) -> Outputs:
        known = self._known(view, saved, request)
        shelf = chatting.waiting_files(known, self._client(request))
        return shelf, chatting.strip(known, shelf)

    def _detach(
        self, view: ChatView | None, saved: object, live: LiveView, event: gr.EventData, request: gr.Request
    ) -> Outputs:
        known = self._known(view, saved, request)
        chatting.taken_back(known, AttachmentId(identifier(event, "file")), self._client(request))
        return self._attached(known, saved, live, request)

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
        beside = following.current(live, known)
        known = chatting.with_contact(
            following.with_forms(known, beside),
            number(event, "exchange"),
            text(event, "contact"),
            self._client(request),
            {each: True for each in Purpose if text(event, f"consent_{each}") == "on"},
        )
        return known, whole_log(known, beside)

    def _language(
        self, view: ChatView | None, saved: object, live: LiveView, shelf: FileShelf | None, request: gr.Request
    ) -> Outputs:
        known = self._known(view, saved, request)
        if known.busy:
            return (gr.skip(),) * 8
        language = Language.EN if known.language is Language.ZH else Language.ZH
        known = replace(known, language=language, notice=None)
        kept = chatting.saved_form(known)
        log = whole_log(known, following.current(live, known))
        strip = chatting.strip(known, shelf)
        return known, kept, chat_header(language), log, chat_notice(language), _box(language), "", strip

    def _new(self, view: ChatView | None, saved: object, live: LiveView, request: gr.Request) -> Outputs:
        fresh = visiting.anew(self._known(view, saved, request))
        return fresh, chatting.saved_form(fresh), whole_log(fresh, None), "", "", None, chatting.strip(fresh, None)


def _box(language: Language) -> Any:
    return gr.update(placeholder=say("chat.placeholder", language), label=say("chat.input", language))
