"""Hiding personal data: for good in logs and lists, and for the length of a request before a language model.

masker.masked("电话 13812345678")             →  "电话 [phone]"

masking = masker.masking(known=evidence)
masking.hide("我是李小明，电话 13812345678")     →  "我是{NAME_1}，电话 {PHONE_1}"
masking.restore("{NAME_1}，您好")              →  "李小明，您好"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Protocol

from core.analysis import PersonalData

_PLACEHOLDER: Final = re.compile(r"\{[A-Z_]{3,12}_\d{1,4}\}")
_BEGUN: Final = re.compile(r"\{[A-Z_]{0,12}(?:_\d{0,4})?$")
"""What may become a placeholder when more of a reply arrives."""

_SPACE: Final = re.compile(r"\s")


class Finder(Protocol):
    """Finds personal data."""

    def find(self, text: str, /) -> Sequence[PersonalData]:
        """Personal data in order, none overlapping."""
        ...


class Masker:
    """Hides what a recogniser finds. Safe to use from several threads."""

    def __init__(self, recogniser: Finder) -> None:
        self._recogniser = recogniser

    def masked(self, text: str, /) -> str:
        """The text with the kind of each piece of personal data in its place: `[phone]`.

        What is masked stays as it is when it is masked again.
        """
        pieces: list[str] = []
        at = 0
        for found in self._recogniser.find(text):
            pieces += (text[at : found.start], f"[{found.type}]")
            at = found.end
        return "".join((*pieces, text[at:]))

    def masking(self, *, known: str = "") -> Masking:
        """Begin to hide what belongs together, such as all messages of one prompt.

        What stands in `known` anyway, such as the company's own telephone number in its documents,
        isn't hidden: a model that can't see it can't answer with it.
        """
        return Masking(self._recogniser, known)


class Masking:
    """Placeholders and what they stand for. It lives as long as one request, and in one thread.

    The same value has the same placeholder in every text. A text that holds something like a
    placeholder of its own gets none of that number, so that nobody can ask for another's data.
    """

    def __init__(self, recogniser: Finder, known: str) -> None:
        self._recogniser = recogniser
        self._known = _SPACE.sub("", known)
        self._placeholders: dict[str, str] = {}
        self._originals: dict[str, str] = {}
        self._taken: set[str] = set()
        self._count = 0

    @property
    def hidden(self) -> int:
        """How many different values were hidden."""
        return len(self._originals)

    def hide(self, text: str, /) -> str:
        """The text with placeholders instead of personal data."""
        self._taken.update(_PLACEHOLDER.findall(text))
        pieces: list[str] = []
        at = 0
        for found in self._recogniser.find(text):
            value = text[found.start : found.end]
            if self._known and _SPACE.sub("", value) in self._known:
                continue
            pieces += (text[at : found.start], self._placeholder(value, found.type))
            at = found.end
        return "".join((*pieces, text[at:]))

    def restore(self, text: str, /) -> str:
        """The text with the values in place of their placeholders; unknown placeholders stay."""
        return _PLACEHOLDER.sub(lambda match: self._originals.get(match.group(), match.group()), text)

    def restoring(self) -> Restoring:
        """The same for a text that comes in pieces."""
        return Restoring(self)

    def _placeholder(self, value: str, kind: str) -> str:
        known = self._placeholders.get(value)
        if known is not None:
            return known
        while True:
            self._count += 1
            placeholder = f"{{{kind.upper()}_{self._count}}}"
            if placeholder not in self._taken:
                self._placeholders[value] = placeholder
                self._originals[placeholder] = value
                return placeholder


class Restoring:
    """Puts values back into a text that comes in pieces; a placeholder may be cut anywhere."""

    def __init__(self, masking: Masking) -> None:
        self._masking = masking
        self._held = ""

    def take(self, piece: str, /) -> str:
        """What can be shown now; the beginning of a placeholder waits for its end."""
        text = self._held + piece
        begun = _BEGUN.search(text, max(0, text.rfind("{")))
        shown, self._held = (text[: begun.start()], text[begun.start() :]) if begun else (text, "")
        return self._masking.restore(shown)

    def finish(self) -> str:
        """What was still held back."""
        rest, self._held = self._held, ""
        return self._masking.restore(rest)
