"""How a turn ends: an answer, a question back, or a hand-over to a person."""

from __future__ import annotations

from dataclasses import dataclass

from core.answers import Answer
from core.handover import HandoverEvidence, HandoverPackage
from core.handover_codes import HandoverCode
from core.ids import PassageId


@dataclass(frozen=True, slots=True)
class Clarification:
    """A question back to the customer: which of two readings is meant, or what else tells what is wanted."""

    text: str
    options: tuple[str, ...]
    confidence: float
    code: HandoverCode | None = None
    """The hand-over rule that would be next: `pending_clarification` after a question about readings, `missing_knowledge`
    where nothing was found. `None` for small talk."""
    nearest: tuple[PassageId, ...] = ()
    """The best passages that were not good enough, best first."""


@dataclass(frozen=True, slots=True)
class Handover:
    """A person should take over. `text` says so to the customer, `reason` to the colleague."""

    code: HandoverCode
    reason: str
    text: str
    confidence: float
    """Probability that the evidence would have answered, for the record."""
    nearest: tuple[PassageId, ...] = ()
    """The best passages that were not good enough, best first."""
    evidence: HandoverEvidence | None = None
    """What the rule saw."""
    package: HandoverPackage | None = None
    """What the person is given."""


Outcome = Answer | Clarification | Handover


@dataclass(frozen=True, slots=True)
class Silence:
    """The assistant says nothing: a person has the turn, or what was written later is answered together with this."""

    text: str
    """What the desk told the customer instead, e.g. that a colleague will reply; mostly empty."""
