"""The vocabulary tab on the knowledge page: its components, and which of the browser's events does what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gradio as gr

from api.client import Client
from ui import vocabulary
from ui.events import HIDDEN, acting, html, number, step, text
from ui.managing import turned
from ui.render_vocabulary import words_trial
from ui.view import ManagerView, Tab

ClientOf = Callable[[ManagerView], Client]


class VocabularyTab:
    """Build it where the tab's content stands, then `wire` it."""

    def __init__(self, view: gr.State, client_of: ClientOf) -> None:
        self._view = view
        self._client_of = client_of
        self._form = html("zd-words-form", acting(["teach", "stop"], "words.js"))
        self._trial = html("zd-words-trial", acting(["tryout"]))
        self._list = html("zd-words-list", acting(["edit", "remove", "really", "stop", "words"]))
        self._file = html("zd-words-file", acting(["bring"], "words.js"))

    @property
    def outputs(self) -> list[Any]:
        """What `shown` and `hidden` fill."""
        return [self._form, self._trial, self._list, self._file]

    def hidden(self) -> tuple[Any, ...]:
        """Nothing, for who isn't signed in."""
        return ("",) * len(self.outputs)

    def shown(self, view: ManagerView) -> tuple[Any, ...]:
        """The tab's content if it is in sight; else nothing is asked for."""
        if view.key is None or view.tab is not Tab.VOCABULARY:
            return self.hidden()
        client = self._client_of(view)
        return (
            vocabulary.form(view, client),
            words_trial(view.language),
            vocabulary.listed(view, client),
            vocabulary.file(view, client),
        )

    def wire(self) -> None:
        """Connect the events."""
        view = self._view
        self._form.teach(self._teach, [view], [self._form, self._list, self._file], **HIDDEN)
        self._form.stop(self._stop, [view], [self._form, self._list], **HIDDEN)
        self._trial.tryout(self._try, [view], [self._trial], **HIDDEN)
        self._list.edit(self._edit, [view], [self._form], **HIDDEN)
        self._list.remove(self._remove, [view], [self._list], **HIDDEN)
        self._list.really(self._really, [view], [self._list, self._file], **HIDDEN)
        self._list.stop(self._stop, [view], [self._form, self._list], **HIDDEN)
        self._list.words(self._page, [view], [view, self._list], **HIDDEN)
        self._file.bring(self._import, [view], [self._file, self._list], **HIDDEN)

    def _teach(self, view: ManagerView, event: gr.EventData) -> tuple[str, str, str]:
        kind, terms, client = text(event, "kind"), text(event, "terms"), self._client_of(view)
        return *vocabulary.taught(view, kind, terms, number(event, "entry"), client), vocabulary.file(view, client)

    def _stop(self, view: ManagerView) -> tuple[str, str]:
        client = self._client_of(view)
        return vocabulary.form(view, client), vocabulary.listed(view, client)

    def _try(self, view: ManagerView, event: gr.EventData) -> str:
        return vocabulary.tried(view, text(event, "text"), self._client_of(view))

    def _edit(self, view: ManagerView, event: gr.EventData) -> str:
        return vocabulary.form(view, self._client_of(view), editing=number(event, "entry"))

    def _remove(self, view: ManagerView, event: gr.EventData) -> str:
        return vocabulary.listed(view, self._client_of(view), deleting=number(event, "entry"))

    def _really(self, view: ManagerView, event: gr.EventData) -> tuple[str, str]:
        client = self._client_of(view)
        return vocabulary.removed(view, number(event, "entry"), client), vocabulary.file(view, client)

    def _page(self, view: ManagerView, event: gr.EventData) -> tuple[ManagerView, str]:
        view = replace(view, words_offset=turned(view.words_offset, step(event), vocabulary.ENTRIES))
        return view, vocabulary.listed(view, self._client_of(view))

    def _import(self, view: ManagerView, event: gr.EventData) -> tuple[str, str]:
        return vocabulary.file_read(view, text(event, "csv"), self._client_of(view))
