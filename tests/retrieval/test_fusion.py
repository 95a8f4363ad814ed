"""Merging two rankings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.index import Candidate
from retrieval.fusion import Fusion, FusionMethod, reciprocal_rank_fusion, standardised_fusion


def ranking(**scores: float) -> list[Candidate]:
    """`ranking(p1=0.9)` is entry 1 with score 0.9."""
    return [Candidate(int(name[1:]), score) for name, score in scores.items()]


def ids(candidates: list[Candidate]) -> list[int]:
    return [candidate.entry_id for candidate in candidates]


class TestReciprocalRankFusion:
    def test_only_ranks_are_read(self) -> None:
        """Worked out by hand: 0.7/61 + 0.3/62 against 0.7/62 + 0.3/61."""
        merged = reciprocal_rank_fusion([(0.7, ranking(p1=0.9, p2=0.1)), (0.3, ranking(p2=900.0, p1=1.0))])

        assert ids(merged) == [1, 2]
        assert merged[0].score == pytest.approx(0.7 / 61 + 0.3 / 62)

    def test_found_by_both_beats_found_by_one(self) -> None:
        """Entry 2 is second on both sides, the others are first on one."""
        merged = reciprocal_rank_fusion([(0.5, ranking(p1=0.9, p2=0.8)), (0.5, ranking(p3=9.0, p2=8.0))])

        assert ids(merged)[0] == 2


class TestStandardisedFusion:
    def test_a_clear_lead_on_one_side_wins_over_a_draw_on_the_other(self) -> None:
        """The lexical side is sure of entry 2; to the dense side 1 and 2 are the same. Ranks can't see that."""
        dense = ranking(p1=0.801, p2=0.800, p3=0.60)
        lexical = ranking(p2=20.0, p1=2.0, p3=1.0)

        assert ids(standardised_fusion([(0.7, dense), (0.3, lexical)]))[0] == 2
        assert ids(reciprocal_rank_fusion([(0.7, dense), (0.3, lexical)]))[0] == 1

    def test_a_missing_candidate_counts_with_the_sides_lowest_score(self) -> None:
        """Entry 3 is unknown to the dense side, which ranked at least as well all that it knows."""
        merged = standardised_fusion([(0.7, ranking(p1=0.9, p2=0.5)), (0.3, ranking(p3=5.0))])

        assert ids(merged) == [1, 3, 2] or ids(merged) == [1, 2, 3]
        assert merged[0].entry_id == 1

    def test_equal_scores_say_nothing(self) -> None:
        """A side without differences leaves the order to the other."""
        merged = standardised_fusion([(0.7, ranking(p1=0.5, p2=0.5)), (0.3, ranking(p2=3.0, p1=1.0))])

        assert ids(merged) == [2, 1]


class TestFusion:
    def test_a_weight_of_zero_leaves_a_side_out(self) -> None:
        """What only that side found isn't returned either."""
        merged = Fusion(dense_weight=1.0, lexical_weight=0.0).merge(ranking(p1=0.9), ranking(p2=9.0))

        assert ids(merged) == [1]

    @pytest.mark.parametrize("method", FusionMethod)
    def test_nothing_found_merges_to_nothing(self, method: FusionMethod) -> None:
        """Not an error."""
        assert Fusion(method=method).merge([], []) == []

    @pytest.mark.parametrize("method", FusionMethod)
    @given(
        dense=st.dictionaries(st.integers(1, 50), st.floats(-1, 1), max_size=20),
        lexical=st.dictionaries(st.integers(1, 50), st.floats(0, 100), max_size=20),
    )
    def test_every_candidate_comes_once_best_first(
        self, method: FusionMethod, dense: dict[int, float], lexical: dict[int, float]
    ) -> None:
        """Whatever the two sides found."""
        merged = Fusion(method=method).merge(
            [Candidate(entry, score) for entry, score in sorted(dense.items(), key=lambda item: -item[1])],
            [Candidate(entry, score) for entry, score in sorted(lexical.items(), key=lambda item: -item[1])],
        )

        assert sorted(ids(merged)) == sorted({*dense, *lexical})
        assert [candidate.score for candidate in merged] == sorted(
            (candidate.score for candidate in merged), reverse=True
        )
