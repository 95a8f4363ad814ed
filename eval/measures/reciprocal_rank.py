"""Reciprocal rank, whose mean over cases is the MRR."""

from __future__ import annotations

from eval.suite import Grades, Ranking


def reciprocal_rank_at(ranking: Ranking, grades: Grades, *, k: int) -> float:
    """One over the rank of the first relevant entry among the first `k`; 0.0 when there is none.

    Voorhees, "The TREC-8 Question Answering Track Report", 1999.
    """
    for rank, entry in enumerate(ranking[:k], start=1):
        if grades.get(entry, 0) > 0:
            return 1.0 / rank
    return 0.0
