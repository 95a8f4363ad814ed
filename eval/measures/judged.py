"""Measures of a whole set of judged cases: they have no value for a single case, so no plain mean either."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from eval.measures.auroc import auroc_mean, resampled_auroc
from eval.measures.brier import resampled_brier
from eval.measures.mean import Mean
from eval.measures.pairing import Floats
from eval.measures.reliability import resampled_ece
from eval.measures.resampling import draws
from eval.measures.risk_coverage import resampled_aurc

ERROR_RESAMPLES: Final = 1_000
"""For a standard error, which needs fewer resamples than a tail: Efron and Tibshirani 1993, section 6.4 (50 to 200 are enough)."""


class Judged(Protocol):
    """What these measures read of a case; `eval.runs.Judgement` is one."""

    @property
    def confidence(self) -> float:
        """What the system takes for the probability that it answers rightly, 0.0 to 1.0."""
        ...

    @property
    def answerable(self) -> bool:
        """The knowledge base answers this question."""
        ...

    @property
    def right(self) -> bool:
        """An answer would have been right."""
        ...


Resampled = Callable[[Floats, NDArray[np.bool_], Floats], Floats]
"""From confidences, truths and draws of shape `(rows, cases)` to the measure of each row."""

SET_MEASURES: Final[Mapping[str, tuple[Resampled, Callable[[Judged], bool]]]] = {
    "auroc": (resampled_auroc, lambda case: case.answerable),
    "aurc": (resampled_aurc, lambda case: case.right),
    "ece": (resampled_ece, lambda case: case.right),
    "brier": (resampled_brier, lambda case: case.right),
}
"""How each is worked out on resamples, and against which truth: `auroc` is about answerable, the others about right."""


def judged_measures(cases: Sequence[Judged], *, seed: int = 0) -> dict[str, Mean]:
    """All of `SET_MEASURES` with their standard errors; no cases give none.

    `auroc` is left out when every case, or none, is answerable. Its error is DeLong's, the others'
    come from a bootstrap over the cases.
    """
    if not cases:
        return {}
    found: dict[str, Mean] = {}
    area = auroc_mean([case.confidence for case in cases], [case.answerable for case in cases])
    if area is not None:
        found["auroc"] = area
    for name in SET_MEASURES:
        if name != "auroc":
            once = measured(name, cases, np.ones((1, len(cases))))[0]
            again = [measured(name, cases, rows) for rows in draws(len(cases), seed=seed, resamples=ERROR_RESAMPLES)]
            found[name] = Mean(float(once), float(np.concatenate(again).std(ddof=1)), len(cases))
    return found


def measured(name: str, cases: Sequence[Judged], drawn: Floats) -> Floats:
    """One of `SET_MEASURES` on each resample, shape `(rows,)`."""
    function, truth = SET_MEASURES[name]
    confidence = np.array([case.confidence for case in cases], dtype=np.float64)
    return function(confidence, np.array([truth(case) for case in cases], dtype=bool), drawn)
