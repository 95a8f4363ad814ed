"""What the models of mood read: the encoder's vector, and the cues of the words beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.encoder import Vectors
from nlu.sentiment.cues import cue_vector

CUE_WEIGHT: Final = 0.15
"""Scale of the cues beside a vector of length 1. Chosen on the development sets of reviews and tweets: less loses
tweets, more loses long reviews; between 0.1 and 0.3 the figures differ by a point."""


def mood_features(vectors: Vectors, texts: Sequence[str]) -> Vectors:
    """Vectors of questions, shape `(texts, dimension)`, to `(texts, dimension + cues)`."""
    cues = np.array([cue_vector(text) for text in texts], dtype=np.float32)
    return np.hstack([vectors, CUE_WEIGHT * cues])
