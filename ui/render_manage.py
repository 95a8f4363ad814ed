"""HTML around the tabs of the settings page. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from core.accounts import Right
from core.types import Language
from ui.manage_view import SettingsView
from ui.render import bar, button, element
from ui.texts import say


def manage_link(language: Language) -> str:
    """Return the way here for the bars of the other pages for staff; whoever uses one of them may read here."""
    return element("a", escape(say("manage.title", language)), classes="zd-quiet", href="../manage/", target="_blank")


def manage_header(language: Language, rights: Collection[Right], *, account: str | None = None) -> str:
    """Return the bar at the top; the other pages are linked for who may use them, and nobody before the sign-in."""
    brand = element(
        "div",
        element("strong", escape(say("brand", language)))
        + element("span", escape(say("manage.title", language)), classes="zd-tagline"),
        classes="zd-brand-text",
    )
    links = "".join(
        element("a", escape(say(key, language)), classes="zd-quiet", href=f"../{path}/", target="_blank")
        for path, key, right in (
            ("desk", "desk.title", Right.DESK_READ),
            ("knowledge", "kb.title", Right.KNOWLEDGE_READ),
            ("figures", "figures.title", Right.FIGURES_READ),
        )
        if right in rights
    )
    who = element("span", escape(account), classes="zd-small") if account else ""
    leave = button(say("kb.leave", language), "leave", classes="zd-quiet") if rights else ""
    return bar(brand, who + links + button(say("switch", language), "language", classes="zd-quiet") + leave, language)


def manage_tabs(view: SettingsView) -> str:
    """Return the row of tabs, those left out that somebody has no right to."""
    tabs = "".join(
        element(
            "button",
            escape(say(f"manage.tab.{part}", view.language)),
            classes="zd-tab",
            type="button",
            data_act="tab",
            data_tab=part,
            aria_current="page" if part is view.part else None,
        )
        for part in view.parts
    )
    return element("nav", tabs, classes="zd-tabs", aria_label=say("manage.title", view.language))
