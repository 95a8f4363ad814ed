"""HTML and SVG put together from elements, so that no text gets in unescaped.

Suites, questions and passages are data of strangers. `element` escapes every child and every
attribute; only what it has made itself, a `Markup`, goes in as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

VOID: Final = frozenset({"meta", "link", "br", "hr", "img", "col"})
"""Elements without content, which HTML doesn't close."""

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | float | Iterable["Child"] | None
"""Text, a number, several children, or nothing."""


def element(name: str, /, *children: Child, **attributes: str | float | None) -> Markup:
    """An element. `class_` is written `class`, an underscore becomes a hyphen; attributes that are `None` are left out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Markup:
    """Children one after the other, without an element around them."""
    parts = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, str | float | int):
            parts.append(_text(child))
        else:
            parts.append(joined(*child))
    return Markup("".join(parts))


def _text(value: str | float) -> str:
    if isinstance(value, Markup):
        return value
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return escape(clean(str(value)), quote=True)


def clean(text: str) -> str:
    """Text without what no page may hold: control characters and halves of surrogate pairs."""
    return "".join(REPLACEMENT if _unfit(letter) else letter for letter in text)


def _unfit(letter: str) -> bool:
    code = ord(letter)
    return (code < 0x20 and letter not in "\n\t") or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000
