"""A deterministic cross-encoder without a model, for tests and for trying the wiring."""

from __future__ import annotations

from collections.abc import Sequence

from core.text import fold


class FakeCrossEncoder:
    """Scores by the share of the question's pairs of characters that a passage has. Implements `CrossEncoder`."""

    def score(self, question: str, passages: Sequence[str], /) -> list[float]:
        """Return one score per passage, 0.0 to 1.0."""
        asked = _pairs(question)
        return [len(asked & _pairs(passage)) / max(1, len(asked)) for passage in passages]


def _pairs(text: str) -> set[str]:
    letters = "".join(fold(text).split())
    return {letters[at : at + 2] for at in range(len(letters) - 1)}
