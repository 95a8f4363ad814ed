"""Which intent a message has, by a linear model on the encoder's vector; or that none is likely enough."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from core.analysis import Intent
from models.encoder import Vectors
from nlu.linear import LinearModel, read_linear

MODEL_FILE: Final = Path(__file__).with_name("intents.npz")
"""Learnt from the project's own gold messages; `python -m eval.benchmarks.fit_understanding` writes it."""

LEAST: Final = 0.4
"""Probability below which it abstains."""


class IntentRecogniser:
    """Tells the intent of one message. Safe to use from several threads."""

    def __init__(self, model: LinearModel, *, least: float = LEAST) -> None:
        self._model = model
        self._least = least

    @classmethod
    def shipped(cls) -> IntentRecogniser:
        """The one that comes with Zhida, for its own encoder."""
        return cls(_shipped())

    @property
    def labels(self) -> tuple[str, ...]:
        """All that it may say."""
        return self._model.labels

    @property
    def encoder_key(self) -> str:
        """Which encoder's vectors it reads."""
        return self._model.encoder_key

    def recognise(self, vector: Vectors, text: str) -> Intent:  # the text is for models that read words
        """The intent of a message, of its question vector: shape `(dimension,)`."""
        [shares] = self._model.probabilities(vector[None])
        best = int(shares.argmax())
        probability = float(shares[best])
        return Intent(self._model.labels[best] if probability >= self._least else None, probability)


@cache
def _shipped() -> LinearModel:
    return read_linear(MODEL_FILE)
