"""An encoder that takes the vectors that were computed already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.encoder import Encoder, Vectors


class KnownEncoder:
    """The product's encoder, with the passages' vectors as its knowledge base has them."""

    def __init__(self, encoder: Encoder, vectors: Mapping[str, Vectors]) -> None:
        self._encoder = encoder
        self._vectors = vectors

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One row for each text."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        fresh = dict(zip(missing, self._encoder.encode_passages(missing), strict=True)) if missing else {}
        return np.stack([fresh[text] if text in fresh else self._vectors[text] for text in texts])

    def question(self, text: str) -> Vectors:
        """The row of a question."""
        row: Vectors = self._encoder.encode_questions([text])[0]
        return row
