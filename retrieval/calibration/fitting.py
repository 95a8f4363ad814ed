"""A calibration: everything that is fitted on questions whose right answer is known, and stored with them counted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from math import isfinite
from typing import Any, Final

from core.errors import InvalidInput, StorageError
from core.risk import Outlook, ReliabilityBin, RiskOf, Tolerance
from retrieval.calibration.curve import RiskCurve, Scored
from retrieval.calibration.limit import AnswerLimit
from retrieval.calibration.probability import Method, ProbabilityMap, fit_map, left_out
from retrieval.calibration.risk import lowest_threshold, questions_needed
from retrieval.confidence import MODEL_FILE
from retrieval.pairs import pair_threshold

BINS: Final = 10
"""Of the reliability curve, each a tenth wide."""

UNANSWERABLE_NEEDED: Final = 20
"""Questions of a gold set to which an answer would be wrong. With hardly any, every threshold looks harmless, and
the one that follows would let through all that customers ask beyond the gold set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """From scores to probabilities, and what each threshold would have meant."""

    fitted_at: datetime
    zhida_version: str
    encoder_key: str
    score_key: str
    """Which confidence model gave the scores, see `score_key`. Scores of another one mean something else."""
    sets: tuple[str, ...]
    """Names of the sets of questions it was fitted on."""
    probabilities: ProbabilityMap
    log_loss: Mapping[Method, float]
    """Of each method on what was left out; lower is better."""
    curve: RiskCurve
    reliability: tuple[ReliabilityBin, ...]
    """Of probabilities that were predicted without the question's own set, or fifth of a single set."""

    def suffices(self, tolerated: float) -> bool:
        """Whether there are questions enough, of both kinds, for a promise about `tolerated`."""
        return self.curve.questions >= questions_needed(tolerated) and self.curve.wrong[0] >= UNANSWERABLE_NEEDED

    def outlook(self, tolerated: float, of: RiskOf) -> Outlook:
        """The threshold for a tolerated share, and what it means for the calibration's questions."""
        threshold = lowest_threshold(self.curve, tolerated, of)
        point = self.curve.at(threshold)
        return Outlook(
            tolerated,
            of,
            threshold,
            point.answered_share,
            point.right_share,
            point.wrong_of_questions,
            point.wrong_of_answers,
        )

    def start(self, tolerance: Tolerance) -> Outlook:
        """What the start value means for the calibration's questions, whatever is tolerated."""
        point = self.curve.at(START_THRESHOLD)
        return Outlook(
            tolerance.share,
            tolerance.of,
            START_THRESHOLD,
            point.answered_share,
            point.right_share,
            point.wrong_of_questions,
            point.wrong_of_answers,
        )

    def start_limit(self) -> AnswerLimit:
        """What the assistant goes by until somebody says what is tolerated."""
        return AnswerLimit(START_THRESHOLD, self.probabilities)

    def limit(self, tolerated: float, of: RiskOf) -> AnswerLimit:
        """What the assistant goes by."""
        threshold = lowest_threshold(self.curve, tolerated, of)
        lowest = float("inf") if threshold is None else threshold
        return AnswerLimit(lowest, self.probabilities, pair_threshold(tolerated, of))


START_THRESHOLD: Final = 0.3
"""Raw score from which a new knowledge base answers. Other people's questions can promise nothing for it: how high scores
are differs between knowledge bases, and a threshold that keeps 5 % on all development suites would leave most customers
without an answer. This one answers two in three of the sample's questions; see `docs/calibration.md`."""


def score_key() -> str:
    """Names the confidence model whose scores are calibrated: it changes with the model's weights."""
    return sha256(MODEL_FILE.read_bytes()).hexdigest()[:16]


def calibrate(sets: Mapping[str, Sequence[Scored]], *, encoder_key: str, now: datetime) -> Calibration:
    """Fit on one or several sets of questions; several weigh the same, whatever their size.

    Raises:
        InvalidInput: there is no question, or a score isn't a number from 0 to 1.
    """
    kept = {name: tuple(cases) for name, cases in sets.items() if cases}
    if not kept:
        raise InvalidInput("There is no gold question to calibrate on. Add questions to the gold set first.")
    curve = RiskCurve.balanced([RiskCurve.of(cases) for cases in kept.values()])
    probabilities, losses = fit_map(kept)
    return Calibration(
        fitted_at=now,
        zhida_version=version("zhida"),
        encoder_key=encoder_key,
        score_key=score_key(),
        sets=tuple(kept),
        probabilities=probabilities,
        log_loss=losses,
        curve=curve,
        reliability=reliability(left_out(probabilities.method, kept)),
    )


def reliability(predicted: Sequence[tuple[float, bool]]) -> tuple[ReliabilityBin, ...]:
    """Bins of equal width with what was predicted and what came true; empty ones are left out."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for probability, right in predicted:
        bins[min(BINS - 1, int(probability * BINS))].append((probability, right))
    return tuple(
        ReliabilityBin(
            len(own), sum(probability for probability, _ in own) / len(own), sum(right for _, right in own) / len(own)
        )
        for own in bins
        if own
    )


def to_text(calibration: Calibration) -> str:
    """As JSON, one key a line."""
    fitted = calibration.probabilities
    raw = {
        "fitted_at": calibration.fitted_at.isoformat(),
        "zhida_version": calibration.zhida_version,
        "encoder_key": calibration.encoder_key,
        "score_key": calibration.score_key,
        "sets": list(calibration.sets),
        "probabilities": [fitted.method.value, *(round(value, 4) for value in (fitted.bias, fitted.low, fitted.high))],
        "log_loss": {method.value: round(loss, 4) for method, loss in calibration.log_loss.items()},
        "questions": calibration.curve.questions,
        "answered": list(calibration.curve.answered),
        "wrong": list(calibration.curve.wrong),
        "reliability": [
            [each.questions, round(each.mean_probability, 4), round(each.right_share, 4)]
            for each in calibration.reliability
        ],
    }
    lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in raw.items())
    return f"{{\n{lines}\n}}\n"


def from_text(text: str) -> Calibration:
    """Read what `to_text` wrote.

    Raises:
        StorageError: it is something else.
    """
    try:
        raw: dict[str, Any] = json.loads(text)
        method, *coefficients = raw["probabilities"]
        bias, low, high = map(float, coefficients)
        if not all(map(isfinite, (bias, low, high))) or min(low, high) < 0:
            raise ValueError("a map that falls")
        curve = RiskCurve(int(raw["questions"]), tuple(map(int, raw["answered"])), tuple(map(int, raw["wrong"])))
        curve.check()
        return Calibration(
            fitted_at=datetime.fromisoformat(raw["fitted_at"]),
            zhida_version=str(raw["zhida_version"]),
            encoder_key=str(raw["encoder_key"]),
            score_key=str(raw["score_key"]),
            sets=tuple(map(str, raw["sets"])),
            probabilities=ProbabilityMap(Method(method), bias, low, high),
            log_loss={Method(name): float(loss) for name, loss in raw["log_loss"].items()},
            curve=curve,
            reliability=tuple(
                ReliabilityBin(int(count), float(mean), float(share)) for count, mean, share in raw["reliability"]
            ),
        )
    except (ValueError, KeyError, TypeError, AttributeError, InvalidInput):
        raise StorageError("A stored calibration can't be read. Fit it again: zhida eval calibrate") from None
