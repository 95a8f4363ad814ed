"""F1 of each label, each label counting alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput
from eval.measures.mean import Mean
from eval.measures.pairing import Floats
from eval.measures.resampling import draws

ERROR_RESAMPLES = 1_000
"""For a standard error; a tail would need more."""


def macro_f1(predicted: Sequence[str | None], truth: Sequence[str]) -> float | None:
    """Mean F1 over the labels that are in the truth or were predicted, 0.0 to 1.0; `None` when there is no case.

    A label's F1 is `2 · right / (predicted + true)`. A label that was predicted but is in no truth
    counts with 0.0, as in scikit-learn; `None`, an abstention, is no label but costs recall. The mean
    of F1s, not the F1 of means: Opitz and Burst, "Macro F1 and Macro F1", 2019.

    Raises:
        InvalidInput: the two differ in length.
    """
    if len(predicted) != len(truth):
        raise InvalidInput(f"{len(predicted)} predictions for {len(truth)} cases. Give one for each.")
    if not truth:
        return None
    return float(_weighted(*_places(predicted, truth), np.ones((1, len(truth))))[0])


def macro_f1_mean(predicted: Sequence[str | None], truth: Sequence[str], *, seed: int = 0) -> Mean | None:
    """With its standard error from a bootstrap over the cases; `None` and errors as `macro_f1`."""
    value = macro_f1(predicted, truth)
    if value is None:
        return None
    places = _places(predicted, truth)
    again = np.concatenate(
        [_weighted(*places, rows) for rows in draws(len(truth), seed=seed, resamples=ERROR_RESAMPLES)]
    )
    return Mean(value, float(again.std(ddof=1)), len(truth))


def _places(predicted: Sequence[str | None], truth: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Labels as numbers; an abstention is -1."""
    names = {name: at for at, name in enumerate(sorted({*truth, *(name for name in predicted if name is not None)}))}
    said = [-1 if name is None else names[name] for name in predicted]
    return np.array(said, dtype=np.intp), np.array([names[name] for name in truth], dtype=np.intp)


def _weighted(said: NDArray[np.intp], truth: NDArray[np.intp], weights: Floats) -> Floats:
    """Macro F1 under each row of `weights` (how often each case was drawn), shape `(rows, cases)` to `(rows,)`.

    A label that a row draws neither as truth nor as prediction doesn't count in that row.
    """
    total, labels = np.zeros(len(weights)), np.zeros(len(weights))
    for label in range(int(max(said.max(), truth.max())) + 1):
        both = weights @ ((said == label) & (truth == label))
        either = weights @ ((said == label).astype(np.float64) + (truth == label))
        total += np.divide(2.0 * both, either, out=np.zeros(len(weights)), where=either > 0)
        labels += either > 0
    found: Floats = total / labels
    return found
