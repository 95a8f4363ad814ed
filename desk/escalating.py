"""What opens a ticket or raises one by itself: complaints, a customer who comes back again, a wait that is too long."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, func, or_, select

from core.analysis import Analysis, SentimentLevel
from core.customers import KNOWN
from core.episodes import EpisodeState
from core.tickets import Priority, TicketCard, TriggerFamily
from core.topics import NO_TOPICS
from core.types import HandoverCode, Message, TicketId
from desk.acts import Act
from desk.clock_tables import sla_clocks
from desk.episodes import EpisodeRecord, Held
from desk.openings import Cause, join_ticket, raise_ticket
from desk.policy import DeskPolicy
from desk.running import refresh_clocks
from desk.tables import conversations, messages, readings
from desk.ticket_rows import hold_ticket, open_tickets
from desk.ticket_tables import ticket_triggers

COMPLAINT: Final = "complaint"
"""The intent that says so."""

LIVE: Final = (EpisodeState.QUEUED, EpisodeState.AGENT)
"""Whose customer sits and waits for a person."""

_CONTACTS: Final = (
    select(func.count(messages.c.episode_id.distinct()))
    .join(readings, readings.c.message_id == messages.c.id)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(readings.c.intent == bindparam("topic"), messages.c.created_at > bindparam("since"))
    .where(or_(conversations.c.id == bindparam("here"), conversations.c.customer_id == bindparam("customer")))
)
"""Episodes of a customer on one topic; a visitor's are those of the conversation, also where they claim to be somebody."""


def escalate(
    act: Act,
    held: Held,
    episode: EpisodeRecord,
    message: Message,
    analysis: Analysis,
    policy: DeskPolicy,
    *,
    handed_over: TicketCard | None,
) -> None:
    """Look at what was read of a message that has just been answered or handed over.

    What the same message was handed over for is one matter: its ticket learns of it, there is no second one.
    """
    causes = [_complaint(analysis, policy), _repeat(act, held, episode, analysis, policy)]
    for cause in filter(None, causes):
        if handed_over is None:
            refresh_clocks(act, raise_ticket(act, held, episode, message, cause))
        else:
            card = hold_ticket(act.connection, handed_over.ticket_id)
            handed_over = refresh_clocks(act, join_ticket(act, card, episode, message, cause))


def _complaint(analysis: Analysis, policy: DeskPolicy) -> Cause | None:
    feels = analysis.sentiment
    if analysis.intent.label != COMPLAINT:
        return None
    if feels.level > SentimentLevel.NEGATIVE and feels.anger < policy.complaint_anger:
        return None
    return Cause(
        family=TriggerFamily.COMPLAINT,
        code=HandoverCode.NEGATIVE_SENTIMENT,
        reason=f"The customer complains (mood {int(feels.level)} of 5, anger {feels.anger:.2f}).",
        priority=Priority.HIGH,
    )


def _repeat(act: Act, held: Held, episode: EpisodeRecord, analysis: Analysis, policy: DeskPolicy) -> Cause | None:
    """The customer's third contact about one topic in a week, once an episode."""
    topic = analysis.intent.label
    customer_id = held.customer_id if episode.identity_level >= KNOWN else None
    first = customer_id is None and episode.number < policy.repeat_contacts
    if topic is None or topic in NO_TOPICS or first:
        return None
    asked = {
        "topic": topic,
        "since": act.now - policy.repeat_within,
        "here": held.conversation_id,
        "customer": customer_id,
    }
    contacts = act.connection.execute(_CONTACTS, asked).scalar_one()
    if contacts < policy.repeat_contacts or _triggered(act.connection, episode, TriggerFamily.REPEAT):
        return None
    days = policy.repeat_within.total_seconds() / 86_400
    return Cause(
        family=TriggerFamily.REPEAT,
        code=HandoverCode.LOOP,
        reason=f"Contact {contacts} about «{topic}» within {days:g} days.",
        priority=Priority.HIGH,
    )


def escalate_wait(act: Act, held: Held, episode: EpisodeRecord, message: Message, policy: DeskPolicy) -> bool:
    """A customer waits for a person for longer than the priority allows, or than a clock of the ticket does.

    The episode's ticket goes up by one step, once for each wait; without a ticket one is opened.
    """
    since = episode.waiting_since
    if episode.state not in LIVE or since is None or _triggered(act.connection, episode, TriggerFamily.WAIT):
        return False
    own = [card for card in open_tickets(act.connection, held.conversation_id) if card.episode_id == episode.episode_id]
    urgency = max((card.priority for card in own), key=lambda each: each.rank, default=Priority.MEDIUM)
    waited = act.now - since
    if waited < policy.live_wait(urgency) and not _breached(act.connection, own):
        return False
    cause = Cause(
        family=TriggerFamily.WAIT,
        code=HandoverCode.VIP_OR_OPEN_TICKET,
        reason=f"The customer has waited for a person for {waited.total_seconds() / 60:.0f} minutes.",
        priority=list(Priority)[min(urgency.rank + 1, Priority.URGENT.rank)] if own else Priority.HIGH,
    )
    if own:
        card = join_ticket(act, hold_ticket(act.connection, own[0].ticket_id), episode, message, cause)
    else:
        card = raise_ticket(act, held, episode, message, cause)
    refresh_clocks(act, card)
    return True


def _breached(connection: Connection, cards: list[TicketCard]) -> bool:
    ids: list[TicketId] = [card.ticket_id for card in cards]
    query = select(sla_clocks.c.ticket_id).where(
        sla_clocks.c.ticket_id.in_(ids), sla_clocks.c.breached_at.is_not(None), sla_clocks.c.met_at.is_(None)
    )
    return bool(ids) and connection.execute(query.limit(1)).first() is not None


def _triggered(connection: Connection, episode: EpisodeRecord, family: TriggerFamily) -> bool:
    """Whether that was written down already: of a wait, since it began; of the rest, in this episode."""
    query = select(ticket_triggers.c.id).where(
        ticket_triggers.c.episode_id == episode.episode_id, ticket_triggers.c.family == family
    )
    if family is TriggerFamily.WAIT:
        query = query.where(ticket_triggers.c.at >= episode.waiting_since)
    return connection.execute(query.limit(1)).first() is not None
