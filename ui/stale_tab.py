"""A tab on the knowledge page: past answers that a change of the knowledge made wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any, Final

import gradio as gr

from api.client import Client
from core.errors import ZhidaError
from core.segments import Change, StaleAnswer
from core.types import Language, MessageId
from ui.events import HIDDEN, acting, html, step, text
from ui.managing import explained, safely, turned
from ui.render import button, element, moment
from ui.render_knowledge import note, pager
from ui.texts import say
from ui.view import ManagerView, Tab

SHOWN: Final = 20
KEY_CHARACTERS: Final = 8
"""Of an id, enough to tell it among others."""


class StaleTab:
    """Build it where the tab's content stands, then `wire` it."""

    def __init__(self, view: gr.State, client_of: Callable[[ManagerView], Client]) -> None:
        self._view = view
        self._client_of = client_of
        self._list = html("zd-stale", acting(["stale", "handle"]))

    @property
    def outputs(self) -> list[Any]:
        """What `shown` and `hidden` fill."""
        return [self._list]

    def hidden(self) -> tuple[Any, ...]:
        """Nothing, for who isn't signed in."""
        return ("",)

    def shown(self, view: ManagerView) -> tuple[Any, ...]:
        """The tab's content if it is in sight; else nothing is asked for."""
        if view.key is None or view.tab is not Tab.STALE:
            return self.hidden()
        return (stale_answers(view, self._client_of(view)),)

    def wire(self) -> None:
        """Connect the events."""
        view, own = self._view, self._list
        own.stale(self._page, [view], [view, own], **HIDDEN)
        own.handle(self._handle, [view], [own], **HIDDEN)

    def _page(self, view: ManagerView, event: gr.EventData) -> tuple[ManagerView, str]:
        view = replace(view, stale_offset=turned(view.stale_offset, step(event), SHOWN))
        return view, stale_answers(view, self._client_of(view))

    def _handle(self, view: ManagerView, event: gr.EventData) -> str:
        return handled(view, MessageId(text(event, "message")), self._client_of(view))


def stale_answers(view: ManagerView, client: Client, *, message: str = "") -> str:
    """Return a page of the list."""

    def make() -> str:
        found = client.stale_answers(offset=view.stale_offset, limit=SHOWN + 1).items
        head = element("h2", escape(say("stale.title", view.language))) + element(
            "p", escape(say("stale.intro", view.language)), classes="zd-small"
        )
        items = "".join(_item(each, view.language) for each in found[:SHOWN])
        empty = "" if items else element("p", escape(say("stale.none", view.language)), classes="zd-empty")
        pages = pager("stale", view.stale_offset, len(found[:SHOWN]), view.language, more=len(found) > SHOWN)
        return head + message + items + empty + pages

    return safely(view, make)


def handled(view: ManagerView, message_id: MessageId, client: Client) -> str:
    """Note that an answer was seen to; returns the list."""
    try:
        client.handle_stale_answer(message_id)
    except ZhidaError as error:
        return stale_answers(view, client, message=note(explained(error, view), problem=True))
    return stale_answers(view, client, message=note(say("stale.handled", view.language)))


def _item(answer: StaleAnswer, language: Language) -> str:
    concerned = [say("stale.conversation", language, name=answer.conversation_id[:KEY_CHARACTERS])]
    if answer.tickets:
        numbers = ", ".join(f"#{number}" for number in answer.tickets)
        concerned.append(say("stale.tickets", language, numbers=numbers))
    if answer.customer is not None:
        concerned.append(say("stale.customer", language, name=answer.customer))
    pills = "".join(element("span", escape(each), classes="zd-pill") for each in concerned)
    head = element("div", pills + moment(answer.answered_at), classes="zd-pills")
    question = element("p", element("strong", escape(answer.question))) if answer.question else ""
    changes = "".join(_change(each, language) for each in answer.changes)
    done = button(say("stale.handle", language), "handle", message=answer.message_id)
    return element(
        "section", head + question + changes + element("div", done, classes="zd-actions"), classes="zd-block"
    )


def _change(change: Change, language: Language) -> str:
    key = "stale.gone" if change.live_version is None else "stale.version"
    where = say(key, language, name=change.document, old=change.cited_version, new=change.live_version or "")
    reason = element("span", escape(say(f"stale.reason.{change.reason}", language)), classes="zd-pill")
    now = change.now or say("stale.nothing", language)
    said = _line(say("stale.said", language), change.said) + _line(say("stale.now", language), now)
    return element("div", reason + " " + escape(where), classes="zd-small") + said


def _line(label: str, words: str) -> str:
    return element("p", element("strong", escape(label)) + " " + escape(words))
