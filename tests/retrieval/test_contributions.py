"""Specification of what each side adds to a fused score."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Query
from kb.index import Candidate
from retrieval.contributions import MEANING, WORDS, Contributions
from retrieval.fusion import Fusion, FusionMethod
from tests.retrieval.conftest import Shelf

rankings = st.lists(
    st.tuples(st.integers(1, 12), st.floats(-1, 30, allow_nan=False)), max_size=8, unique_by=lambda each: each[0]
).map(lambda rows: [Candidate(*row) for row in sorted(rows, key=lambda row: -row[1])])


@given(rankings, rankings, st.sampled_from(FusionMethod))
def test_they_add_up_to_the_fused_score(dense: list[Candidate], lexical: list[Candidate], method: FusionMethod) -> None:
    """For every candidate, by either method."""
    fusion = Fusion(method=method)
    parts = Contributions(fusion, dense, lexical)

    for candidate in fusion.merge(dense, lexical):
        assert sum(each.points for each in parts.of(candidate.entry_id)) == pytest.approx(candidate.score)


def test_the_strongest_comes_first() -> None:
    """Whether it speaks for the passage or against it."""
    dense = [Candidate(1, 0.9), Candidate(2, 0.7)]
    lexical = [Candidate(2, 30.0), Candidate(3, 1.0)]

    found = Contributions(Fusion(dense_weight=0.1, lexical_weight=0.9), dense, lexical).of(1)

    assert [each.part for each in found] == [WORDS, MEANING]
    assert found[0].points < 0 < found[1].points


def test_a_silenced_side_has_no_part() -> None:
    """It wasn't asked."""
    found = Contributions(Fusion(dense_weight=1.0, lexical_weight=0.0), [Candidate(1, 0.9)], []).of(1)

    assert [each.part for each in found] == [MEANING]


def test_hits_carry_them(shelf: Shelf) -> None:
    """And they add up to each hit's own score."""
    shelf.put("a.txt", "退货期限为七天。", "保修期为两年。", "运费由买家承担。")

    for hit in shelf.retriever.search(Query(text="退货期限"), k=3):
        assert sum(each.points for each in hit.why.contributions) == pytest.approx(hit.score)
