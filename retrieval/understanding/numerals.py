"""Other forms of numbers and dates, so that 三百块 finds 300 元 and 2026-03-05 finds 2026年3月5日."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from core.text import fold
from core.types import Expansion

WEIGHT: Final = 1.0
"""Of another form: 300 says no less than 三百, and its characters taken alone would outweigh it."""

SMALL_WEIGHT: Final = 0.4
"""Of a number below ten, which stands in too many texts to tell them apart."""

MAX_FORMS: Final = 12
"""Of one question: whoever pastes a table gets no flood of them."""

_DIGITS: Final = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_ONES: Final = "零一二三四五六七八九"

_UNIT: Final = (
    "块钱|元|块|角|毛|期|天|日|号|个月|月|年|周|星期|个星期|小时|个小时|分钟|秒|次|倍|折|级|楼|层|岁|人|件|台|张|位|平米|平方米|平|"
    "公斤|斤|米|公里|厘米|毫米|升|度|%|页|条|款|代|个工作日|工作日|个自然日"
)
_HAN_NUMBER: Final = re.compile(rf"(?P<number>[零〇一二两三四五六七八九十百千万亿]+)(?P<unit>{_UNIT})?")
_NUMBER_UNIT: Final = re.compile(rf"(?<![\d.])(?P<number>\d{{1,9}})(?![\d.]*\d) ?(?P<unit>{_UNIT})")
_YEAR: Final = re.compile(r"[零〇一二三四五六七八九]{4}(?=年)")
_NOT_NUMBERS: Final = re.compile(
    "万一|千万别|千万不|千万要|十分(?!钟)|一一|百度|百分百|三星|万能|一千零一夜|双十[一二]|七七八八|个半(?:小时|月|年|钟头)"
)
"""Words that only look like numbers; taken out before anything is read."""

_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")

_ISO: Final = re.compile(r"(?<!\d)(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)")
_FULL: Final = re.compile(r"(?<!\d)(?:(?P<y>\d{4})年)?(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号]?)?")
_DATE: Final = re.compile(
    r"[\d零〇一二三四五六七八九]{4}年(?:[\d一二三四五六七八九十]{1,3}月)?(?:[\d一二三四五六七八九十]{1,3}[日号])?|"
    r"[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}[日号]?"
)
"""A date is no number of years, months and days."""

_SPANS: Final = {
    "半年": "6个月",
    "半个月": "15天",
    "半小时": "30分钟",
    "半个小时": "30分钟",
    "一年半": "18个月",
    "1年半": "18个月",
    "两年半": "30个月",
    "一年": "12个月",
    "1年": "12个月",
    "6个月": "半年",
    "12个月": "1年",
}
"""Spans that people say in two ways. They aren't always equal, which is why they only add."""

_SMALL: Final = re.compile(rf"[\d{_ONES}](?![\d十百千万年月.-])")

_SAME_UNITS: Final = {
    "块钱": "元",
    "块": "元",
    "号": "日",
    "毛": "角",
    "星期": "周",
    "个星期": "周",
    "平": "平方米",
    "平米": "平方米",
}


def forms(text: str) -> list[Expansion]:
    """Other ways to write the numbers and dates of a text, in their order, each once."""
    folded = _NOT_NUMBERS.sub("\n", _THOUSANDS.sub("", fold(text)))
    found: dict[str, Expansion] = {}
    for written, other in (*_spans(folded), *_dates(folded), *_numbers(_DATE.sub("\n", folded))):
        if other != written and other not in folded:
            found.setdefault(other, Expansion(other, SMALL_WEIGHT if _SMALL.match(other) else WEIGHT, written))
    return list(found.values())[:MAX_FORMS]


def value(number: str) -> int | None:
    """The value of Chinese numerals: 一千二 is 1200, 三百零五 is 305; `None` for what isn't a number."""
    if all(character in _DIGITS for character in number):
        return _DIGITS[number] if len(number) == 1 else None  # 三四天 is no thirty-four
    total = section = digit = 0
    last_unit = 1
    for at, character in enumerate(number):
        if character in _DIGITS:
            if digit and number[at - 1] not in "零〇":
                return None
            digit = _DIGITS[character]
            continue
        unit = _UNITS[character]
        if unit >= 10_000:
            if section + digit == 0:
                return None
            total, section, digit = (total + section + digit) * unit, 0, 0
        elif digit or unit == 10:
            section, digit = section + (digit or 1) * unit, 0
        else:
            return None
        last_unit = unit
    if digit and last_unit >= 100 and number[-2] not in "零〇":
        digit *= last_unit // 10  # 一千二 is 1200, not 1002
    return total + section + digit


def han(number: int) -> str:
    """The Chinese numerals of 0 to 9,999."""
    if number < 10:
        return _ONES[number]
    written, gap = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            written += ("零" if gap else "") + _ONES[digit] + name
            gap = False
        else:
            gap = bool(written)
    return written.removeprefix("一") if 10 <= number < 20 else written


def _numbers(folded: str) -> Iterator[tuple[str, str]]:
    for match in _HAN_NUMBER.finditer(folded):
        number, unit = match["number"], match["unit"] or ""
        worth = value(number)
        if worth is not None and (unit or len(number) > 1):
            yield match.group(), f"{worth}{_SAME_UNITS.get(unit, unit)}"
    for match in _NUMBER_UNIT.finditer(folded):
        unit = match["unit"]
        if int(match["number"]) < 10_000:
            yield match.group(), han(int(match["number"])) + unit
        if unit in _SAME_UNITS:
            yield match.group(), match["number"] + _SAME_UNITS[unit]


def _dates(folded: str) -> Iterator[tuple[str, str]]:
    plain = _YEAR.sub(lambda year: "".join(str(_DIGITS[each]) for each in year.group()), folded)
    plain = re.sub(
        "[一二三四五六七八九十]+(?=[月日号])", lambda number: str(value(number.group()) or number.group()), plain
    )
    for match in _ISO.finditer(plain):
        year, month, day = (int(match[part]) for part in "ymd")
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield match.group(), f"{year}年{month}月{day}日"
    for match in _FULL.finditer(plain):
        named, month, day = match["y"], int(match["m"]), int(match["d"] or 0)
        if not 1 <= month <= 12 or not (named or day):
            continue
        yield match.group(), f"{named + '年' if named else ''}{month}月{f'{day}日' if day else ''}"
        if named and day:
            yield match.group(), f"{named}-{month:02}-{day:02}"


def _spans(folded: str) -> Iterator[tuple[str, str]]:
    for written, other in _SPANS.items():
        if written in folded and not any(
            written in longer and longer in folded for longer in _SPANS if longer != written
        ):
            yield written, other
