"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nlu.numerals import parse_number


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,299.5", "1299.5"),
        ("1.5万", "15000"),
        ("3k", "3000"),
        ("十", "10"),
        ("二十三", "23"),
        ("三百零五", "305"),
        ("两千三", "2300"),
        ("一万二千", "12000"),
        ("三亿五千万", "350000000"),
        ("二〇二六", "2026"),
        ("twenty", "20"),
    ],
)
def test_has_a_value(written: str, value: str) -> None:
    """In both languages."""
    assert parse_number(written) == Decimal(value)


@pytest.mark.parametrize("written", ["", "元", "many", "1-2", "三个"])
def test_other_words_have_none(written: str) -> None:
    """Not zero."""
    assert parse_number(written) is None
