"""The knowledge page, for managers. It wires the browser's events to `ui.managing`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import gradio as gr

from api.client import Client
from core.accounts import Right
from core.errors import ZhidaError
from core.settings import Secret
from core.types import DocumentId, Language, QAPairId, QAStatus, TicketId
from ui import managing, quality
from ui.connection import Connection
from ui.entering import demand, enter, leave, refused
from ui.events import HIDDEN, acting, address, html, identifier, number, step, text
from ui.learning_tabs import GapsTab, ReviewTab
from ui.quality_tab import QualityTab
from ui.render_answers import ask_idle, question_form
from ui.render_knowledge import manager_header, navigation, sign_in_form, upload_form
from ui.rules_tab import RulesTab
from ui.stale_tab import StaleTab
from ui.texts import preferred_language
from ui.view import ManagerView, Tab, Upload
from ui.vocabulary_tab import VocabularyTab

STORAGE_KEY: Final = "zhida-knowledge"
TICK_S: Final = 0.7
"""Between two looks at files that are being read."""

FORGET_KEY: Final = "(...all) => { window.zhidaKey = null; return all; }"
"""The upload script has the key in the memory of the open page, see `static/key.js`."""


def build_knowledge(connection: Connection) -> gr.Blocks:
    """Return the knowledge page."""
    page: gr.Blocks = _KnowledgePage(connection).page
    return page


class _KnowledgePage:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        with gr.Blocks(title="知答 Zhida", analytics_enabled=False, fill_width=True) as self.page:
            self.view = gr.State(ManagerView(Language.ZH))
            self.watching = gr.State(())  # apart, as uploads go on while the manager does something else
            self.saved = gr.BrowserState(None, storage_key=STORAGE_KEY, secret=STORAGE_KEY)
            self.timer = gr.Timer(TICK_S, active=False)
            with gr.Column(elem_id="zd-knowledge"):
                self.header = html("zd-header", acting(["language", "leave"], "language.js"))
                self.sign_in = html("zd-sign-in", acting(["enter"], "key.js"))
                self.nav = html("zd-nav", acting(["tab"]))
                with gr.Column(visible=False, elem_classes="zd-main") as self.documents:
                    self.form = html("zd-upload", acting(["uploaded"], "upload.js"))
                    self.progress = html("zd-progress")
                    self.message = html("zd-message")
                    self.table = html("zd-documents", acting(["pick", "refresh"]))
                with gr.Column(visible=False, elem_classes="zd-main") as self.answers:
                    self.pairs = html("zd-pairs", acting(["filter", "pairs", "approve", "confirm", "reject", "pick"]))
                with gr.Column(visible=False, elem_classes="zd-main") as self.reviewed:
                    self.review = ReviewTab(self.view, self._client)
                with gr.Column(visible=False, elem_classes="zd-main") as self.unanswered:
                    self.gaps = GapsTab(self.view, self._client)
                with gr.Column(visible=False, elem_classes="zd-main") as self.outdated:
                    self.stale = StaleTab(self.view, self._client)
                with gr.Column(visible=False, elem_classes="zd-main") as self.trial:
                    self.question = html("zd-question", acting(["question"]))
                    self.answer = html("zd-tested", acting(["whynot", "keep"]))
                    self.missed = html("zd-missed")
                with gr.Column(visible=False, elem_classes="zd-main") as self.taught:
                    self.vocabulary = VocabularyTab(self.view, self._client)
                with gr.Column(visible=False, elem_classes="zd-main") as self.measured:
                    self.quality = QualityTab(self.view, self._client)
                with gr.Column(visible=False, elem_classes="zd-main") as self.desk:
                    self.tickets = html("zd-tickets", acting(["tickets", "resolve", "propose"]))
                with gr.Column(visible=False, elem_classes="zd-main") as self.ruled:
                    self.rules = RulesTab(self.view, self._client)
            self.panel = html(
                "zd-source",
                acting(["close", "version", "rollback", "passages", "dates", "delete", "really", "keep"], "panel.js"),
            )
            self.quality.build_panel()
            self._wire_session()
            self._wire_documents()
            self._wire_lists()
            for tab in self._tabs():
                tab.wire()
            self.quality.wire(trial=self.answer, tickets=self.tickets)

    def _tabs(self) -> tuple[VocabularyTab | ReviewTab | GapsTab | StaleTab | RulesTab, ...]:
        """The tabs that look after themselves."""
        return self.vocabulary, self.review, self.gaps, self.stale, self.rules

    def _tab_outputs(self) -> list[Any]:
        return [output for tab in self._tabs() for output in tab.outputs]

    def _tabs_shown(self, view: ManagerView) -> tuple[Any, ...]:
        return tuple(value for tab in self._tabs() for value in tab.shown(view))

    # Wiring

    def _wire_session(self) -> None:
        frame = [
            self.header,
            self.sign_in,
            self.nav,
            self.documents,
            self.answers,
            self.reviewed,
            self.unanswered,
            self.outdated,
            self.trial,
            self.taught,
            self.measured,
            self.desk,
            self.ruled,
        ]
        session = [self.view, *frame, self.form, self.question]
        lists = [
            self.progress,
            self.table,
            self.pairs,
            self.tickets,
            self.answer,
            self.missed,
            self.message,
            self.panel,
        ]
        lists += [*self._tab_outputs(), *self.quality.outputs]
        self.page.load(self._start, [self.saved], session, **HIDDEN)
        self.sign_in.enter(self._enter, [self.view], [*session, *lists], **HIDDEN)
        leaving = [*session, *lists, self.timer, self.watching]
        self.header.leave(self._leave, [self.view], leaving, js=FORGET_KEY, **HIDDEN)
        self.header.language(self._switch, [self.view, self.watching], [self.saved, *session, *lists], **HIDDEN)
        shown = [
            self.view,
            *frame,
            self.table,
            self.pairs,
            self.tickets,
            *self._tab_outputs(),
            *self.quality.outputs,
        ]
        self.nav.tab(self._tab, [self.view], shown, **HIDDEN)

    def _wire_documents(self) -> None:
        shown = [self.view, self.panel]
        shown_uploads = [self.watching, self.progress, self.table, self.timer]
        # Every event counts, and one after the other, so that none overwrites what another has just written
        in_turn = {"trigger_mode": "multiple", "concurrency_limit": 1, "concurrency_id": "uploads", **HIDDEN}
        self.form.uploaded(self._uploaded, [self.view, self.watching], shown_uploads, **in_turn)
        in_turn["trigger_mode"] = "once"
        self.timer.tick(self._tick, [self.view, self.watching], shown_uploads, **in_turn)
        self.table.refresh(self._refreshed, [self.view], [self.table], **HIDDEN)
        self.table.pick(self._picked, [self.view], shown, **HIDDEN)
        self.panel.close(self._closed, [self.view], shown, **HIDDEN)
        self.panel.version(self._version, [self.view], shown, **HIDDEN)
        self.panel.passages(self._passages, [self.view], shown, **HIDDEN)
        self.panel.rollback(self._rollback, [self.view], [*shown, self.table], **HIDDEN)
        self.panel.dates(self._dates, [self.view], [self.panel], **HIDDEN)
        self.panel.delete(self._delete, [self.view], [self.panel], **HIDDEN)
        self.panel.keep(self._keep, [self.view], [self.panel], **HIDDEN)
        self.panel.really(self._really, [self.view], [*shown, self.message, self.table], **HIDDEN)

    def _wire_lists(self) -> None:
        self.pairs.filter(self._filter, [self.view], [self.view, self.pairs], **HIDDEN)
        self.pairs.pairs(self._pairs_page, [self.view], [self.view, self.pairs], **HIDDEN)
        self.pairs.approve(self._approve, [self.view], [self.pairs], **HIDDEN)
        self.pairs.confirm(self._confirm, [self.view], [self.pairs], **HIDDEN)
        self.pairs.reject(self._reject, [self.view], [self.pairs], **HIDDEN)
        self.pairs.pick(self._picked, [self.view], [self.view, self.panel], **HIDDEN)
        self.question.question(self._ask, [self.view], [self.answer, self.missed], **HIDDEN)
        self.answer.whynot(self._why_not, [self.view], [self.missed], **HIDDEN)
        self.tickets.tickets(self._tickets_page, [self.view], [self.view, self.tickets], **HIDDEN)
        self.tickets.resolve(self._resolve, [self.view], [self.tickets], **HIDDEN)

    # The session

    def _client(self, view: ManagerView) -> Client:
        return self._connection.manager(view.key or Secret(""), view.address)

    def _start(self, saved: object, request: gr.Request) -> tuple[Any, ...]:
        kept = saved.get("language") if isinstance(saved, dict) else None
        accepted = preferred_language(request.headers.get("accept-language"))
        return self._session(ManagerView(Language(kept) if kept in set(Language) else accepted))

    def _session(self, view: ManagerView, problem: str | None = None) -> tuple[Any, ...]:
        inside = view.key is not None
        token = view.key if view.account else None
        forms = (upload_form(view.language, token), question_form(view.language)) if inside else ("", "")
        return view, *self._frame(view, problem), *forms

    def _frame(self, view: ManagerView, problem: str | None = None) -> tuple[Any, ...]:
        """The bars at the top, and which of the tabs is in sight."""
        inside = view.key is not None
        return (
            manager_header(view.language, signed_in=inside, account=view.account),
            "" if inside else sign_in_form(view.language, problem),
            navigation(view.language, view.tab, view.rights) if inside else "",
            *(gr.update(visible=inside and view.tab is tab) for tab in Tab),
        )

    def _lists(self, view: ManagerView, watching: tuple[Upload, ...] = ()) -> tuple[Any, ...]:
        """Everything that is shown to a manager and to nobody else: progress, lists, answer, message, panel."""
        if view.key is None:
            return *("",) * 8, *self._tabs_shown(view), *self.quality.hidden()
        client = self._client(view)
        return (
            managing.progress(view, watching, client)[1],
            managing.documents(view, client),
            managing.pairs(view, client),
            managing.tickets(view, client),
            ask_idle(view.language),
            "",
            "",
            managing.panel(view, client),
            *self._tabs_shown(view),
            *self.quality.shown(view),
        )

    def _enter(self, view: ManagerView, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        try:
            entry = enter(self._connection, text(event, "name"), Secret(text(event, "key")), address(request))
            demand(entry, Right.KNOWLEDGE_READ)
        except ZhidaError as error:
            outside = ManagerView(view.language)
            return *self._session(outside, refused(error, text(event, "name"), view.language)), *self._lists(outside)
        view = replace(
            view, key=entry.key, account=entry.account, rights=frozenset(entry.me.rights), address=address(request)
        )
        return *self._session(view), *self._lists(view)

    def _leave(self, view: ManagerView) -> tuple[Any, ...]:
        if view.account:
            leave(self._client(view))
        outside = ManagerView(view.language)
        return *self._session(outside), *self._lists(outside), gr.update(active=False), ()

    def _switch(self, view: ManagerView, watching: tuple[Upload, ...]) -> tuple[Any, ...]:
        language = Language.EN if view.language is Language.ZH else Language.ZH
        view = replace(view, language=language)
        return {"language": language.value}, *self._session(view), *self._lists(view, watching)

    def _tab(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        name = text(event, "tab")
        view = replace(view, tab=Tab(name) if name in set(Tab) else view.tab)
        client = self._client(view)
        lists = {Tab.DOCUMENTS: managing.documents, Tab.ANSWERS: managing.pairs, Tab.DESK: managing.tickets}
        return (
            view,
            *self._frame(view),
            *(make(view, client) if tab is view.tab else gr.skip() for tab, make in lists.items()),
            *self._tabs_shown(view),
            *self.quality.shown(view),
        )

    # Documents

    def _uploaded(self, view: ManagerView, watching: tuple[Upload, ...], event: gr.EventData) -> tuple[Any, ...]:
        return self._tick(view, managing.batch(text(event, "versions"), watching))

    def _tick(self, view: ManagerView, watching: tuple[Upload, ...]) -> tuple[Any, ...]:
        client = self._client(view)
        watching, shown = managing.progress(view, watching, client)
        waiting = any(upload.waiting for upload in watching)
        return watching, shown, managing.documents(view, client), gr.update(active=waiting)

    def _refreshed(self, view: ManagerView) -> str:
        return managing.documents(view, self._client(view))

    def _picked(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        return self._panel(managing.opened(view, DocumentId(identifier(event, "document"))))

    def _panel(self, view: ManagerView) -> tuple[Any, ...]:
        return view, managing.panel(view, self._client(view))

    def _closed(self, view: ManagerView) -> tuple[Any, ...]:
        return managing.opened(view, None), ""

    def _version(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        return self._panel(managing.opened(view, view.document_id, number(event, "version")))

    def _passages(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        offset = managing.turned(view.passage_offset, step(event), managing.PASSAGES)
        return self._panel(replace(view, passage_offset=offset))

    def _rollback(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        view, shown = managing.rolled_back(view, number(event, "version"), self._client(view))
        return view, shown, self._refreshed(view)

    def _delete(self, view: ManagerView) -> str:
        return managing.panel(view, self._client(view), confirming=True)

    def _keep(self, view: ManagerView) -> str:
        return managing.panel(view, self._client(view))

    def _really(self, view: ManagerView) -> tuple[Any, ...]:
        view, shown, said = managing.deleted(view, self._client(view))
        return view, shown, said, self._refreshed(view)

    # Q&A pairs, test question, tickets

    def _filter(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        status = text(event, "status")
        view = replace(view, qa_status=QAStatus(status) if status in set(QAStatus) else view.qa_status, qa_offset=0)
        return view, managing.pairs(view, self._client(view))

    def _pairs_page(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        view = replace(view, qa_offset=managing.turned(view.qa_offset, step(event), managing.PAIRS))
        return view, managing.pairs(view, self._client(view))

    def _approve(self, view: ManagerView, event: gr.EventData) -> str:
        return managing.decided(view, QAPairId(number(event, "pair")), QAStatus.APPROVED, self._client(view))

    def _confirm(self, view: ManagerView, event: gr.EventData) -> str:
        pair_id = QAPairId(number(event, "pair"))
        return managing.decided(view, pair_id, QAStatus.APPROVED, self._client(view), confirmed=True)

    def _reject(self, view: ManagerView, event: gr.EventData) -> str:
        return managing.decided(view, QAPairId(number(event, "pair")), QAStatus.REJECTED, self._client(view))

    def _ask(self, view: ManagerView, event: gr.EventData) -> tuple[str, str]:
        question, audience, day = (text(event, name) for name in ("text", "audience", "day"))
        found = managing.tested(view, question, audience, self._client(view), day=day)
        return quality.keep_button(view, question, audience) + found, ""

    def _why_not(self, view: ManagerView, event: gr.EventData) -> str:
        question, audience, day = (text(event, name) for name in ("text", "audience", "day"))
        document = DocumentId(identifier(event, "document"))
        return managing.missed(view, question, audience, day, document, self._client(view))

    def _dates(self, view: ManagerView, event: gr.EventData) -> str:
        first, until = text(event, "effective_from"), text(event, "expires_on")
        return managing.dated(view, number(event, "version"), first, until, self._client(view))

    def _tickets_page(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        view = replace(view, ticket_offset=managing.turned(view.ticket_offset, step(event), managing.TICKETS))
        return view, managing.tickets(view, self._client(view))

    def _resolve(self, view: ManagerView, event: gr.EventData) -> str:
        return managing.resolved(view, TicketId(number(event, "ticket")), self._client(view))
