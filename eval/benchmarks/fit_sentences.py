"""Fits `agent/sentences.json`, by which a sentence is quoted, on answer suites, and reports it on suites left out.

    python -m eval.benchmarks.fit_sentences FOLDER… [--work FOLDER] [--most 120] [--write]

A sentence answers if it says the most of a reference that any candidate says. The weights maximise
the probability, under a softmax over a question's candidates, that one of these is chosen, as in
listwise learning to rank (Cao et al., "Learning to Rank: From Pairwise Approach to Listwise
Approach", ICML 2007, with several right ones). Each suite weighs the same.

It prints, for each suite with the weights of the others, how often the best candidate answers, how
often one of the best three, and how often the whole quotation does, as a customer would read it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from agent.quoting import PASSAGES, Quoter
from agent.sentences import MODEL_FILE, Reasons, SentenceScorer, candidates
from agent.units import cut
from core.text import detect_language
from core.types import Query
from eval.answers import AnswerBench, without_marks
from eval.measures.containment import contains, says
from eval.suite_answers import AnswerCase, read_answer_suites
from models.encoder import Encoder
from models.onnx_encoder import OnnxEncoder
from retrieval.search import Found

RIDGE: Final = 0.003
"""L2 penalty; keeps a reason that says nothing near zero."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """An answerable question with what was found, and its candidates."""

    case: AnswerCase
    found: Found
    reasons: Floats
    """Shape `(candidates, reasons)`."""
    answers: Floats
    """1.0 for each candidate that answers; shape `(candidates,)`."""


def main() -> None:
    """Fit, print, and write if told to."""
    asked = _arguments()
    encoder = OnnxEncoder()
    suites: dict[str, list[Asked]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for folder in asked.data:
            for suite in read_answer_suites(folder):
                with AnswerBench(suite, encoder=encoder, work=asked.work or Path(temporary)) as bench:
                    cases = [case for case in suite.cases if isinstance(case, AnswerCase) and _usable(case)]
                    suites[suite.name] = collect(_thinned(cases, asked.most), bench, encoder)
    print(f"{'suite':24} {'cases':>5} {'best':>6} {'of 3':>6} {'quoted':>6} {'before':>6}")
    known = json.loads(MODEL_FILE.read_text(encoding="utf-8")) if MODEL_FILE.exists() else None
    before = None if known is None else [known["weights"][field.name] for field in fields(Reasons)]
    for name, rows in suites.items():
        weights = fit([each for other, each in suites.items() if other != name] or [rows])
        told = [_among(rows, weights, 1), _among(rows, weights, 3), quoted(rows, encoder, weights)]
        told += [quoted(rows, encoder, before)] if before is not None else []
        print(f"{name:24} {len(rows):5} {' '.join(f'{share:6.3f}' for share in told)}")
    weights = fit(list(suites.values()))
    named = {field.name: round(float(weight), 3) for field, weight in zip(fields(Reasons), weights, strict=True)}
    print(named)
    if asked.write:
        today = datetime.now(UTC).date().isoformat()
        model = {"weights": named, "fitted_on": sorted(suites), "fitted": today}
        MODEL_FILE.write_text(json.dumps(model, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.fit_sentences")
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--work", type=Path)
    parser.add_argument("--most", type=int, default=120)
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def _usable(case: AnswerCase) -> bool:
    return case.answerable and bool(case.references) and not case.history


def _thinned(cases: Sequence[AnswerCase], most: int) -> list[AnswerCase]:
    step = max(1.0, len(cases) / most)
    return [cases[int(at * step)] for at in range(min(most, len(cases)))]


def collect(cases: Sequence[AnswerCase], bench: AnswerBench, encoder: Encoder) -> list[Asked]:
    """The questions of a suite. Those that no candidate answers teach nothing, but count when measuring."""
    bench.built  # noqa: B018 - builds it
    retriever = bench.retriever()
    scorer = SentenceScorer(encoder)
    asked = []
    for case in cases:
        found = retriever.find(Query(text=case.text))
        hits = found.hits[:PASSAGES]
        units = [cut(hit.passage.text) for hit in hits]
        parts = candidates([hit.passage for hit in hits], units)
        if parts:
            reasons = scorer.reasons(found.understood.searched, hits, units, parts, found.closely)
            said = np.array([_said(each.text, case) for each in parts])
            answers = ((said == said.max()) & (said > 0)).astype(float)
            asked.append(Asked(case, found, np.array([astuple(each) for each in reasons]), answers))
    return asked


def _said(text: str, case: AnswerCase) -> float:
    """The largest share of a reference's parts that a text says."""
    return max(sum(says(text, part) for part in parts) / len(parts) for parts in case.references)


def fit(suites: Sequence[Sequence[Asked]]) -> Floats:
    """The weights with the highest mean log probability of an answering candidate."""
    taught = [[each for each in suite if each.answers.any()] for suite in suites]

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = RIDGE * float(weights @ weights), 2 * RIDGE * weights
        for suite in taught:
            for each in suite:
                scores = each.reasons @ weights
                chances = np.exp(scores - scores.max())
                chances /= chances.sum()
                right = chances * each.answers
                share = 1 / (len(taught) * len(suite))
                total -= share * float(np.log(right.sum() + 1e-12))
                slope = slope - share * (each.reasons.T @ (right / (right.sum() + 1e-12) - chances))
        return total, slope

    fitted: Floats = minimize(loss, np.zeros(len(fields(Reasons))), jac=True, method="L-BFGS-B").x
    return fitted


def _among(rows: Sequence[Asked], weights: Floats, first: int) -> float:
    """How often one of the first candidates answers."""
    return float(np.mean([each.answers[np.argsort(-(each.reasons @ weights))[:first]].max() for each in rows]))


def quoted(rows: Sequence[Asked], encoder: Encoder, weights: Sequence[float] | Floats) -> float:
    """How often the quotation says a reference."""
    quoter = Quoter(encoder, weights=list(weights))
    texts = [
        quoter.quote(
            each.found.understood.searched,
            each.found.vector,
            each.found.hits,
            language=detect_language(each.case.text),
            closely=each.found.closely,
        ).text
        for each in rows
    ]
    return float(
        np.mean([contains(without_marks(text), each.case.references) for each, text in zip(rows, texts, strict=True)])
    )


if __name__ == "__main__":
    main()
