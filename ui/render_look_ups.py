"""HTML of what was looked up for a customer, among the facts of the agent desk."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from api.client_lookups import LookUp
from core.types import Language
from ui.render import element, moment
from ui.texts import say


def look_ups(found: Sequence[LookUp], language: Language) -> str:
    """Return the calls, each with who made it, and why it was refused; nothing where there are none."""
    if not found:
        return ""
    title = element("h3", escape(say("desk.lookups", language)))
    listed = "".join(_look_up(each, language) for each in found)
    return element("section", title + element("ul", listed), classes="zd-fact-group", id="zd-look-ups")


def _look_up(each: LookUp, language: Language) -> str:
    tool = each.tool.value if each.tool is not None else "none"
    by = say("desk.lookup.model" if each.by_model else "desk.lookup.code", language)
    refused = say("desk.lookup.refused", language)
    mark = "" if each.allowed else " " + element("span", escape(refused), classes="zd-pill zd-is-warn")
    words = " · ".join([escape(by), moment(each.at), *(escape(text) for text in (each.reason, each.asked) if text)])
    name = element("strong", escape(say(f"desk.lookup.{tool}", language)))
    return element("li", f"{name}{mark} " + element("span", words, classes="zd-small"))
