"""The port of the cross-encoder: a model that reads question and passage together. Slow, exact, and optional."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class CrossEncoder(Protocol):
    """Scores how well passages answer a question. Safe to call from several threads."""

    def score(self, question: str, passages: Sequence[str], /) -> list[float]:
        """Return one finite score per passage, in order; higher is better, and only one question's compare."""
        ...
