"""The lowest threshold that keeps wrong answers within what the operator tolerates.

Two shares can be meant by «at most 5 % wrong answers», and both are offered:

`RiskOf.QUESTIONS`: of a hundred questions asked, at most five end in a wrong answer. The loss of a
question is 1 if it is answered wrongly, else 0; it can only fall as the threshold rises, so
conformal risk control applies (Angelopoulos, Bates, Fisch, Lei and Schuster, "Conformal Risk
Control", ICLR 2024, arXiv 2208.02814). With n calibration questions, the lowest threshold whose
empirical risk R satisfies `n/(n+1) * R + 1/(n+1) <= alpha` has an expected risk of at most alpha
on the next question, whatever the scores are worth. The expectation is over the calibration
questions and the next one; a single calibration may be off by chance (standard deviation about
`sqrt(alpha * (1 - alpha) / n)`).

`RiskOf.ANSWERS`: of a hundred answers given, at most five are wrong. This share isn't monotone in
the threshold (fewer answers can be worse ones), so the above doesn't cover it. Instead thresholds
are tested one after the other, from the strictest down, each by the exact binomial tail of "the
share of wrong answers is above alpha"; the last one that is rejected before the first that isn't
is taken (fixed sequence testing: Angelopoulos, Bates, Candès, Jordan and Lei, "Learn then Test",
arXiv 2110.01052; a bound on the selective risk as in Geifman and El-Yaniv, "Selective
Classification for Deep Neural Networks", NeurIPS 2017). With probability 1 - `DELTA` over the
calibration questions the share of the answers to come is at most alpha. It is the stricter
promise: it implies the other one (with that probability), and needs more questions.

Both assume that questions to come are like the calibration questions: drawn from the same
source, in any order (exchangeable; for `ANSWERS`, independent). They are in a knowledge base whose
gold questions are real ones. They are not when a calibration made on other sets is used: then the
figures of `docs/calibration.md`, each set left out in turn, say how far it is off.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, exp, lgamma, log, log1p
from typing import Final

from core.risk import RiskOf
from retrieval.calibration.curve import STEPS, RiskCurve, threshold_at

DELTA: Final = 0.1
"""Of `RiskOf.ANSWERS`: the promise fails for one in ten sets of calibration questions at most."""

STARTS: Final = (190, 170, 150, 120)
"""Where testing starts (as numbers of thresholds: 0.95, 0.85, 0.75, 0.6), each with a quarter of `DELTA`. Fixed
beforehand, and several, as the strictest threshold may leave too few answers for any test to reject."""

NEGLIGIBLE: Final = 1e-17
"""Share of a sum below which the terms that follow are left out."""


@lru_cache(maxsize=512)
def lowest_threshold(curve: RiskCurve, tolerated: float, of: RiskOf) -> float | None:
    """The lowest threshold that keeps the promise for questions like those of `curve`; `None` if only silence does."""
    if of is RiskOf.QUESTIONS:
        return risk_control(curve, tolerated)
    return selective_risk_control(curve, tolerated)


def risk_control(curve: RiskCurve, tolerated: float) -> float | None:
    """Conformal risk control of wrong answers per question, with a loss of at most 1.

    `(wrong + 1) / (questions + 1)` is `n/(n+1) * R + 1/(n+1)` in whole numbers.
    """
    for step in range(STEPS + 1):
        if curve.wrong[step] + 1 <= tolerated * (curve.questions + 1):
            return threshold_at(step)
    return None


def selective_risk_control(curve: RiskCurve, tolerated: float, *, delta: float = DELTA) -> float | None:
    """Fixed sequence tests of the share of wrong answers among those given, from each of `STARTS` downwards.

    Every hypothesis that a sequence rejects is rejected with a family-wise error of its share of
    `delta` (Bonferroni over the starts), so the lowest of them all may be taken.
    """
    passed: int | None = None
    for start in STARTS:
        step = start
        while step >= 0 and _rejects(curve, step, tolerated, delta / len(STARTS)):
            passed = step if passed is None else min(passed, step)
            step -= 1
    return None if passed is None else threshold_at(passed)


def _rejects(curve: RiskCurve, step: int, tolerated: float, delta: float) -> bool:
    return binomial_tail(curve.wrong[step], curve.answered[step], tolerated) <= delta


def binomial_tail(most: int, trials: int, chance: float) -> float:
    """Probability of at most `most` hits in `trials` independent trials of `chance`, 0.0 < chance < 1.0.

    As a p-value of «the chance of a hit is above `chance`» it is valid: under that hypothesis it is
    at most delta with probability at most delta. 1.0 for no trials.
    """
    if most >= trials:
        return 1.0
    # From the most likely count within reach, where no term underflows unless the sum does, to both sides
    start = min(most, int((trials + 1) * chance))
    log_term = lgamma(trials + 1) - lgamma(start + 1) - lgamma(trials - start + 1)
    largest = exp(log_term + start * log(chance) + (trials - start) * log1p(-chance))
    total = term = largest
    for hits in range(start, 0, -1):
        term *= hits * (1 - chance) / ((trials - hits + 1) * chance)
        total += term
        if term <= total * NEGLIGIBLE:
            break
    term = largest
    for hits in range(start, most):
        term *= (trials - hits) * chance / ((hits + 1) * (1 - chance))
        total += term
        if term <= total * NEGLIGIBLE:
            break
    return min(1.0, total)


def highest_share(wrong: int, answers: int, *, delta: float = DELTA) -> float:
    """Upper confidence bound of the share of wrong answers by Clopper and Pearson (1934); 1.0 for no answers.

    The true share is above it with probability `delta` at most.
    """
    if wrong >= answers:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if binomial_tail(wrong, answers, middle) <= delta else (middle, high)
    return high


def questions_needed(tolerated: float) -> int:
    """Questions from which a calibration of one's own pays: `4 / tolerated`, rounded up, less one.

    The `1/(n+1)` that conformal risk control adds costs the operator answers: the expected share of
    wrong answers lies between `alpha - 2/(n+1)` and alpha (theorem 2 of the paper, for scores without
    ties). From `4/alpha - 1` on this price is at most half of alpha; below `1/alpha - 1` it is all
    of it, and nothing could be answered.
    """
    return ceil(round(4 / tolerated, 6)) - 1
