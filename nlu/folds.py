"""Parts of a labelled set, each with about the same share of every label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidInput


def stratified_folds(labels: Sequence[str], folds: int, *, seed: int) -> NDArray[np.intp]:
    """The fold of each case, 0 to `folds - 1`: shape `(len(labels),)`; the same seed gives the same folds.

    Each label's cases are shuffled and dealt out one by one, and the next label goes on where the
    last one stopped: so neither a label nor a fold's size is off by more than one. A label with
    fewer cases than folds is missing in some of them.

    Kohavi, "A study of cross-validation and bootstrap for accuracy estimation and model selection", 1995.

    Raises:
        InvalidInput: fewer than two folds, or fewer cases than folds.
    """
    if folds < 2 or len(labels) < folds:
        raise InvalidInput(
            f"{len(labels)} cases can't be cut into {folds} parts. Give more cases, or two parts or more."
        )
    random = np.random.default_rng(seed)
    names = np.array(labels)
    order = np.concatenate([random.permutation(np.flatnonzero(names == name)) for name in sorted(set(labels))])
    placed = np.empty(len(labels), dtype=np.intp)
    placed[order] = np.arange(len(labels)) % folds
    return placed
