"""One problem of one customer, as the desk knows it and the assistant's rules read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from core.actors import CustomerId
from core.handover_codes import HandoverCode
from core.ids import MessageId, PassageId, TicketId
from core.topics import same_topic

EpisodeId = NewType("EpisodeId", int)


class EpisodeState(StrEnum):
    """Who has the turn, and how an episode ends."""

    ASSISTANT = "assistant"
    CONFIRMING = "confirming"
    """The assistant answered and asked whether that helped."""
    QUEUED = "queued"
    """A person is wanted and nobody has taken it yet."""
    AGENT = "agent"
    SNOOZED = "snoozed"
    TICKETED = "ticketed"
    """Goes on as a ticket, not as a live conversation."""
    RESOLVED = "resolved"
    ABANDONED = "abandoned"
    """The customer left without an answer. Never counts as resolved."""

    @property
    def assistant_speaks(self) -> bool:
        """Whether the assistant may reply."""
        return self in {EpisodeState.ASSISTANT, EpisodeState.CONFIRMING}

    @property
    def ended(self) -> bool:
        """Whatever the customer writes next begins another episode."""
        return self in {EpisodeState.RESOLVED, EpisodeState.ABANDONED}


@dataclass(frozen=True, slots=True)
class PastTurn:
    """What a customer wrote in this episode, and how the assistant replied."""

    message_id: MessageId
    """Of what the customer wrote."""
    text: str
    reply: str
    """Empty where the assistant kept silent."""
    outcome: str
    """`answer`, `clarification`, `handover` or `silent`."""
    at: datetime
    rejected: bool = False
    """The customer said that the reply didn't help."""
    offered: HandoverCode | None = None
    """The rule by which a person was offered with the reply."""
    intent: str | None = None
    sentiment: int | None = None
    """`core.analysis.SentimentLevel`; `None` where the message wasn't analysed."""
    anger: float | None = None
    code: HandoverCode | None = None
    """Of a hand-over; of a clarification the rule that would be next, see `core.types.Clarification`."""
    cited: tuple[PassageId, ...] = ()
    """What the reply cites, in the order of the answer."""


@dataclass(frozen=True, slots=True)
class LateTicket:
    """An open ticket that is past a deadline."""

    ticket_id: TicketId
    topic: str | None = None
    """Intent of the message that it was opened for; `None` where that wasn't read."""


@dataclass(frozen=True, slots=True)
class Episode:
    """An episode so far. The turns are in order, oldest first."""

    episode_id: EpisodeId
    number: int
    """Counts the conversation's episodes from 1."""
    state: EpisodeState
    version: int
    """Rises with every change of the conversation; a reply is kept only if it stayed the same meanwhile."""
    turns: tuple[PastTurn, ...] = ()
    identity_level: int = 0
    """`core.customers.UNKNOWN`, `KNOWN` or `VERIFIED`."""
    vip: bool = False
    """Only of a customer who is known: who claims to be a VIP isn't one."""
    late_tickets: tuple[LateTicket, ...] = ()
    """This customer's, the oldest first; those of the conversation where nobody knows who the customer is."""
    primary_contact: bool = True
    """Whether the one who wrote last is the one whose problem it is."""
    customer_id: CustomerId | None = None
    """Who the conversation is with; `None` for a visitor whom nobody knows."""

    def late_ticket(self, topic: str | None) -> LateTicket | None:
        """The oldest late ticket that a message about this topic belongs to, see `core.topics`."""
        return next((each for each in self.late_tickets if same_topic(each.topic, topic)), None)
