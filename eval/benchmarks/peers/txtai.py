"""txtai: a hybrid index over external vectors, with the settings that `hybrid: true` stands for.

As in https://neuml.github.io/txtai/embeddings/configuration/general/ (`hybrid`),
https://neuml.github.io/txtai/embeddings/configuration/vectors/ (`method: external` with `transform`,
`instructions` for models that encode questions differently) and
https://neuml.github.io/txtai/embeddings/configuration/scoring/ (BM25 with `terms` and `normalize`, and
a class of one's own as `method`). txtai splits text by Unicode's word boundaries, which takes Chinese
characters one by one, and offers n-grams or a pattern besides; a class of one's own is its way to jieba's
words. Its search reads ten times as many passages from each side as are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from txtai import Embeddings
from txtai.scoring import BM25

from eval.benchmarks.peers.encoding import TimedEncoder
from eval.benchmarks.peers.protocol import Job, Passage
from eval.benchmarks.peers.words import words
from models.encoder import Vectors

QUESTION: Final = "query: "
PASSAGE: Final = "passage: "
"""What txtai is told to put in front, and `transform` takes away again: the encoder puts it there itself."""


class JiebaBM25(BM25):
    """txtai's BM25 over jieba's words."""

    def loadtokenizer(self) -> Callable[[str], list[str]]:
        return words


class Txtai:
    """Both sides count half, as normalised scores or as log-odds (`normalize="bayes"`)."""

    def __init__(self, encoder: TimedEncoder, folder: Path, *, normalize: bool | str) -> None:
        def transform(texts: Sequence[str]) -> Vectors:
            if texts[0].startswith(QUESTION):
                return encoder.encode_questions([text.removeprefix(QUESTION) for text in texts])
            return encoder.encode_passages([text.removeprefix(PASSAGE) for text in texts])

        self._folder = folder
        self._embeddings = Embeddings(
            method="external",
            transform=transform,
            instructions={"query": QUESTION, "data": PASSAGE},
            hybrid=True,
            scoring={"method": f"{JiebaBM25.__module__}.{JiebaBM25.__name__}", "terms": True, "normalize": normalize},
        )

    def ingest(self, passages: Sequence[Passage], /) -> int:
        self._embeddings.index((passage.number, passage.text, None) for passage in passages)
        return len(passages)

    def search(self, text: str, k: int, /) -> list[int]:
        return [number for number, _ in self._embeddings.search(text, k)]

    def save(self) -> None:
        self._embeddings.save(str(self._folder / "index"))


def open_system(encoder: TimedEncoder, folder: Path, _job: Job) -> Txtai:
    """The adapter."""
    return Txtai(encoder, folder, normalize=True)
