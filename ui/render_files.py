"""HTML of files with messages: what was sent, what waits to be sent, and where files are added."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from api.client_file_values import FileCard, FileLimits
from core.settings import Secret
from core.types import Language
from ui.render import element
from ui.texts import say

ACCEPTED: Final = "image/png,image/jpeg,image/webp,image/gif,application/pdf,text/plain,.txt,.log,.md"
"""What a browser offers first; what a file is, the server looks at."""

MB: Final = 1024 * 1024
DEFAULT_LIMITS: Final = FileLimits(file_bytes=10 * MB, per_message=5, conversation_bytes=50 * MB)
"""Only for words, until the server has told its own."""

_CLIP: Final = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" d="M20 11.5l-8.3 8.3a5 5 0 0 1-7-7l8.9-9a3.4 3.4 0 0 1 4.800 4.800l-8.900 8.900a1.700 1.700 0 0 1'
    '-2.400-2.400l7.700-7.700"/></svg>'
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page's script sends files to, and with what right."""

    path: str
    """Of the conversation's files, after `v1/`; empty while there is no conversation."""
    root: str = ""
    """From the page to the server's root: nothing, or `../`."""
    token: Secret | None = None
    """`None` where the script knows the admin key by itself."""


def file_chips(files: Sequence[FileCard], language: Language, *, erasable: bool = False) -> str:
    """Return files as buttons that open them; with `erasable` each can be deleted."""
    if not files:
        return ""
    chips = "".join(_chip(each, language) + (_erase(each, language) if erasable else "") for each in files)
    return element("div", chips, classes="zd-files")


def words_and_files(
    text: str, files: Sequence[FileCard], language: Language, *, classes: str, erasable: bool = False
) -> str:
    """Return a message: its words, its files, or that what it had is gone."""
    words = text or ("" if files else say("file.removed", language))
    return (element("div", escape(words), classes=classes) if words else "") + file_chips(
        files, language, erasable=erasable
    )


def _chip(file: FileCard, language: Language) -> str:
    return element(
        "button",
        element("span", escape(file.name), classes="zd-file-name")
        + element("span", escape(facts_of(file, language)), classes="zd-file-facts"),
        classes="zd-file",
        type="button",
        data_file=file.attachment_id,
        data_inline="yes" if file.inline else "no",
        title=say("file.open", language, name=file.name),
    )


def _erase(file: FileCard, language: Language) -> str:
    label = say("file.erase", language, name=file.name)
    return element(
        "button",
        "×",
        classes="zd-file-drop",
        type="button",
        data_erase=file.attachment_id,
        data_sure=say("file.erase.sure", language, name=file.name),
        aria_label=label,
        title=label,
    )


def facts_of(file: FileCard, language: Language) -> str:
    """Return type and size in words, e.g. `图片 · 471 KB`."""
    kind = "image" if file.inline else "pdf" if file.media_type == "application/pdf" else "text"
    return f"{say(f'file.kind.{kind}', language)} · {size_of(file.size)}"


def size_of(count: int) -> str:
    """Return a number of bytes for people."""
    return f"{count / MB:.1f} MB" if count >= MB else f"{max(1, round(count / 1024))} KB"


def attach_strip(
    place: Place,
    waiting: Sequence[FileCard],
    language: Language,
    *,
    limits: FileLimits | None = None,
    allowed: bool = True,
    internal: bool = False,
) -> str:
    """Return where files are added, with those that wait to be sent: also by dropping or pasting them on the page.

    `internal` ones are for a note, and are only chosen, so that nothing goes to the wrong side by accident.
    """
    label = "file.add.note" if internal else "file.add"
    limits = limits or DEFAULT_LIMITS
    name = escape(say(label, language))
    pick = element(
        "label",
        f'<input type="file" multiple accept="{ACCEPTED}" aria-label="{name}">' + _CLIP + element("span", name),
        classes="zd-attach-pick",
        title=say(label, language),
    )
    chips = "".join(_waiting(each, language) for each in waiting)
    return element(
        "div",
        (pick if allowed else "") + chips + element("div", "", classes="zd-transfers", aria_live="polite"),
        classes="zd-attach",
        data_path=place.path,
        data_root=place.root,
        data_token=place.token.reveal() if place.token else "",
        data_max=limits.file_bytes,
        data_internal="yes" if internal else "no",
        data_whole="yes" if allowed and not internal else "no",
        data_words=json.dumps(_words(limits, language), ensure_ascii=False),
    )


def _waiting(file: FileCard, language: Language) -> str:
    label = say("file.take_back", language, name=file.name)
    drop = element(
        "button",
        "×",
        classes="zd-file-drop",
        type="button",
        data_act="detach",
        data_file=file.attachment_id,
        aria_label=label,
        title=label,
    )
    name = element("span", escape(file.name), classes="zd-file-name")
    return element(
        "span",
        name + element("span", escape(size_of(file.size)), classes="zd-file-facts") + drop,
        classes="zd-file zd-is-waiting",
    )


def _words(limits: FileLimits, language: Language) -> dict[str, str]:
    """What the script tells, by the code of the server's refusal."""
    given: dict[str, dict[str, object]] = {
        "too_large": {"file": f"{limits.file_bytes / MB:g}", "total": f"{limits.conversation_bytes / MB:g}"},
        "conflict": {"count": limits.per_message},
    }
    codes = ("too_large", "conflict", "unsupported_format", "file_refused", "invalid_input", "rate_limited")
    plain = ("storage_error", "other", "sending", "gone", "masked", "closed")
    return {code: say(f"file.{code}", language, **given.get(code, {})) for code in (*codes, *plain)}
