"""Fits `retrieval/confidence.json` on retrieval suites and reports it on suites left out.

    python -m eval.benchmarks.fit_confidence SUITE… [--work FOLDER] [--most 300] [--write]

Every answerable case gives two rows: one as it is, which counts as answered if a relevant entry
is among the first three, and one with its relevant entries taken out of the corpus, which can't
be answered. Each suite weighs the same, whatever its size.

The weights are fitted with an intercept for each suite. How many questions of a suite are
answered depends on its marking and its difficulty, which says nothing of the single question:
without those intercepts the features would have to explain it (leaving one suite out, the mean
AUROC is .02 higher with them). The one intercept that is shipped is fitted afterwards.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.types import Query
from eval.building import BuiltSuite
from eval.suite import RetrievalCase, read_retrieval_suite
from eval.workbench import Workbench
from kb.index import Candidate
from retrieval.confidence import MODEL_FILE, Evidence
from retrieval.search import Retriever

RIDGE = 1.0
"""L2 penalty on standardised weights; keeps a feature that says nothing near zero."""

SUITE_RIDGE = 0.1
"""The same on the suites' intercepts, which makes the solution unique."""

STEPS = 30
THRESHOLDS = (0.3, 0.35, 0.4, 0.5, 0.6)
FIRST = 3
"""A relevant entry this far up counts as evidence, since that much is quoted or shown to a model."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Features of one suite, shape (rows, 3), NaN where unknown, with 1.0 where the evidence answers, and 1.0 where it could."""

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
            rest = replace(ranked, dense=dense, lexical=lexical)
            hits = retriever.join(Query(text=case.text), rest, k=FIRST)
            values = astuple(retriever.weigh(Query(text=case.text), rest, hits))
            features.append([float("nan") if value is None else value for value in values])
            found = any(built.entry_of(hit.passage.passage_id) in relevant for hit in hits)
            answers.append(float(found))
            answerable.append(float(not gone))
    return Rows(suite, *(np.asarray(column, dtype=np.float64) for column in (features, answers, answerable)))


def _without(ranking: Sequence[Candidate], gone: frozenset[int]) -> list[Candidate]:
    return [candidate for candidate in ranking if candidate.entry_id not in gone]


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model: `1 / (1 + exp(-(bias + features · weights)))`, with `typical` for features that are unknown."""

    bias: float
    weights: Floats
    typical: Floats


def fit(rows: Sequence[Rows]) -> Fit:
    """Weights with an intercept for each suite, then one intercept for all."""
    raw = np.concatenate([each.features for each in rows])
    typical = np.nanmean(raw, axis=0)
    features = np.where(np.isnan(raw), typical, raw)
    answers = np.concatenate([each.answers for each in rows])
    weight = np.concatenate([np.full(len(each.answers), 1000 / len(each.answers)) for each in rows])
    suites = np.repeat(np.arange(len(rows)), [len(each.answers) for each in rows])
    centre, scale = features.mean(axis=0), features.std(axis=0) + 1e-9
    standard = (features - centre) / scale
    design = np.column_stack([standard, np.eye(len(rows))[suites]])
    penalty = np.asarray([RIDGE] * standard.shape[1] + [SUITE_RIDGE] * len(rows))
    slopes = _logistic(design, answers, weight, penalty)[: standard.shape[1]] / scale
    line = (features @ slopes)[:, None]
    both = _logistic(np.column_stack([line, np.ones(len(line))]), answers, weight, np.zeros(2))
    return Fit(float(both[1]), both[0] * slopes, typical)


def _logistic(design: Floats, answers: Floats, weight: Floats, penalty: Floats) -> Floats:
    """Coefficients by iteratively reweighted least squares."""
    solution = np.zeros(design.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(design @ solution, -30, 30)))
        curvature = (design * (weight * p * (1 - p))[:, None]).T @ design + np.diag(penalty + 1e-9)
        solution += np.linalg.solve(curvature, design.T @ (weight * (answers - p)) - penalty * solution)
    return solution


def predict(model: Fit, features: Floats) -> Floats:
    """Probabilities by the fitted model."""
    known = np.where(np.isnan(features), model.typical, features)
    odds: Floats = np.exp(-(model.bias + known @ model.weights))
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
    parser.add_argument("--most", type=int, default=300, help="cases of a suite, spread evenly over it")
    parser.add_argument("--write", action="store_true", help=f"write {MODEL_FILE.name}")
    options = parser.parse_args()
    rows = []
    for folder in options.suites:
        suite = read_retrieval_suite(folder)
        with Workbench(suite, work=options.work) as bench:
            cases = [case for case in suite.cases if case.answerable]
            some = cases[:: max(1, len(cases) // options.most)]
            rows.append(collect(suite.name, some, bench.built, bench.retriever()))
        print(f"{suite.name}: {len(rows[-1].answers)} rows", file=sys.stderr)
    report(rows)
    if options.write:
        model = fit(rows)
        names = [field.name for field in fields(Evidence)]
        MODEL_FILE.write_text(
            json.dumps(
                {
                    "bias": round(model.bias, 4),
                    "weights": {name: round(float(value), 4) for name, value in zip(names, model.weights, strict=True)},
                    "typical_weakest": round(float(model.typical[names.index("weakest")]), 4),
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
