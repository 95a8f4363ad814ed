"""Specification of near-duplicates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Hit
from retrieval.diversity import adds_nothing, collapse
from tests.retrieval.passages import hit, passage

RETURNS = (
    "自签收之日起七天内，商品完好、配件齐全的，可以申请无理由退货。退款在仓库收到商品后三个工作日内原路退回付款账户。"
)


def said(text: str, *, document: str = "甲.md", number: int = 0) -> Hit:
    return hit(passage(number, text, document=document))


def kept(question: str, *texts: str) -> list[str]:
    found = collapse(question, [said(text, number=number) for number, text in enumerate(texts)])
    return [each.passage.text for each in found]


class TestNearDuplicates:
    @pytest.mark.parametrize(
        "other",
        [
            RETURNS,
            RETURNS.replace("，", ", ").replace("。", ". "),
            RETURNS.replace("申请", "申請").replace("账户", "賬戶"),
            RETURNS + "谢谢。",
        ],
        ids=["the same", "punctuation", "script", "two letters"],
    )
    def test_are_shown_once(self, other: str) -> None:
        """The better one stays."""
        assert kept("怎么退货？", RETURNS, other) == [RETURNS]

    @pytest.mark.parametrize(
        "other",
        [
            RETURNS.replace("七天", "十五天"),
            RETURNS.replace("三个工作日", "3 个工作日").replace("七天", "30 天"),
            RETURNS.replace("可以申请", "不可以申请"),
            RETURNS + "仅限 X200 型号。",
        ],
        ids=["a number in words", "a number in digits", "a negation", "a model"],
    )
    def test_that_differ_in_a_fact_are_both_shown(self, other: str) -> None:
        """However alike they read: collapsing must not hide a newer rule."""
        assert kept("怎么退货？", RETURNS, other) == [RETURNS, other]

    def test_of_different_years_are_both_shown(self) -> None:
        """Also where only the document's name tells the years apart."""
        one, other = said(RETURNS, document="退货政策2025.pdf"), said(RETURNS, document="退货政策2026.pdf", number=1)

        assert collapse("怎么退货？", [one, other]) == [one, other]

    def test_that_differ_in_a_word_of_the_question_are_both_shown(self) -> None:
        """Whoever asks about both towns is told about both; whoever asks about neither needs one."""
        beijing = "北京门店的营业时间为每天上午九点至晚上九点，节假日照常营业，停车场对顾客免费开放，欢迎光临本店选购各类商品。"
        shanghai = beijing.replace("北京", "上海")

        assert kept("北京和上海的门店几点关门？", beijing, shanghai) == [beijing, shanghai]
        assert kept("门店几点关门？", beijing, shanghai) == [beijing]

    def test_that_say_something_more_are_shown_too(self) -> None:
        """Pages often overlap in long stretches, and the answer may stand in the rest. What says less isn't missed."""
        more = RETURNS + "定制商品、特价商品和已经拆封的耗材除外。"

        assert kept("怎么退货？", RETURNS, more) == [RETURNS, more]
        assert kept("怎么退货？", more, RETURNS) == [more]

    @given(st.text(max_size=60))
    def test_of_itself_is_every_text(self, text: str) -> None:
        """Whatever it holds."""
        assert adds_nothing(passage(0, text), passage(1, text))

    def test_in_a_list_keep_the_order_of_the_rest(self) -> None:
        """Nothing else is moved or lost."""
        other = "Standard delivery takes three to five working days."

        assert kept("q", other, RETURNS, other, "运费由买家承担。") == [other, RETURNS, "运费由买家承担。"]
