"""Learns which runs of characters tell the mood of a Chinese message; part of `fit_understanding`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from core.types import Language
from nlu.gold_set import GoldMessage
from nlu.logistic import Matrix, log_sum_exp, softmax
from nlu.sentiment.reader import label_of
from nlu.sentiment.wording import BUCKETS, LABELS, Wording, run_weights

PENALTY: Final = 1e-4
"""A third or three times of it changes the development sets by half a point."""

STEPS: Final = 150


def learn_wording(messages: Sequence[GoldMessage]) -> Wording:
    """Learn the three moods of the Chinese messages; the mean log loss plus `PENALTY / 2 · |weights|²`."""
    own = [each for each in messages if each.language is Language.ZH]
    found = [run_weights(each.text) for each in own]
    buckets = np.concatenate([np.fromiter(each, np.intp, len(each)) for each in found])
    amounts = np.concatenate([np.fromiter(each.values(), np.float64, len(each)) for each in found])
    rows = np.repeat(np.arange(len(own)), [len(each) for each in found])
    wanted = np.array([[label_of(each.level) is label for label in LABELS] for each in own], np.float64)

    def cost(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = values[: -len(LABELS)].reshape(BUCKETS, -1), values[-len(LABELS) :]
        logits: Matrix = bias + _sums(rows, weights[buckets] * amounts[:, None], len(own))
        loss = (log_sum_exp(logits) - (logits * wanted).sum(axis=1)).mean()
        slope = (softmax(logits) - wanted) / len(own)
        gradient = _sums(buckets, slope[rows] * amounts[:, None], BUCKETS) + PENALTY * weights
        return float(loss + PENALTY / 2 * (weights**2).sum()), np.concatenate([gradient.ravel(), slope.sum(axis=0)])

    start = np.zeros((BUCKETS + 1) * len(LABELS))
    best = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    return Wording(best[: -len(LABELS)].reshape(BUCKETS, -1), best[-len(LABELS) :])


def _sums(places: NDArray[np.intp], values: Matrix, count: int) -> Matrix:
    """The sum of the values at each place, column by column."""
    return np.stack([np.bincount(places, column, count) for column in values.T], axis=1)
