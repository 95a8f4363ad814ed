"""The nouns of «why»: what a search held back, and why a passage that somebody expected isn't shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.documents import Passage
from core.hits import Closeness
from core.ids import DocumentId, PassageId


class Barrier(StrEnum):
    """Why a reader may not see a passage on a day."""

    NOT_LIVE = "not_live"
    """Another version of its document is in use, or none is."""
    NOT_APPROVED = "not_approved"
    """It belongs to a Q&A pair that nobody has approved."""
    INTERNAL = "internal"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Standing:
    """A passage, and whether it may be shown."""

    passage: Passage
    barriers: tuple[Barrier, ...]
    """None of them: it may be shown."""
    valid_from: date | None
    valid_until: date | None
    """First day on which it is no longer valid; the narrower dates of version and pair."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """A passage that would have been among the first, had the reader been allowed to see it."""

    standing: Standing
    rank: int
    """Its place by meaning among the passages found, from 1."""
    score: float
    """Cosine similarity."""


class Absence(StrEnum):
    """Why a passage isn't among those shown. All but the first and the last are reasons."""

    SHOWN = "shown"
    """It is among them after all."""
    NO_PASSAGES = "no_passages"
    """Its document has no passages that could be found: it is still being read, or failed."""
    WITHHELD = "withheld"
    """The reader may not see it on this day; `barriers` says why."""
    TWIN = "twin"
    """It says the same as one that is shown."""
    RANKED_LOWER = "ranked_lower"
    """It was found, but others fit better."""
    NOT_FOUND = "not_found"
    """It is neither close enough in meaning nor shares enough words to be looked at."""


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Where a passage that somebody expected stands for a question."""

    absence: Absence
    document_id: DocumentId
    document: str
    passage: Passage | None
    """Of a document the passage that comes nearest; `None` if it has none."""
    standing: Standing | None
    shown: int
    """How many passages are shown."""
    rank: int | None
    """Place among all that both sides found, from 1."""
    score: float | None
    last_score: float | None
    """Score of the last one shown, which it would have had to beat."""
    dense_rank: int | None
    dense_score: float | None
    """Cosine similarity."""
    closeness: Closeness | None
    lexical_rank: int | None
    lexical_score: float | None
    matched: tuple[str, ...]
    """Words of the question that the passage contains."""
    twin: PassageId | None = None
    """The shown passage that says the same."""
