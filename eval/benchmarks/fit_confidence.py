"""Fits `retrieval/confidence.json` on retrieval suites and reports it on suites left out.

    python -m eval.benchmarks.fit_confidence SUITE… [--work FOLDER] [--write]

Every answerable case gives two rows: one as it is, which counts as answered if a relevant entry
is among the first three, and one with its relevant entries taken out of the corpus, which can't
be answered. Each suite weighs the same, whatever its size.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.types import Query
from eval.building import BuiltSuite
from eval.suite import RetrievalCase, read_retrieval_suite
from eval.workbench import Workbench
from kb.index import Candidate
from retrieval.confidence import MODEL_FILE, Evidence, weigh
from retrieval.search import Ranked, Retriever

RIDGE = 1.0
"""L2 penalty on standardised weights; keeps a feature that says nothing near zero."""

STEPS = 30
THRESHOLDS = (0.3, 0.35, 0.4, 0.5, 0.6)
FIRST = 3
"""A relevant entry this far up counts as evidence, since that much is quoted or shown to a model."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Features of one suite, shape (rows, 4), with 1.0 where the evidence answers, and 1.0 where it could."""

    suite: str
    features: Floats
    answers: Floats
    answerable: Floats


def collect(suite: str, cases: Sequence[RetrievalCase], built: BuiltSuite, retriever: Retriever) -> Rows:
    """Search every case as it is, and with its relevant entries struck from both rankings."""
    features, answers, answerable = [], [], []
    for case in cases:
        if not case.answerable:
            continue
        ranked = retriever.rank(Query(text=case.text))
        relevant = {entry for entry, grade in case.grades.items() if grade > 0}
        struck = {
            candidate.entry_id
            for candidate in (*ranked.dense, *ranked.lexical)
            if built.entry_of(candidate.entry_id) in relevant
        }
        for gone in (frozenset[int](), frozenset(struck)):
            dense, lexical = _without(ranked.dense, gone), _without(ranked.lexical, gone)
            hits = retriever.join(Query(text=case.text), Ranked(ranked.only, dense, lexical), k=FIRST)
            features.append(astuple(weigh(case.text, dense, lexical, hits)))
            found = any(built.entry_of(hit.passage.passage_id) in relevant for hit in hits)
            answers.append(float(found))
            answerable.append(float(not gone))
    return Rows(suite, *(np.asarray(column, dtype=np.float64) for column in (features, answers, answerable)))


def _without(ranking: Sequence[Candidate], gone: frozenset[int]) -> list[Candidate]:
    return [candidate for candidate in ranking if candidate.entry_id not in gone]


def fit(rows: Sequence[Rows]) -> Floats:
    """Weights with the bias first, by iteratively reweighted least squares on standardised features."""
    features = np.concatenate([each.features for each in rows])
    answers = np.concatenate([each.answers for each in rows])
    weight = np.concatenate([np.full(len(each.answers), 1000 / len(each.answers)) for each in rows])
    centre, scale = features.mean(axis=0), features.std(axis=0) + 1e-9
    design = np.column_stack([np.ones(len(features)), (features - centre) / scale])
    penalty = RIDGE * np.eye(design.shape[1])
    penalty[0, 0] = 0.0
    solution = np.zeros(design.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-design @ solution))
        curvature = (design * (weight * p * (1 - p))[:, None]).T @ design + penalty
        solution += np.linalg.solve(curvature, design.T @ (weight * (answers - p)) - penalty @ solution)
    plain = solution[1:] / scale
    return np.concatenate([[solution[0] - float(plain @ centre)], plain])


def predict(weights: Floats, features: Floats) -> Floats:
    """Probabilities by the fitted weights."""
    odds: Floats = np.exp(-(weights[0] + features @ weights[1:]))
    return 1 / (1 + odds)


def auroc(scores: Floats, labels: Floats) -> float:
    """Chance that a positive scores above a negative, ties counting half (Hanley and McNeil, 1982)."""
    positive, negative = scores[labels == 1], scores[labels == 0]
    if not len(positive) or not len(negative):
        return float("nan")
    above = (positive[:, None] > negative[None, :]).mean() + 0.5 * (positive[:, None] == negative[None, :]).mean()
    return float(above)


def report(rows: Sequence[Rows]) -> None:
    """Each suite by weights fitted on the others, and what thresholds would mean for all of them together."""
    predicted: list[Floats] = []
    print(f"{'suite left out':24} {'cases':>6} {'AUROC':>7} {'Brier':>7} {'mean p':>7} {'answered':>9}")
    for left in rows:
        p = predict(fit([each for each in rows if each is not left]), left.features)
        predicted.append(p)
        brier = float(np.mean((p - left.answers) ** 2))
        print(
            f"{left.suite:24} {len(left.answers) // 2:6} {auroc(p, left.answerable):7.3f} {brier:7.3f} "
            f"{p.mean():7.3f} {left.answers.mean():9.3f}"
        )
    probabilities, answers = np.concatenate(predicted), np.concatenate([each.answers for each in rows])
    for threshold in THRESHOLDS:
        given = probabilities >= threshold
        print(
            f"threshold {threshold:.2f}: answers {given[answers == 1].mean():.0%} of what the evidence answers; "
            f"{answers[given].mean():.0%} of its answers rest on it"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, help="keep the knowledge bases here for the next run")
    parser.add_argument("--write", action="store_true", help=f"write {MODEL_FILE.name}")
    options = parser.parse_args()
    rows = []
    for folder in options.suites:
        suite = read_retrieval_suite(folder)
        with Workbench(suite, work=options.work) as bench:
            rows.append(collect(suite.name, suite.cases, bench.built, bench.retriever()))
        print(f"{suite.name}: {len(rows[-1].answers)} rows", file=sys.stderr)
    report(rows)
    if options.write:
        weights = fit(rows)
        names = [field.name for field in fields(Evidence)]
        MODEL_FILE.write_text(
            json.dumps(
                {
                    "bias": round(float(weights[0]), 4),
                    "weights": {name: round(float(value), 4) for name, value in zip(names, weights[1:], strict=True)},
                    "fitted_on": sorted(each.suite for each in rows),
                    "fitted": date.today().isoformat(),
                },
                indent=2,
            )
            + "\n",
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
