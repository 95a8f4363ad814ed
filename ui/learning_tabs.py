"""Two tabs on the knowledge page: the review queue and the board of unanswered questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import gradio as gr

from api.client import Client
from ui import learning
from ui.events import HIDDEN, acting, html, identifier, number, step, text
from ui.managing import turned
from ui.view import ManagerView, Tab

GAP_ACTS: Final = (
    "board", "gaps", "asked", "assign", "again", "fill", "take", "right", "gold", "merge", "apart", "split",
)  # fmt: skip

ClientOf = Callable[[ManagerView], Client]


class ReviewTab:
    """Build it where the tab's content stands, then `wire` it."""

    def __init__(self, view: gr.State, client_of: ClientOf) -> None:
        self._view = view
        self._client_of = client_of
        self._queue = html("zd-review", acting(["queue", "queued", "publish", "drop"]))

    @property
    def outputs(self) -> list[Any]:
        """What `shown` and `hidden` fill."""
        return [self._queue]

    def hidden(self) -> tuple[Any, ...]:
        """Nothing, for who isn't signed in."""
        return ("",)

    def shown(self, view: ManagerView) -> tuple[Any, ...]:
        """The tab's content if it is in sight; else nothing is asked for."""
        if view.key is None or view.tab is not Tab.REVIEW:
            return self.hidden()
        return (learning.queue(view, self._client_of(view)),)

    def wire(self) -> None:
        """Connect the events."""
        view, own = self._view, self._queue
        own.queue(self._show, [view], [view, own], **HIDDEN)
        own.queued(self._page, [view], [view, own], **HIDDEN)
        own.publish(self._publish, [view], [own], **HIDDEN)
        own.drop(self._drop, [view], [own], **HIDDEN)

    def _show(self, view: ManagerView, event: gr.EventData) -> tuple[ManagerView, str]:
        view = learning.queue_of(view, text(event, "status"))
        return view, learning.queue(view, self._client_of(view))

    def _page(self, view: ManagerView, event: gr.EventData) -> tuple[ManagerView, str]:
        view = replace(view, review_offset=turned(view.review_offset, step(event), learning.PAIRS))
        return view, learning.queue(view, self._client_of(view))

    def _publish(self, view: ManagerView, event: gr.EventData) -> str:
        question, answer, similar = (text(event, name) for name in ("question", "answer", "similar"))
        client, confirm = self._client_of(view), text(event, "confirm") == "yes"
        return learning.published(view, number(event, "candidate"), question, answer, similar, client, confirm=confirm)

    def _drop(self, view: ManagerView, event: gr.EventData) -> str:
        return learning.dropped(view, number(event, "candidate"), self._client_of(view))


class GapsTab:
    """Build it where the tab's content stands, then `wire` it."""

    def __init__(self, view: gr.State, client_of: ClientOf) -> None:
        self._view = view
        self._client_of = client_of
        self._board = html("zd-gaps", acting(GAP_ACTS))

    @property
    def outputs(self) -> list[Any]:
        """What `shown` and `hidden` fill."""
        return [self._board]

    def hidden(self) -> tuple[Any, ...]:
        """Nothing, for who isn't signed in."""
        return ("",)

    def shown(self, view: ManagerView) -> tuple[Any, ...]:
        """The tab's content if it is in sight; else nothing is asked for."""
        if view.key is None or view.tab is not Tab.GAPS:
            return self.hidden()
        return (learning.board(view, self._client_of(view)),)

    def wire(self) -> None:
        """Connect the events."""
        view, own = self._view, self._board
        own.board(self._show, [view], [view, own], **HIDDEN)
        own.gaps(self._page, [view], [view, own], **HIDDEN)
        own.asked(self._asked, [view], [view, own], **HIDDEN)
        own.assign(self._assign, [view], [own], **HIDDEN)
        own.again(self._again, [view], [own], **HIDDEN)
        own.fill(self._fill, [view], [view, own], **HIDDEN)
        own.take(self._take, [view], [view, own], **HIDDEN)
        own.right(self._right, [view], [own], **HIDDEN)
        own.gold(self._gold, [view], [own], **HIDDEN)
        own.merge(self._merge, [view], [own], **HIDDEN)
        own.apart(self._apart, [view], [own], **HIDDEN)
        own.split(self._split, [view], [own], **HIDDEN)

    def _show(self, view: ManagerView, event: gr.EventData) -> tuple[ManagerView, str]:
        view = learning.board_of(view, text(event, "status"))
        return view, learning.board(view, self._client_of(view))

    def _page(self, view: ManagerView, event: gr.EventData) -> tuple[ManagerView, str]:
        view = replace(view, gap_offset=turned(view.gap_offset, step(event), learning.GAPS), gap_opened=None)
        return view, learning.board(view, self._client_of(view))

    def _asked(self, view: ManagerView, event: gr.EventData) -> tuple[ManagerView, str]:
        view = learning.opened(view, number(event, "gap"))
        return view, learning.board(view, self._client_of(view))

    def _assign(self, view: ManagerView, event: gr.EventData) -> str:
        owner, due, note = (text(event, name) for name in ("owner", "due", "note"))
        client, dismissed = self._client_of(view), text(event, "dismissed") == "yes"
        return learning.assigned(view, number(event, "gap"), owner, due, note, dismissed, client)

    def _again(self, view: ManagerView, event: gr.EventData) -> str:
        return learning.tried(view, number(event, "gap"), self._client_of(view))

    def _fill(self, view: ManagerView, event: gr.EventData) -> tuple[ManagerView, str]:
        question, answer, similar = (text(event, name) for name in ("question", "answer", "similar"))
        client, confirm = self._client_of(view), text(event, "confirm") == "yes"
        return learning.filled(view, number(event, "gap"), question, answer, similar, client, confirm=confirm)

    def _take(self, view: ManagerView, event: gr.EventData) -> tuple[ManagerView, str]:
        view = learning.taken(view, text(event, "draft"))
        return view, learning.board(view, self._client_of(view))

    def _right(self, view: ManagerView, event: gr.EventData) -> str:
        return learning.confirmed(view, number(event, "gap"), identifier(event, "message"), self._client_of(view))

    def _gold(self, view: ManagerView, event: gr.EventData) -> str:
        return learning.kept_as_gold(view, number(event, "gap"), text(event, "facts"), self._client_of(view))

    def _merge(self, view: ManagerView, event: gr.EventData) -> str:
        return learning.merged(view, number(event, "gap"), number(event, "other"), self._client_of(view))

    def _apart(self, view: ManagerView, event: gr.EventData) -> str:
        return learning.kept_apart(view, number(event, "gap"), number(event, "other"), self._client_of(view))

    def _split(self, view: ManagerView, event: gr.EventData) -> str:
        return learning.split(view, number(event, "gap"), identifier(event, "message"), self._client_of(view))
