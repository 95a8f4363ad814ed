"""An outcome with its record: which rule decided, what was found, how long it took, what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.analysis import Analysis
from core.handover import HandoverOffer
from core.hits import Hit
from core.outcomes import Outcome
from core.queries import Understood
from core.tools import ToolRecord


@dataclass(frozen=True, slots=True)
class ModelFailure:
    """A language model was asked and its reply could not be used. Recorded with the turn."""

    kind: str
    """`timeout`, `error`, `truncated`, `empty` or `ungrounded`."""
    detail: str


class Rule(StrEnum):
    """Which rule of the cascade decided a reply."""

    PERSON_REQUESTED = "person_requested"
    SMALL_TALK = "small_talk"
    SEARCH_FAILED = "search_failed"
    AMBIGUOUS = "ambiguous"
    """Two approved answers fit equally well."""
    APPROVED_ANSWER = "approved_answer"
    NOTHING_FOUND = "nothing_found"
    BELOW_THRESHOLD = "below_threshold"
    MODEL_WROTE = "model_wrote"
    MODEL_DECLINED = "model_declined"
    MODEL_FAILED = "model_failed"
    """A language model was asked in vain, so the sources are quoted."""
    QUOTED = "quoted"
    """No language model is set, so the sources are quoted."""
    LOOKED_UP = "looked_up"
    """The customer asked for what is their own, and code looked it up."""
    HANDOVER_RULE = "handover_rule"
    """Another rule of the table of hand-over rules; the outcome's code tells which."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a reply is what it is."""

    rule: Rule
    question: str = ""
    """What was searched for, where anything was; with the message before it for a follow-up."""
    probability: float | None = None
    """That the evidence answers the question; `None` where nothing was searched for."""
    threshold: float | None = None
    """Probability from which the assistant answers."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An outcome with its record: what was found, how long each step took, what went wrong."""

    outcome: Outcome
    hits: tuple[Hit, ...]
    ms: Mapping[str, float]
    """Milliseconds by step; `total` is always present."""
    model_failure: ModelFailure | None = None
    decision: Decision | None = None
    understood: Understood | None = None
    """What the question was taken to mean; `None` where nothing was searched for."""
    analysis: Analysis | None = None
    """What one pass over the message told; `None` where it wasn't analysed."""
    offer: HandoverOffer | None = None
    """A person is offered beside the reply."""
    tools: tuple[ToolRecord, ...] = ()
    """What was called on the way, in order; calls that were refused are among them."""
