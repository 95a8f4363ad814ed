"""What the wording of a Chinese message tells of its mood: runs of up to three characters, weighed by a linear model.

A vector of 384 numbers blurs which words a long review was made of, and a list of words knows only
those that somebody thought of. The runs alone are right less often than the vector and the list, but err
elsewhere: together they are right two points more often on reviews, and more on service messages.

English is left to the vector: with its words beside it, tweets are read worse, as too few are among the gold messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import log, sqrt
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from core.analysis import SentimentLabel
from core.errors import ConfigurationError
from core.text import HAN, fold
from nlu.logistic import Matrix

MODEL_FILE: Final = Path(__file__).with_name("wording.npz")
"""Learnt from the project's own gold messages; `python -m eval.benchmarks.fit_understanding` writes it."""

LABELS: Final = (SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE)
"""The columns of the weights."""

BUCKETS: Final = 1 << 16
"""Runs share a weight where their hashes meet."""

LONGEST_RUN: Final = 3
VERSION: Final = 1

_PIECE: Final = re.compile(rf"[{HAN}]+|[a-z][a-z']*|[^\w\s]")
_CHINESE: Final = re.compile(f"[{HAN}]")


@dataclass(frozen=True)
class Wording:
    """Weights of runs of characters. Safe to use from several threads."""

    weights: NDArray[np.floating]
    """Shape `(BUCKETS, 3)`."""
    bias: NDArray[np.floating]
    """Shape `(3,)`."""

    def logits(self, text: str) -> Matrix | None:
        """For each of `LABELS`: shape `(3,)`. `None` for a text without Chinese."""
        if not _CHINESE.search(text):
            return None
        found = run_weights(text)
        at = np.fromiter(found, dtype=np.intp, count=len(found))
        amounts = np.fromiter(found.values(), dtype=np.float64, count=len(found))
        logits: Matrix = (self.weights[at] * amounts[:, None]).sum(axis=0, dtype=np.float64) + self.bias
        return logits

    def write(self, path: Path) -> None:
        """Keep it in an npz file, weights in half precision."""
        np.savez_compressed(
            path,
            version=np.array(VERSION),
            weights=self.weights.astype(np.float16),
            bias=self.bias.astype(np.float32),
        )

    @classmethod
    def shipped(cls) -> Wording:
        """The one that comes with Zhida. It reads words, no vectors, so that it goes with any encoder."""
        return _shipped()


def run_weights(text: str) -> Mapping[int, float]:
    """The buckets of a text's runs with their damped counts, of length 1 together."""
    counts: dict[int, int] = {}
    for run in _runs(fold(text)):
        bucket = crc32(run.encode("utf-8", "replace")) % BUCKETS
        counts[bucket] = counts.get(bucket, 0) + 1
    damped = {bucket: 1.0 + log(count) for bucket, count in counts.items()}
    length = sqrt(sum(amount * amount for amount in damped.values())) or 1.0
    return {bucket: amount / length for bucket, amount in damped.items()}


def read_wording(path: Path) -> Wording:
    """Read what `Wording.write` wrote.

    Raises:
        ConfigurationError: it isn't such a file, or of another version.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            if int(stored["version"]) != VERSION:
                raise ValueError(f"version {int(stored['version'])}")
            return Wording(stored["weights"].astype(np.float32), stored["bias"].astype(np.float64))
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(f"The model {path.name!r} can't be read ({error}). Reinstall Zhida.") from error


def _runs(folded: str) -> Iterator[str]:
    for found in _PIECE.finditer(folded):
        piece = found.group()
        if not _CHINESE.match(piece):
            yield piece
            continue
        for size in range(1, LONGEST_RUN + 1):
            for start in range(len(piece) - size + 1):
                yield piece[start : start + size]


@cache
def _shipped() -> Wording:
    return read_wording(MODEL_FILE)
