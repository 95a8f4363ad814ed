"""Numbers as people write them: `1,299.5`, `1.5万`, `三百二十`, `两千三`, `twenty`."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

_DIGITS: Final = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "俩": 2, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS: Final = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_SCALES: Final = {**_MYRIADS, "k": 1000, "K": 1000, "w": 10_000, "W": 10_000, "千": 1000, "百": 100}

_ENGLISH: Final = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {
    "a": 1,
    "an": 1,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "couple of": 2,
    "a couple of": 2,
    "half a": 0,
}

CHINESE: Final = "[零〇一二两三四五六七八九十百千万亿]{1,12}"
ARABIC: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,15}(?:\.\d{1,6})?"
NUMBER: Final = rf"(?:(?:{ARABIC})\s?[万亿千百kKwW]?(?![A-Za-z])|{CHINESE})"
"""A pattern for what `parse_number` reads in Chinese text."""

ENGLISH: Final = "(?:" + "|".join(sorted(map(re.escape, _ENGLISH), key=len, reverse=True)) + ")"

_WRITTEN: Final = re.compile(rf"(?P<number>{ARABIC})\s?(?P<scale>[万亿千百kKwW]?)")


def parse_number(written: str) -> Decimal | None:
    """The value, or `None` if it is no number."""
    plain = written.strip()
    match = _WRITTEN.fullmatch(plain)
    if match is not None:
        try:
            return Decimal(match["number"].replace(",", "")) * _SCALES.get(match["scale"], 1)
        except InvalidOperation:
            return None
    if plain.lower() in _ENGLISH:
        return Decimal(_ENGLISH[plain.lower()])
    return _chinese(plain)


def _chinese(written: str) -> Decimal | None:
    if not written or any(c not in _DIGITS and c not in _UNITS and c not in _MYRIADS for c in written):
        return None
    if all(character in _DIGITS for character in written):
        return Decimal("".join(str(_DIGITS[character]) for character in written))
    total = section = digit = 0
    last = 1
    for character in written:
        if character in _DIGITS:
            digit = _DIGITS[character]
            last = 10 if digit == 0 else last
        elif character in _UNITS:
            last = _UNITS[character]
            section += (digit or 1) * last
            digit = 0
        else:
            last = _MYRIADS[character]
            total = (total + section + digit) * last if last > 10_000 else total + (section + digit) * last
            section = digit = 0
    # «两千三» is 2300: a digit at the end counts tenths of the last unit
    return Decimal(total + section + digit * (last // 10 if last >= 100 else 1))
