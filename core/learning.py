"""The nouns of learning: questions that had no answer, and pairs that people's work suggests.

A **Gap** is a need that the knowledge base doesn't meet, with the customers' questions that show it. A
**Candidate** is a question and an answer that a person gave, waiting for somebody to approve it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NewType

from core.documents import Audience
from core.handover_codes import HandoverCode
from core.ids import ConversationId, DocumentId, MessageId
from core.messages import Role

GapId = NewType("GapId", int)
CandidateId = NewType("CandidateId", int)

MAX_QUESTION: Final = 500
"""Characters of a candidate's question."""

MAX_ANSWER: Final = 4_000
MAX_NOTE: Final = 2_000
MAX_OWNER: Final = 100


class GapStatus(StrEnum):
    """The life of a gap. Only `DISMISSED` is set by hand; the others follow from what the assistant answers."""

    OPEN = "open"
    CLOSED = "closed"
    """Every question of it that was tried is answered rightly now, see `Filling`."""
    DISMISSED = "dismissed"
    """Not ours to answer. New questions count, and nobody is bothered."""


class Filling(StrEnum):
    """What became of a gap's question when it was asked again. The first three fill it."""

    PAIR = "pair"
    """Answered by the pair that was written for the gap."""
    CONFIRMED = "confirmed"
    """Answered from a source of which a person has said that it is right for the gap."""
    NEWER = "newer"
    """Answered from words that weren't in the knowledge base when it was asked in vain."""
    DOUBTFUL = "doubtful"
    """Answered, but from what was there all along or by something else than the gap's pair: a person has to look."""
    UNANSWERED = "unanswered"

    @property
    def fills(self) -> bool:
        """The question counts as answered rightly."""
        return self in {Filling.PAIR, Filling.CONFIRMED, Filling.NEWER}


@dataclass(frozen=True, slots=True)
class ToldFrom:
    """The first place that an answer cites. The text itself is in the knowledge base, or gone."""

    document_id: DocumentId
    document: str
    version: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GapTrial:
    """How one question of a gap was answered when it was asked again."""

    filling: Filling
    told_from: ToldFrom | None = None
    keys: tuple[str, ...] = ()
    """Of all places cited, as they are confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapQuestion:
    """What one customer asked in vain, with personal data removed."""

    message_id: MessageId
    conversation_id: ConversationId
    episode_id: str
    """Empty where the conversation had none."""
    customer: str
    """Who it is as figures count customers; not a name."""
    text: str
    audience: Audience
    code: HandoverCode
    """The rule that fired."""
    asked_at: datetime
    answered: bool | None = None
    """Whether the assistant answered it when it was tried last; `None` before that."""
    filling: Filling | None = None
    """What that answer was worth; `None` where it wasn't tried in the last round."""
    told_from: ToldFrom | None = None
    told_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A need that the knowledge base doesn't meet."""

    gap_id: GapId
    question: str
    """The one that is nearest to all of them."""
    status: GapStatus
    owner: str
    """Who looks after it; empty for nobody."""
    due_on: date | None
    note: str
    questions: int
    customers: int
    """Distinct ones."""
    opened_at: datetime
    last_asked_at: datetime
    closed_at: datetime | None
    reopened: int
    """How often it failed again after it had been closed."""
    tested_at: datetime | None
    tested: int
    """Wordings that were tried when it was tested last."""
    answered: int
    """Of these, those that were answered."""
    rightly: int
    """Of these, those that were answered rightly, see `Filling`."""
    episodes: tuple[str, ...] = ()
    """In which it came up."""


@dataclass(frozen=True, slots=True)
class NearGap:
    """Another gap that may be the same need."""

    gap: Gap
    closeness: float
    """Higher is nearer; what it means depends on the encoder."""
    suggested: bool
    """Near enough that a person should decide whether it is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLine:
    """A line of a conversation, with personal data removed."""

    role: Role
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GapDialogue:
    """The episode in which one or more of a gap's questions came up."""

    conversation_id: ConversationId
    episode_id: str
    lines: tuple[SaidLine, ...]


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What a person answered in such an episode, with personal data removed."""

    conversation_id: ConversationId
    question: str
    answer: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class GapCost:
    """What a gap has cost so far."""

    handovers: int
    """Episodes that a person had to take."""
    agent_minutes: float


class CandidateStatus(StrEnum):
    """The life of a candidate: `OPEN` → `APPROVED` → `PUBLISHED`, or `DISMISSED`."""

    OPEN = "open"
    APPROVED = "approved"
    """Waits for the knowledge base to take it in."""
    PUBLISHED = "published"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    """It was published, and its document was deleted since."""


class Origin(StrEnum):
    """What a candidate was learnt from."""

    RESOLVED = "resolved"
    """A person's answer in an episode that was resolved."""
    SUGGESTION = "suggestion"
    """A suggestion that a person changed before it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One time that a person answered a question, with personal data removed."""

    origin: Origin
    key: str
    """Of the episode or suggestion; the same one is never counted twice."""
    conversation_id: ConversationId
    message_ids: tuple[MessageId, ...]
    """The customer's question first, then the person's messages."""
    customer: str
    question: str
    answer: str
    audience: Audience
    found_at: datetime


@dataclass(frozen=True, slots=True)
class PairWords:
    """A pair as a person writes it."""

    question: str
    answer: str
    similar: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """How the assistant answered a candidate's question after it was published."""

    passed: bool
    """It answered, from the candidate's document."""
    outcome: str
    """`answer`, `clarification` or `handover`."""
    text: str
    tried_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A question and an answer that people's work suggests."""

    candidate_id: CandidateId
    question: str
    answer: str
    similar: tuple[str, ...]
    """Other wordings."""
    audience: Audience
    status: CandidateStatus
    customers: int
    """Distinct ones who asked it."""
    findings: tuple[Finding, ...]
    note: str
    decided_by: str
    document_id: DocumentId | None
    version: int | None
    """Of the document that it was published with."""
    problem: str
    """Why it couldn't be published, for the manager; empty if nothing went wrong."""
    trial: Trial | None
    created_at: datetime
    updated_at: datetime
    gap_id: GapId | None = None
    """The gap that it was written for."""
