"""How a customer feels, by three linear models: one for the level, one for anger, one for the wording of Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from core.analysis import Sentiment, SentimentLabel, SentimentLevel
from models.encoder import Vectors
from nlu.linear import LinearModel, read_linear
from nlu.logistic import Matrix
from nlu.sentiment.features import mood_features
from nlu.sentiment.wording import LABELS, Wording

LEVEL_FILE: Final = Path(__file__).with_name("level.npz")
ANGER_FILE: Final = Path(__file__).with_name("anger.npz")
"""Learnt from the project's own gold messages; `python -m eval.benchmarks.fit_understanding` writes both."""

ANGRY, CALM = "angry", "calm"

WORDING_WEIGHT: Final = 0.8
"""Of the logits of the wording beside those of the level. From 0.5 to 0.8 the development sets differ by half a point."""


class SentimentReader:
    """Reads the mood of one message. Safe to use from several threads."""

    def __init__(self, level: LinearModel, anger: LinearModel, wording: Wording | None = None) -> None:
        self._level = level
        self._anger = anger
        self._wording = wording
        self._levels = [SentimentLevel(int(label)) for label in level.labels]
        self._columns = [LABELS.index(label_of(each)) for each in self._levels]

    @classmethod
    def shipped(cls) -> SentimentReader:
        """The one that comes with Zhida, for its own encoder."""
        return cls(*_shipped(), Wording.shipped())

    @property
    def encoder_key(self) -> str:
        """Which encoder's vectors it reads."""
        return self._level.encoder_key

    def read(self, vector: Vectors, text: str, /) -> Sentiment:
        """The mood of a message, of its question vector: shape `(dimension,)`.

        The label is the likeliest of the three; the level is the likeliest of those that the label covers.
        """
        features = mood_features(vector[None], [text])
        by_level = self._by_level(features, [text])[0]
        by_label = _by_label(by_level)
        label = max(SentimentLabel, key=lambda each: by_label[each])
        level = max((each for each in by_level if label_of(each) is label), key=lambda each: by_level[each])
        [anger] = self._anger.probabilities(features)
        return Sentiment(label, level, by_label[label], float(anger[self._anger.labels.index(ANGRY)]))

    def shares(self, vectors: Vectors, texts: Sequence[str]) -> list[Mapping[SentimentLabel, float]]:
        """How likely each of the three labels is, of many messages."""
        return [_by_label(each) for each in self._by_level(mood_features(vectors, texts), texts)]

    def _by_level(self, features: Vectors, texts: Sequence[str]) -> list[Mapping[SentimentLevel, float]]:
        rows = np.stack(
            [self._reworded(row, text) for row, text in zip(self._level.probabilities(features), texts, strict=True)]
        )
        return [dict(zip(self._levels, (float(share) for share in row), strict=True)) for row in rows]

    def _reworded(self, shares: Matrix, text: str) -> Matrix:
        """The shares of the levels, changed by what the wording says of their labels."""
        logits = self._wording.logits(text) if self._wording is not None else None
        if logits is None:
            return shares
        raised = shares * np.exp(WORDING_WEIGHT * (logits - logits.max()))[self._columns]
        found: Matrix = raised / raised.sum()
        return found


def _by_label(by_level: Mapping[SentimentLevel, float]) -> Mapping[SentimentLabel, float]:
    shares = dict.fromkeys(SentimentLabel, 0.0)
    for level, share in by_level.items():
        shares[label_of(level)] += share
    return shares


def label_of(level: SentimentLevel) -> SentimentLabel:
    """Which of the three words a level belongs to."""
    if level < SentimentLevel.NEUTRAL:
        return SentimentLabel.NEGATIVE
    return SentimentLabel.POSITIVE if level > SentimentLevel.NEUTRAL else SentimentLabel.NEUTRAL


@cache
def _shipped() -> tuple[LinearModel, LinearModel]:
    return read_linear(LEVEL_FILE), read_linear(ANGER_FILE)
