"""Questions that mean the same, put together as they come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.encoder import Vectors
from retrieval.pairs import negates
from retrieval.sameness import same_words, something_else

SAME_NEED: Final = 0.92
"""Closeness from which two questions are taken for the same need. See docs/figures-of-service.md for its measurement."""

SAME_QUESTION: Final = 0.95
"""Closeness from which two candidate pairs are the same question, so that one answer does for both."""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that mean the same. `vectors` has a row for each text."""

    texts: tuple[str, ...]
    vectors: Vectors


def closeness(vector: Vectors, group: Group) -> float:
    """How near a question is to a group: the mean of its cosine with the nearest member and with the members' mean.

    One member may be near by chance, and a chain of such chances would join everything with everything.
    """
    cosines = group.vectors @ vector
    return float((cosines.max() + cosines.mean()) / 2)


def nearest(text: str, vector: Vectors, groups: Sequence[Group], *, least: float = SAME_NEED) -> int | None:
    """Index of the group that a question belongs to; `None` if it is a need of its own.

    Equal words are always together. Other models, amounts or opposites never are, however near they seem to an encoder.
    """
    if not groups:
        return None
    scores = [closeness(vector, group) for group in groups]
    for at in np.argsort(scores)[::-1].tolist():
        group = groups[at]
        closest = group.texts[int(np.argmax(group.vectors @ vector))]
        if same_words(text, closest):
            return int(at)
        if scores[at] < least:
            return None
        if not something_else(text, closest, [closest]) and negates(text) == negates(closest):
            return int(at)
    return None


def alike(text: str, other: str, vectors: Vectors, *, least: float = SAME_NEED) -> bool:
    """Whether two questions mean the same. `vectors` has a row for each of the two."""
    return nearest(text, vectors[0], [Group((other,), vectors[1:2])], least=least) is not None
