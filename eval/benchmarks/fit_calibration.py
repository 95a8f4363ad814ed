"""Fits `retrieval/calibration/shipped.json` on refusal suites and reports it on suites left out.

    python -m eval.benchmarks.fit_calibration SUITE… [--work FOLDER] [--most 300] [--scores FILE] [--write]

Any folder that `zhida eval refusal` reads will do. Every case is asked of the assistant itself;
suites weigh the same, whatever their size. Run it again whenever `retrieval/confidence.json`
changes: scores of another model mean something else, and a test compares their keys.

With `--scores` the scores are kept in that file, and a suite that it holds for the current
confidence model isn't asked again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any, Final

import numpy as np

from core.risk import RiskOf, Tolerance
from eval.measures.auroc import auroc
from eval.measures.reliability import expected_calibration_error
from eval.refusal import RefusalBench
from eval.suite_refusal import read_refusal_suite, thinned
from models.onnx_encoder import OnnxEncoder
from retrieval.calibration.curve import Point, RiskCurve, Scored
from retrieval.calibration.fitting import calibrate, score_key, to_text
from retrieval.calibration.probability import fit_map
from retrieval.calibration.risk import lowest_threshold
from retrieval.calibration.shipped import SHIPPED_FILE

SPLITS: Final = 100
"""Halvings; each gives one realised share."""

Sets = dict[str, list[Scored]]


def collect(folder: Path, encoder: OnnxEncoder, work: Path | None, most: int) -> tuple[str, list[Scored]]:
    """A suite's cases as the assistant scores them now."""
    suite = thinned(read_refusal_suite(folder), most)
    with RefusalBench(suite, encoder=encoder, work=work) as bench:
        return suite.name, [each.scored for each in bench.ask()]


def left_out(sets: Mapping[str, Sequence[Scored]], tolerated: float, of: RiskOf) -> None:
    """Each suite under the threshold and the probabilities that the others give."""
    print(f"\nat most {tolerated:.0%} wrong of {of}, each suite left out of its own calibration")
    print(f"{'suite':24} {'cases':>6} {'AUROC':>6} {'ECE':>6} {'from':>6} {'answered':>9} {'right':>6} ", end="")
    print(f"{'wrong/questions':>16} {'wrong/answers':>14}")
    points = []
    for name, cases in sets.items():
        others = {other: own for other, own in sets.items() if other != name}
        threshold = lowest_threshold(RiskCurve.balanced([RiskCurve.of(own) for own in others.values()]), tolerated, of)
        point = RiskCurve.of(cases).at(threshold)
        fitted, _ = fit_map(others)
        right = [case.right for case in cases]
        area = auroc([case.score for case in cases], right)
        error = expected_calibration_error([fitted.probability(case.score) for case in cases], right)
        points.append(point)
        print(
            f"{name:24} {len(cases):6} {area or 0.0:6.3f} {error:6.3f} {'–' if threshold is None else threshold:>6} "
            f"{point.answered_share:9.3f} {point.right_share:6.3f} {point.wrong_of_questions:16.3f} "
            f"{point.wrong_of_answers:14.3f}"
        )
    print(
        f"{'mean':24} {'':6} {'':6} {'':6} {'':6} {fmean(each.answered_share for each in points):9.3f} "
        f"{fmean(each.right_share for each in points):6.3f} {fmean(each.wrong_of_questions for each in points):16.3f} "
        f"{fmean(each.wrong_of_answers for each in points):14.3f}"
    )


def halved(sets: Mapping[str, Sequence[Scored]], tolerated: float, of: RiskOf) -> None:
    """What a knowledge base's own calibration does: fitted on a random half of a suite, realised on the other half."""
    print(f"\nat most {tolerated:.0%} wrong of {of}, fitted on one half of the suite itself, mean of {SPLITS} halvings")
    print(f"{'suite':24} {'fitted on':>9} {'answered':>9} {'right':>6} {'wrong/questions':>16} {'wrong/answers':>14}")
    for name, cases in sets.items():
        points = [_half(cases, tolerated, of, seed) for seed in range(SPLITS)]
        answers, wrong = sum(each.answered for each in points), sum(each.wrong for each in points)
        print(
            f"{name:24} {len(cases) // 2:9} {fmean(each.answered_share for each in points):9.3f} "
            f"{fmean(each.right_share for each in points):6.3f} "
            f"{fmean(each.wrong_of_questions for each in points):16.3f} {wrong / answers if answers else 0.0:14.3f}"
        )


def _half(cases: Sequence[Scored], tolerated: float, of: RiskOf, seed: int) -> Point:
    order = np.random.default_rng(seed).permutation(len(cases))
    first, second = ([cases[at] for at in part] for part in (order[: len(order) // 2], order[len(order) // 2 :]))
    return RiskCurve.of(second).at(lowest_threshold(RiskCurve.of(first), tolerated, of))


def read_scores(path: Path | None) -> dict[str, Any]:
    """Scores of the current confidence model that an earlier run kept: `{folder: [name, [[score, right], …]]}`."""
    if path is None or not path.is_file():
        return {}
    raw = json.loads(path.read_text(encoding="utf-8"))
    kept: dict[str, Any] = raw["suites"] if raw["score_key"] == score_key() else {}
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, help="keep the knowledge bases here for the next run")
    parser.add_argument("--most", type=int, default=300, help="cases of each kind and suite")
    parser.add_argument("--scores", type=Path, help="keep the scores here for the next run")
    parser.add_argument("--tolerate", type=float, default=Tolerance().share)
    parser.add_argument("--write", action="store_true", help=f"write {SHIPPED_FILE.name}")
    options = parser.parse_args()
    encoder = OnnxEncoder()
    kept = read_scores(options.scores)
    for folder in options.suites:
        key = f"{folder.resolve()}:{options.most}"
        if key not in kept:
            name, scored = collect(folder, encoder, options.work, options.most)
            kept[key] = [name, [[case.score, case.right] for case in scored]]
            if options.scores:
                text = json.dumps({"score_key": score_key(), "suites": kept})
                options.scores.write_text(text, encoding="utf-8")
        print(f"{kept[key][0]}: {len(kept[key][1])} cases", file=sys.stderr)
    wanted = [kept[f"{folder.resolve()}:{options.most}"] for folder in options.suites]
    sets: Sets = {name: [Scored(score, right) for score, right in cases] for name, cases in wanted}
    for of in RiskOf:
        left_out(sets, options.tolerate, of)
        halved(sets, options.tolerate, of)
    fitted = calibrate(sets, encoder_key=encoder.identity.key, now=datetime.now(UTC))
    print("\nlog loss on what was left out: ", end="")
    print(", ".join(f"{method} {loss:.4f}" for method, loss in fitted.log_loss.items()))
    print(f"chosen: {fitted.probabilities}")
    if options.write:
        SHIPPED_FILE.write_text(to_text(fitted), encoding="utf-8")


if __name__ == "__main__":
    main()
