"""Recall."""

from __future__ import annotations

from eval.suite import Grades, Ranking


def recall_at(ranking: Ranking, grades: Grades, *, k: int) -> float:
    """Share of the relevant entries that are among the first `k`, 0.0 to 1.0.

    A case with more than `k` relevant entries can't reach 1.0. A case without a relevant entry
    gives 0.0: the caller leaves such cases out. "Was anything found" is another measure, success.
    """
    relevant = {entry for entry, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0
