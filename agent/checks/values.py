"""Numbers, units and dates: what a claim states must stand in its source, and together as it stands there."""

from __future__ import annotations

import re
from typing import Final

from agent.numbers import available, stated
from core.text import nfkc
from retrieval.quantities import DURATIONS, MONEY, Quantity, quantities

_FAMILIES: Final = (DURATIONS, MONEY)
"""Units that are told apart within a family. «3 个» may be «3 件» elsewhere, «3 天» is never «3 个月»."""

_SHARE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([%‰])")
_MONTH: Final = re.compile(r"(?<!\d)(\d{4})\s*年\s*(\d{1,2})\s*月(?!\s*\d)")
"""A month without a day: «2023年5月»."""


def numbers_hold(claim: str, source: str) -> bool:
    """Every number that the claim states stands in the source, in digits or in words."""
    return stated(claim) <= available(source)


def units_hold(claim: str, source: str) -> bool:
    """No value of the claim has another unit in the source: «7 天» against «7 个月», «10.48%» against «10.48‰»."""
    shares = dict(_SHARE.findall(nfkc(source)))
    if any(shares.get(number, sign) != sign for number, sign in _SHARE.findall(nfkc(claim))):
        return False
    known = quantities(source)
    return not any(_elsewhere(said, known) for said in quantities(claim) - known)


def _elsewhere(said: Quantity, known: frozenset[Quantity]) -> bool:
    family = next((units for units in _FAMILIES if said.unit in units), None)
    return family is not None and any(each.value == said.value and each.unit in family for each in known)


def dates_hold(claim: str, source: str) -> bool:
    """Every date of the claim is one of the source, which may give the year or the day besides.

    A source without any date is judged by its numbers alone.
    """
    known = _dates(source)
    return not known or all(any(_same(date, other) for other in known) for date in _dates(claim))


_Date = tuple[int | None, int, int | None]
"""Year, month and day; `None` is left open."""


def _dates(text: str) -> set[_Date]:
    found: set[_Date] = set()
    for each in quantities(text):
        if each.unit == "date":
            year, month, day = each.value.split("-")
            found.add((int(year) if year else None, int(month), int(day)))
    found |= {(int(year), int(month), None) for year, month in _MONTH.findall(nfkc(text))}
    return {date for date in found if 1 <= date[1] <= 12}


def _same(one: _Date, other: _Date) -> bool:
    return all(mine is None or theirs is None or mine == theirs for mine, theirs in zip(one, other, strict=True))
