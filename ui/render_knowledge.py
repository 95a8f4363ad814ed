"""HTML of the knowledge page. As in `ui.render`, every text that isn't ours is escaped."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from html import escape
from typing import Final

from core.accounts import Right
from core.settings import Secret
from core.types import (
    Audience,
    Document,
    DocumentKind,
    DocumentVersion,
    Language,
    Passage,
    VersionStatus,
)
from ui.render import bar, button, element, moment, place
from ui.render_manage import manage_link
from ui.texts import say
from ui.view import Tab

LONG_TEXT: Final = 600
"""Characters of a passage that a list shows before the reader unfolds it."""


def manager_header(language: Language, *, signed_in: bool, account: str | None = None) -> str:
    """Return the bar at the top of the knowledge page."""
    brand = element(
        "div",
        element("strong", escape(say("brand", language)))
        + element("span", escape(say("kb.title", language)), classes="zd-tagline"),
        classes="zd-brand-text",
    )
    chat = element("a", escape(say("kb.to_chat", language)), classes="zd-quiet", href="../", target="_blank")
    figures = element(
        "a", escape(say("figures.title", language)), classes="zd-quiet", href="../figures/", target="_blank"
    )
    leave = button(say("kb.leave", language), "leave", classes="zd-quiet") if signed_in else ""
    switch = button(say("switch", language), "language", classes="zd-quiet")
    who = element("span", escape(account), classes="zd-small") if account else ""
    links = chat + (figures + manage_link(language) if signed_in else "")
    return bar(brand, who + links + switch + leave, language)


def sign_in_form(language: Language, problem: str | None = None, *, title: str = "kb.sign_in") -> str:
    """Return the form for a name and password or the admin key, with what was wrong with those entered last."""
    name, label = escape(say("sign_in.name", language)), escape(say("kb.key", language))
    field = (
        '<input type="text" name="name" maxlength="64" autocomplete="username" autofocus autocapitalize="none" '
        f'placeholder="{name}" aria-label="{name}">'
        '<input type="password" name="key" maxlength="200" autocomplete="current-password" required '
        f'placeholder="{label}" aria-label="{label}">'
    )
    send = element("button", escape(say("kb.enter", language)), classes="zd-button zd-primary", type="submit")
    return element(
        "form",
        element("h1", escape(say(title, language)))
        + element("p", escape(say("kb.sign_in.intro", language)))
        + note(problem, problem=True)
        + field
        + send,
        classes="zd-sign-in",
        data_act="enter",
    )


def navigation(language: Language, current: Tab, rights: Collection[Right] = frozenset(Right)) -> str:
    """Return the row of tabs, those left out that somebody has no right to."""
    tabs = "".join(
        element(
            "button",
            escape(say(f"kb.tab.{tab}", language)),
            classes="zd-tab",
            type="button",
            data_act="tab",
            data_tab=tab,
            aria_current="page" if tab is current else None,
        )
        for tab in Tab
        if tab.right in rights
    )
    return element("nav", tabs, classes="zd-tabs")


def note(text: str | None, *, problem: bool = False) -> str:
    """Return a line that says what just happened; empty for `None`."""
    if not text:
        return ""
    return element(
        "p", escape(text), classes="zd-problem" if problem else "zd-done", role="alert" if problem else "status"
    )


# Uploading


def upload_form(language: Language, token: Secret | None = None) -> str:
    """Return the form that sends files; a script of the page does the sending and shows its progress.

    `token` is that of a session; the script knows an admin key by itself.
    """
    field = '<input type="file" name="files" multiple>'
    drop = element(
        "label",
        field
        + element("strong", escape(say("kb.drop", language)))
        + element("span", escape(say("kb.formats", language)), classes="zd-small"),
        classes="zd-drop",
    )
    kinds = "".join(
        element("option", escape(label), value=value)
        for value, label in [
            ("", say("kb.kind.auto", language)),
            *((kind.value, say(f"kind.{kind}", language)) for kind in DocumentKind),
        ]
    )
    choices = (
        audience_choice("kb.audience", language)
        + element("label", escape(say("kb.kind", language)) + element("select", kinds, name="kind"), classes="zd-kind")
        + day_field("effective_from", "kb.from", language)
        + day_field("expires_on", "kb.until", language)
        + element(
            "button", escape(say("kb.upload", language)), classes="zd-button zd-primary", type="submit", disabled=True
        )
    )
    return element(
        "form",
        drop
        + element("div", choices, classes="zd-choices")
        + element("p", escape(say("kb.tickets_masked", language)), classes="zd-small")
        + element("div", "", classes="zd-transfers"),
        classes="zd-upload",
        data_key=token.reveal() if token else None,
        data_sending=say("kb.sending", language),
        data_refused=say("kb.refused", language),
        data_unreachable=say("error.reach", language),
    )


def day_field(name: str, key: str, language: Language, value: date | None = None) -> str:
    """Return a field for a day, called by the text of `key`."""
    filled = f' value="{value.isoformat()}"' if value else ""
    return element("label", escape(say(key, language)) + f'<input type="date" name="{name}"{filled}>', classes="zd-day")


def _dates_form(version: DocumentVersion, language: Language) -> str:
    """The days between which a version may answer, to be changed at any time."""
    fields = day_field("effective_from", "kb.from", language, version.effective_from) + day_field(
        "expires_on", "kb.until", language, version.expires_on
    )
    send = element("button", escape(say("kb.dates.save", language)), classes="zd-button", type="submit")
    return element(
        "form",
        element("h3", escape(say("kb.dates", language)))
        + element("p", escape(say("kb.dates.hint", language)), classes="zd-small")
        + element("div", fields + send, classes="zd-choices"),
        data_act="dates",
        data_version=version.number,
    )


def audience_choice(key: str, language: Language) -> str:
    """Return a choice between the audiences; the texts are those of `key` and `key.public`, `key.internal`."""
    choices = "".join(
        element(
            "label",
            f'<input type="radio" name="audience" value="{audience}"{" checked" if audience is Audience.PUBLIC else ""}>'
            + element("span", escape(say(f"{key}.{audience}", language))),
        )
        for audience in Audience
    )
    return element("fieldset", element("legend", escape(say(key, language))) + choices)


def uploads(versions: Sequence[DocumentVersion], language: Language) -> str:
    """Return one line per uploaded file, with a bar while it is being read."""
    return element("div", "".join(_upload(version, language) for version in versions), classes="zd-uploads")


def _upload(version: DocumentVersion, language: Language) -> str:
    share = round(100 * min(1.0, max(0.0, version.progress)))
    if version.status is VersionStatus.READY:
        share = 100
    state = say(f"status.{version.status}", language)
    detail = {
        VersionStatus.PROCESSING: f"{state} {share}%",
        VersionStatus.READY: f"{state} · {version.passages} {say('kb.col.passages', language)}",
        VersionStatus.FAILED: f"{state} · {version.reason or ''}",
    }.get(version.status, state)
    bar = element(
        "div",
        f'<i style="width:{share}%"></i>',
        classes="zd-progress",
        role="progressbar",
        aria_valuenow=share,
        aria_valuemin=0,
        aria_valuemax=100,
    )
    line = element("span", escape(version.name), classes="zd-upload-name") + element(
        "span", escape(detail), classes="zd-small"
    )
    return element("div", line + bar + _warnings(version, language), classes=f"zd-upload-row zd-is-{version.status}")


def _warnings(version: DocumentVersion, language: Language) -> str:
    if not version.warnings:
        return ""
    items = "".join(element("li", escape(warning)) for warning in version.warnings)
    return element("div", escape(say("kb.warnings", language)) + element("ul", items), classes="zd-warning")


# Documents


def document_table(documents: Sequence[Document], language: Language) -> str:
    """Return the table of documents; a click on a row opens it."""
    if not documents:
        return element("p", escape(say("kb.empty", language)), classes="zd-empty")
    columns = ("name", "kind", "audience", "version", "status", "passages", "updated")
    head = "".join(element("th", escape(say(f"kb.col.{name}", language)), scope="col") for name in columns)
    rows = "".join(_document_row(document, language) for document in documents)
    counted = say(
        "kb.count", language, documents=len(documents), passages=sum(document.passages for document in documents)
    )
    actions = element("span", escape(counted)) + button(say("kb.refresh", language), "refresh", classes="zd-quiet")
    table = element("table", element("thead", element("tr", head)) + element("tbody", rows), classes="zd-table")
    return element("div", actions, classes="zd-count") + element("div", table, classes="zd-scroll")


def _document_row(document: Document, language: Language) -> str:
    cells = [
        element("strong", escape(document.name)),
        escape(say(f"kind.{document.kind}", language)),
        audience_pill(document.audience, language),
        escape(str(document.live_version or document.latest_version)),
        _status(document.status, language, document.reason),
        str(document.passages),
        moment(document.updated_at),
    ]
    classes = ("zd-name-cell", "", "", "zd-num", "", "zd-num", "zd-when")
    row = "".join(element("td", cell, classes=kind) for cell, kind in zip(cells, classes, strict=True))
    return element("tr", row, data_act="pick", data_document=document.document_id, tabindex="0")


def audience_pill(audience: Audience, language: Language) -> str:
    """Return a small label that says who may read something."""
    return element("span", escape(say(audience.value, language)), classes=f"zd-pill zd-{audience}")


def _status(status: VersionStatus, language: Language, reason: str | None = None) -> str:
    return element(
        "span", escape(say(f"status.{status}", language)), classes=f"zd-pill zd-is-{status}", title=reason or None
    )


def document_panel(
    document: Document,
    versions: Sequence[DocumentVersion],
    passages: Sequence[Passage],
    language: Language,
    *,
    shown: int,
    offset: int,
    more: bool,
    confirming: bool = False,
    message: str = "",
) -> str:
    """Return the opened document: its versions, the passages of version `shown`, and how to delete it.

    Args:
        passages: One page of them, the first being number `offset`.
        more: Whether there are passages after this page.
        confirming: Whether the reader was asked if the document should really go.
        message: HTML of a note at the top.
    """
    close = element(
        "button", "×", classes="zd-close", type="button", data_act="close", aria_label=say("close", language)
    )
    head = element("div", element("strong", escape(document.name)) + close, classes="zd-panel-head")
    facts = element(
        "div",
        audience_pill(document.audience, language) + _status(document.status, language),
        classes="zd-pills",
    )
    failed = note(document.reason, problem=True) if document.reason else ""
    listed = "".join(_version(version, language, shown=version.number == shown) for version in versions)
    sections = (
        element("h3", escape(say("kb.versions", language)))
        + element("ul", listed, classes="zd-versions")
        + "".join(_dates_form(version, language) for version in versions if version.number == shown)
        + element("h3", escape(f"{say('kb.passages', language)} · {say('version', language, version=shown)}"))
        + _passages(passages, language)
        + pager("passages", offset, len(passages), language, more=more)
        + _delete(document, language, confirming=confirming)
    )
    panel = element(
        "aside",
        head + message + facts + failed + sections,
        classes="zd-panel zd-wide",
        role="dialog",
        aria_label=document.name,
    )
    return element("div", "", classes="zd-veil", data_act="close") + panel


def _version(version: DocumentVersion, language: Language, *, shown: bool) -> str:
    label = say("version", language, version=version.number)
    ready = version.status is VersionStatus.READY
    if version.live:
        state = element("span", escape(say("kb.live", language)), classes="zd-pill zd-is-ready")
    elif ready:
        state = element("span", escape(say("kb.earlier", language)), classes="zd-pill")
    else:
        state = _status(version.status, language, version.reason)
    actions = (
        button(label, "version", classes="zd-link", version=version.number)
        if ready and not shown
        else element("b", escape(label))
    )
    restore = (
        button(say("kb.rollback", language), "rollback", classes="zd-quiet", version=version.number)
        if ready and not version.live
        else ""
    )
    facts = [f"{version.passages} {say('kb.col.passages', language)}", size(version.size)]
    if version.effective_from or version.expires_on:
        facts.append(say("kb.valid", language, first=version.effective_from or "…", last=version.expires_on or "…"))
    line = (
        actions
        + state
        + element("span", escape(" · ".join(facts)), classes="zd-small")
        + moment(version.created_at)
        + restore
    )
    why = note(version.reason, problem=True) if version.reason else ""
    return element("li", element("div", line, classes="zd-version") + why + _warnings(version, language))


def size(number: int) -> str:
    """Return a count of bytes as people read it."""
    if number < 1024:
        return f"{number} B"
    return f"{number / 1024:.0f} KB" if number < 1024 * 1024 else f"{number / 1024 / 1024:.1f} MB"


def _passages(passages: Sequence[Passage], language: Language) -> str:
    if not passages:
        return element("p", escape(say("kb.no_passages", language)), classes="zd-empty")
    return "".join(passage_block(passage, language) for passage in passages)


def passage_block(passage: Passage, language: Language) -> str:
    """Return one passage with its place."""
    where = place(passage.page, passage.heading, language)
    head = element("div", escape(" · ".join([f"#{passage.ordinal + 1}", *where])), classes="zd-small")
    return element("section", head + unfolding(passage.text), classes="zd-block")


def unfolding(text: str) -> str:
    """Return a text; of a long one only the beginning until the reader unfolds it."""
    if len(text) <= LONG_TEXT:
        return element("div", escape(text), classes="zd-pre")
    short = element("summary", escape(text[:LONG_TEXT]) + "…", classes="zd-pre")
    return element("details", short + element("div", escape(text), classes="zd-pre"), classes="zd-unfold")


def _delete(document: Document, language: Language, *, confirming: bool) -> str:
    if not confirming:
        return element(
            "div", button(say("kb.delete", language), "delete", classes="zd-quiet zd-danger"), classes="zd-end"
        )
    question = element("p", escape(say("kb.delete.ask", language, name=document.name)))
    choices = button(say("kb.delete.yes", language), "really", classes="zd-button zd-danger") + button(
        say("cancel", language), "keep", classes="zd-quiet"
    )
    return element("div", question + choices, classes="zd-confirm", role="alertdialog")


def pager(act: str, offset: int, count: int, language: Language, *, more: bool) -> str:
    """Return buttons for the page before and after; empty when everything fits on one."""
    if offset == 0 and not more:
        return ""
    back = button(say("previous", language), act, classes="zd-quiet", step=-1) if offset else ""
    on = button(say("next", language), act, classes="zd-quiet", step=1) if more else ""
    shown = say("range", language, first=offset + 1, last=offset + count)
    return element("nav", back + element("span", escape(shown), classes="zd-small") + on, classes="zd-pager")
