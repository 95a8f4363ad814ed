"""How long something takes, and times of day. Values are ISO 8601: `P7D`, `PT2H`, `14:30`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from nlu.entities.types import EntityCandidate, EntityType
from nlu.numerals import CHINESE, ENGLISH, parse_number

_UNITS: Final = (
    ("个?工作日|个?工作天|(?:business|working) days?", "P", "D", " business"),
    ("天|日(?![常期用前后报元本])|days?", "P", "D", ""),
    ("周|个?星期|个?礼拜|weeks?", "P", "W", ""),
    ("个月|months?", "P", "M", ""),
    ("年|years?", "P", "Y", ""),
    ("个?小时|个?钟头|hours?|hrs?", "PT", "H", ""),
    ("分钟|minutes?|mins?", "PT", "M", ""),
    ("秒钟?|seconds?|secs?", "PT", "S", ""),
)
_DURATIONS: Final = tuple(
    (
        re.compile(
            rf"(?<![\d.,第A-Za-z])(?P<n>\d{{1,5}}(?:\.\d)?|{CHINESE}|半|(?<![a-z]){ENGLISH})(?P<half>个半)?[\s\-]?(?:{unit})(?P<more>半)?(?![A-Za-z])",
            re.IGNORECASE,
        ),
        prefix,
        letter,
        suffix,
    )
    for unit, prefix, letter, suffix in _UNITS
)
_YEAR_DATE: Final = re.compile(r"(?:19|20)\d\d年|[零〇一二三四五六七八九]{4}年")
_HALVES: Final = {"D": "PT12H", "M": "P15D", "Y": "P6M", "H": "PT30M", "W": "PT84H"}

_TIME: Final = re.compile(
    r"(?P<part>凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|今早|今晚|明早|明晚|昨晚)?\s?(?<!\d)(?P<h>2[0-4]|1\d|0?\d|十[一二]?|[一二两三四五六七八九])\s?(?:点钟?|时)(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<m>[0-5]?\d|[一二三四五]?十[一二三四五六七八九]?)分?)?"
    r"|(?P<part2>凌晨|早上|上午|中午|下午|傍晚|晚上)?\s?(?<![\d:.])(?P<h2>2[0-3]|1\d|0?\d):(?P<m2>[0-5]\d)(?::[0-5]\d)?(?![\d:])\s?(?P<ap2>[ap]\.?m\.?(?![a-z]))?"
    r"|(?<![\d:.\w])(?P<h3>1[0-2]|0?[1-9])\s?(?P<ap3>[ap]\.?m\.?)(?![a-z])",
    re.IGNORECASE,
)
_LATE: Final = frozenset(("下午", "傍晚", "晚上", "今晚", "明晚", "昨晚"))
_NOT_TIME: Final = re.compile(r"点(?:击|赞|餐|评|名|心|选|开|卡|[个些点]|子|数)|时(?:候|间|常|效|段|刻|代)")


def find_durations(text: str, _now: datetime, /) -> Iterator[EntityCandidate]:
    """Lengths of time. Working days keep the word `business` behind their number."""
    for pattern, prefix, letter, suffix in _DURATIONS:
        for match in pattern.finditer(text):
            if _YEAR_DATE.fullmatch(match.group()):
                continue
            value = _duration(match, prefix, letter)
            if value is not None:
                yield EntityCandidate(match.start(), match.end(), EntityType.DURATION, f"{value}{suffix}", 2)


def _duration(match: re.Match[str], prefix: str, letter: str) -> str | None:
    if match["n"] == "半":
        return (
            f"{prefix}30M"
            if prefix == "PT" and letter == "H"
            else f"{prefix}30S"
            if prefix == "PT"
            else _HALVES[letter]
        )
    number = parse_number(match["n"])
    if number is None:
        return None
    if match["half"] or match["more"]:
        number += Decimal("0.5")
    return f"{prefix}{number.normalize():f}{letter}"


def find_times(text: str, _now: datetime, /) -> Iterator[EntityCandidate]:
    """Times of day as `HH:MM`."""
    for match in _TIME.finditer(text):
        if match["h"] and (
            _NOT_TIME.match(text, match.end("h"))
            or (match["part"] is None and text[match.end("h") : match.end("h") + 1] == "点" and not _clear(match, text))
        ):
            continue
        hour = parse_number(match["h"] or match["h2"] or match["h3"] or "")
        minute = (
            30
            if match["half"]
            else 15 * int(parse_number(match["quarter"]) or 0)
            if match["quarter"]
            else parse_number(match["m"] or match["m2"] or "0")
        )
        if hour is None or minute is None or hour > 24 or minute > 59:
            continue
        late = (match["part"] or match["part2"]) in _LATE or (match["ap2"] or match["ap3"] or "a").lower().startswith(
            "p"
        )
        midnight = hour == 12 and (match["ap2"] or match["ap3"] or "p").lower().startswith("a")
        hours = 0 if midnight or hour == 24 else int(hour) + 12 if late and hour < 12 else int(hour)
        yield EntityCandidate(match.start(), match.end(), EntityType.TIME, f"{hours:02d}:{int(minute):02d}", 3)


def _clear(match: re.Match[str], text: str) -> bool:
    """`8点` is a time; `一点` and `两点` are more often «a bit» and «two things»."""
    return (
        match["h"] not in ("一", "两")
        or bool(match["half"] or match["quarter"] or match["m"])
        or text[match.end() : match.end() + 1] == "钟"
    )
