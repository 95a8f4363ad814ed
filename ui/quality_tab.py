"""The quality tab on the knowledge page: its components, and which of the browser's events does what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import gradio as gr

from api.client import Client
from core.gold import GoldId
from ui import quality, risk
from ui.events import HIDDEN, acting, html, identifier, number, step, text
from ui.managing import turned
from ui.view import ManagerView, Tab

TICK_S: Final = 2.0
"""Between two looks at whether a run goes on or has ended, while the tab is in sight."""

ClientOf = Callable[[ManagerView], Client]


class QualityTab:
    """Build it where the tab's content stands, then `wire` it once the page's other parts exist."""

    def __init__(self, view: gr.State, client_of: ClientOf) -> None:
        self._view = view
        self._client_of = client_of
        self._overview = html("zd-quality", acting(["run", "changes"]))
        self._changes = html("zd-changes", acting(["revise"]))
        self._risk = html("zd-risk", acting(["tolerate", "recalibrate"], "risk.js"))
        self._list = html(
            "zd-gold",
            acting(["draft", "messages", "only", "golds", "revise", "remove", "really", "imported"], "gold.js"),
        )
        self.timer = gr.Timer(TICK_S, active=False)

    def build_panel(self) -> None:
        """Add the form, which lies over the page whichever tab is in sight."""
        acts = ["close", "save", "messages", "turn", "propose"]
        self._panel = html("zd-gold-panel", acting(acts, "panel.js"))

    @property
    def outputs(self) -> list[Any]:
        """What `shown` and `hidden` fill."""
        return [self._overview, self._changes, self._risk, self._list, self._panel, self.timer]

    def hidden(self) -> tuple[Any, ...]:
        """Nothing, for who isn't signed in."""
        return "", "", "", "", "", gr.update(active=False)

    def shown(self, view: ManagerView) -> tuple[Any, ...]:
        """The tab's content if it is in sight; else nothing is asked for."""
        if view.key is None or view.tab is not Tab.QUALITY:
            return self.hidden()
        client = self._client_of(view)
        _, overview, changed = quality.state(view, client)
        threshold, golds = risk.panel(view, client), quality.questions(view, client)
        return overview, changed, threshold, golds, "", gr.update(active=True)

    def wire(self, trial: Any, tickets: Any) -> None:
        """Connect the events; `trial` and `tickets` have buttons that open the form."""
        view, panel = self._view, self._panel
        state = [view, self._overview, self._changes]
        self._overview.run(self._run, [view], state, **HIDDEN)
        self._risk.tolerate(self._tolerate, [view], [self._risk], **HIDDEN)
        self._risk.recalibrate(self._recalibrate, [view], [self._risk], **HIDDEN)
        self._overview.changes(self._chosen, [view], state, **HIDDEN)
        self.timer.tick(self._tick, [view], [*state, self._risk, self._list], **HIDDEN)
        self._list.only(self._show, [view], [view, self._list], **HIDDEN)
        self._list.golds(self._page, [view], [view, self._list], **HIDDEN)
        self._list.remove(self._remove, [view], [self._list], **HIDDEN)
        self._list.really(self._delete, [view], [self._list], **HIDDEN)
        self._list.imported(self._imported, [view], [self._list], **HIDDEN)
        self._list.draft(self._add, [view], [panel], **HIDDEN)
        self._list.revise(self._edit, [view], [panel], **HIDDEN)
        self._changes.revise(self._edit, [view], [panel], **HIDDEN)
        for part in (self._list, panel):
            part.messages(self._messages, [view], [view, panel], **HIDDEN)
        panel.turn(self._turn, [view], [view, panel], **HIDDEN)
        panel.propose(self._propose, [view], [panel], **HIDDEN)
        panel.close(lambda: "", None, [panel], **HIDDEN)
        panel.save(self._save, [view], [panel, self._list], **HIDDEN)
        trial.keep(self._keep, [view], [panel], **HIDDEN)
        tickets.propose(self._propose, [view], [panel], **HIDDEN)

    # Runs

    def _run(self, view: ManagerView) -> tuple[Any, ...]:
        return quality.started(view, self._client_of(view))

    def _chosen(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        view = quality.chosen(view, number(event, "run"))
        return quality.state(view, self._client_of(view))

    def _tick(self, view: ManagerView) -> tuple[Any, ...]:
        client = self._client_of(view)
        moved, ended = quality.news(view, client)
        if not moved:
            return (gr.skip(),) * 5
        if not ended:  # a list that is made anew would close what the reader has opened
            view, overview, _ = quality.state(view, client)
            return view, overview, gr.skip(), gr.skip(), gr.skip()
        view, overview, changed = quality.state(replace(view, gold_run=None), client)
        return view, overview, changed, risk.panel(view, client), quality.questions(view, client)

    # Wrong answers

    def _tolerate(self, view: ManagerView, event: gr.EventData) -> str:
        return risk.tolerated(view, text(event, "share"), text(event, "of"), self._client_of(view))

    def _recalibrate(self, view: ManagerView) -> str:
        return risk.recalibrated(view, self._client_of(view))

    # Questions

    def _show(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        view = quality.filtered(view, text(event, "show"))
        return view, quality.questions(view, self._client_of(view))

    def _page(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        view = replace(view, gold_offset=turned(view.gold_offset, step(event), quality.QUESTIONS))
        return view, quality.questions(view, self._client_of(view))

    def _remove(self, view: ManagerView, event: gr.EventData) -> str:
        return quality.questions(view, self._client_of(view), deleting=GoldId(number(event, "gold")))

    def _delete(self, view: ManagerView, event: gr.EventData) -> str:
        return quality.deleted(view, number(event, "gold"), self._client_of(view))

    def _imported(self, view: ManagerView, event: gr.EventData) -> str:
        told = {name: text(event, name) for name in ("problem", "added", "changed", "unchanged")}
        return quality.imported(view, told, self._client_of(view))

    # The form

    def _add(self, view: ManagerView) -> str:
        return quality.new_form(view, self._client_of(view))

    def _edit(self, view: ManagerView, event: gr.EventData) -> str:
        return quality.edit_form(view, number(event, "gold"), self._client_of(view))

    def _propose(self, view: ManagerView, event: gr.EventData) -> str:
        return quality.proposed_form(view, identifier(event, "message"), self._client_of(view))

    def _keep(self, view: ManagerView, event: gr.EventData) -> str:
        return quality.tested_form(view, text(event, "text"), text(event, "audience"), self._client_of(view))

    def _save(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        fields: Mapping[str, object] = event._data if isinstance(event._data, dict) else {}
        client = self._client_of(view)
        form, said = quality.saved(view, fields, client)
        if said is None:
            return form, gr.skip()
        return form, quality.questions(view, client, message=said) if view.tab is Tab.QUALITY else gr.skip()

    # Conversations

    def _messages(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        wanted = {"yes": True, "no": False}.get(text(event, "unanswered"), view.asked_unanswered)
        view = replace(view, asked_unanswered=wanted, asked_offset=0)
        return view, quality.messages(view, self._client_of(view))

    def _turn(self, view: ManagerView, event: gr.EventData) -> tuple[Any, ...]:
        view = replace(view, asked_offset=turned(view.asked_offset, step(event), quality.MESSAGES))
        return view, quality.messages(view, self._client_of(view))
