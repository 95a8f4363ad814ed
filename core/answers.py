"""Replies that the sources support: their parts, what each is checked for, and where each part stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.ids import DocumentId, PassageId


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a part of an answer stands, to the character.

    `quote` is `text[start:end]` of that document version; the server takes it from SQL
    and never from a language model.
    """

    number: int
    """As shown in the answer, `[1]`."""
    passage_id: PassageId
    document_id: DocumentId
    document: str
    version: int
    page: int | None
    heading: tuple[str, ...]
    start: int
    end: int
    quote: str


class Tier(StrEnum):
    """Which step of the cascade answered, cheapest first."""

    VERBATIM = "verbatim"
    GENERATED = "generated"
    QUOTED = "quoted"
    LOOKED_UP = "looked_up"
    """The customer's own orders or tickets, worded by code. It rests on no document, so it cites none."""


class Check(StrEnum):
    """What a part of an answer is checked for against the passages that it rests on."""

    EVIDENCE = "evidence"
    """It names a passage, or one clearly says it."""
    NUMBERS = "numbers"
    UNITS = "units"
    DATES = "dates"
    ADDRESSES = "addresses"
    NAMES = "names"
    NEGATION = "negation"
    MATTER = "matter"
    """It speaks of what was asked about, and so does its source."""
    WORDS = "words"
    MEANING = "meaning"
    INSTRUCTIONS = "instructions"
    """It gives nothing away of what the model was told."""
    JUDGE = "judge"
    """A language model says that the source supports it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a generated answer with what was found when it was checked."""

    text: str
    """What it says, without marks."""
    start: int | None
    """Where it stands in the answer's text: `answer.text[start:end]`, marks included; `None` if it was dropped."""
    end: int | None
    citations: tuple[int, ...]
    """Numbers of the answer's citations that it rests on."""
    failed: tuple[Check, ...] = ()
    """The checks that it didn't pass; none for a part that is shown."""
    cover: float | None = None
    """Share of its words that its sources have, 0.0 to 1.0; `None` across languages."""
    similarity: float | None = None
    """Cosine with what it is cited to, -1.0 to 1.0; `None` where no encoder was asked."""

    @property
    def holds(self) -> bool:
        """Its sources support it."""
        return not self.failed


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that the sources support. `text` marks its citations as `[1]`."""

    text: str
    citations: tuple[Citation, ...]
    confidence: float
    """Probability that the evidence answers the question, 0.0 to 1.0."""
    tier: Tier
    segments: tuple[Segment, ...] = ()
    """Of a generated answer, in order; parts that were dropped among them."""
