"""What measures of a score against the truth take: one score and one truth for each case."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput

Floats = NDArray[np.float64]


def paired(scores: Sequence[float], truth: Sequence[bool]) -> tuple[Floats, NDArray[np.bool_]]:
    """Both as arrays of shape `(cases,)`.

    Raises:
        InvalidInput: they differ in length, or a score isn't a finite number.
    """
    values, facts = np.asarray(scores, dtype=np.float64), np.asarray(truth, dtype=bool)
    if len(values) != len(facts):
        raise InvalidInput(f"{len(values)} scores for {len(facts)} cases. Give one score for each case.")
    if not np.isfinite(values).all():
        raise InvalidInput("A score isn't a finite number. Give a system that knows nothing of a case the score 0.0.")
    return values, facts
