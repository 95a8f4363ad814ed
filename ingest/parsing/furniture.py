"""Headers, footers and page numbers: what a page repeats, and nobody asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from ingest.parsing.headings import heading_level

EDGE: Final = 3
"""Lines at the top and at the bottom of a page among which headers and footers are looked for."""

_MIN_PAGES: Final = 3
_TELLING: Final = 16
"""Characters without blanks. A line this long that both pages of a two-page file repeat is furniture; a
shorter one may be a title said twice."""

_MIN_SHARE: Final = 0.6

_DIGITS: Final = re.compile(r"\d+")
_PAGE_NUMBER: Final = re.compile(
    r"(?:[-–—·•\s]*\d{1,4}[-–—·•\s]*|第\s*\d{1,4}\s*[页頁](?:\s*[,，/]?\s*共\s*\d{1,4}\s*[页頁])?|"
    r"\d{1,4}\s*/\s*\d{1,4}|(?:page|p\.)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?)",
    re.IGNORECASE,
)


def page_furniture(pages: Sequence[Sequence[str]]) -> list[set[int]]:
    """For each page the positions of its lines that are headers, footers or page numbers.

    A line is one when it stands near the top or bottom of at least three pages and of 60 % of all, or of
    60 % of the odd or the even ones (left and right pages differ). Its numbers may change, but only as
    page numbers do, by one from page to page, beside a total that stays («2 / 14»). Numbered headings
    («第1章 概述») are content. On two pages only long lines are told.
    """
    repeated = set()
    for chosen in (range(len(pages)), range(0, len(pages), 2), range(1, len(pages), 2)):
        repeated |= _repeated([(number, pages[number]) for number in chosen])
    furniture: list[set[int]] = []
    for number, lines in enumerate(pages):
        furniture.append(
            {
                at
                for at in _edges(lines)
                if not repeated.isdisjoint(_keys(lines[at], number)) or _is_page_number(lines, at, len(pages))
            }
        )
    return furniture


def _repeated(pages: Sequence[tuple[int, Sequence[str]]]) -> set[str]:
    counts = Counter(
        key for number, lines in pages for key in {key for at in _edges(lines) for key in _keys(lines[at], number)}
    )
    if len(pages) == 2:
        return {key for key, count in counts.items() if count == 2 and len(key) >= _TELLING}
    enough = max(_MIN_PAGES, _MIN_SHARE * len(pages))
    return {key for key, count in counts.items() if count >= enough}


def _edges(lines: Sequence[str]) -> Iterable[int]:
    return {*range(min(EDGE, len(lines))), *range(max(0, len(lines) - EDGE), len(lines))}


def _keys(line: str, page: int) -> set[str]:
    """The line as it may stand on other pages: as it is, or with one or all numbers relative to the page."""
    plain = "".join(line.split())
    if not plain or heading_level(line):
        return {plain} - {""}
    every = _DIGITS.sub(lambda match: _relative(match.group(), page), plain)
    single = (
        plain[: match.start()] + _relative(match.group(), page) + plain[match.end() :]
        for match in _DIGITS.finditer(plain)
    )
    return {plain, every, *single}


def _relative(digits: str, page: int) -> str:
    number = int(digits) if len(digits) <= 4 else -1
    # Only numbers near the page's own can be its number; «2024» stays what it is.
    return f"#{number - page}" if 0 <= number - page <= 60 else digits


def _is_page_number(lines: Sequence[str], at: int, pages: int) -> bool:
    outermost = at in {0, len(lines) - 1}
    return pages > 1 and outermost and len(lines) > 1 and bool(_PAGE_NUMBER.fullmatch(lines[at].strip()))
