"""What a person is given with a hand-over: why it happened, what can be checked, and where to begin."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.analysis import NamedEntity
from core.answers import Citation
from core.handover_codes import HandoverCode
from core.ids import MessageId, PassageId
from core.tickets import Priority


class HandoverAction(StrEnum):
    """What a rule does."""

    IMMEDIATE = "immediate"
    """The conversation goes to a person now."""
    OFFER = "offer"
    """The customer sees a button, once in an episode."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a rule compared with its limit."""

    name: str
    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class HandoverEvidence:
    """What a rule saw. A person can check every part of it."""

    words: tuple[str, ...] = ()
    """Exactly as the customer wrote them."""
    messages: tuple[MessageId, ...] = ()
    """The customer's messages that count, oldest first, without the one that is being answered."""
    figures: tuple[Figure, ...] = ()
    topic: str | None = None
    """Name of the topic in the table of rules, where one matched."""


@dataclass(frozen=True, slots=True)
class HandoverOffer:
    """A person is offered with a reply; the customer decides."""

    code: HandoverCode
    reason: str
    """For the colleague."""
    text: str
    """What the customer reads beside the button."""
    evidence: HandoverEvidence = HandoverEvidence()


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of a summary, and the messages that it is taken from."""

    text: str
    messages: tuple[MessageId, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """An episode in three lines."""

    wanted: SummaryLine
    tried: SummaryLine
    open_question: SummaryLine


@dataclass(frozen=True, slots=True)
class Mood:
    """How the customer felt at one message."""

    message_id: MessageId | None
    """`None` is the message that is being answered, where its id isn't known yet."""
    level: int | None
    """`core.analysis.SentimentLevel`; `None` where the message wasn't analysed."""
    anger: float | None


@dataclass(frozen=True, slots=True)
class SuggestedReply:
    """What the assistant would have quoted, for a person to use or not."""

    text: str
    citations: tuple[Citation, ...]
    confidence: float
    """Probability that it is right, 0.0 to 1.0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverPackage:
    """What the person sees first."""

    code: HandoverCode
    reason: str
    evidence: HandoverEvidence
    summary: Summary
    identity_level: int
    """0 unknown visitor, 1 known by the channel, 2 verified by a code."""
    moods: tuple[Mood, ...]
    """Oldest first; the last one is the message that led to the hand-over."""
    entities: tuple[NamedEntity, ...]
    """Copied from the customer's messages, each once."""
    shown: tuple[PassageId, ...]
    """Passages whose text the customer was shown in this episode, newest first."""
    rejected: tuple[PassageId, ...]
    """The nearest passages that weren't good enough, best first."""
    suggestion: SuggestedReply | None
    team: str
    tags: tuple[str, ...]
    """At most three."""
    priority: Priority
    priority_reason: str
