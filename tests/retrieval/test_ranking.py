"""The head of the list, looked at closely."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Audience, DocumentId, Passage, PassageId
from models.encoder import TokenEncoding
from models.fake_encoder import FakeEncoder
from retrieval.contributions import MEANING, WORDS
from retrieval.ranking import (
    CODES,
    TOKENS,
    Contender,
    Placed,
    RankingModel,
    TokenMatch,
    features_of,
    late_interaction,
    load_model,
    place,
)

MODEL = RankingModel(head=24, trusted_coverage=0.4, tokens=0.5, length=0.04, codes=0.6)


def passage(number: int, text: str) -> Passage:
    return Passage(
        PassageId(number), DocumentId("d"), "a.txt", 1, number, (), None, 0, len(text), text, "", Audience.PUBLIC
    )


def contender(
    number: int, text: str, *, meaning: float = 0.0, words: float = 0.0, match: float | None = None
) -> Contender:
    return Contender(passage(number, text), meaning, words, None if match is None else TokenMatch(match, match))


def placed_for(question: str, *contenders: Contender) -> list[Placed]:
    return place(contenders, features_of(question, contenders), MODEL)


def order(question: str, *contenders: Contender) -> list[int]:
    return [placed.passage.passage_id for placed in placed_for(question, *contenders)]


class TestPlace:
    def test_a_passage_with_the_very_code_comes_before_one_with_its_neighbour(self) -> None:
        """To an encoder X100 and X200 are nearly the same; to the customer they aren't."""
        asked = "X200 怎么清洗滤网？"

        assert order(asked, contender(1, "X100 清洗滤网", meaning=1.0), contender(2, "X200 清洗滤网", meaning=0.8)) == [
            2,
            1,
        ]

    def test_a_better_match_of_the_tokens_overcomes_a_small_lead(self) -> None:
        """Late interaction is what works across languages."""
        near, matching = contender(1, "甲" * 9, meaning=0.3, match=0.5), contender(2, "乙" * 9, meaning=0.0, match=0.8)

        assert order("问", near, matching) == [2, 1]

    def test_words_count_little_when_no_passage_has_the_question_s_words(self) -> None:
        """An English question over Chinese documents: what BM25 found are accidents."""
        asked = "How long is the warranty?"
        accident, right = contender(1, "warm 天气", words=2.0), contender(2, "保修期两年", meaning=0.3)

        assert order(asked, accident, right) == [2, 1]

    def test_a_long_passage_must_match_better_than_a_short_one(self) -> None:
        """It has more tokens to be met by accident."""
        long, short = contender(1, "甲" * 3000, match=0.60), contender(2, "乙" * 30, match=0.59)

        assert order("问", long, short) == [2, 1]

    def test_equals_keep_the_order_of_fusion(self) -> None:
        assert order("问", contender(7, "甲"), contender(3, "乙"), contender(5, "丙")) == [7, 3, 5]

    def test_a_passage_without_token_vectors_is_neither_moved_up_nor_down(self) -> None:
        """Documents of an older release have none until `zhida reindex`."""
        placed = placed_for("问", contender(1, "甲", match=None), contender(2, "乙", match=0.9))

        assert {each.passage.passage_id: each.score for each in placed}[PassageId(1)] == 0.0

    def test_nothing_stays_nothing(self) -> None:
        assert placed_for("问") == []

    @given(
        st.lists(
            st.tuples(
                st.floats(-3, 3), st.floats(-3, 3), st.none() | st.floats(0, 1), st.text("X12退货天 ", max_size=9)
            ),
            max_size=8,
        )
    )
    def test_the_reasons_add_up_to_the_score(self, rows: list[tuple[float, float, float | None, str]]) -> None:
        """What the manager is shown is all there is."""
        contenders = [
            contender(number, text, meaning=meaning, words=words, match=match)
            for number, (meaning, words, match, text) in enumerate(rows)
        ]

        for placed in placed_for("X12 退货几天", *contenders):
            assert sum(each.points for each in placed.contributions) == pytest.approx(placed.score)
            assert {each.part for each in placed.contributions} <= {MEANING, WORDS, TOKENS, CODES}


class TestLateInteraction:
    def test_every_token_of_the_question_counts_with_its_best_counterpart(self) -> None:
        """Worked out by hand: the first token is met fully, the second one by half."""
        question = TokenEncoding(np.zeros(2, np.float32), np.eye(2, dtype=np.float32), np.ones(2, np.float32))
        tokens = np.asarray([[1.0, 0.0], [0.6, 0.5]], dtype=np.float32)

        assert late_interaction(question, {5: tokens})[5].mean == pytest.approx(0.75)

    def test_a_token_that_tells_more_counts_more(self) -> None:
        question = TokenEncoding(
            np.zeros(2, np.float32), np.eye(2, dtype=np.float32), np.asarray([3.0, 1.0], np.float32)
        )
        tokens = np.asarray([[1.0, 0.0]], dtype=np.float32)

        assert late_interaction(question, {5: tokens})[5].mean == pytest.approx(0.75)

    def test_the_weakest_token_shows_what_the_mean_hides(self) -> None:
        """One passage meets all tokens fairly, the other one all but one perfectly."""
        question = TokenEncoding(np.zeros(4, np.float32), np.eye(4, dtype=np.float32), np.ones(4, np.float32))
        fair, gap = 0.7 * np.eye(4, dtype=np.float32), np.eye(4, dtype=np.float32)[:3]

        found = late_interaction(question, {1: fair, 2: gap})

        assert found[1].mean < found[2].mean
        assert found[1].weakest > found[2].weakest

    def test_what_has_no_tokens_has_no_value(self) -> None:
        question = TokenEncoding(np.zeros(2, np.float32), np.eye(2, dtype=np.float32), np.ones(2, np.float32))
        nothing = TokenEncoding(np.zeros(2, np.float32), np.empty((0, 2), np.float32), np.empty(0, np.float32))

        assert late_interaction(question, {1: np.empty((0, 2), np.float32)}) == {}
        assert late_interaction(nothing, {1: np.eye(2, dtype=np.float32)}) == {}

    def test_passages_do_not_influence_each_other(self) -> None:
        """Each alone has the value it has among others."""
        encoder = FakeEncoder()
        question = encoder.encode_question_tokens("退货几天")
        texts = ["退货期限十五天", "保修两年", "发票"]
        tokens = encoder.expand_tokens(encoder.encode_passage_tokens(texts)[1])

        together = late_interaction(question, dict(enumerate(tokens)))

        for at, rows in enumerate(tokens):
            assert late_interaction(question, {0: rows})[0].mean == pytest.approx(together[at].mean, abs=1e-6)
        assert together[0].mean > together[1].mean


def test_the_shipped_weights_can_be_read() -> None:
    assert load_model().head >= 10
