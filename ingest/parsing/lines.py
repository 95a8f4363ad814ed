"""Lines back to paragraphs: where a paper's edge broke a line, the break goes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from core.text import HAN

_WIDE: Final = re.compile(rf"[{HAN}\u3000-\u303f\uff00-\uffef“”‘’…—·]")
_HYPHENATED: Final = re.compile(r"[a-z]-$")
_BULLET: Final = re.compile(
    r"\s*(?:[•●○■□◆◇▪▫‣⁃∙·➢➤✓✔*]|[-–—](?=\s)|[（(]?\d{1,2}[)）]|\d{1,3}[.、．](?!\d)|[①-⑳]|[（(][一二三四五六七八九十]{1,3}[)）]|"
    r"[a-zA-Z][)）.](?=\s))\s*"
)

_RULE: Final = re.compile(r"\s*(?:[-=_*~·.—─━][\s]?){4,}\s*")
_LEADERS: Final = re.compile(r"(?:[.…·．]\s?){5,}")


def join(lines: Iterable[str]) -> str:
    """One paragraph of several lines: Chinese without a blank, English with, end-of-line hyphens mended.

    Chinese beside a Latin word or number is printed without a blank as often as with one; it gets none.
    """
    parts: list[str] = []
    for line in filter(None, map(str.strip, lines)):
        if not parts:
            parts.append(line)
        elif _HYPHENATED.search(parts[-1]) and line[0].islower():
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        elif _WIDE.match(parts[-1][-1]) or _WIDE.match(line[0]):
            parts.append(line)
        else:
            parts += [" ", line]
    return "".join(parts)


def starts_item(line: str) -> bool:
    """Whether a line begins with a bullet or a number of a list."""
    return bool(_BULLET.match(line))


def is_rule(line: str) -> bool:
    """Whether a line is drawn rather than written: `-----`, `=====`."""
    return bool(_RULE.fullmatch(line))


def without_leaders(line: str) -> str:
    """The line with the dots between a title and its page number cut short."""
    return _LEADERS.sub(" … ", line)
