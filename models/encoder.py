"""The port of the text encoder. One implementation per runtime; `models.loading` picks one by setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.types import EncoderIdentity

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Maps texts to L2-normalised vectors, so that a dot product is a cosine similarity.

    Questions and passages are encoded differently; comparing question with question uses
    `encode_questions` for both. Safe to call from several threads.
    """

    @property
    def identity(self) -> EncoderIdentity:
        """Which model this is. The same identity means the same vectors."""
        ...

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens, prefix included; what lies beyond is cut off."""
        ...

    def encode_questions(self, texts: Sequence[str], /) -> Vectors:
        """Return one row per text, in order: shape `(len(texts), dimension)`, also for no texts."""
        ...

    def encode_passages(self, texts: Sequence[str], /) -> Vectors:
        """Return one row per text, in order: shape `(len(texts), dimension)`, also for no texts."""
        ...

    def count_tokens(self, texts: Sequence[str], /) -> list[int]:
        """Return the number of tokens of each text, without prefix and end marks."""
        ...
