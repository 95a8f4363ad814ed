"""Whether a message gives a reason to bring in a person, by a linear model on the vector and the cues of mood.

It stands beside the words that the service manager lists for hand-over: words catch what they name, this
catches other wordings («我妈被电了一下»). Neither replaces the other.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from core.analysis import EscalationKind, EscalationSignal
from models.encoder import Vectors
from nlu.linear import LinearModel, read_linear
from nlu.sentiment.features import mood_features

MODEL_FILE: Final = Path(__file__).with_name("escalation.npz")
"""Learnt from the project's own gold messages; `python -m eval.benchmarks.fit_understanding` writes it."""

NONE: Final = "none"
"""The label of messages that give no reason: nearly all."""

LEAST: Final = 0.4
"""Probability from which a signal is told. Low on purpose: a needless look by a person costs less than a missed fire."""


class EscalationReader:
    """Reads the signals of one message. Safe to use from several threads."""

    def __init__(self, model: LinearModel, *, least: float = LEAST) -> None:
        self._model = model
        self._least = least

    @classmethod
    def shipped(cls) -> EscalationReader:
        """The one that comes with Zhida, for its own encoder."""
        return cls(_shipped())

    @property
    def encoder_key(self) -> str:
        """Which encoder's vectors it reads."""
        return self._model.encoder_key

    def read(self, vector: Vectors, text: str, /) -> tuple[EscalationSignal, ...]:
        """The signals of a message, likeliest first, of its question vector: shape `(dimension,)`."""
        [shares] = self._model.probabilities(mood_features(vector[None], [text]))
        found = [
            EscalationSignal(EscalationKind(label), float(share))
            for label, share in zip(self._model.labels, shares, strict=True)
            if label != NONE and share >= self._least
        ]
        return tuple(sorted(found, key=lambda signal: -signal.probability))


@cache
def _shipped() -> LinearModel:
    return read_linear(MODEL_FILE)
