"""What happened at the desk, in the form that figures are computed from. Read anew for every request.

An **EpisodeFacts** is one problem of one customer with everything said in it, a **TicketFacts** one piece of
work with every state that it had. Both are histories: nothing here is taken from how a thing stands now.
Merged tickets and spam never become facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from core.types import HandoverCode


class By(StrEnum):
    """Who said or did something."""

    CUSTOMER = "customer"
    ASSISTANT = "assistant"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message that the customer wrote or could read, so internal notes aren't among them."""

    at: datetime
    by: By
    automatic: bool = False
    """A greeting, an auto-reply or a bare word of thanks: it starts and stops no clock."""
    outcome: str | None = None
    """Of the assistant's: `answer`, `clarification` or `handover`."""
    code: HandoverCode | None = None
    """Of a hand-over; of a question back the rule that would be next."""
    cited: int = 0
    """Of an answer: how many approved passages it cites."""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """The assistant, or the customer, asked for a person."""

    at: datetime
    code: HandoverCode


@dataclass(frozen=True, slots=True)
class Vote:
    """The customer said whether a reply helped."""

    at: datetime
    helped: bool


class Ending(StrEnum):
    """How an episode ended."""

    RESOLVED = "resolved"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The end of an episode, as it was written down when it happened."""

    at: datetime
    how: Ending
    reason: str = ""
    """E.g. `customer_confirmed`, `assumed_no_reply`, `evaluator_judged`, `agent_solved`."""
    by: By = By.SYSTEM
    while_queued: bool = False
    """The customer left while waiting for a person."""


@dataclass(frozen=True, kw_only=True)
class EpisodeFacts:
    """One problem of one customer. Everything in it is in the order in which it happened."""

    episode_id: str
    conversation_id: str
    customer: str
    """Who it is, as far as is known; a visitor without a name is somebody else in each conversation."""
    started_at: datetime
    said: tuple[Said, ...] = ()
    handed: tuple[Handed, ...] = ()
    votes: tuple[Vote, ...] = ()
    queued: bool = False
    """It waited for a person at some time."""
    ended: Ended | None = None
    topic: str = ""
    """What the customer wanted, in one word; empty where it isn't known."""
    question: str = ""
    """What the customer wrote first."""
    agents: tuple[str, ...] = ()
    """Accounts of the people who had it."""
    again_at: datetime | None = None
    """When the same customer, anywhere, next came with the same topic; see `analytics.topics`."""

    def messages(self, by: By) -> Sequence[Said]:
        """What one side said on purpose."""
        return self._sides.get(by, ())

    @cached_property
    def _sides(self) -> dict[By, list[Said]]:
        """Sorted once, as dozens of figures ask."""
        sides: dict[By, list[Said]] = {}
        for said in self.said:
            if not said.automatic:
                sides.setdefault(said.by, []).append(said)
        return sides


class Category(StrEnum):
    """What a ticket's state means, whatever it is called."""

    ACTIVE = "active"
    """Somebody here has to do something."""
    CUSTOMER = "customer"
    """The customer has to."""
    HELD = "held"
    """A third party has to, or a reminder is set."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Phase:
    """A state that a ticket entered, and who did it."""

    at: datetime
    category: Category
    by: By = By.SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A promise to a customer. Each clock has one for every time that it ran."""

    clock: str
    """`first`, `next` or `resolution`."""
    due_at: datetime
    met_at: datetime | None = None
    """When it was done, in time or late."""
    paused: bool = False
    """The clock stands still, so nothing can be said yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFacts:
    """A piece of work. `phases` begins with the state in which it was made."""

    ticket_id: str
    episode_id: str | None
    customer: str
    created_at: datetime
    phases: tuple[Phase, ...]
    owners: tuple[tuple[datetime, str], ...] = ()
    """When somebody became responsible; an empty name means nobody."""
    replies: tuple[datetime, ...] = ()
    """Public messages of agents."""
    deadlines: tuple[Deadline, ...] = ()
    reason: str = ""
    """Why it was closed last."""

    @property
    def resolved(self) -> list[datetime]:
        """Every time that it was done."""
        before = [Category.ACTIVE, *(phase.category for phase in self.phases)]
        return [
            phase.at
            for phase, last in zip(self.phases, before, strict=False)
            if phase.category is Category.DONE and last is not Category.DONE
        ]

    @property
    def reopened(self) -> list[Phase]:
        """Every time that it was taken up again."""
        pairs = zip(self.phases, self.phases[1:], strict=False)
        return [now for last, now in pairs if last.category is Category.DONE and now.category is not Category.DONE]


class SurveyKind(StrEnum):
    """What a customer was asked to rate."""

    CSAT = "csat"
    """How satisfied, 1 to 5."""
    NPS = "nps"
    """How likely to recommend, 0 to 10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFacts:
    """A survey that was due, whether or not it reached the customer."""

    survey_id: str
    kind: SurveyKind
    customer: str
    episode_id: str | None
    delivered_at: datetime | None
    rated_at: datetime | None = None
    score: int | None = None


class Use(StrEnum):
    """What an agent made of a suggestion."""

    SHOWN = "shown"
    """Nothing yet."""
    ACCEPTED = "accepted"
    EDITED = "edited"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionFacts:
    """A draft that an agent saw."""

    suggestion_id: str
    shown_at: datetime
    use: Use
    used_at: datetime | None = None
    shown_to: str = ""
    """Name of the agent."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that figures are computed from, as it stood at one moment."""

    now: datetime
    episodes: tuple[EpisodeFacts, ...] = ()
    tickets: tuple[TicketFacts, ...] = ()
    surveys: tuple[SurveyFacts, ...] = ()
    suggestions: tuple[SuggestionFacts, ...] = ()
