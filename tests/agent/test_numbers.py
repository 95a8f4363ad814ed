"""Specification of the numbers that a text states."""

from __future__ import annotations

import pytest

from agent.numbers import available, stated


class TestANumber:
    @pytest.mark.parametrize(
        ("text", "numbers"),
        [
            ("7天内可退，共1,299.00元", {"7", "1299"}),
            ("自签收之日起七天内", {"7"}),
            ("十五个工作日", {"15"}),
            ("百分之五", {"5"}),
            ("两千零五元", {"2005"}),
            ("一万二千元", {"12000"}),
            ("within thirty days", {"30"}),
            ("9:00-18:00", {"9", "18"}),
            ("2024年05月01日", {"2024", "5", "1"}),
            ("３.５折", {"3.5"}),
            ("v1.2.3", {"1.2.3"}),
            ("X100-Pro", {"100"}),
            ("一起看看一般情况", set()),
        ],
    )
    def test_has_one_spelling(self, text: str, numbers: set[str]) -> None:
        """Width, separators, leading zeros, and Chinese or English words make no difference."""
        assert stated(text) == numbers

    def test_of_a_list_item_claims_nothing(self) -> None:
        """`2.` in front of a step only counts."""
        assert stated("2. 点击“申请退货”。") == set()

    def test_in_words_supports_one_in_digits(self) -> None:
        """A source that says «七天» supports «7 天»."""
        assert stated("7 天") <= available("七天无理由退货")
