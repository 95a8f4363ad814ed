"""Which lines of plain text are headings, by their numbering or their looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

LONGEST: Final = 60
"""Characters. A heading is a label; a longer line is a sentence whatever it begins with."""

_NUMBER: Final = "[一二三四五六七八九十百零〇两0-9]+"

_PATTERNS: Final[Sequence[tuple[re.Pattern[str], int]]] = (
    (re.compile(rf"第\s*{_NUMBER}\s*[编編篇部卷](?=\s|[:：、]|$)"), 1),
    (re.compile(rf"第\s*{_NUMBER}\s*章"), 1),
    (re.compile(rf"第\s*{_NUMBER}\s*[节節]"), 2),
    (re.compile(r"(?:Part|PART)\s+(?:[IVX]+|\d+)\b"), 1),
    (re.compile(r"(?:Chapter|CHAPTER)\s+(?:[IVX]+|\d+)\b"), 1),
    (re.compile(r"(?:Section|SECTION)\s+\d+(?:\.\d+)*\b"), 2),
    (re.compile(r"(?:Appendix|APPENDIX)\s+[A-Z\d]\b"), 1),
    (re.compile(r"附[录錄件][一二三四五六七八九十A-Z\d]*(?=\s|[:：、]|$)"), 1),
    (re.compile(r"[一二三四五六七八九十]{1,3}\s*、"), 2),
    (re.compile(r"[（(][一二三四五六七八九十]{1,3}[)）]"), 3),
)
"""Beginnings of headings with their levels, surest first."""

_DECIMAL: Final = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,4})\.?(?=\s|[^\d\s.%,:：年月日元万])\s*(?=\S)")
"""`1.2 Title`: its level is the count of its numbers. One number alone (`1.`) is more often a list."""

_UNIT: Final = re.compile(
    r"(?:[元万亿寸分克米升度倍次]|万元|英寸|厘米|毫米|千克|公斤|小时|[kcm]?[gm]|[KMGT]B|k?[WV]|m?Ah?|[GMk]?Hz|million|billion|inch(?:es)?|hours?|days?|stars?)\b"
)
"""What makes a number in front of it a quantity: `3.5 元`."""

_SENTENCE_END: Final = re.compile(r"[。！？!?；;，,]$|(?<!\.)\.$|[:：].{20,}$")
_LETTER: Final = re.compile(r"[^\W\d_]")


def heading_level(line: str) -> int:
    """The level of a heading that the line's numbering shows, from 1; 0 when it isn't one."""
    line = line.strip()
    if not line or len(line) > LONGEST or _SENTENCE_END.search(line) or not _LETTER.search(line):
        return 0
    for pattern, level in _PATTERNS:
        if pattern.match(line):
            return level
    decimal = _DECIMAL.match(line)
    if decimal and _LETTER.search(line, decimal.end()) and not _UNIT.match(line, decimal.end()):
        return decimal.group(1).count(".") + 1
    return 0


def looks_like_label(line: str) -> bool:
    """Whether a line that stands out by its print can be a heading: short, with letters, not a sentence."""
    line = line.strip()
    return 0 < len(line) <= LONGEST and not _SENTENCE_END.search(line) and bool(_LETTER.search(line))
