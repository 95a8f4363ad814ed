"""Which intent a message has, by a small model on the encoder's vector; or that none is likely enough."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from core.analysis import Intent
from models.encoder import Vectors
from nlu.intents.model import IntentModel, read_intents

MODEL_FILE: Final = Path(__file__).with_name("intents.npz")
"""Learnt from the project's own gold messages; `python -m eval.benchmarks.fit_understanding` writes it."""

LEAST: Final = 0.4
"""Probability below which it abstains."""


class IntentRecogniser:
    """Tells the intent of one message. Safe to use from several threads."""

    def __init__(self, model: IntentModel, *, least: float = LEAST) -> None:
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

    def likeliest(self, vectors: Vectors) -> list[str]:
        """The likeliest label of each of many messages, sure or not: shape `(messages, dimension)`."""
        return [self._model.labels[at] for at in self._model.probabilities(vectors).argmax(axis=1)]


@cache
def _shipped() -> IntentModel:
    return read_intents(MODEL_FILE)
