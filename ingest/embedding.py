"""Every vector that a version needs and the knowledge base doesn't have yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from core.errors import ModelError
from core.types import QuestionKind
from ingest.pairs import SplitDocument
from kb.index import Collection
from kb.prepared import PreparedTokens, TextHash, text_hash
from models.encoder import Encoder, TokenEncoder, Vectors

SLICE: Final = 128
"""Texts between two reports: a few seconds of work on a small machine, and many of the encoder's batches."""

Report = Callable[[float], None]
"""Called with the share of the work done, 0.0 to 1.0. What it raises ends the work."""


class KnownVectors(Protocol):
    """Where vectors that were computed before are found; `KnowledgeBase` is one."""

    def vectors(
        self, hashes: Sequence[TextHash], *, encoder_key: str, collection: Collection
    ) -> dict[TextHash, Vectors]:
        """The stored vectors among these."""
        ...


@dataclass(frozen=True, slots=True)
class NewVectors:
    """Vectors by the hash of their text: one-dimensional float32, L2-normalised."""

    passages: Mapping[TextHash, Vectors]
    questions: Mapping[TextHash, Vectors]
    tokens: PreparedTokens | None
    """Of the same passages; `None` when the encoder gives none."""


def embed(document: SplitDocument, *, known: KnownVectors, encoder: Encoder, report: Report) -> NewVectors:
    """Compute the vectors that are missing. Texts that didn't change since an earlier version cost nothing.

    Negative wordings are only compared as text, so they need none.

    Raises:
        ModelError: the encoder's output can't be used; nothing of it may be stored.
    """
    key = encoder.identity.key
    passages = _missing([passage.indexed_text for passage in document.passages], known, key, Collection.PASSAGES)
    questions = _missing(_wordings(document), known, key, Collection.QUESTIONS)
    total = sum(map(len, passages.values())) + sum(map(len, questions.values()))
    done = 0
    vectors: dict[Collection, dict[TextHash, Vectors]] = {collection: {} for collection in Collection}
    tokens: dict[TextHash, bytes] = {}
    for collection, texts in ((Collection.PASSAGES, passages), (Collection.QUESTIONS, questions)):
        for some in _slices(texts):
            wanted = [texts[hashed] for hashed in some]
            codes: Sequence[bytes] = ()
            if collection is Collection.QUESTIONS:
                rows = encoder.encode_questions(wanted)
            elif isinstance(encoder, TokenEncoder):
                rows, codes = encoder.encode_passage_tokens(wanted)
            else:
                rows = encoder.encode_passages(wanted)
            vectors[collection].update(zip(some, _checked(rows, len(some), encoder), strict=True))
            tokens.update(zip(some, codes, strict=False))  # what is without any is ranked without them
            done += sum(map(len, wanted))
            report(done / total)
    return NewVectors(
        vectors[Collection.PASSAGES],
        vectors[Collection.QUESTIONS],
        PreparedTokens(encoder.tokens_key, tokens) if isinstance(encoder, TokenEncoder) else None,
    )


def _wordings(document: SplitDocument) -> list[str]:
    return [
        question.text
        for pair in document.pairs
        for question in pair.questions
        if question.kind is not QuestionKind.NEGATIVE
    ]


def _missing(texts: Sequence[str], known: KnownVectors, key: str, collection: Collection) -> dict[TextHash, str]:
    wanted = {text_hash(text): text for text in texts}
    stored = known.vectors(list(wanted), encoder_key=key, collection=collection)
    return {hashed: text for hashed, text in wanted.items() if hashed not in stored}


def _slices(texts: Mapping[TextHash, str]) -> Iterator[list[TextHash]]:
    """Texts of like length together, the longest first, so that a batch of the encoder wastes no padding."""
    order = sorted(texts, key=lambda hashed: -len(texts[hashed]))
    for at in range(0, len(order), SLICE):
        yield order[at : at + SLICE]


def _checked(vectors: Vectors, rows: int, encoder: Encoder) -> Vectors:
    """The encoder's answer, if it is one: a wrong vector would be found for the wrong questions for ever."""
    expected = (rows, encoder.identity.dimension)
    if vectors.shape != expected or not np.isfinite(vectors).all():
        raise ModelError(
            f"The encoder {encoder.identity.name!r} returned vectors of shape {vectors.shape} instead of {expected}, "
            "or numbers that aren't finite. Check the model's files and process the document again."
        )
    return vectors.astype(np.float32, copy=False)
