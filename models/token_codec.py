"""Token vectors in few bytes: centred, turned to their main directions, cut, four bits a number."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigurationError
from models.encoder import Vectors

LEVELS: Final = 16
"""Values that four bits tell apart."""

COMMON: Final = 4.0
"""Natural logarithms of improbability that every piece has, so that they tell nothing."""

LEAST: Final = 0.1
"""What even the most common piece tells."""

_PARTS: Final = ("centre", "directions", "deviation", "information")

REACH: Final = 2.5
"""Numbers up to so many standard deviations from 0 are told apart; what lies beyond gets the outermost level."""


_BYTES: Final = np.arange(256)
_TWO_NUMBERS: Final = (np.stack([_BYTES >> 4, _BYTES & 15], axis=1) - (LEVELS - 1) / 2).astype(np.float32)
"""The two numbers in each byte, in steps from the middle: shape `(256, 2)`."""


@dataclass(frozen=True, slots=True, eq=False)
class TokenCodec:
    """Compresses the token vectors of one encoder to half a byte a number.

    Late interaction compares every token of a question with every token of a passage, so a
    passage needs a vector for each token. Centring takes away what all tokens share, and the
    first principal directions keep what tells them apart (as ColBERTv2 and PLAID compress theirs:
    Santhanam et al., NAACL 2022). Fitted by `eval.benchmarks.fit_token_codec`.
    """

    centre: Vectors
    """Mean token vector, shape `(dimension,)`."""
    directions: Vectors
    """Principal directions as columns, shape `(dimension, kept)`; `kept` is even."""
    deviation: Vectors
    """Standard deviation of each kept number, shape `(kept,)`, after rows were brought to length 1."""
    information: Vectors
    """How much each piece of the vocabulary tells, shape `(pieces,)`: see `information_of`."""

    @property
    def key(self) -> str:
        """Short text that tells codecs apart."""
        digest = hashlib.sha256()
        for part in (self.centre, self.directions, self.deviation):  # what is compressed doesn't depend on more
            digest.update(np.ascontiguousarray(part).tobytes())
        return f"tokens{self.kept}x4@{digest.hexdigest()[:8]}"

    @property
    def kept(self) -> int:
        """Numbers of a compressed token."""
        return int(self.directions.shape[1])

    @property
    def token_bytes(self) -> int:
        """Bytes of a compressed token."""
        return self.kept // 2

    @classmethod
    def read(cls, stored: bytes) -> Self:
        """Read what `written` gave.

        Raises:
            ConfigurationError: it is something else.
        """
        try:
            with np.load(io.BytesIO(stored), allow_pickle=False) as parts:
                centre, directions, deviation, information = (parts[name].astype(np.float32) for name in _PARTS)
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise ConfigurationError("The encoder's token codec can't be read. Reinstall Zhida.") from error
        return cls(centre, directions, deviation, information)

    def written(self) -> bytes:
        """As it is shipped: half precision, which moves no quantised number by more than a level."""
        target = io.BytesIO()
        parts = {name: getattr(self, name).astype(np.float16) for name in _PARTS}
        np.savez_compressed(target, **parts)
        return target.getvalue()

    def project(self, tokens: Vectors) -> Vectors:
        """Rows of shape `(tokens, dimension)` as rows of length 1, shape `(tokens, kept)`."""
        return _unit_rows(np.asarray((tokens - self.centre) @ self.directions, dtype=np.float32))

    def compress(self, tokens: Vectors) -> bytes:
        """`tokens` rows of shape `(tokens, dimension)` in `tokens * kept / 2` bytes."""
        steps = self.project(tokens) / self._step() + (LEVELS - 1) / 2
        codes = np.clip(np.rint(steps), 0, LEVELS - 1).astype(np.uint8)
        return bytes((codes[:, 0::2] << 4 | codes[:, 1::2]).tobytes())

    def expand(self, stored: bytes) -> Vectors:
        """What `compress` was given, projected: rows of length 1, shape `(tokens, kept)`."""
        packed: NDArray[np.uint8] = np.frombuffer(stored, dtype=np.uint8)
        codes = _TWO_NUMBERS[packed].reshape(-1, self.kept)
        codes *= self._step()
        return _unit_rows(codes)

    def _step(self) -> Vectors:
        return (self.deviation * (2 * REACH / (LEVELS - 1))).astype(np.float32)


def information_of(log_probabilities: Vectors) -> Vectors:
    """How much each piece of a unigram vocabulary tells: minus its log probability, less what all have.

    The weight that a rare word has over a common one without counting the words of any corpus
    (Shannon's self-information; the tokenizer's model has the probabilities).
    """
    told: Vectors = np.maximum(-log_probabilities - COMMON, LEAST).astype(np.float32)
    return told


def fit_codec(languages: Sequence[Vectors], information: Vectors, *, kept: int) -> TokenCodec:
    """Centre, main directions and deviations of many token vectors, an array of shape `(tokens, dimension)` a language.

    Each language is centred on its own mean, and the directions in which the means differ are taken
    out. Otherwise the first direction would tell languages apart, which is the last thing to matter
    to a question in one and a passage in the other.
    """
    means = np.stack([tokens.mean(axis=0) for tokens in languages])
    centre = means.mean(axis=0)
    centred = np.concatenate([tokens - mean for tokens, mean in zip(languages, means, strict=True)])
    apart = np.linalg.svd(means - centre, full_matrices=False)[2][: len(languages) - 1]
    centred -= centred @ apart.T @ apart
    values, directions = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    main = directions[:, np.argsort(-values)[:kept]].astype(np.float32)
    projected = _unit_rows(centred @ main)
    return TokenCodec(centre.astype(np.float32), main, projected.std(axis=0).astype(np.float32), information)


def _unit_rows(rows: Vectors) -> Vectors:
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    unit: Vectors = (rows / np.maximum(lengths, 1e-9)[:, None]).astype(np.float32, copy=False)
    return unit
