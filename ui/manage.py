"""The settings page, for service managers and administrators: who works here and what the desk goes by.

It wires the browser's events to `ui.manage_people` and its neighbours, one module for each tab.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

import gradio as gr

from api.client import Client
from core.accounts import Right
from core.errors import ZhidaError
from core.settings import Secret
from core.types import Language
from ui import manage_accounts, manage_levels, manage_macros, manage_own, manage_people, manage_policy
from ui.connection import Connection
from ui.entering import demand, enter, leave, refused
from ui.events import HIDDEN, acting, address, html, text, texts
from ui.forms import Values
from ui.manage_view import Part, SettingsView
from ui.render_knowledge import sign_in_form
from ui.render_manage import manage_header, manage_tabs
from ui.texts import preferred_language

STORAGE_KEY: Final = "zhida-manage"
ACTS: Final = ("open", "save", "stop", "preview", "switch", "remove", "really", "restore", "turn")
"""What can be clicked in a tab; what it means there, the tab's module says."""

Outputs = tuple[Any, ...]
Act = Callable[[SettingsView, str, Values, Client], tuple[SettingsView, str]]


class Shown(Protocol):
    """How a tab is drawn."""

    def __call__(self, view: SettingsView, client: Client, /) -> str:
        """Return its HTML."""
        ...


SHOWN: Final[Mapping[Part, Shown]] = {
    Part.PEOPLE: manage_people.shown,
    Part.MACROS: manage_macros.shown,
    Part.LEVELS: manage_levels.shown,
    Part.POLICY: manage_policy.shown,
    Part.ACCOUNTS: manage_accounts.shown,
    Part.OWN: manage_own.shown,
}
ACTED: Final[Mapping[Part, Act]] = {
    Part.PEOPLE: manage_people.act,
    Part.MACROS: manage_macros.act,
    Part.LEVELS: manage_levels.act,
    Part.POLICY: manage_policy.act,
    Part.ACCOUNTS: manage_accounts.act,
    Part.OWN: manage_own.act,
}


def build_manage(connection: Connection) -> gr.Blocks:
    """Return the settings page."""
    page: gr.Blocks = _ManagePage(connection).page
    return page


class _ManagePage:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        with gr.Blocks(title="知答 Zhida", analytics_enabled=False, fill_width=True) as self.page:
            self.view = gr.State(SettingsView(Language.ZH))
            self.saved = gr.BrowserState(None, storage_key=STORAGE_KEY, secret=STORAGE_KEY)
            with gr.Column(elem_id="zd-knowledge"):
                self.header = html("zd-header", acting(["language", "leave"], "language.js"))
                self.sign_in = html("zd-sign-in", acting(["enter"]))
                self.tabs = html("zd-nav", acting(["tab"]))
                with gr.Column(visible=False, elem_classes="zd-main") as self.main:
                    self.body = html("zd-manage", acting(ACTS, "manage.js"))
            shown = [self.view, self.header, self.sign_in, self.tabs, self.main, self.body]
            self.page.load(self._start, [self.saved], shown, **HIDDEN)
            self.sign_in.enter(self._enter, [self.view], shown, **HIDDEN)
            self.header.leave(self._leave, [self.view], shown, **HIDDEN)
            self.header.language(self._switch, [self.view], [self.saved, *shown], **HIDDEN)
            self.tabs.tab(self._tab, [self.view], shown, **HIDDEN)
            for name in ACTS:
                event = getattr(self.body, name)
                event(self._acting(name), [self.view], [self.view, self.body], **HIDDEN)

    def _client(self, view: SettingsView) -> Client:
        return self._connection.manager(view.key or Secret(""), view.address)

    def _start(self, saved: object, request: gr.Request) -> Outputs:
        kept = saved.get("language") if isinstance(saved, dict) else None
        accepted = preferred_language(request.headers.get("accept-language"))
        return self._shown(SettingsView(Language(kept) if kept in set(Language) else accepted))

    def _shown(self, view: SettingsView, problem: str | None = None) -> Outputs:
        inside = view.key is not None
        return (
            view,
            manage_header(view.language, view.rights if inside else frozenset(), account=view.account),
            "" if inside else sign_in_form(view.language, problem, title="manage.sign_in"),
            manage_tabs(view) if inside else "",
            gr.update(visible=inside),
            SHOWN[view.part](view, self._client(view)) if inside else "",
        )

    def _enter(self, view: SettingsView, event: gr.EventData, request: gr.Request) -> Outputs:
        name, where = text(event, "name"), address(request)
        try:
            entry = enter(self._connection, name, Secret(text(event, "key")), where)
            demand(entry, Right.POLICY_READ)
        except ZhidaError as error:
            return self._shown(SettingsView(view.language), refused(error, name, view.language))
        account = entry.me.account
        inside = SettingsView(
            view.language,
            key=entry.key,
            account=entry.account,
            account_id=account.account_id if account else None,
            rights=frozenset(entry.me.rights),
            address=where,
        )
        return self._shown(replace(inside, part=inside.parts[0]))

    def _leave(self, view: SettingsView) -> Outputs:
        if view.account:
            leave(self._client(view))
        return self._shown(SettingsView(view.language))

    def _switch(self, view: SettingsView) -> Outputs:
        language = Language.EN if view.language is Language.ZH else Language.ZH
        return {"language": language.value}, *self._shown(replace(view, language=language, read=None))

    def _tab(self, view: SettingsView, event: gr.EventData) -> Outputs:
        name = text(event, "tab")
        part = Part(name) if name in set(Part) and Part(name) in view.parts else view.part
        return self._shown(replace(view, part=part, read=None, offset=0))

    def _acting(self, name: str) -> Callable[[SettingsView, gr.EventData], Outputs]:
        def act(view: SettingsView, event: gr.EventData) -> Outputs:
            if view.key is None:
                return view, ""
            return ACTED[view.part](view, name, texts(event), self._client(view))

        return act
