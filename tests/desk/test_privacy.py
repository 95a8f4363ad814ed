"""What is masked in customers' messages before a manager collects them."""

from __future__ import annotations

import pytest

from desk.privacy import masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("联系 lin.wei+shop@mail.customer.example 吧", "联系 *** 吧"),
        ("电话 13812345678", "电话 ***"),
        ("+86 138 1234 5678", "***"),
        ("400-820-8820 打不通", "*** 打不通"),
        ("订单 TH20260418 到哪了", "订单 TH*** 到哪了"),
        ("证件 11010519491231002X", "证件 ***"),
    ],
)
def test_masks_addresses_and_long_numbers(text: str, shown: str) -> None:
    """Wherever they stand."""
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-18 买的",
        "满 3,000 元",
        "RX-200 Pro 7,000 Pa 3200 mAh",
        "8 点 30 分到 12 点",
        "@all 大家好",
        "E11 / E12",
    ],
)
def test_leaves_what_the_question_needs(text: str) -> None:
    """Dates, prices, models and times."""
    assert masked(text) == text
