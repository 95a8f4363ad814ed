"""The figures page, for whoever runs the service."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import gradio as gr

from api.client import Client
from core.accounts import Right
from core.errors import ZhidaError
from core.settings import Secret
from core.types import Language
from ui.connection import Connection
from ui.entering import demand, enter, leave, refused
from ui.events import HIDDEN, acting, address, html, number, text
from ui.managing import explained
from ui.render_figures import PERIODS, figures_header, figures_page
from ui.render_knowledge import note, sign_in_form
from ui.texts import preferred_language
from ui.view import FiguresView, ManagerView

STORAGE_KEY: Final = "zhida-figures"


def build_figures(connection: Connection) -> gr.Blocks:
    """Return the figures page."""
    page: gr.Blocks = _FiguresPage(connection).page
    return page


def figures(view: FiguresView, client: Client) -> str:
    """Return the figures of the view's period."""
    today = datetime.now(UTC).date()
    try:
        report = client.figures(start=today - timedelta(days=view.days - 1), end=today)
    except ZhidaError as error:
        return note(explained(error, ManagerView(view.language, view.key, account=view.account)), problem=True)
    return figures_page(report, view.language, days=view.days)


class _FiguresPage:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        with gr.Blocks(title="知答 Zhida", analytics_enabled=False, fill_width=True) as self.page:
            self.view = gr.State(FiguresView(Language.ZH))
            self.saved = gr.BrowserState(None, storage_key=STORAGE_KEY, secret=STORAGE_KEY)
            with gr.Column(elem_id="zd-knowledge"):
                self.header = html("zd-header", acting(["language", "leave"], "language.js"))
                self.sign_in = html("zd-sign-in", acting(["enter"], "key.js"))
                with gr.Column(visible=False, elem_classes="zd-main") as self.main:
                    self.body = html("zd-figures", acting(["period"]))
            shown = [self.view, self.header, self.sign_in, self.main, self.body]
            self.page.load(self._start, [self.saved], shown, **HIDDEN)
            self.sign_in.enter(self._enter, [self.view], shown, **HIDDEN)
            self.header.leave(self._leave, [self.view], shown, **HIDDEN)
            self.header.language(self._switch, [self.view], [self.saved, *shown], **HIDDEN)
            self.body.period(self._period, [self.view], [self.view, self.body], **HIDDEN)

    def _client(self, view: FiguresView) -> Client:
        return self._connection.manager(view.key or Secret(""), view.address)

    def _start(self, saved: object, request: gr.Request) -> tuple[Any, ...]:
        kept = saved.get("language") if isinstance(saved, dict) else None
        accepted = preferred_language(request.headers.get("accept-language"))
        return self._shown(FiguresView(Language(kept) if kept in set(Language) else accepted))

    def _shown(self, view: FiguresView, problem: str | None = None) -> tuple[Any, ...]:
        inside = view.key is not None
        return (
            view,
            figures_header(view.language, signed_in=inside, account=view.account),
            "" if inside else sign_in_form(view.language, problem, title="figures.sign_in"),
            gr.update(visible=inside),
            figures(view, self._client(view)) if inside else "",
        )

    def _enter(self, view: FiguresView, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        name = text(event, "name")
        try:
            entry = enter(self._connection, name, Secret(text(event, "key")), address(request))
            demand(entry, Right.FIGURES_READ)
        except ZhidaError as error:
            return self._shown(FiguresView(view.language), refused(error, name, view.language))
        return self._shown(replace(view, key=entry.key, account=entry.account, address=address(request)))

    def _leave(self, view: FiguresView) -> tuple[Any, ...]:
        if view.account:
            leave(self._client(view))
        return self._shown(FiguresView(view.language))

    def _switch(self, view: FiguresView) -> tuple[Any, ...]:
        view = replace(view, language=Language.EN if view.language is Language.ZH else Language.ZH)
        return {"language": view.language.value}, *self._shown(view)

    def _period(self, view: FiguresView, event: gr.EventData) -> tuple[FiguresView, str]:
        days = number(event, "days")
        view = replace(view, days=days if days in PERIODS else view.days)
        return view, figures(view, self._client(view))
