"""The port of the text encoder. One implementation per runtime; `models.loading` picks one by setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from core.types import EncoderIdentity

Vectors = NDArray[np.float32]
Spans = NDArray[np.int64]
"""Starts and ends, shape `(n, 2)`; a span is `text[start:end]`."""


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


@dataclass(frozen=True, slots=True)
class TokenEncoding:
    """A question as one vector and token by token."""

    vector: Vectors
    """Shape `(dimension,)`."""
    tokens: Vectors
    """Shape `(tokens, kept)`, rows of length 1, comparable with what `expand_tokens` returns."""
    weights: Vectors
    """How much each token tells, above 0: shape `(tokens,)`. A rare name tells more than a particle."""


@runtime_checkable
class TokenEncoder(Encoder, Protocol):
    """An encoder that gives a vector for every token as well, for late interaction.

    One pass gives both. Prefix and end marks have no token vector.
    """

    @property
    def tokens_key(self) -> str:
        """Which model and which compression the stored token vectors are of."""
        ...

    def encode_question_tokens(self, text: str, /) -> TokenEncoding:
        """Return the question's vector, as `encode_questions` does, and those of its tokens."""
        ...

    def encode_passage_tokens(self, texts: Sequence[str], /) -> tuple[Vectors, list[bytes]]:
        """Return one row per text, as `encode_passages` does, and each text's compressed token vectors."""
        ...

    def expand_tokens(self, stored: Sequence[bytes], /) -> list[Vectors]:
        """Each text's compressed token vectors as rows of length 1: shape `(tokens, kept)`."""
        ...

    def token_spans(self, texts: Sequence[str], /) -> list[Spans]:
        """Where each of a text's token vectors stands in it, in characters: shape `(tokens, 2)`, in order."""
        ...
