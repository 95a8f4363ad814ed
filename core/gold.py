"""The nouns of a gold set: questions whose right answer is known, and the runs over them.

A **GoldQuestion** says what a right answer cites and contains, or that there is none. A
**GoldRun** asks all of them as customers would; each becomes a **GoldResult** with a
**Verdict**. Two runs differ in **GoldChange**s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from core.answers import Tier
from core.documents import Audience
from core.ids import DocumentId, MessageId, PassageId
from core.language import Language

GoldId = NewType("GoldId", int)
GoldRunId = NewType("GoldRunId", int)

MAX_QUESTIONS: Final = 2_000
"""Questions of one knowledge base. A run asks all of them, at about 30 ms each without a language model."""

MAX_TEXT: Final = 2_000
"""Characters of a question, a quote or a note."""

MAX_FACT: Final = 500
MAX_FACTS: Final = 20
MAX_SOURCES: Final = 10

ALTERNATIVES: Final = "|"
"""Between the wordings of one fact: `15 天 | 十五天 | fifteen days`."""


class GoldOrigin(StrEnum):
    """How a gold question came about."""

    WRITTEN = "written"
    CONVERSATION = "conversation"
    IMPORTED = "imported"


class Verdict(StrEnum):
    """How a question was answered. `RIGHT` and `REFUSED` are as they should be."""

    RIGHT = "right"
    """An answerable question was answered: with an expected source and every fact."""
    WRONG = "wrong"
    """It was answered otherwise, or there was nothing to answer it from."""
    MISSED = "missed"
    """An answerable question was handed over or asked back about."""
    REFUSED = "refused"
    """An unanswerable question was handed over or asked back about."""

    @property
    def good(self) -> bool:
        """As it should be."""
        return self in {Verdict.RIGHT, Verdict.REFUSED}


class RunCause(StrEnum):
    """Why the gold set was run."""

    PUBLISHED = "published"
    """What customers can find has changed."""
    REQUESTED = "requested"
    GATE = "gate"


class RunStatus(StrEnum):
    """The life of a run: `QUEUED` → `RUNNING` → `DONE` or `FAILED`."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ChangeKind(StrEnum):
    """What became of a question from one run to the next, the most serious first."""

    FELL = "fell"
    """It was as it should be, and isn't any more."""
    ROSE = "rose"
    """It wasn't as it should be, and is now."""
    REWORDED = "reworded"
    """As right or wrong as before, with another answer."""
    MOVED = "moved"
    """The same answer from other sources."""


@dataclass(frozen=True, slots=True)
class GoldSource:
    """Where a right answer stands. By name and words, so that it outlives every new version of the document."""

    document: str = ""
    """Name of the document; empty means any."""
    quote: str = ""
    """Words of the passage, or of the Q&A pair's question or answer; empty means anywhere in the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldEntry:
    """What a person states about a question."""

    text: str
    language: Language | None = None
    """Of the reply; `None` means that of the question."""
    audience: Audience = Audience.PUBLIC
    """Who asks."""
    answerable: bool = True
    sources: tuple[GoldSource, ...] = ()
    """A right answer cites at least one of them."""
    facts: tuple[str, ...] = ()
    """A right answer contains every one of them, each in one of its wordings (`ALTERNATIVES`)."""
    note: str = ""
    enabled: bool = True
    """Whether runs ask it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldQuestion(GoldEntry):
    """A question of the gold set."""

    gold_id: GoldId
    origin: GoldOrigin
    message_id: MessageId | None
    """The customer's message that it was made from."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A version that customers see since a run before."""

    document: str
    version: int


@dataclass(frozen=True, slots=True)
class CitedPlace:
    """Where a cited text stands. The text itself is in the knowledge base, or gone."""

    document_id: DocumentId
    document: str
    """Name of the document when it was cited."""
    version: int
    page: int | None
    start: int
    end: int
    passage_id: PassageId
    digest: str
    """SHA-256 of the cited text in its form for comparing: equal texts of two versions are the same source."""
    quote: str | None = None
    """The cited text, where it was read to be shown; never stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldResult:
    """How one question of a run was answered."""

    gold_id: GoldId
    text: str
    """The question as it was then."""
    audience: Audience
    answerable: bool
    asked_as: datetime
    """When the question had last been edited: two results with different values were judged by different words."""
    outcome: str
    """`answer`, `clarification` or `handover`."""
    tier: Tier | None
    answer: str
    """Empty when the document that it came from was deleted since."""
    citations: tuple[CitedPlace, ...]
    confidence: float
    verdict: Verdict
    cited: bool
    """An answer cites an expected source; always true where none is expected."""
    missing: tuple[str, ...]
    """Facts that an answer lacks."""
    found: bool
    """The passages found hold an expected source or, where none is expected, every fact. Answerable questions only."""
    stale: bool
    """An expected quote isn't in its document any more, or the document is gone: the question needs a look."""
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldRun:
    """One pass over the gold set."""

    run_id: GoldRunId
    cause: RunCause
    published: tuple[PublishedVersion, ...]
    """The versions that it was run for, at most `NAMED_VERSIONS`; none when Q&A pairs or deletions were the reason."""
    status: RunStatus
    reason: str | None
    """Why it failed, for the manager."""
    requested_at: datetime
    ended_at: datetime | None
    sequence: int
    """Number of the knowledge base's last change when the run began."""
    questions: int
    asked: int
    right: int
    wrong: int
    missed: int
    refused: int
    settings: Mapping[str, str]
    """What else moves the figures: version of Zhida, encoder, language model."""

    @property
    def share(self) -> float:
        """Share of the questions that are as they should be, 0.0 to 1.0; 0.0 for no questions."""
        return (self.right + self.refused) / self.questions if self.questions else 0.0


NAMED_VERSIONS: Final = 20


@dataclass(frozen=True, slots=True)
class GoldChange:
    """A question whose answer isn't what it was in an earlier run."""

    kind: ChangeKind
    before: GoldResult
    after: GoldResult

    @property
    def edited(self) -> bool:
        """The question was edited in between, so the answer may not be what changed."""
        return self.before.asked_as != self.after.asked_as
