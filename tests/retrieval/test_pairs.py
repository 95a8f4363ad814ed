"""Specification of the probability that a Q&A pair asks the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.risk import DEFAULT_TOLERATED, RiskOf
from core.types import QAHit, Question, QuestionKind
from kb.prepared import text_hash
from retrieval.pairs import (
    LEAD_CAP,
    NEVER,
    PAIR_PROBABILITY,
    Near,
    PairEvidence,
    alone,
    load_model,
    negates,
    pair_threshold,
    probability,
    rate,
    weigh,
)
from tests.agent.shop import pair

CLOSE = PairEvidence(meaning=0.97, lead=0.02, asked=1.0, said=1.0, negated=0.0)


def near(text: str, cosine: float, answer: str = "") -> Near:
    return Near((text,), text, cosine, cosine, answer)


class TestTheProbability:
    def test_grows_with_what_speaks_for_the_pair(self) -> None:
        """Every weight has the sign that its feature's description promises."""
        for worse in (
            PairEvidence(0.90, 0.02, 1.0, 1.0, 0.0),
            PairEvidence(0.97, 0.0, 1.0, 1.0, 0.0),
            PairEvidence(0.97, 0.02, 0.0, 1.0, 0.0),
            PairEvidence(0.97, 0.02, 1.0, 0.0, 0.0),
            PairEvidence(0.97, 0.02, 1.0, 1.0, 1.0),
        ):
            assert 0.0 < probability(worse) < probability(CLOSE) < 1.0

    def test_of_two_pairs_that_are_as_near_is_low_and_of_either_is_not(self) -> None:
        """One of them is meant, but which?"""
        first, _ = weigh("会员卡怎么办", [near("会员卡怎么办理", 0.97, "甲"), near("会员卡怎么办呀", 0.97, "乙")])

        assert probability(first) < 0.8
        assert probability(alone(first)) > PAIR_PROBABILITY

    def test_does_not_suffer_from_a_pair_with_the_same_answer(self) -> None:
        """Whichever is meant, the customer reads the same."""
        first, _ = weigh("会员卡怎么办", [near("会员卡怎么办理", 0.97, "甲"), near("会员卡怎么办呀", 0.97, "甲")])

        assert first.lead == LEAD_CAP

    def test_sees_what_the_pair_does_not_say(self) -> None:
        """What all near pairs say counts less than what tells them apart."""
        pairs = [near("净化器滤芯多久更换", 0.95), near("净化器噪音多大", 0.94)]
        same, other = weigh("净化器滤芯多久换", pairs)[0], weigh("净化器儿童锁", pairs)[0]

        assert same.asked > other.asked

    def test_sees_an_answer_that_says_it(self) -> None:
        """The words may stand in the answer only."""
        without = weigh("信用卡手续费", [near("可以分期吗", 0.95)])[0]
        having = weigh("信用卡手续费", [near("可以分期吗", 0.95, "信用卡分期，手续费 0.6%。")])[0]

        assert having.asked > without.asked

    def test_of_a_single_pair_needs_no_other(self) -> None:
        """The lead is that over questions that have nothing in common."""
        assert weigh("怎么退货", [near("如何退货", 0.95)])[0].lead == LEAD_CAP
        assert weigh("怎么退货", []) == []


class TestNegation:
    @pytest.mark.parametrize("text", ["不能退货", "没有收到", "I can't sign in", "it doesn't work", "dont send it"])
    def test_says_that_something_is_not_so(self, text: str) -> None:
        """In both languages."""
        assert negates(text)

    @pytest.mark.parametrize(
        "text", ["能不能退货", "有没有发票", "有什么区别", "无线网", "can I return it", "notebook"]
    )
    def test_is_not_a_question_or_part_of_a_word(self, text: str) -> None:
        """They only look like it."""
        assert not negates(text)


class TestTheThreshold:
    def test_follows_from_what_is_tolerated(self) -> None:
        """The default is what the default tolerance gives."""
        assert pair_threshold(DEFAULT_TOLERATED, RiskOf.QUESTIONS) == PAIR_PROBABILITY

    @given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.sampled_from(RiskOf))
    def test_never_rises_with_it(self, one: float, other: float, of: RiskOf) -> None:
        """Who tolerates more gets more answers."""
        less, more = sorted((one, other))

        assert pair_threshold(more, of) <= pair_threshold(less, of)

    def test_is_out_of_reach_where_nothing_keeps_so_few(self) -> None:
        """Then only the same words count."""
        assert pair_threshold(0.0, RiskOf.ANSWERS) == NEVER

    def test_rests_on_shares_that_fall(self) -> None:
        """The shipped table is in order."""
        rows = load_model().wrong

        assert [row.probability for row in rows] == sorted(row.probability for row in rows)
        for shares in ([row.of_questions for row in rows], [row.of_answers for row in rows]):
            assert shares == sorted(shares, reverse=True)


class TestRating:
    def test_orders_by_the_pair_as_a_whole(self) -> None:
        """A single wording that is near by chance loses to a pair whose wordings are all near."""
        question = np.array([1.0, 0.0, 0.0], dtype=np.float32)
        chance, whole = pair(1, "甲一", "甲", similar=["甲二"]), pair(2, "乙一", "乙", similar=["乙二"])
        vectors = {
            "甲一": np.array([0.96, 0.28, 0.0], dtype=np.float32),
            "甲二": np.array([0.0, 0.0, 1.0], dtype=np.float32),
            "乙一": np.array([0.95, 0.0, 0.3122499], dtype=np.float32),
            "乙二": np.array([0.95, 0.0, 0.3122499], dtype=np.float32),
        }
        hits = [
            QAHit(chance, Question("甲一", QuestionKind.STANDARD), 0.96),
            QAHit(whole, Question("乙一", QuestionKind.STANDARD), 0.95),
        ]

        rated = rate("问", question, hits, lambda hashes: {
            text_hash(text): row for text, row in vectors.items() if text_hash(text) in hashes
        })  # fmt: skip

        assert [hit.pair.pair_id for hit in rated] == [2, 1]
        assert all(0.0 <= hit.probability <= hit.either <= 1.0 for hit in rated)

    def test_does_without_vectors(self) -> None:
        """As when they are of another encoder: the nearest wording speaks for the pair."""
        hit = QAHit(pair(1, "怎么退货"), Question("怎么退货", QuestionKind.STANDARD), 0.97)

        (rated,) = rate("如何退货", np.ones(3, dtype=np.float32), [hit], lambda _: {})

        assert rated.meaning == pytest.approx(0.97)
        assert rate("如何退货", np.ones(3, dtype=np.float32), [], lambda _: {}) == []
