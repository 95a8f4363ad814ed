"""The numbers that a text states, in one spelling, so that those of a sentence can be looked up in its source."""

from __future__ import annotations

import re
from typing import Final

from core.text import nfkc

_DIGITS: Final = re.compile(r"\d+(?:[.,]\d+)*")
_CLOCK_ZERO: Final = re.compile(r"(?<=\d):00\b")
_ENUMERATOR: Final = re.compile(r"(?m)^\s*(?:[-*•]\s*)?(?:\(?\d{1,2}[.)、]|[（(]\d{1,2}[）)])\s*(?!\d)")

_CHINESE_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CHINESE_POWERS: Final = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_COUNTED: Final = r"个?(?:工作日|自然日|小时|月|星期|季度)|[天日年月周时分秒元块角件次张台部箱包瓶盒米克斤度级折倍岁名位人条款项成步层档期点号]|毫?[米升克安]|公里|千克|平方"
_CHINESE: Final = re.compile(
    rf"(百分之)?([零〇一二两三四五六七八九十百千万]+)(?={_COUNTED}|(?<=百分之[一二两三四五六七八九十百]))"
)
_PERCENT: Final = re.compile(r"百分之([零〇一二两三四五六七八九十百]+)")

_ENGLISH_TO_NINETEEN: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_ENGLISH: Final = {word: value for value, word in enumerate(_ENGLISH_TO_NINETEEN.split())} | {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "hundred": 100,
}
_ENGLISH_WORD: Final = re.compile(r"[a-z]+")
_NOT_COUNTS: Final = frozenset({"one", "zero"})
"""«One» is nearly always a pronoun, in a sentence as in «the one»."""


def stated(text: str) -> frozenset[str]:
    """The numbers that a sentence claims, apart from those that only count list items."""
    return _numbers(_ENUMERATOR.sub("", nfkc(text)), words=False)


def available(text: str) -> frozenset[str]:
    """The numbers that a source supports, also where it spells them in words."""
    return _numbers(nfkc(text), words=True)


def _numbers(text: str, *, words: bool) -> frozenset[str]:
    plain = _CLOCK_ZERO.sub("", text)
    found = {part for match in _DIGITS.findall(plain) for part in _spellings(match)}
    found |= {str(_chinese(match)) for match in _PERCENT.findall(plain)}
    found |= {str(_chinese(match.group(2))) for match in _CHINESE.finditer(plain)}
    for word in _ENGLISH_WORD.findall(plain.lower()):
        if word in _ENGLISH and (words or word not in _NOT_COUNTS):
            found.add(str(_ENGLISH[word]))
    return frozenset(found)


def _spellings(digits: str) -> list[str]:
    """`1,299.00` is 1299; `3.5` stays; a version like `1.2.3` stays as it is."""
    plain = re.sub(r",(?=\d{3}(?:\D|$))", "", digits)
    parts = [plain] if plain.count(".") <= 1 and "," not in plain else re.split(r",", plain)
    return [_trimmed(part) for part in parts]


def _trimmed(number: str) -> str:
    whole, dot, rest = number.partition(".")
    if "." in rest:
        return number
    rest = rest.rstrip("0")
    return (whole.lstrip("0") or "0") + (dot + rest if rest else "")


def _chinese(text: str) -> int:
    """Value of a Chinese numeral below a hundred million, such as 三十, 十五, 两千零五 or 一万二千."""
    total = section = digit = 0
    for char in text:
        if char == "万":
            total, section, digit = total + (section + digit) * 10_000, 0, 0
        elif char in _CHINESE_POWERS:
            section, digit = section + (digit or 1) * _CHINESE_POWERS[char], 0
        else:
            digit = digit * 10 + _CHINESE_DIGITS[char] if digit and "十" not in text else _CHINESE_DIGITS[char]
    return total + section + digit
