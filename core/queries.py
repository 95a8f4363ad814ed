"""What is asked, and what it was taken to mean before anything was searched for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.documents import Audience
from core.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked, by whom and as of when. Filters apply before ranking."""

    text: str
    audience: Audience = Audience.PUBLIC
    as_of: date | None = None
    """Day for which documents must be valid; `None` means today."""
    history: tuple[Message, ...] = ()
    """Earlier messages of the conversation, oldest first; a follow-up is understood with them."""


class CorrectionKind(StrEnum):
    """How a word was misspelt."""

    PINYIN = "pinyin"
    """Typed in letters: «tuikuan»."""
    SOUND = "sound"
    """A character that sounds alike: «发漂»."""
    SPELLING = "spelling"
    """A slip in a word of letters: «refnud»."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that the knowledge base doesn't know, and the known one that was searched for instead."""

    written: str
    read_as: str
    kind: CorrectionKind


@dataclass(frozen=True, slots=True)
class Expansion:
    """Words that are searched for as well."""

    text: str
    weight: float
    """How much they count beside the question's own words, which count 1.0."""
    of: str
    """The words of the question that they stand for."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question was taken to mean before anything was searched for."""

    asked: str
    """The customer's own words."""
    searched: str
    """What was encoded and searched for."""
    corrections: tuple[Correction, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    """From synonyms, and other forms of numbers and dates; searched for by words only."""
    whole: tuple[str, ...] = ()
    """Words of the knowledge manager's dictionary that the question holds."""
    from_history: bool = False
    """The message was completed from earlier ones of the conversation."""
