"""Specification of reranking the head of a list."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.types import Contribution, Hit, Why
from models.fake_cross_encoder import FakeCrossEncoder
from retrieval.rerank import RERANKER, rerank
from tests.retrieval.passages import passage


def hits(*texts: str) -> list[Hit]:
    """Hits with falling scores 3.0, 2.0, …"""
    return [
        Hit(
            passage(number, text),
            float(len(texts) - number),
            Why((), None, None, None, None, contributions=(Contribution("meaning", float(len(texts) - number)),)),
        )
        for number, text in enumerate(texts)
    ]


class Refusing:
    """Must not be asked."""

    def score(self, question: str, passages: Sequence[str], /) -> list[float]:
        raise AssertionError(f"asked about {len(passages)} passages")


class TestTheHead:
    def test_comes_in_the_order_of_the_cross_encoder(self) -> None:
        """The passage that has the question's words goes first."""
        found = rerank("退货期限", hits("保修两年。", "运费十元。", "退货期限为七天。"), FakeCrossEncoder())

        assert [hit.passage.text for hit in found] == ["退货期限为七天。", "保修两年。", "运费十元。"]

    def test_keeps_its_scores_place_by_place(self) -> None:
        """So that scores still fall, and what a hit gained or lost stands among its contributions."""
        found = rerank("退货期限", hits("保修两年。", "运费十元。", "退货期限为七天。"), FakeCrossEncoder())

        assert [hit.score for hit in found] == [3.0, 2.0, 1.0]
        assert Contribution(RERANKER, 2.0) in found[0].why.contributions
        for hit in found:
            assert sum(each.points for each in hit.why.contributions) == pytest.approx(hit.score)

    def test_stays_as_it_is_where_all_are_equal(self) -> None:
        """The first order breaks ties."""
        given = hits("保修两年。", "运费十元。")

        assert rerank("退货期限", given, FakeCrossEncoder()) == given


class TestTheRest:
    def test_stays_behind_the_head(self) -> None:
        """However well it would have scored: it isn't read."""
        found = rerank("退货期限", hits("保修两年。", "运费十元。", "退货期限为七天。"), FakeCrossEncoder(), head=2)

        assert found[2].passage.text == "退货期限为七天。"
        assert found[2].score == 1.0

    @pytest.mark.parametrize("count", [0, 1])
    def test_of_a_list_without_two_hits_nothing_is_asked(self, count: int) -> None:
        """There is nothing to order."""
        given = hits(*["退货期限"] * count)

        assert rerank("退货期限", given, Refusing()) == given
