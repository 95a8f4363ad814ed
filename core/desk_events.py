"""What happened at the desk, line by line. Every figure of the service is computed from these and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.actors import Actor, CustomerId
from core.episodes import EpisodeId
from core.ids import ConversationId, MessageId, TicketId


class EventKind(StrEnum):
    """What an event says. `old` and `new` of each are given here."""

    CONVERSATION_OPENED = "conversation.opened"
    """new: channel."""

    EPISODE_OPENED = "episode.opened"
    """new: state. detail: number."""
    EPISODE_MOVED = "episode.moved"
    """old, new: state. rule: the transition's trigger. reason: `CloseReason` where the episode ended."""
    EPISODE_ASSIGNED = "episode.assigned"
    """old, new: account of the agent who owns the turn; new is empty when it was released."""
    HANDED_OVER = "episode.handed_over"
    """new: `HandoverCode`. reason: as told to colleagues. rule: `RESUMED` hand-overs have none."""
    HANDOVER_OFFERED = "episode.offered"
    """new: `HandoverCode`."""

    MESSAGE_ADDED = "message.added"
    """new: `Role`. detail: `substantive` 0 for thanks, auto-replies and the like; `outcome`, `tier`, `confidence`,
    `rule` of an assistant's; `cited` with how many passages an answer cites."""
    ATTACHMENT_ADDED = "attachment.added"
    """A file was sent with a message. new: its id. detail: media_type, size. Its name stays out: lines are never erased."""
    ATTACHMENT_REMOVED = "attachment.removed"
    """A file that was sent was erased. old: its id. detail as above."""
    REPLY_DISCARDED = "reply.discarded"
    """The assistant's, because something happened meanwhile. reason: what."""
    TOOL_CALLED = "tool.called"
    """Something was looked up for a customer. new: `ToolName`, empty for something that isn't one. rule: `allowed` or
    `refused`. reason: why. detail: `by` (`code` or `model`), `asked` with a model's words, masked. message: the reply;
    none where it was thrown away."""
    REPLY_RATED = "reply.rated"
    """new: `helpful` or `unhelpful`; message: the assistant's."""

    TICKET_CREATED = "ticket.created"
    """new: status. reason. rule: `HandoverCode`. detail: family, priority."""
    TICKET_MOVED = "ticket.moved"
    """old, new: status. reason: `CloseReason` where it became done. detail: state (the custom one), note."""
    TICKET_REOPENED = "ticket.reopened"
    """Stands beside the `TICKET_MOVED` from done to active. old, new: status. reason: why."""
    TICKET_TRIGGERED = "ticket.triggered"
    """Something else that would have opened a ticket. new: family; rule: code."""
    TICKET_PRIORITY = "ticket.priority"
    """old, new: `Priority`."""
    TICKET_ASSIGNED = "ticket.assigned"
    """old, new: account; new is empty when it was released."""
    TICKET_TRANSFERRED = "ticket.transferred"
    """old, new: team."""
    TICKET_EDITED = "ticket.edited"
    """detail: field. old, new: its value."""
    TICKET_VIEWED = "ticket.viewed"
    TICKET_COLLABORATOR = "ticket.collaborator"
    """new: account."""
    TICKET_REFERRED = "ticket.referred"
    """new: to whom outside the desk."""
    TICKET_LINKED = "ticket.linked"
    """new: the other ticket. rule: `LinkKind`."""
    TICKET_UNLINKED = "ticket.unlinked"
    TICKET_MERGED = "ticket.merged"
    """new: the ticket that it was merged into."""
    TICKET_UNMERGED = "ticket.unmerged"
    TICKET_SPLIT = "ticket.split"
    """new: the ticket that was cut out."""

    SLA_APPLIED = "sla.applied"
    """new: policy. detail: seconds of each clock. Also when priority or policy changed."""
    SLA_WARNED = "sla.warned"
    """rule: clock. detail: cycle, due."""
    SLA_BREACHED = "sla.breached"
    """rule: clock. detail: cycle, due. At most one for each clock and cycle; it never goes away."""

    SURVEY_SENT = "survey.sent"
    """new: kind."""
    SURVEY_NOT_SENT = "survey.not_sent"
    """new: kind. reason."""
    SURVEY_RATED = "survey.rated"
    """new: score. rule: kind. detail: assignee."""

    CUSTOMER_CREATED = "customer.created"
    CUSTOMER_IDENTIFIED = "customer.identified"
    """new: channel and key's level."""
    CUSTOMER_MERGED = "customer.merged"
    """new: the customer that is kept."""
    CUSTOMER_UNMERGED = "customer.unmerged"
    CUSTOMER_TAGGED = "customer.tagged"
    CUSTOMER_UNTAGGED = "customer.untagged"
    CUSTOMER_CONSENT = "customer.consent"
    """new: `granted` or `withdrawn`. rule: purpose."""
    CUSTOMER_EDITED = "customer.edited"

    AGENT_PRESENCE = "agent.presence"
    """old, new: `Presence`."""
    MACRO_USED = "macro.used"
    """new: macro."""
    SETTING_CHANGED = "setting.changed"
    """A team, what somebody can do, a macro, a service level or a calendar. new: its name, old: the name of one that was
    removed. rule: what and its number, `macro 3`. detail: author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an event is about; as much of it as is known."""

    conversation_id: ConversationId | None = None
    episode_id: EpisodeId | None = None
    ticket_id: TicketId | None = None
    customer_id: CustomerId | None = None
    message_id: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEvent:
    """One line of the log. Lines are added, never changed."""

    sequence: int
    """Rises in the order in which things were written."""
    at: datetime
    kind: EventKind
    actor: Actor
    subject: Subject
    old: str = ""
    new: str = ""
    reason: str = ""
    rule: str = ""
    """What decided it: a code, a trigger, a clock."""
    correlation_id: str = ""
    """The same for everything that one act brought about."""
    detail: Mapping[str, str] = field(default_factory=dict)
