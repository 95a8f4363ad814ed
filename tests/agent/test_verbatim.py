"""Specification of answering with an approved pair."""

from __future__ import annotations

import pytest

from agent.policy import AnswerPolicy
from agent.verbatim import Matcher
from core.types import QAPair, Query
from models.fake_encoder import FakeEncoder
from retrieval.sameness import same_words
from tests.agent.shop import ShelfFinder, pair


def matches(encoder: FakeEncoder, question: str, *pairs: QAPair, threshold: float = 0.7) -> list[int]:
    found = ShelfFinder(encoder, pairs=pairs).find(Query(text=question))
    matcher = Matcher(encoder, AnswerPolicy(negative_margin=0.02, tie_margin=0.03))
    return [each.pair_id for each in matcher.matches(question, found.vector, found.pairs, least=threshold)]


class TestAPair:
    def test_matches_its_question_in_any_script_case_and_punctuation(self, encoder: FakeEncoder) -> None:
        """The same words match whatever the threshold."""
        assert matches(encoder, "如何開具 發票？？", pair(1, "如何开具发票"), threshold=1.1) == [1]

    def test_matches_a_near_wording(self, encoder: FakeEncoder) -> None:
        """Similar questions count like the standard one."""
        assert matches(encoder, "请问怎么开具发票呢", pair(1, "发票", "x", similar=["请问怎么开具发票"])) == [1]

    def test_does_not_match_when_a_negative_wording_is_as_near(self, encoder: FakeEncoder) -> None:
        """A question that must not get this answer doesn't."""
        invoice = pair(1, "怎么开发票", "在订单页申请。", negative=["怎么开发票抬头变更"])

        assert matches(encoder, "怎么开发票的抬头变更", invoice, threshold=0.5) == []

    def test_does_not_match_another_model(self, encoder: FakeEncoder) -> None:
        """X100 isn't X200, however close their vectors are."""
        assert matches(encoder, "X200 的保修期多长时间", pair(1, "X100 的保修期多长时间", "一年。")) == []

    @pytest.mark.parametrize(
        ("asked", "known"),
        [("怎么取消会员服务", "怎么开通会员服务"), ("How do I deactivate alerts", "How do I activate alerts")],
    )
    def test_does_not_match_the_opposite(self, encoder: FakeEncoder, asked: str, known: str) -> None:
        """Cancelling isn't subscribing."""
        assert matches(encoder, asked, pair(1, known), threshold=0.3) == []

    def test_is_joined_by_one_with_another_answer_that_is_as_near(self, encoder: FakeEncoder) -> None:
        """Two that can't be told apart are both returned, so that the customer is asked."""
        assert matches(
            encoder, "会员卡怎么办理呢", pair(1, "会员卡怎么办理啊", "甲"), pair(2, "会员卡怎么办理呀", "乙")
        ) == [1, 2]

    def test_is_not_joined_by_one_with_the_same_answer(self, encoder: FakeEncoder) -> None:
        """Two ways to the same answer are one."""
        assert (
            len(
                matches(
                    encoder, "会员卡怎么办理呢", pair(1, "会员卡怎么办理啊", "甲"), pair(2, "会员卡怎么办理呀", "甲")
                )
            )
            == 1
        )


class TestSameWords:
    def test_ignores_form(self) -> None:
        """Width, case, script, spacing and punctuation."""
        assert same_words("ＶＩＰ 會員？", "vip会员")
        assert not same_words("会员", "会员价")
