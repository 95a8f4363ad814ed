"""The agent desk, for people who help customers. It wires the browser's events to `ui.desking`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import gradio as gr

from api.client import Client
from api.client_desk import QueueShow
from core.accounts import Right
from core.attachments import AttachmentId
from core.errors import ZhidaError
from core.settings import Secret
from core.staff import Presence
from core.types import ConversationId, Language
from ui import desking
from ui.connection import Connection
from ui.desking import DeskView
from ui.entering import demand, enter, leave, refused
from ui.events import HIDDEN, acting, address, html, identifier, number, text
from ui.render_desk import desk_header, note_form, replies_allowed
from ui.render_knowledge import sign_in_form
from ui.texts import preferred_language, say

STORAGE_KEY: Final = "zhida-desk"
FORGET_KEY: Final = "(...all) => { window.zhidaKey = null; return all; }"
"""The scripts that send and open files have the admin key in the memory of the open page, see `static/key.js`."""

TICK_S: Final = 2.0
"""Between two looks at the queue and at the opened conversation."""

MAX_REPLY: Final = 20_000

Outputs = tuple[Any, ...]


def build_desk(connection: Connection) -> gr.Blocks:
    """Return the agent desk."""
    page: gr.Blocks = _DeskPage(connection).page
    return page


class _DeskPage:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        with gr.Blocks(title="知答 Zhida", analytics_enabled=False, fill_width=True) as self.page:
            self.view = gr.State(DeskView(Language.ZH))
            self.saved = gr.BrowserState(None, storage_key=STORAGE_KEY, secret=STORAGE_KEY)
            self.timer = gr.Timer(TICK_S, active=False)
            with gr.Column(elem_id="zd-desk"):
                self.header = html("zd-header", acting(["language", "leave", "presence"], "language.js"))
                self.sign_in = html("zd-sign-in", acting(["enter"], "key.js"))
                self.said = html("zd-said")
                with gr.Row(visible=False, elem_id="zd-desk-columns") as self.columns:
                    with gr.Column(elem_id="zd-desk-left", min_width=0):
                        self.queue = html("zd-queue", acting(["show", "open"]))
                    with gr.Column(elem_id="zd-desk-middle", min_width=0):
                        self.head = html(
                            "zd-desk-title", acting(["claim", "handback", "snooze", "transfer", "resolve"])
                        )
                        self.thread = html("zd-thread-box", acting([], "thread.js", "files.js"))
                        self.attach = html("zd-attach", acting(["attached", "detach"], "attach.js"))
                        self.box = gr.Textbox(
                            elem_id="zd-box",
                            lines=1,  # with more, Enter wouldn't send
                            max_lines=8,
                            max_length=MAX_REPLY,
                            show_label=False,
                            container=False,
                            submit_btn=True,
                            interactive=False,
                        )
                        self.note = html("zd-note", acting(["note"], "note.js"))
                        self.attach_note = html("zd-attach-note", acting(["attached", "detach"], "attach.js"))
                    with gr.Column(elem_id="zd-desk-right", min_width=0):
                        self.suggestions = html("zd-suggested", acting(["insert", "dismiss"]))
                        self.facts = html("zd-facts-box", acting([], "files.js"))
            self._wire()

    def _wire(self) -> None:
        view = self.view
        strips = [self.attach, self.attach_note]
        opened = [self.head, self.thread, self.facts, self.suggestions, self.box, self.note, *strips]
        self._opened = opened
        everything = [view, self.header, self.sign_in, self.columns, self.said, self.queue, *opened, self.timer]
        # One after the other for each page, so that no event overwrites what another has just written.
        turn: dict[str, Any] = {"concurrency_limit": 16, "concurrency_id": "desk", **HIDDEN}
        acted = [view, self.said, self.queue, *opened]
        self.page.load(self._start, [self.saved], everything, **HIDDEN)
        self.sign_in.enter(self._enter, [view], everything, **HIDDEN)
        self.header.leave(self._leave, [view], everything, js=FORGET_KEY, **HIDDEN)
        self.header.language(self._language, [view], [self.saved, *everything], **HIDDEN)
        self.header.presence(self._presence, [view], [view, self.header, self.said], **turn)
        self.timer.tick(self._tick, [view], acted, trigger_mode="once", **turn)
        self.queue.show(self._show, [view], [view, self.queue], **turn)
        self.queue.open(self._open, [view], acted, **turn)
        self.head.claim(self._claim, [view], acted, **turn)
        self.head.handback(self._hand_back, [view], acted, **turn)
        self.head.snooze(self._snooze, [view], acted, **turn)
        self.head.transfer(self._transfer, [view], acted, **turn)
        self.head.resolve(self._resolve, [view], acted, **turn)
        self.box.submit(self._send, [self.box, view], acted, **turn)
        self.note.note(self._note, [view], acted, **turn)
        for strip in strips:
            strip.attached(self._attached, [view], [view, *strips], **turn)
            strip.detach(self._detach, [view], [view, *strips], **turn)
        self.suggestions.insert(self._insert, [view], [view, self.box], **turn)
        self.suggestions.dismiss(self._dismiss, [view], [view, self.suggestions], **turn)

    # The session

    def _client(self, view: DeskView) -> Client:
        return self._connection.manager(view.key or Secret(""), view.address)

    def _start(self, saved: object, request: gr.Request) -> Outputs:
        kept = saved.get("language") if isinstance(saved, dict) else None
        accepted = preferred_language(request.headers.get("accept-language"))
        return self._session(DeskView(Language(kept) if kept in set(Language) else accepted))

    def _session(self, view: DeskView, problem: str | None = None) -> Outputs:
        inside = view.key is not None
        header = desk_header(view.language, signed_in=inside, account=view.account, presence=view.presence)
        form = "" if inside else sign_in_form(view.language, problem, title="desk.sign_in")
        queue = desking.queue(view, self._client(view)) if inside else ""
        opened = self._parts(view) if inside else ("", "", "", "", gr.update(value=""), "", "", "")
        return view, header, form, gr.update(visible=inside), "", queue, *opened, gr.update(active=inside)

    def _enter(self, view: DeskView, event: gr.EventData, request: gr.Request) -> Outputs:
        name, where = text(event, "name"), address(request)
        try:
            entry = enter(self._connection, name, Secret(text(event, "key")), where)
            demand(entry, Right.DESK_READ)
            works = entry.me.account is not None and entry.me.may(Right.DESK_WORK)
            view = DeskView(
                view.language,
                key=entry.key,
                account=entry.account,
                account_id=entry.me.account.account_id if entry.me.account else None,
                address=where,
                presence=Presence.ONLINE if works else None,
            )
            return self._session(desking.kept_alive(view, self._client(view)))
        except ZhidaError as error:
            return self._session(DeskView(view.language), refused(error, name, view.language))

    def _leave(self, view: DeskView) -> Outputs:
        if view.account:
            desking.gone(view, self._client(view))
            leave(self._client(view))
        return self._session(DeskView(view.language))

    def _language(self, view: DeskView) -> Outputs:
        view = replace(view, language=Language.EN if view.language is Language.ZH else Language.ZH)
        return {"language": view.language.value}, *self._session(view)

    def _presence(self, view: DeskView, event: gr.EventData) -> Outputs:
        name, said = text(event, "presence"), ""
        if view.key is not None and view.presence is not None and name in set(Presence):
            try:
                self._client(view).set_presence(Presence(name))
                view = replace(view, presence=Presence(name), alive_at=datetime.now(UTC))
            except ZhidaError as error:
                said = desking.explained(error, view.language)
        header = desk_header(
            view.language, signed_in=view.key is not None, account=view.account, presence=view.presence
        )
        return view, header, said

    # The opened conversation

    def _parts(self, view: DeskView, *, box: Any = None) -> Outputs:
        """Head, messages, facts, suggestions, where the reply is written, where a note is."""
        shown = view.shown
        made = desking.parts(view, self._client(view))
        allowed = shown is not None and replies_allowed(shown)
        hint = say("desk.reply" if allowed else "desk.reply.not_mine", view.language)
        field = gr.update(interactive=allowed, placeholder=hint, label=hint, visible=shown is not None)
        if box is not None:
            field["value"] = box
        notes = note_form(view.language) if shown is not None and shown.may_work else ""
        return made.head, made.thread, made.facts, made.suggestions, field, notes, made.attach, made.attach_note

    def _after(self, before: DeskView, view: DeskView, said: str = "", *, box: Any = None) -> Outputs:
        """Everything that may have changed; the conversation's parts only if it has."""
        queue = desking.queue(view, self._client(view))
        if view == before and box is None:
            return view, said, queue, *(gr.skip(),) * len(self._opened)
        try:
            return view, said, queue, *self._parts(view, box=box)
        except ZhidaError as error:
            told = desking.explained(error, view.language)
            return view, said or told, queue, *(gr.skip(),) * len(self._opened)

    def _tick(self, view: DeskView) -> Outputs:
        if view.key is None:
            return (gr.skip(),) * (3 + len(self._opened))
        client = self._client(view)
        try:
            now = desking.looked(view, client)
        except ZhidaError as error:
            return view, desking.explained(error, view.language), *(gr.skip(),) * (1 + len(self._opened))
        alive = desking.kept_alive(now, client)
        queue = desking.queue(alive, client)
        if now is view:
            return (alive if alive is not view else gr.skip()), gr.skip(), queue, *(gr.skip(),) * len(self._opened)
        return alive, gr.skip(), queue, *self._parts(alive)

    def _show(self, view: DeskView, event: gr.EventData) -> Outputs:
        name = text(event, "show")
        view = replace(view, show=QueueShow(name) if name in set(QueueShow) else view.show)
        return view, desking.queue(view, self._client(view))

    def _open(self, view: DeskView, event: gr.EventData) -> Outputs:
        if view.key is None:
            return (gr.skip(),) * (3 + len(self._opened))
        try:
            opened = desking.opened(view, ConversationId(identifier(event, "conversation")), self._client(view))
        except ZhidaError as error:
            return self._after(view, view, desking.explained(error, view.language))
        return self._after(view, opened, box="")

    def _act(self, view: DeskView, act: Callable[[Client], Callable[[ConversationId], object]]) -> Outputs:
        client = self._client(view)
        after, said = desking.acted(view, act(client), client)
        return self._after(view, after, said)

    def _claim(self, view: DeskView) -> Outputs:
        view = replace(view, show=QueueShow.MINE)
        return self._act(view, lambda client: client.claim)

    def _hand_back(self, view: DeskView) -> Outputs:
        return self._act(view, lambda client: client.hand_back)

    def _snooze(self, view: DeskView, event: gr.EventData) -> Outputs:
        until = desking.snoozed_until(number(event, "minutes"))
        return self._act(view, lambda client: lambda one: client.snooze(one, until))

    def _transfer(self, view: DeskView, event: gr.EventData) -> Outputs:
        kind, _, target = text(event, "to").partition(":")
        team, person = desking.target(kind, target)
        return self._act(view, lambda client: lambda one: client.transfer(one, team_id=team, account_id=person))

    def _resolve(self, view: DeskView, event: gr.EventData) -> Outputs:
        reason = desking.reason_of(text(event, "reason"))
        if reason is None:
            return self._after(view, view)
        return self._act(view, lambda client: lambda one: client.resolve_conversation(one, reason))

    def _send(self, reply: str, view: DeskView) -> Outputs:
        after, said, gone = desking.sent(view, reply, self._client(view))
        return self._after(view, after, said, box="" if gone else None)

    def _note(self, view: DeskView, event: gr.EventData) -> Outputs:
        after, said = desking.noted(view, text(event, "text"), self._client(view))
        return self._after(view, after, said)

    def _attached(self, view: DeskView) -> Outputs:
        view = desking.with_files(view, self._client(view))
        return view, *(desking.strips(view, view.shown) if view.shown is not None else ("", ""))

    def _detach(self, view: DeskView, event: gr.EventData) -> Outputs:
        return self._attached(desking.detached(view, AttachmentId(identifier(event, "file")), self._client(view)))

    def _insert(self, view: DeskView, event: gr.EventData) -> Outputs:
        view, draft = desking.inserted(view, number(event, "suggestion"))
        return view, gr.skip() if draft is None else draft

    def _dismiss(self, view: DeskView, event: gr.EventData) -> Outputs:
        view = desking.dismissed(view, number(event, "suggestion"), self._client(view))
        made = desking.parts(view, self._client(view))
        return view, made.suggestions
