"""A message in plain form, with the way back: every position in it is a position in the message as written."""

from __future__ import annotations

from dataclasses import dataclass

from core.text import nfkc


@dataclass(frozen=True, slots=True)
class Aligned:
    """A text in NFKC without invisible characters, so that `１３８` and `1\u200b38` are `138`."""

    text: str
    starts: tuple[int, ...] | None
    """For each character of `text` where it comes from; `None` where nothing was changed."""
    ends: tuple[int, ...] | None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The same part of the text as written. `start < end`."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def aligned(text: str) -> Aligned:
    """The plain form, character by character. Cheap where there is nothing to change."""
    if nfkc(text) == text:
        return Aligned(text, None, None)
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, character in enumerate(text):
        for each in character if character.isascii() else nfkc(character):
            plain.append(each)
            starts.append(at)
            ends.append(at + 1)
    return Aligned("".join(plain), tuple(starts), tuple(ends))
