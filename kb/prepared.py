"""What ingest hands to the knowledge base: a version that is ready to be published."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.types import DocumentKind, QAStatus, Question, indexed_text
from models.encoder import Vectors

TextHash = str
"""SHA-256 in hex of a text as the encoder reads it. Vectors are stored by it, so equal texts share one."""


def text_hash(text: str) -> TextHash:
    """The key under which a text's vector is stored."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class PreparedPassage:
    """A passage before it has an id. `text` is exactly `version.text[start:end]`."""

    heading: tuple[str, ...]
    page: int | None
    start: int
    end: int
    text: str
    context: str

    @property
    def indexed_text(self) -> str:
        """What the indexes and the encoder read."""
        return indexed_text(self.context, self.text)


@dataclass(frozen=True, slots=True)
class PreparedPair:
    """A Q&A pair before it has an id. Its passage holds question and answer as one."""

    passage: int
    """Position of its passage in `PreparedVersion.passages`. A candidate's passage isn't retrievable."""
    questions: tuple[Question, ...]
    """The standard question first."""
    answer: str
    answer_start: int
    """Offset of the answer in the version's text; `text[answer_start:][:len(answer)] == answer`."""
    status: QAStatus
    valid_from: date | None = None
    valid_until: date | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True)
class PreparedTokens:
    """Passages token by token, compressed, by the hash of `indexed_text`."""

    key: str
    """Which encoder and which compression; token vectors of two keys never mix."""
    passages: Mapping[TextHash, bytes]


@dataclass(frozen=True, slots=True)
class PreparedVersion:
    """The canonical text of a version, its passages in order, its pairs, and every vector it needs.

    `passage_vectors` is keyed by the hash of `indexed_text`, `question_vectors` by that of a
    question's text. Both hold only vectors that the knowledge base doesn't have yet.
    """

    kind: DocumentKind
    text: str
    passages: tuple[PreparedPassage, ...]
    pairs: tuple[PreparedPair, ...]
    warnings: tuple[str, ...]
    encoder_key: str
    passage_vectors: Mapping[TextHash, Vectors]
    """One-dimensional float32 of the encoder's dimension, L2-normalised."""
    question_vectors: Mapping[TextHash, Vectors]
    tokens: PreparedTokens | None = None
    """`None` when the encoder gives no token vectors."""
