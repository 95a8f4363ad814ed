"""The tab of hand-over rules on the knowledge page: its components, and which of the browser's events does what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from api.client import Client
from ui import rules
from ui.events import HIDDEN, acting, html, number, text, texts
from ui.rules import RulesPage
from ui.view import ManagerView, Tab


class RulesTab:
    """Build it where the tab's content stands, then `wire` it."""

    def __init__(self, view: gr.State, client_of: Callable[[ManagerView], Client]) -> None:
        self._view = view
        self._client_of = client_of
        self._form = html("zd-rules-form", acting(["save", "stop"], "rules.js"))
        self._list = html("zd-rules-list", acting(["edit"]))
        self._history = html("zd-rules-history", acting(["restore"]))

    @property
    def outputs(self) -> list[Any]:
        """What `shown` and `hidden` fill."""
        return [self._form, self._list, self._history]

    def hidden(self) -> tuple[Any, ...]:
        """Nothing, for who isn't signed in."""
        return ("",) * len(self.outputs)

    def shown(self, view: ManagerView) -> tuple[Any, ...]:
        """The tab's content if it is in sight; else nothing is asked for."""
        if view.key is None or view.tab is not Tab.RULES:
            return self.hidden()
        return _parts(rules.page(view, self._client_of(view)))

    def wire(self) -> None:
        """Connect the events."""
        view, outputs = self._view, self.outputs
        self._form.save(self._save, [view], outputs, **HIDDEN)
        self._form.stop(self.shown, [view], outputs, **HIDDEN)
        self._list.edit(self._edit, [view], outputs, **HIDDEN)
        self._history.restore(self._restore, [view], outputs, **HIDDEN)

    def _edit(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        return _parts(rules.page(view, self._client_of(view), opened=text(event, "code")))

    def _save(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        code, version = text(event, "what"), number(event, "number")
        return _parts(rules.saved(view, code, version, texts(event), self._client_of(view)))

    def _restore(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        return _parts(rules.restored(view, number(event, "version"), self._client_of(view)))


def _parts(page: RulesPage) -> tuple[str, str, str]:
    return page.form, page.rules, page.history
