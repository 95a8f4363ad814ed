"""A message in plain form, with the way back: every position in it is a position in the message as written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from core.text import nfkc


@dataclass(frozen=True, slots=True)
class Aligned:
    """A text in NFKC without invisible characters, so that `１３８` and `1\u200b38` are `138`."""

    text: str
    starts: tuple[int, ...] | None
    """For each character of `text` where it comes from; `None` where each stands in its own place."""
    ends: tuple[int, ...] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The same part of the text as written. `start < end`."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def aligned(text: str) -> Aligned:
    """The plain form, character by character. Positions are kept apart only where a character became none or several."""
    if text.isascii():
        return Aligned(text, None, None)
    forms = [_plain(character) for character in text]
    plain = "".join(forms)
    if len(plain) == len(text) and all(forms):
        return Aligned(plain, None, None)
    starts = tuple(at for at, form in enumerate(forms) for _ in form)
    return Aligned(plain, starts, tuple(at + 1 for at in starts))


@lru_cache(maxsize=16_384)
def _plain(character: str) -> str:
    return character if character.isascii() else nfkc(character)
