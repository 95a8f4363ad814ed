"""Takes everything out of a text that a chat window could load, follow or run."""

from __future__ import annotations

import re
from typing import Final

_THINKING: Final = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_IMAGE: Final = re.compile(r"!\[[^\[\]]*\](?:\([^()]*\)|\[[^\[\]]*\])")
_LINK: Final = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_AUTOLINK: Final = re.compile(r"<(?:https?|ftp|mailto|data|javascript):[^>\s]*>", re.IGNORECASE)
_ELEMENT: Final = re.compile(
    r"<(script|style|iframe|svg|object|template|textarea|title)\b.*?(?:</\1\s*>|$)", re.DOTALL | re.IGNORECASE
)
_TAG: Final = re.compile(r"</?[a-zA-Z!?][^<>]*>")
_DEFINITION: Final = re.compile(r"(?m)^[ \t]*\[[^\[\]\n]+\]:[^\n]*$")
_ADDRESS: Final = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,15}:)?//[^\s<>\"'，。；、（）《》】]+|\bwww\.[^\s<>\"'，。；、（）《》】]+|"
    r"\b(?:data|javascript|vbscript):[^\s]+|[\w.+-]+@[\w-]+\.[\w.-]+",
    re.IGNORECASE | re.ASCII,  # else a Chinese character in front counts as part of the address
)
_REFERENCE: Final = re.compile(r"\[(\d{1,3})\]")
_LEFTOVERS: Final = (
    (re.compile(r"!+(?=\[)"), ""),
    (re.compile(r"\](?=[(\[:])"), "] "),
    (re.compile(r"<(?=[a-zA-Z/!?])"), "＜"),
)


def strip_markup(text: str) -> str:
    """The text of a language model as plain words.

    Images, HTML and link definitions are removed; of a link its words stay. What is left of a
    construct that was cut apart can't be read as one any more. Applying it again changes nothing.
    """
    for pattern in (_THINKING, _ELEMENT, _IMAGE, _AUTOLINK, _DEFINITION):
        text = pattern.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _TAG.sub("", text)
    return harmless(text)


def harmless(text: str) -> str:
    """The text such that Markdown finds no image, link or HTML in it; ordinary text stays as it is."""
    for pattern, replacement in _LEFTOVERS:
        text = pattern.sub(replacement, text)
    return text


def without_marks(text: str) -> str:
    """The text with its own reference marks in full width: «[1]» in a reply is ours and leads to a source."""
    return _REFERENCE.sub(r"［\1］", text)


def addresses(text: str) -> frozenset[str]:
    """Web and e-mail addresses in a text, without closing punctuation."""
    return frozenset(match.rstrip(".,;:!?)]}").lower() for match in _ADDRESS.findall(text))
