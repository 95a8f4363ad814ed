"""Measures on rankings small enough to work out by hand."""

from __future__ import annotations

from math import log2, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.measures.mean import Mean, mean
from eval.measures.ndcg import ndcg_at
from eval.measures.recall import recall_at
from eval.measures.reciprocal_rank import reciprocal_rank_at
from eval.suite import CorpusId


def ids(*names: str) -> tuple[CorpusId, ...]:
    return tuple(CorpusId(name) for name in names)


def grades(**by_name: int) -> dict[CorpusId, int]:
    return {CorpusId(name): grade for name, grade in by_name.items()}


class TestNdcg:
    def test_the_best_order_gives_one(self) -> None:
        """Higher grades first, then lower ones, then what isn't relevant."""
        assert ndcg_at(ids("a", "b", "x"), grades(a=2, b=1), k=10) == pytest.approx(1.0)

    def test_a_swapped_pair_costs_the_discount(self) -> None:
        """Worked out by hand: (1/log2(2) + 2/log2(3)) over (2/log2(2) + 1/log2(3))."""
        expected = (1 + 2 / log2(3)) / (2 + 1 / log2(3))

        assert ndcg_at(ids("b", "a"), grades(a=2, b=1), k=10) == pytest.approx(expected)

    def test_only_the_first_k_count(self) -> None:
        """A relevant entry at rank 3 is invisible to a cut at 2."""
        assert ndcg_at(ids("x", "y", "a"), grades(a=1), k=2) == 0.0

    def test_a_case_without_a_relevant_entry_gives_zero(self) -> None:
        """Such a case can't be ranked well; the caller leaves it out of the mean."""
        assert ndcg_at(ids("a"), grades(a=0), k=10) == 0.0

    @given(
        order=st.permutations(list("abcdefgh")),
        relevant=st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 3)),
    )
    def test_it_stays_between_zero_and_one(self, order: list[str], relevant: dict[str, int]) -> None:
        """Whatever the order and the grades."""
        assert 0.0 <= ndcg_at(ids(*order), grades(**relevant), k=5) <= 1.0 + 1e-9


class TestRecall:
    def test_it_is_the_share_of_relevant_entries_found(self) -> None:
        """Two of three relevant entries within the cut."""
        assert recall_at(ids("a", "x", "b", "c"), grades(a=1, b=1, c=1), k=3) == pytest.approx(2 / 3)

    def test_more_relevant_entries_than_places_cant_reach_one(self) -> None:
        """Three relevant entries, two places."""
        assert recall_at(ids("a", "b"), grades(a=1, b=1, c=1), k=2) == pytest.approx(2 / 3)


class TestReciprocalRank:
    def test_the_first_relevant_entry_decides(self) -> None:
        """Found at rank 2, and again at 3, which doesn't matter."""
        assert reciprocal_rank_at(ids("x", "a", "b"), grades(a=1, b=1), k=10) == 0.5

    def test_nothing_relevant_within_the_cut_gives_zero(self) -> None:
        """The relevant entry stands just behind the cut."""
        assert reciprocal_rank_at(ids("x", "y", "a"), grades(a=1), k=2) == 0.0


class TestMean:
    def test_the_standard_error_is_that_of_the_mean(self) -> None:
        """Of 0, 0, 1, 1: variance 1/3 over n - 1, divided by 4 cases."""
        assert mean([0.0, 0.0, 1.0, 1.0]) == Mean(0.5, pytest.approx(sqrt(1 / 3 / 4)), 4)

    def test_one_case_has_no_known_error(self) -> None:
        """Zero stands for unknown, with the count of cases beside it."""
        assert mean([0.4]) == Mean(0.4, 0.0, 1)

    def test_no_case_is_no_error(self) -> None:
        """An empty suite gives zero over zero cases."""
        assert mean([]) == Mean(0.0, 0.0, 0)
