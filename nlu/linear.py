"""Linear models as small files: what was learnt, and of which encoder's vectors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigurationError
from nlu.logistic import Logistic, Matrix, softmax

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Labels and the logistic regression that chooses among them. Safe to use from several threads."""

    labels: tuple[str, ...]
    logistic: Logistic
    encoder_key: str
    """Whose vectors it reads; those of another encoder mean nothing to it."""

    def probabilities(self, features: NDArray[np.floating]) -> Matrix:
        """Shape `(rows, features)` to `(rows, labels)`."""
        return softmax(self.logistic.logits(features))

    def write(self, path: Path) -> None:
        """Keep it in an npz file, weights in half precision: labels differ by far more than that."""
        np.savez_compressed(
            path,
            version=np.array(VERSION),
            labels=np.array(self.labels),
            encoder=np.array(self.encoder_key),
            centre=self.logistic.centre.astype(np.float32),
            scale=np.array(self.logistic.scale),
            weights=self.logistic.weights.astype(np.float16),
            bias=self.logistic.bias.astype(np.float32),
        )


def read_linear(path: Path) -> LinearModel:
    """Read what `LinearModel.write` wrote.

    Raises:
        ConfigurationError: it isn't such a file, or of another version.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            if int(stored["version"]) != VERSION:
                raise ValueError(f"version {int(stored['version'])}")
            return LinearModel(
                tuple(stored["labels"].tolist()),
                Logistic(
                    stored["centre"].astype(np.float64),
                    float(stored["scale"]),
                    stored["weights"].astype(np.float64),
                    stored["bias"].astype(np.float64),
                ),
                str(stored["encoder"]),
            )
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(
            f"The model {path.name!r} can't be read ({error}). Reinstall Zhida, or learn it again with `zhida nlu train`."
        ) from error
