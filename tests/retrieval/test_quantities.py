"""Specification of the values that a text states."""

from __future__ import annotations

import pytest

from retrieval.quantities import Quantity, differing, frame, likeness, quantities


class TestValues:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("自签收次日起 15 天内", {("day", "15")}),
            ("三十天内，七个工作日到账", {("day", "30"), ("working day", "7")}),
            ("within fifteen days", {("day", "15")}),
            ("标价 ¥1,299.00", {("yuan", "1299")}),
            ("满九十九元包邮", {("yuan", "99")}),
            ("costs $15 per item", {("dollar", "15")}),
            ("每期 0.60%", {("percent", "0.6")}),
            ("百分之五", {("percent", "5")}),
            ("16：00 前付款", {("clock", "16:00")}),
            ("2026 年 3 月 1 日起", {("date", "2026-3-1")}),
            ("2026-03-01 起", {("date", "2026-3-1")}),
            ("from March 1, 2026", {("date", "2026-3-1")}),
            ("整机保修 2 年", {("year", "2")}),
            ("吸力 7,000 Pa", {("pa", "7000")}),
        ],
    )
    def test_are_read_with_their_unit_in_one_spelling(self, text: str, expected: set[tuple[str, str]]) -> None:
        """Digits, Chinese numerals and English words; both languages' units."""
        assert quantities(text) == {Quantity(unit, value) for unit, value in expected}

    @pytest.mark.parametrize("text", ["RX-200 和 SL-9", "1. 登录账号", "订单 20260418", "第 3 章"])
    def test_are_not_codes_and_list_numbers(self, text: str) -> None:
        """A number without a unit states nothing."""
        assert quantities(text) == frozenset()


class TestComparing:
    def test_a_frame_is_what_is_said_apart_from_the_values(self) -> None:
        """Two sentences that differ in a value alone are alike."""
        assert likeness(frame("退货期限为签收后 7 天。"), frame("退货期限为签收后十五天。")) == 1.0
        assert likeness(frame("退货期限为 7 天。"), frame("发票 7 天内开具。")) < 0.5
        assert likeness(frame(""), frame("")) == 0.0

    def test_one_value_of_one_unit_differs(self) -> None:
        """What both state aside."""
        one, other = quantities("满 99 元包邮，3 天送达"), quantities("满 59 元包邮，3 天送达")

        assert differing(one, other) == (Quantity("yuan", "99"), Quantity("yuan", "59"))

    def test_more_than_one_difference_is_another_case(self) -> None:
        """Two whole schedules aren't two values for one thing; neither is a value that only one states."""
        assert differing(quantities("满 99 元，3 天"), quantities("满 59 元，5 天")) is None
        assert differing(quantities("满 99 元"), quantities("满 99 元，5 天")) is None
        assert differing(quantities("3 天"), quantities("5 元")) is None
