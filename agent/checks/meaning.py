"""Whether a claim means what its source says, by the encoder: for paraphrases, and across languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from models.encoder import Encoder

CALIBRATED_FOR: Final = "e5-small-zh-en"
"""Name of the encoder whose cosines these are."""

PARAPHRASE: Final = 0.95
"""Cosine of claim and cited sentence from which few shared words are enough. Of two sentences of one passage that say
different things, fewer than 1 in 100 are so close (xquad, Chinese)."""

FEWEST_WORDS: Final = 0.15
"""Share of words that even a paraphrase must have in common with its source, within one language."""

ACROSS: Final = 0.80
"""Cosine below which a claim in another language isn't what its source says. Of translated sentences 5 in 100 are
below, of other sentences of the same passage 7 in 10 (xquad, 50 passages)."""

UNRELATED: Final = 0.80
"""Cosine below which shared words are a coincidence."""


class Meaning:
    """Compares claims with what they are cited to. Cosines are those of the default encoder."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def similarity(self, claim: str, sources: Sequence[str]) -> float:
        """The highest cosine of the claim with any of the sources, -1.0 to 1.0."""
        rows = self._encoder.encode_passages([claim, *sources])
        return float((rows[1:] @ rows[0]).max()) if len(sources) else -1.0
