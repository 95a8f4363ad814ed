"""Questions with approved answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.documents import Audience
from core.ids import DocumentId, PassageId, QAPairId


class QAStatus(StrEnum):
    """`CANDIDATE` waits for a person; only `APPROVED` pairs are ever shown to a customer."""

    CANDIDATE = "candidate"
    APPROVED = "approved"
    REJECTED = "rejected"


class QuestionKind(StrEnum):
    """How a question belongs to a pair. A `NEGATIVE` one looks alike but must *not* get this answer."""

    STANDARD = "standard"
    SIMILAR = "similar"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class Question:
    """One wording of a Q&A pair's question."""

    text: str
    kind: QuestionKind


@dataclass(frozen=True, slots=True)
class QAPair:
    """A question with its approved answer. The answer is shown to customers word for word."""

    pair_id: QAPairId
    document_id: DocumentId
    document: str
    version: int
    passage_id: PassageId
    questions: tuple[Question, ...]
    """The standard question comes first."""
    answer: str
    answer_start: int
    """Offset of the answer in the version's text."""
    status: QAStatus
    audience: Audience
    valid_from: date | None
    valid_until: date | None
    """First day on which the answer is no longer valid."""
    product: str | None = None

    @property
    def question(self) -> str:
        """The standard question."""
        return self.questions[0].text
