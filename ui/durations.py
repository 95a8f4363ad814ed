"""Lengths of time as people write them: «30 分钟», «1.5 小时», «2 h», «1 day 4 hours»."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from core.types import Language

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY

_UNITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("周", "星期", "w", "week", "weeks"), WEEK),
    **dict.fromkeys(("天", "日", "d", "day", "days"), DAY),
    **dict.fromkeys(("小时", "时", "钟头", "h", "hr", "hrs", "hour", "hours"), HOUR),
    **dict.fromkeys(("分钟", "分", "m", "min", "mins", "minute", "minutes"), MINUTE),
    **dict.fromkeys(("秒钟", "秒", "s", "sec", "secs", "second", "seconds"), 1),
}
_NUMERALS: Final = {"半": "0.5", "两": "2"} | {each: str(at) for at, each in enumerate("一二三四五六七八九十", start=1)}
_LENGTH: Final = r"(\d{1,12}(?:\.\d{1,6})?)\s*个?(半?)\s*(" + "|".join(sorted(_UNITS, key=len, reverse=True)) + r")"
_PART: Final = re.compile(rf"{_LENGTH}(?![a-z])[\s,，、和又]*(?:and\s+)?")
_NAMES: Final = (
    (DAY, "天", "day"),
    (HOUR, "小时", "hour"),
    (MINUTE, "分钟", "minute"),
    (1, "秒", "second"),
)


def parse_duration(text: str) -> int | None:
    """Return the whole seconds of a length of time, or `None` if it can't be read.

    A number needs a unit, since minutes, hours and days are all usual; a bare 0 does not.
    """
    wanted = unicodedata.normalize("NFKC", text).strip().lower()
    for numeral, number in _NUMERALS.items():
        wanted = re.sub(
            rf"(?<![\d一二两三四五六七八九十个]){numeral}(?=\s*(?:个|半|周|星期|天|日|小时|钟头|分|秒))", number, wanted
        )
    if wanted == "0":
        return 0
    total, at = Fraction(0), 0
    while at < len(wanted):
        found = _PART.match(wanted, at)
        if found is None:
            return None
        total += (Fraction(found[1]) + (Fraction(1, 2) if found[2] else 0)) * _UNITS[found[3]]
        at = found.end()
    return int(total) if wanted and total.denominator == 1 else None


def duration_text(seconds: int, language: Language) -> str:
    """Return a length of time in words that `parse_duration` reads back: `1 天 4 小时`, `1 day 4 hours`."""
    parts: list[str] = []
    left = seconds
    for size, chinese, english in _NAMES:
        count, left = divmod(left, size)
        if count:
            plural = english if count == 1 else f"{english}s"
            parts.append(f"{count} {chinese if language is Language.ZH else plural}")
    return " ".join(parts) or "0"
