"""HTML of the tab of the desk's policy. See `ui.render` on escaping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from api.client_settings import DeskPolicyState
from core.types import Language
from ui.manage_view import SettingsView
from ui.render import button, element, moment
from ui.texts import say

Row = tuple[str, str, str]
"""Label, value and meaning of a field, in the page's language."""


def policy_page(
    current: DeskPolicyState,
    versions: Sequence[DeskPolicyState],
    rows: Mapping[str, Sequence[Row]],
    changes: Mapping[int, Sequence[str]],
    view: SettingsView,
    *,
    editing: bool,
) -> str:
    """Return what holds, unless a form is opened, and the versions."""
    language = view.language
    holds = "" if editing else _holds(current, rows, view)
    history = element("h2", escape(say("policy.versions", language)))
    history += "".join(_version(each, current, changes.get(each.number, ()), view) for each in versions)
    return holds + history


def _holds(current: DeskPolicyState, rows: Mapping[str, Sequence[Row]], view: SettingsView) -> str:
    language = view.language
    edit = button(say("manage.edit", language), "open", classes="zd-button zd-primary", what="policy", number=1)
    intro = say("policy.intro", language) if view.may_set else say("policy.read_only", language)
    head = element(
        "div",
        element("p", escape(intro), classes="zd-small") + (edit if view.may_set else ""),
        classes="zd-settings-head",
    )
    said = say("policy.holds" if current.number else "policy.holds.shipped", language, number=current.number)
    groups = "".join(
        element("h3", escape(say(f"policy.group.{group}", language)))
        + element("dl", "".join(_row(row) for row in listed), classes="zd-settings-values")
        for group, listed in rows.items()
    )
    return head + element("section", element("p", escape(said), classes="zd-small") + groups, classes="zd-block")


def _row(row: Row) -> str:
    label, value, meaning = row
    shown = element("strong", escape(value)) + element("span", escape(meaning), classes="zd-small")
    return element("dt", escape(label)) + element("dd", shown)


def _version(version: DeskPolicyState, current: DeskPolicyState, changes: Sequence[str], view: SettingsView) -> str:
    language: Language = view.language
    marks = element("strong", escape(say("rules.version", language, number=version.number)))
    marks += "" if version.number else element("span", escape(say("policy.shipped", language)), classes="zd-small")
    marks += element("span", escape(version.author), classes="zd-small") if version.author else ""
    marks += moment(version.created_at) if version.created_at else ""
    if version.number == current.number:
        act = element("span", escape(say("rules.current", language)), classes="zd-pill zd-is-ready")
    else:
        label = say("rules.restore", language)
        act = button(label, "restore", classes="zd-quiet", what="policy", number=version.number) if view.may_set else ""
    row = element("div", marks, classes="zd-pills") + element("div", act, classes="zd-actions")
    lines = element("p", escape(version.note)) if version.note else ""
    lines += "".join(element("p", escape(each), classes="zd-small") for each in changes)
    return element("section", element("div", row, classes="zd-manage-line") + lines, classes="zd-block")
