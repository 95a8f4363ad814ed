"""From a raw score to a probability: the map that predicts best on questions it wasn't fitted on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.calibration.curve import Scored

Floats = NDArray[np.float64]

EDGE: Final = 1e-4
"""Probabilities stay this far from 0 and 1: no finite number of questions shows more."""

RIDGE: Final = 1.0
"""Pull of each coefficient towards "the score is right as it is", in units of one question."""

ITERATIONS: Final = 50

FOLDS: Final = 5
"""Of a single set of questions; of several sets, each is left out in turn."""


class Method(StrEnum):
    """How scores become probabilities."""

    IDENTITY = "identity"
    """They are taken as they are."""
    PLATT = "platt"
    """A logistic curve over the score's log odds (Platt, "Probabilistic outputs for support vector machines", 1999)."""
    BETA = "beta"
    """Two log terms, for scores that are off differently at both ends (Kull, Silva Filho and Flach, "Beta
    calibration", AISTATS 2017)."""


@dataclass(frozen=True, slots=True)
class ProbabilityMap:
    """`1 / (1 + exp(-(bias + low * ln(s) - high * ln(1 - s))))` of a score s. Never falls, since `low` and `high` aren't negative."""

    method: Method
    bias: float
    low: float
    high: float

    def probability(self, score: float) -> float:
        """Probability that an answer at this score is right."""
        clipped = min(1 - EDGE, max(EDGE, score))
        odds = self.bias + self.low * log(clipped) - self.high * log(1 - clipped)
        return min(1 - EDGE, max(EDGE, 1 / (1 + exp(-max(-50.0, min(50.0, odds))))))


IDENTITY: Final = ProbabilityMap(Method.IDENTITY, 0.0, 1.0, 1.0)


def fit_map(sets: Mapping[str, Sequence[Scored]]) -> tuple[ProbabilityMap, Mapping[Method, float]]:
    """The method with the lowest log loss on what was left out, fitted on everything; and that loss by method.

    Several sets weigh the same, whatever their size, and each is left out in turn; a single set is
    cut in five. Among methods that are as good as the best one within a standard error the
    simplest is taken, so that a few questions don't bend the curve.
    """
    losses = {method: _losses(method, sets) for method in Method}
    scores = {method: float(np.mean(per_part)) if per_part else 0.0 for method, per_part in losses.items()}
    best = min(Method, key=lambda method: scores[method])
    for method in Method:  # from the simplest to the one with most coefficients
        gaps = np.asarray(losses[method]) - np.asarray(losses[best])
        error = float(gaps.std(ddof=1) / np.sqrt(len(gaps))) if len(gaps) > 1 else 0.0
        if gaps.size == 0 or float(gaps.mean()) <= error:
            return _fit(method, list(sets.values())), scores
    raise AssertionError("the best method is as good as itself")


def left_out(method: Method, sets: Mapping[str, Sequence[Scored]]) -> list[tuple[float, bool]]:
    """Each question's probability by a map fitted without its part, and whether its answer was right."""
    return [
        (fitted.probability(case.score), case.right)
        for others, part in _splits(list(sets.values()))
        for fitted in [_fit(method, others)]
        for case in part
    ]


def _losses(method: Method, sets: Mapping[str, Sequence[Scored]]) -> list[float]:
    """Log loss of each part by a map fitted on the others."""
    return [_log_loss(_fit(method, others), part) for others, part in _splits(list(sets.values())) if part]


def _splits(sets: Sequence[Sequence[Scored]]) -> Iterator[tuple[list[Sequence[Scored]], Sequence[Scored]]]:
    if len(sets) > 1:
        for left, part in enumerate(sets):
            yield [own for at, own in enumerate(sets) if at != left], part
        return
    for fold in range(FOLDS if sets and len(sets[0]) >= FOLDS else 0):
        yield [[case for at, case in enumerate(sets[0]) if at % FOLDS != fold]], sets[0][fold::FOLDS]


def _log_loss(fitted: ProbabilityMap, part: Sequence[Scored]) -> float:
    """Mean over the cases of minus the logarithm of the probability given to what was true."""
    predicted = [fitted.probability(case.score) for case in part]
    return -sum(log(p if case.right else 1 - p) for p, case in zip(predicted, part, strict=True)) / len(part)


def _fit(method: Method, sets: Sequence[Sequence[Scored]]) -> ProbabilityMap:
    return _FITS[method]([part for part in sets if part])


def _fit_platt(sets: Sequence[Sequence[Scored]]) -> ProbabilityMap:
    bias, slope = _regression(sets, lambda s: np.log(s / (1 - s))[:, None], prior=(0.0, 1.0))
    return ProbabilityMap(Method.PLATT, bias, max(0.0, slope), max(0.0, slope))


def _fit_beta(sets: Sequence[Sequence[Scored]]) -> ProbabilityMap:
    bias, low, high = _regression(sets, lambda s: np.column_stack([np.log(s), -np.log(1 - s)]), prior=(0.0, 1.0, 1.0))
    if low < 0 or high < 0:  # the curve would fall somewhere; the paper drops that term as well
        return ProbabilityMap(Method.BETA, *_astuple(_fit_platt(sets)))
    return ProbabilityMap(Method.BETA, bias, low, high)


def _astuple(fitted: ProbabilityMap) -> tuple[float, float, float]:
    return fitted.bias, fitted.low, fitted.high


_FITS: Final[Mapping[Method, Callable[[Sequence[Sequence[Scored]]], ProbabilityMap]]] = {
    Method.IDENTITY: lambda _: IDENTITY,
    Method.PLATT: _fit_platt,
    Method.BETA: _fit_beta,
}


def _regression(
    sets: Sequence[Sequence[Scored]], features: Callable[[Floats], Floats], *, prior: tuple[float, ...]
) -> tuple[float, ...]:
    """Coefficients, bias first, by Newton's method with a quadratic pull towards `prior`.

    Sets weigh the same, and together as many questions as there are. Without any question it is the prior.
    """
    centre = np.asarray(prior)
    cases = [case for part in sets for case in part]
    if not cases:
        return prior
    weight = np.concatenate([np.full(len(part), len(cases) / len(sets) / len(part)) for part in sets])
    scores = np.clip([case.score for case in cases], EDGE, 1 - EDGE)
    right = np.asarray([case.right for case in cases], dtype=np.float64)
    design = np.column_stack([np.ones(len(cases)), features(scores)])
    found = centre.copy()
    for _ in range(ITERATIONS):
        p = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        gradient = design.T @ (weight * (right - p)) - RIDGE * (found - centre)
        curvature = (design * (weight * p * (1 - p))[:, None]).T @ design + RIDGE * np.eye(len(centre))
        step = np.linalg.solve(curvature, gradient)
        found += np.clip(step, -1.0, 1.0)  # far from the optimum a whole step overshoots
        if float(np.abs(step).max()) < 1e-8:
            break
    return tuple(float(value) for value in found)
