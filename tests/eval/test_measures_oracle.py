"""Our measures of rankings against ir-measures, which asks trec_eval, on rankings that hypothesis makes up."""

from __future__ import annotations

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, nDCG

from eval.measures.ndcg import ndcg_at
from eval.measures.recall import recall_at
from eval.measures.reciprocal_rank import reciprocal_rank_at
from eval.suite import CorpusId, Grades, Ranking

ENTRIES = [CorpusId(f"e{number}") for number in range(30)]
RANKINGS = st.lists(st.sampled_from(ENTRIES), min_size=1, unique=True).map(tuple)
JUDGED = st.dictionaries(st.sampled_from(ENTRIES), st.integers(0, 3), min_size=1).filter(
    lambda found: any(found.values())
)


def oracle(measure: ir_measures.Measure, ranking: Ranking, grades: Grades) -> float:
    """Scores fall strictly, so that trec_eval keeps our order."""
    judged = [ir_measures.Qrel("q", entry, grade) for entry, grade in grades.items()]
    found = [ir_measures.ScoredDoc("q", entry, -float(rank)) for rank, entry in enumerate(ranking)]
    return float(ir_measures.calc_aggregate([measure], judged, found)[measure])


@given(RANKINGS, JUDGED, st.integers(1, 30))
def test_ndcg_agrees_with_trec_eval(ranking: Ranking, grades: dict[CorpusId, int], k: int) -> None:
    """Linear gains, logarithmic discount, the ideal cut at k as well."""
    assert ndcg_at(ranking, grades, k=k) == pytest.approx(oracle(nDCG @ k, ranking, grades))


@given(RANKINGS, JUDGED, st.integers(1, 30))
def test_recall_agrees_with_trec_eval(ranking: Ranking, grades: dict[CorpusId, int], k: int) -> None:
    """Over all relevant entries, also when there are more of them than places."""
    assert recall_at(ranking, grades, k=k) == pytest.approx(oracle(R @ k, ranking, grades))


@given(RANKINGS, JUDGED, st.integers(1, 30))
def test_reciprocal_rank_agrees_with_ir_measures(ranking: Ranking, grades: dict[CorpusId, int], k: int) -> None:
    """Nothing relevant within the cut gives 0."""
    assert reciprocal_rank_at(ranking, grades, k=k) == pytest.approx(oracle(RR @ k, ranking, grades))
