"""Finds a manager's words in a message, however they are written, and tells where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from core.text import HAN, fold

LONGEST: Final = 2000
"""Characters of a message that are read: a thousand at each end of a longer one."""

GAP: Final = "…"
_GAP: Final = r"[^。！？!?；;\n]{0,12}?"
_HAN: Final = re.compile(f"[{HAN}]")
_LATIN: Final = re.compile(r"[a-z0-9]")
_SOLID: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Found:
    """A word as the customer wrote it, and where."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Folded:
    """A message in the form in which words are compared, with the way back."""

    written: str
    text: str
    solid: str
    """Letters and digits only: a word whose letters aren't in here needn't be looked for."""
    places: tuple[int, ...] | None
    """For each character of `text` where it comes from; `None` where nothing was moved."""

    def original(self, start: int, end: int) -> Found:
        """A part of `text` as it was written."""
        if self.places is not None:
            start, end = self.places[start], self.places[end - 1] + 1
        return Found(self.written[start:end], start, end)


@lru_cache(maxsize=64)
def folded(message: str) -> Folded:
    """The message without differences of case, width and script. Every rule reads the same one."""
    written = message if len(message) <= LONGEST else f"{message[: LONGEST // 2]}\n{message[-LONGEST // 2 :]}"
    text = _plain(fold(written))
    if len(text) == len(written):
        return Folded(written, text, _SOLID.sub("", text), None)
    parts = [_plain(fold(character)) for character in written]
    places = tuple(at for at, part in enumerate(parts) for _ in part)
    text = "".join(parts)
    return Folded(written, text, _SOLID.sub("", text), places)


def _plain(text: str) -> str:
    return text.replace("’", "'").replace("‘", "'")


class Lexicon:
    """Words and the phrases that hold such a word and mean something else."""

    def __init__(self, words: tuple[str, ...], exceptions: tuple[str, ...] = ()) -> None:
        self._words = tuple(_Word(word) for word in words)
        self._exceptions = tuple(_Word(word) for word in exceptions)

    def find(self, message: str) -> tuple[Found, ...]:
        """The words that stand in a message and aren't part of an exception, in the order of the table."""
        text = folded(message)
        spans = [span for word in self._words for span in word.spans(text)]
        if not spans:
            return ()
        barred = [span for word in self._exceptions for span in word.spans(text)]
        free = [span for span in spans if not any(start < span[1] and span[0] < end for start, end in barred)]
        return tuple(text.original(*span) for span in dict.fromkeys(free))

    def is_all(self, message: str, filler: re.Pattern[str]) -> tuple[Found, ...]:
        """The words, if the message says nothing else but `filler`; else nothing."""
        found = self.find(message)
        if not found:
            return ()
        text = folded(message)
        rest = list(text.text)
        for word in self._words:
            for start, end in word.spans(text):
                rest[start:end] = " " * (end - start)
        left = _SOLID.sub("", filler.sub("", "".join(rest)))
        return () if left else found


@lru_cache(maxsize=256)
def lexicon(words: tuple[str, ...], exceptions: tuple[str, ...] = ()) -> Lexicon:
    """The same, made once for each version of the table."""
    return Lexicon(words, exceptions)


class _Word:
    """A word of the table: folded, its gaps open, Latin letters only as whole words."""

    def __init__(self, word: str) -> None:
        parts = [_plain(fold(part)).strip() for part in word.split(GAP)]
        self._parts = tuple(_SOLID.sub("", part) for part in parts)
        self._pattern = re.compile(_GAP.join(_part_pattern(part) for part in parts))

    def spans(self, text: Folded) -> Iterator[tuple[int, int]]:
        """Where the word stands in the folded text."""
        if all(part in text.solid for part in self._parts):
            for match in self._pattern.finditer(text.text):
                yield match.span()


def _part_pattern(part: str) -> str:
    """Blanks between Chinese characters don't matter, nor how many there are between words, nor apostrophes."""
    made = []
    for at, character in enumerate(part):
        following = part[at + 1] if at + 1 < len(part) else ""
        if character == "'":
            made.append("'?")
        elif character.isspace() or character == "-":
            made.append(r"[\s\-,]+")
        else:
            made.append(re.escape(character))
            if _HAN.match(character) and following and _HAN.match(following):
                made.append(r"\s?")
    start = r"(?<![a-z0-9])" if part and _LATIN.match(part[0]) else ""
    end = r"(?![a-z0-9])" if part and _LATIN.match(part[-1]) else ""
    return start + "".join(made) + end
