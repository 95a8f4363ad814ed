"""The words of tickets: categories behind states, priorities, reasons to close, what opens a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from core.handover_codes import HandoverCode
from core.ids import ConversationId, MessageId, TicketId

if TYPE_CHECKING:
    from core.accounts import AccountId
    from core.actors import ActorKind, CustomerId
    from core.episodes import EpisodeId
    from core.staff import TeamId


class TicketStatus(StrEnum):
    """States of a ticket. `CATEGORY` says what each means."""

    NEW = "new"
    OPEN = "open"
    PENDING_CUSTOMER = "pending_customer"
    ON_HOLD = "on_hold"
    """Waits for a third party or a colleague."""
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    """Done, but a reply of the customer opens it again for some days."""
    CLOSED = "closed"
    MERGED = "merged"
    SPAM = "spam"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A customer's problem that waits for a person."""

    ticket_id: TicketId
    conversation_id: ConversationId
    message_id: MessageId
    code: HandoverCode
    reason: str
    question: str
    contact: str | None
    status: TicketStatus
    created_at: datetime


class TicketCategory(StrEnum):
    """What a state means. All logic and every figure reads the category, never the state's name."""

    ACTIVE = "active"
    """We must do something."""
    WAITING = "waiting"
    """Somebody else must."""
    DONE = "done"
    VOID = "void"
    """Merged or spam: counts nowhere."""

    @property
    def open(self) -> bool:
        """Neither done nor void."""
        return self in {TicketCategory.ACTIVE, TicketCategory.WAITING}


CATEGORY: Final[Mapping[TicketStatus, TicketCategory]] = {
    TicketStatus.NEW: TicketCategory.ACTIVE,
    TicketStatus.OPEN: TicketCategory.ACTIVE,
    TicketStatus.PENDING_CUSTOMER: TicketCategory.WAITING,
    TicketStatus.ON_HOLD: TicketCategory.WAITING,
    TicketStatus.SNOOZED: TicketCategory.WAITING,
    TicketStatus.RESOLVED: TicketCategory.DONE,
    TicketStatus.CLOSED: TicketCategory.DONE,
    TicketStatus.MERGED: TicketCategory.VOID,
    TicketStatus.SPAM: TicketCategory.VOID,
}

CUSTOMER_LABELS: Final[Mapping[TicketStatus, tuple[str, str]]] = {
    TicketStatus.NEW: ("已收到", "Received"),
    TicketStatus.OPEN: ("处理中", "In progress"),
    TicketStatus.PENDING_CUSTOMER: ("等待您回复", "Waiting for you"),
    TicketStatus.ON_HOLD: ("处理中", "In progress"),
    TicketStatus.SNOOZED: ("处理中", "In progress"),
    TicketStatus.RESOLVED: ("已解决", "Solved"),
    TicketStatus.CLOSED: ("已关闭", "Closed"),
    TicketStatus.MERGED: ("已并入另一工单", "Joined with another ticket"),
    TicketStatus.SPAM: ("已关闭", "Closed"),
}
"""What the customer reads, in Chinese and English. The desk's own names stay inside."""


class Priority(StrEnum):
    """How urgent a ticket is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """Rises with urgency, from 0."""
        return list(Priority).index(self)


class CloseReason(StrEnum):
    """Why an episode or a ticket ended."""

    CUSTOMER_CONFIRMED = "customer_confirmed"
    AGENT_SOLVED = "agent_solved"
    ASSUMED_NO_REPLY = "assumed_no_reply"
    EVALUATOR_JUDGED = "evaluator_judged"
    WORKAROUND = "workaround"
    DUPLICATE = "duplicate"
    NOT_SUPPORT = "not_support"
    NO_CUSTOMER_RESPONSE = "no_customer_response"
    POLICY_DECLINED = "policy_declined"


class TriggerFamily(StrEnum):
    """What kind of thing made a ticket necessary. An episode has at most one open ticket of each family."""

    HELP = "help"
    """The assistant couldn't or mustn't go on, or the customer wanted a person."""
    SAFETY = "safety"
    """Danger, law, regulator, media."""
    COMPLAINT = "complaint"
    WORK = "work"
    """An agent promised something that is done outside the conversation."""
    REPEAT = "repeat"
    """The customer came back with the same topic again and again."""
    WAIT = "wait"
    """A customer in a conversation waited too long for a person."""


def family_of(code: HandoverCode) -> TriggerFamily:
    """The family of a hand-over."""
    return TriggerFamily.SAFETY if code is HandoverCode.SAFETY_LEGAL else TriggerFamily.HELP


PRIORITY_OF: Final[Mapping[HandoverCode, Priority]] = {
    HandoverCode.SAFETY_LEGAL: Priority.URGENT,
    HandoverCode.NEGATIVE_SENTIMENT: Priority.HIGH,
    HandoverCode.VIP_OR_OPEN_TICKET: Priority.HIGH,
}
"""Of a new ticket; `MEDIUM` for all other codes."""


class LinkKind(StrEnum):
    """How two tickets belong together."""

    RELATED = "related"
    FOLLOW_UP = "follow_up"
    """The first goes on where the second was closed."""
    SPLIT = "split"
    """The first was cut out of the second."""
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCard:
    """A ticket with all that the desk knows of it. `core.types.Ticket` is the part that other layers read."""

    ticket_id: TicketId
    conversation_id: ConversationId
    episode_id: EpisodeId | None
    customer_id: CustomerId | None
    message_id: MessageId
    """What the customer wrote when it was opened."""
    question: str
    code: HandoverCode
    family: TriggerFamily
    reason: str
    subject: str
    contact: str | None
    status: TicketStatus
    state: str | None
    """The operator's own name for the status, a key of the table of states; `None` for the fixed one."""
    priority: Priority
    team_id: TeamId | None
    assignee_id: AccountId | None
    version: int
    created_at: datetime
    updated_at: datetime
    first_resolved_at: datetime | None
    last_resolved_at: datetime | None
    closed_at: datetime | None
    close_reason: CloseReason | None
    closed_by: ActorKind | None
    assignee_at_resolution: AccountId | None
    status_before: TicketStatus | None
    """What a merged, snoozed or spam ticket goes back to."""
    snoozed_until: datetime | None
    merged_into: TicketId | None
    follow_up_of: TicketId | None

    @property
    def category(self) -> TicketCategory:
        """What the status means."""
        return CATEGORY[self.status]


@dataclass(frozen=True, slots=True)
class TicketState:
    """The operator's own name for a status."""

    key: str
    status: TicketStatus
    """What it stands for."""
    label_zh: str
    label_en: str
    position: int
    enabled: bool


@dataclass(frozen=True, slots=True)
class TicketLink:
    """Two tickets that belong together."""

    ticket_id: TicketId
    other_id: TicketId
    kind: LinkKind


@dataclass(frozen=True, slots=True)
class TicketCause:
    """Something that made a ticket necessary."""

    message_id: MessageId | None
    """What the customer had written."""
    family: TriggerFamily
    code: HandoverCode | None
    reason: str
    at: datetime
