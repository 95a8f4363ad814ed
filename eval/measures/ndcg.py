"""Normalised discounted cumulative gain."""

from __future__ import annotations

from math import log2

from eval.suite import Grades, Ranking


def ndcg_at(ranking: Ranking, grades: Grades, *, k: int) -> float:
    """How near the first `k` come to the best possible order, 0.0 to 1.0.

    The gain of an entry is its grade (linear, as trec_eval's `ndcg_cut` has it, not `2^grade - 1`),
    discounted by `log2(rank + 1)` with ranks from 1. Entries without a judgement gain nothing. A
    case without a relevant entry gives 0.0: the caller leaves such cases out.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 2002.
    """
    ideal = _gain(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k])
    return _gain([max(0, grades.get(entry, 0)) for entry in ranking[:k]]) / ideal if ideal else 0.0


def _gain(grades: list[int]) -> float:
    return sum(grade / log2(rank + 1) for rank, grade in enumerate(grades, start=1))
