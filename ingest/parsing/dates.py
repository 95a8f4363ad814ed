"""Dates as people write them in tables."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

_WRITTEN: Final = re.compile(r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:[-/.月]\s*(\d{1,2})\s*[日号]?)?(?:[T\s].*)?月?\s*")
_COMPACT: Final = re.compile(r"\s*(\d{4})(\d{2})(\d{2})\s*")
_SERIAL: Final = re.compile(r"\s*(\d{5})(?:\.\d+)?\s*")
_EXCEL_EPOCH: Final = date(1899, 12, 30)
"""Day 0 of Excel's 1900 calendar, with its leap year that never was already counted."""


def read_date(text: str) -> date | None:
    """The day that a cell means: `2024-05-01`, `2024/5/1`, `2024年5月1日`, `20240501`, `45413`; else `None`.

    A month without a day is its first day.
    """
    for pattern in (_WRITTEN, _COMPACT):
        if match := pattern.fullmatch(text):
            year, month, day = match.groups()
            return _day(int(year), int(month), int(day or 1))
    if match := _SERIAL.fullmatch(text):
        return _EXCEL_EPOCH + timedelta(days=int(match.group(1)))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
