"""Amounts, periods, times, dates and shares that a text states, in one spelling, so that two texts can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.text import HAN, nfkc
from retrieval.confidence import content
from retrieval.understanding.numerals import value

_ENGLISH_NUMBERS: Final = dict(
    zip(
        [
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
            "twelve",
            "fourteen",
            "fifteen",
            "thirty",
            "sixty",
            "ninety",
        ],
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 30, 60, 90),
        strict=True,
    )
)
_NUMBER: Final = (
    rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?|[零〇一二两三四五六七八九十百千]+|\b(?:{'|'.join(_ENGLISH_NUMBERS)})\b)"
)
_MONTHS: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]

_UNITS: Final = (
    ("working day", r"个?工作日|(?:working|business) days?\b"),
    ("hour", r"个?小时|hours?\b|hrs?\b"),
    ("minute", r"分钟|minutes?\b|mins?\b"),
    ("week", r"个?星期|周(?!年|[一二三四五六日末])|weeks?\b"),
    ("month", r"个月|months?\b"),
    ("year", r"年(?!级|度|龄|货|会|费)|-?years?\b"),
    ("day", r"个?自然日|天|日(?!常|用|期|元)|-?days?\b"),
    ("yuan", r"元|块钱?|yuan\b|rmb\b|cny\b"),
    ("dollar", r"美元|dollars?\b|usd\b"),
    ("percent", r"%|percent\b"),
    ("tenths", r"折(?!叠|扣)"),
    ("count", r"[次件台个张位人名份盒]|times?\b"),
    ("measure", r"(?:kg|g|km|m|cm|mm|l|ml|w|kw|pa|mah|gb|db)(?![a-z0-9])|千克|公斤|公里|厘米|毫米|米|升|毫升|瓦|℃"),
)
_UNIT_NAMES: Final = tuple(name for name, _ in _UNITS)
_WITH_UNIT: Final = "|".join(f"({pattern})" for _, pattern in _UNITS)

_DATE: Final = re.compile(
    r"(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]|(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"
    rf"|\b({'|'.join(_MONTHS)})\s+(\d{{1,2}})(?:,?\s+(\d{{4}}))?\b|\b(\d{{1,2}})\s+({'|'.join(_MONTHS)})(?:\s+(\d{{4}}))?\b"
)
_CLOCK: Final = re.compile(r"(?<!\d)(\d{1,2})\s*:\s*(\d{2})(?!\d)")
_MONEY: Final = re.compile(r"([¥$])\s*(\d+(?:,\d{3})*(?:\.\d+)?)")
_SHARE: Final = re.compile(r"百分之([零〇一二两三四五六七八九十百]+|\d+(?:\.\d+)?)")
_COUNTED: Final = re.compile(
    rf"(?<![\w.])(?<![a-z]-)({_NUMBER})\s*(?:{_WITH_UNIT})|(?<=[{HAN}])({_NUMBER})\s*(?:{_WITH_UNIT})"
)

DURATIONS: Final = frozenset({"working day", "hour", "minute", "week", "month", "year", "day"})
MONEY: Final = frozenset({"yuan", "dollar", "percent", "tenths"})
MOMENTS: Final = frozenset({"clock", "date"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with its unit. Values of one unit are equal if their texts are."""

    unit: str
    value: str


def quantities(text: str) -> frozenset[Quantity]:
    """All values of a text that have a unit. Numbers without one, such as those of lists and codes, are left out."""
    return frozenset(_split(text)[0])


def frame(text: str) -> frozenset[str]:
    """What a text says apart from its values: pairs of Chinese characters, and words."""
    return frozenset(content(_split(text)[1]))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's coefficient of two frames, 0.0 to 1.0; 0.0 where both are empty."""
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


def differing(one: frozenset[Quantity], other: frozenset[Quantity]) -> tuple[Quantity, Quantity] | None:
    """The two values that contradict each other, if the texts differ in one value of one unit and in nothing else."""
    mine, theirs = one - other, other - one
    if len(mine) != 1 or len(theirs) != 1:
        return None
    (first,), (second,) = mine, theirs
    return (first, second) if first.unit == second.unit else None


def _split(text: str) -> tuple[list[Quantity], str]:
    """The values, and the text with blanks in their places."""
    plain = nfkc(text).lower()
    found: list[Quantity] = []
    for pattern, read in ((_DATE, _date), (_CLOCK, _clock), (_MONEY, _money), (_SHARE, _share), (_COUNTED, _counted)):
        for match in pattern.finditer(plain):
            found.extend(read(match))
        plain = pattern.sub(" ", plain)
    return found, plain


def _date(match: re.Match[str]) -> Iterator[Quantity]:
    year, month, day, iso_year, iso_month, iso_day, name, of_name, name_year, before, after, after_year = match.groups()
    if name or after:
        month, day = str(_MONTHS.index(name or after) + 1), of_name or before
    else:
        month, day = month or iso_month, day or iso_day
    whole = year or iso_year or name_year or after_year
    yield Quantity("date", f"{whole or ''}-{int(month)}-{int(day)}")


def _clock(match: re.Match[str]) -> Iterator[Quantity]:
    yield Quantity("clock", f"{int(match[1])}:{match[2]}")


def _money(match: re.Match[str]) -> Iterator[Quantity]:
    yield Quantity("yuan" if match[1] == "¥" else "dollar", _number(match[2]))


def _share(match: re.Match[str]) -> Iterator[Quantity]:
    yield Quantity("percent", _number(match[1]))


def _counted(match: re.Match[str]) -> Iterator[Quantity]:
    groups = match.groups()
    half = len(groups) // 2
    part = groups[:half] if groups[0] is not None else groups[half:]
    unit = next(at for at, name in enumerate(part[1:]) if name is not None)
    name = _UNIT_NAMES[unit]
    yield Quantity(name if name not in {"count", "measure"} else str(part[1 + unit]), _number(str(part[0])))


def _number(text: str) -> str:
    """`1,299.00` and `1299` are one number, and so are `15`, `十五` and `fifteen`."""
    if text in _ENGLISH_NUMBERS:
        return str(_ENGLISH_NUMBERS[text])
    if not text[0].isdigit():
        known = value(text)
        return text if known is None else str(known)
    whole, _, rest = text.replace(",", "").partition(".")
    rest = rest.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{rest}" if rest else "")
