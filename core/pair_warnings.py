"""Nouns of the warnings about Q&A pairs that get in each other's way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.ids import DocumentId, QAPairId


class PairWarningKind(StrEnum):
    """What is wrong between two pairs."""

    CONFLICT = "conflict"
    """They are asked the same and answer it differently, so that customers are asked back or told either one."""
    DUPLICATE = "duplicate"
    """They are asked the same and answer it alike; one of them is enough, or will be forgotten in a change."""
    NEGATIVE = "negative"
    """A question that must not get this answer is what the other pair answers. Nothing is wrong if that is meant."""


@dataclass(frozen=True, slots=True)
class PairWarning:
    """Another pair that gets in this one's way."""

    kind: PairWarningKind
    pair_id: QAPairId
    """The pair that was looked at; 0 for one that is being uploaded."""
    wording: str
    """Its question, in the wording that is concerned."""
    other_id: QAPairId
    """The other pair; 0 for one of the same upload."""
    other_document_id: DocumentId
    other_document: str
    other_question: str
    """The other pair's standard question."""
    other_answer: str
    probability: float
    """That both are asked the same, 0.0 to 1.0."""
