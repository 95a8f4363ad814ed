"""What is told of a message before anything is searched for: language, intent, entities, sentiment, personal data.

Every position is a code-point offset into the message as it was written: `text[start:end]` is what is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from core.language import Language


class SentimentLevel(IntEnum):
    """How a customer feels, from worst to best."""

    VERY_NEGATIVE = 1
    NEGATIVE = 2
    NEUTRAL = 3
    POSITIVE = 4
    VERY_POSITIVE = 5


class SentimentLabel(StrEnum):
    """The same in three words, as most labelled sets have it."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


@dataclass(frozen=True, slots=True)
class Sentiment:
    """How a customer feels. Anger stands apart: a bad mood isn't aimed at anybody, anger is."""

    label: SentimentLabel
    level: SentimentLevel
    probability: float
    """Of `label`, 0.0 to 1.0."""
    anger: float
    """Probability that the customer is angry, 0.0 to 1.0."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a customer wants."""

    label: str | None
    """A label of the taxonomy; `None` where nothing is likely enough to say."""
    probability: float
    """Of the likeliest label, 0.0 to 1.0."""


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """A part of a message that service work needs: an order number, a product, a date."""

    type: str
    start: int
    end: int
    text: str
    """As written."""
    value: str
    """In one form for all ways to write it: `2026-11-23`, `99.00 CNY`."""


@dataclass(frozen=True, slots=True, order=True)
class PersonalData:
    """A part of a message that tells who somebody is, or how to reach or charge them."""

    start: int
    end: int
    type: str


class EscalationKind(StrEnum):
    """A reason to bring in a person that a message itself gives."""

    SAFETY = "safety"
    """Somebody is hurt or in danger: injury, fire, poisoning, threats to one's own life."""
    FRAUD = "fraud"
    """A fraud or theft of an account is going on."""
    LEGAL = "legal"
    """Threatens with, or has called, a lawyer, court, the police, a regulator."""
    MEDIA = "media"
    """Threatens to make it public."""
    LEAVE = "leave"
    """Is about to leave for somebody else."""
    REPEAT = "repeat"
    """Has told the same several times, and nothing happened."""


@dataclass(frozen=True, slots=True)
class EscalationSignal:
    """That a message gives a reason to bring in a person."""

    kind: EscalationKind
    probability: float
    """0.0 to 1.0."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that one pass over a message tells."""

    language: Language
    intent: Intent
    entities: tuple[NamedEntity, ...]
    sentiment: Sentiment
    personal_data: tuple[PersonalData, ...]
    ms: float
    escalation: tuple[EscalationSignal, ...] = ()
    """Likeliest first; only what is likely enough to act on."""
