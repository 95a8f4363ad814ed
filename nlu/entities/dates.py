"""Dates in Chinese and English, resolved against the day on which they were written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Final

from nlu.entities.calendar import (
    Days,
    known_day,
    month,
    months_away,
    nearest_year,
    next_weekday,
    shifted,
    week,
    weekday,
    whole_month,
    whole_year,
)
from nlu.entities.types import EntityCandidate, EntityType
from nlu.numerals import CHINESE, ENGLISH, parse_number

Match = re.Match[str]
Reading = Callable[[Match, date], Days | None]

_DAYS: Final = {"大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "今天": 0, "今日": 0, "今晚": 0, "今早": 0, "明天": 1, "明日": 1, "明早": 1, "明晚": 1, "后天": 2, "大后天": 3,
    "the day before yesterday": -2, "yesterday": -1, "last night": -1, "today": 0, "tonight": 0, "tomorrow": 1, "the day after tomorrow": 2}  # fmt: skip
_WEEKDAYS: Final = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5, "1": 0, "2": 1, "3": 2, "4": 3, "5": 4, "6": 5, "7": 6,
    "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}  # fmt: skip
_AWAY: Final = {"上": -1, "上一": -1, "上个": -1, "上上": -2, "上上个": -2, "本": 0, "这": 0, "这个": 0, "这一": 0, "当": 0, "下": 1, "下一": 1, "下个": 1, "下下": 2, "下下个": 2,
    "last": -1, "past": -1, "previous": -1, "this": 0, "next": 1, "coming": 1}  # fmt: skip
_YEARS: Final = {"前年": -2, "去年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_MONTHS: Final = {
    name: at
    for at, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}

_N: Final = rf"(?:\d{{1,4}}|{CHINESE}|半)"
_FAR: Final = "上上个?|下下个?|上一|下一|上个|下个|这个|这一|上|下|本|这"
_MONTH: Final = "(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_WEEKDAY: Final = "(?P<weekday>mon|tue|wed|thu|fri|sat|sun)(?:day|s?day|nesday|rsday|urday|s|rs|\\.)?"


def _int(written: str | None) -> int:
    number = parse_number(written or "")
    return -1 if number is None else int(number)


def _year(written: str) -> int:
    number = _int(written)
    return number + 2000 if number < 100 else number


def _ago(match: Match, now: date) -> Days | None:
    """`3天前`, `2 weeks ago`, `in 3 days`."""
    number = _int(match["n"])
    if not 0 < number < 10_000:
        return None
    sign = -1 if match["way"].lower() in ("前", "以前", "之前", "ago", "earlier", "before") else 1
    unit = match["unit"].lower()
    if unit.startswith(("天", "日", "day")):
        return shifted(now, sign * number)
    if unit.startswith(("周", "星期", "礼拜", "week", "个星期", "个礼拜")):
        return shifted(now, sign * number * 7)
    return months_away(now, sign * number * (12 if unit.startswith(("年", "year")) else 1))


def _part_of_month(match: Match, now: date) -> Days | None:
    there = month(now, _AWAY.get(match["far"] or "本", 0))
    if there is None:
        return None
    first, last = {
        "初": (1, 10),
        "中": (11, 20),
        "中旬": (11, 20),
        "底": (21, 31),
        "末": (21, 31),
        "上旬": (1, 10),
        "下旬": (21, 31),
    }[match["part"]]
    return Days(there.first.replace(day=first), there.first.replace(day=min(last, there.last.day)))


_READINGS: Final[tuple[tuple[str, Reading], ...]] = (
    (r"(?<!\d)(?P<y>(?:19|20)\d\d|\d\d(?=年)|二[零〇][零〇一二三四五六七八九]{2})\s?(?:年|[\-/.])\s?(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s?(?:月|[\-/.])\s?(?P<d>3[01]|[12]\d|0?[1-9]|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?:日|号|(?!\d|[\-.]\d))",
     lambda m, now: known_day(_year(m["y"]), _int(m["m"]), _int(m["d"]))),
    (r"(?<!\d)(?P<y>(?:19|20)\d\d|\d\d|二[零〇][零〇一二三四五六七八九]{2})\s?年\s?(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s?月(?:份)?", lambda m, now: whole_month(_year(m["y"]), _int(m["m"]))),
    (rf"(?P<year>前年|去年|今年|明年|后年)的?\s?(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?:份|(?P<d>{_N})[日号])?",
     lambda m, now: whole_month(now.year + _YEARS[m["year"]], _int(m["m"])) if m["d"] is None else known_day(now.year + _YEARS[m["year"]], _int(m["m"]), _int(m["d"]))),
    (r"(?<!\d)(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s?月\s?(?P<d>3[01]|[12]\d|0?[1-9]|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])\s?[日号]", lambda m, now: nearest_year(now, _int(m["m"]), _int(m["d"]))),
    (rf"(?P<far>{_FAR})\s?月\s?(?P<d>3[01]|[12]\d|0?[1-9]|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])\s?[日号]",
     lambda m, now: None if (there := month(now, _AWAY[m["far"]])) is None else known_day(there.first.year, there.first.month, _int(m["d"]))),
    (r"(?<![\d一二三四五六七八九十])(?P<d>3[01]|[12]\d|[1-9])[日号](?![楼线店院机室柜门台码弄床])", lambda m, now: known_day(now.year, now.month, _int(m["d"]))),
    (rf"(?P<far>{_FAR})?(?:个|一)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天1-7])(?![\d周期])", lambda m, now: weekday(now, _WEEKDAYS[m["weekday"]], _AWAY.get(m["far"] or "本", 0))),
    (rf"(?P<far>{_FAR})?周末", lambda m, now: Days(weekday(now, 5, _AWAY.get(m["far"] or "本", 0)).first, weekday(now, 6, _AWAY.get(m["far"] or "本", 0)).last)),
    (rf"(?P<far>{_FAR})(?:个)?(?:周|星期|礼拜)", lambda m, now: week(now, _AWAY[m["far"]])),
    (rf"(?P<far>{_FAR})?个?月(?P<part>初|中旬|中|底|末|上旬|下旬)", _part_of_month),
    (rf"(?P<far>{_FAR})个?月(?!\d)", lambda m, now: month(now, _AWAY[m["far"]])),
    (r"(?P<year>前年|去年|今年|本年|明年|后年)", lambda m, now: whole_year(now.year + _YEARS[m["year"]])),
    (r"(?<!\d)(?P<y>(?:19|20)\d\d)年", lambda m, now: whole_year(int(m["y"]))),
    (rf"(?P<n>{_N})\s?(?P<unit>天|日|周|个?星期|个?礼拜|个?月|年)(?P<way>以前|之前|前|以后|之后|后)", _ago),
    (r"(?P<day>大前天|前天|昨天|昨日|昨晚|今天|今日|今晚|今早|明天|明日|明早|明晚|大后天|后天)", lambda m, now: shifted(now, _DAYS[m["day"]])),
    (r"(?<![a-z])(?P<day>the day before yesterday|the day after tomorrow|yesterday|today|tomorrow|tonight|last night)(?![a-z])", lambda m, now: shifted(now, _DAYS[m["day"].lower()])),
    (rf"(?<![a-z]){_MONTH}\.?\s(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d:])(?:,?\s(?P<y>(?:19|20)\d\d))?",
     lambda m, now: nearest_year(now, _MONTHS[m["name"].lower()[:3]], int(m["d"])) if m["y"] is None else known_day(int(m["y"]), _MONTHS[m["name"].lower()[:3]], int(m["d"]))),
    (rf"(?<![\w.])(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?:\sof)?\s{_MONTH}(?![a-z])(?:,?\s(?P<y>(?:19|20)\d\d))?",
     lambda m, now: nearest_year(now, _MONTHS[m["name"].lower()[:3]], int(m["d"])) if m["y"] is None else known_day(int(m["y"]), _MONTHS[m["name"].lower()[:3]], int(m["d"]))),
    (r"(?<![\w/.\-])(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12]\d|0?[1-9])/(?P<y>(?:19|20)\d\d)(?![\d/])", lambda m, now: known_day(int(m["y"]), int(m["m"]), int(m["d"]))),
    (rf"(?<![a-z])(?P<far>last|past|previous|this|next|coming)\s{_WEEKDAY}(?![a-z])", lambda m, now: next_weekday(now, _WEEKDAYS[m["weekday"].lower()], back=_AWAY[m["far"].lower()] < 0)),
    (r"(?<![a-z])(?P<far>last|past|previous|this|next|coming)\sweek(?![a-z])", lambda m, now: week(now, _AWAY[m["far"].lower()])),
    (r"(?<![a-z])(?P<far>last|past|previous|this|next|coming)\smonth(?![a-z])", lambda m, now: month(now, _AWAY[m["far"].lower()])),
    (r"(?<![a-z])(?P<far>last|past|previous|this|next|coming)\syear(?![a-z])", lambda m, now: whole_year(now.year + _AWAY[m["far"].lower()])),
    (rf"(?<![a-z])on\s{_WEEKDAY}(?![a-z])", lambda m, now: next_weekday(now, _WEEKDAYS[m["weekday"].lower()])),
    (rf"(?<![\w.])(?P<n>\d{{1,3}}|{ENGLISH})\s(?P<unit>days?|weeks?|months?|years?)\s(?P<way>ago|earlier|later|from now)(?![a-z])", _ago),
    (rf"(?<![a-z])(?P<way>in)\s(?P<n>\d{{1,3}}|{ENGLISH})\s(?P<unit>days?|weeks?|months?|years?)(?![a-z])", _ago),
)  # fmt: skip
_COMPILED: Final = tuple((re.compile(pattern, re.IGNORECASE), reading) for pattern, reading in _READINGS)


def find_dates(text: str, now: datetime, /) -> Iterator[EntityCandidate]:
    """Dates and stretches of days; what isn't in the calendar, such as 30 February, is none."""
    today = now.date()
    for rank, (pattern, reading) in enumerate(_COMPILED):
        for match in pattern.finditer(text):
            days = reading(match, today)
            if days is not None:
                yield EntityCandidate(match.start(), match.end(), EntityType.DATE, days.value, 4 if rank < 4 else 3)
