"""A deterministic encoder without weights, for tests and for trying things out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np

from core.text import fold
from core.types import EncoderIdentity
from models.encoder import Spans, TokenEncoding, Vectors


class FakeEncoder:
    """Hashes character trigrams, bigrams and single characters into a vector.

    Texts that share characters are similar, which is enough for tests of everything around the
    encoder. Questions and passages are encoded alike. Not for measuring quality.
    """

    def __init__(self, *, dimension: int = 64, name: str = "fake") -> None:
        self._identity = EncoderIdentity(name, hashlib.sha256(name.encode()).hexdigest(), dimension)

    @property
    def identity(self) -> EncoderIdentity:
        """Named as the caller says, so that a test can change the model."""
        return self._identity

    @property
    def max_tokens(self) -> int:
        """As long as the default encoder's input."""
        return MAX_TOKENS

    def encode_questions(self, texts: Sequence[str], /) -> Vectors:
        """Return one row per text, in order."""
        return self._encode(texts)

    def encode_passages(self, texts: Sequence[str], /) -> Vectors:
        """Return one row per text, in order."""
        return self._encode(texts)

    @property
    def tokens_key(self) -> str:
        """The encoder's key, as the characters are what is stored."""
        return f"{self._identity.key}+characters"

    def encode_question_tokens(self, text: str, /) -> TokenEncoding:
        """Return the text's vector, and one for every character."""
        characters = _characters(text)
        return TokenEncoding(self._encode([text])[0], self._encode(characters), np.ones(len(characters), np.float32))

    def encode_passage_tokens(self, texts: Sequence[str], /) -> tuple[Vectors, list[bytes]]:
        """Return one row per text, and its characters."""
        return self._encode(texts), ["".join(_characters(text)).encode() for text in texts]

    def expand_tokens(self, stored: Sequence[bytes], /) -> list[Vectors]:
        """One row for every character of each text."""
        return [self._encode(each.decode()) for each in stored]

    def token_spans(self, texts: Sequence[str], /) -> list[Spans]:
        """Where each of the characters stands."""
        return [np.array(_places(text), np.int64).reshape(-1, 2) for text in texts]

    def count_tokens(self, texts: Sequence[str], /) -> list[int]:
        """Two characters make a token."""
        return [(len(text) + 1) // 2 for text in texts]

    def _encode(self, texts: Sequence[str]) -> Vectors:
        dimension = self._identity.dimension
        vectors = np.zeros((len(texts), dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            letters = "".join(fold(text).split())
            for size in (1, 2, 3):
                for at in range(len(letters) - size + 1):
                    digest = hashlib.blake2b(
                        letters[at : at + size].encode(), digest_size=8, key=self._identity.name.encode()[:64]
                    )
                    vectors[row, int.from_bytes(digest.digest(), "big") % dimension] += size
            length = float(np.linalg.norm(vectors[row]))
            vectors[row] = vectors[row] / length if length else _unit(dimension)
        return vectors


MAX_TOKENS: Final = 512


def _characters(text: str) -> list[str]:
    return [folded for _, folded in _folded(text)]


def _places(text: str) -> list[tuple[int, int]]:
    return [(at, at + 1) for at, _ in _folded(text)]


def _folded(text: str) -> list[tuple[int, str]]:
    """Each character as it is compared, with its place in the text."""
    letters = [(at, each) for at, letter in enumerate(text) for each in fold(letter) if not each.isspace()]
    return letters[: 2 * MAX_TOKENS]


def _unit(dimension: int) -> Vectors:
    """The vector of a text without characters."""
    vector = np.zeros(dimension, dtype=np.float32)
    vector[0] = 1.0
    return vector
