"""The words that a knowledge manager teaches Zhida: synonyms, and names that must stay whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class VocabularyKind(StrEnum):
    """What an entry says of its terms."""

    SYNONYMS = "synonyms"
    """All terms mean the same: who writes one also searches for the others."""
    MEANS = "means"
    """Who writes the first term also searches for the others, and not the other way round."""
    WORD = "word"
    """A product, a brand, a name: its characters count most where they stand together."""


@dataclass(frozen=True, slots=True)
class VocabularyEntry:
    """One line of the vocabulary, effective with the next question."""

    entry_id: int
    kind: VocabularyKind
    terms: tuple[str, ...]
    """As the manager wrote them; compared without regard to case, width and traditional characters."""
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class VocabularyImport:
    """What came of a file of entries. Lines that can't be used don't keep the others out."""

    added: int
    known: int
    """Lines that were there already."""
    problems: tuple[str, ...]
    """One sentence for each line that wasn't taken, with its number."""
