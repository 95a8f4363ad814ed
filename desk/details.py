"""What is shown beside conversations: how messages were read, deadlines, who customers are. Only reads, many at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, case, func, select

from core.actors import CustomerId
from core.analysis import NamedEntity
from core.database import reading
from core.tickets import TicketCard
from core.types import ConversationId, MessageId, TicketId
from desk import rows
from desk.clock_tables import sla_clocks
from desk.customer_tables import customer_tags, customers
from desk.episodes import EpisodeRecord, all_episodes
from desk.records import CitationSpan
from desk.tables import citations, conversations, messages, readings, replies
from desk.ticket_rows import tickets_of


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDetail:
    """How a customer's message was read, or how the assistant's came about."""

    intent: str | None = None
    sentiment: int | None = None
    """`core.analysis.SentimentLevel`."""
    anger: float | None = None
    entities: tuple[NamedEntity, ...] = ()
    outcome: str | None = None
    helpful: bool | None = None
    citations: tuple[CitationSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """A ticket's nearest deadline."""

    due_at: datetime | None
    """`None` while nothing is due."""
    breached: bool
    """A deadline has passed, also when it was met late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDetail:
    """Who a customer is."""

    name: str
    email: str
    phone: str
    vip: bool
    tags: tuple[str, ...]
    conversations: int
    created_at: datetime


class Details:
    """Reads what lists and pages show beside conversations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def deadlines(self, ticket_ids: Collection[TicketId]) -> Mapping[TicketId, Deadline]:
        """The deadlines of tickets; a ticket without a clock is left out."""
        query = (
            select(
                sla_clocks.c.ticket_id,
                func.min(case((sla_clocks.c.met_at.is_(None), sla_clocks.c.due_at))).label("due_at"),
                func.count(sla_clocks.c.breached_at).label("breached"),
            )
            .where(sla_clocks.c.ticket_id.in_(list(ticket_ids)))
            .group_by(sla_clocks.c.ticket_id)
        )
        with reading(self._engine) as connection:
            return {
                TicketId(row.ticket_id): Deadline(row.due_at, row.breached > 0) for row in connection.execute(query)
            }

    def customers(self, customer_ids: Collection[CustomerId]) -> Mapping[CustomerId, CustomerDetail]:
        """Who customers are."""
        mine = list(customer_ids)
        tagged = select(customer_tags).where(customer_tags.c.customer_id.in_(mine)).order_by(customer_tags.c.tag)
        visits = (
            select(conversations.c.customer_id, func.count().label("visits"))
            .where(conversations.c.customer_id.in_(mine))
            .group_by(conversations.c.customer_id)
        )
        with reading(self._engine) as connection:
            tags: dict[int, list[str]] = {}
            for row in connection.execute(tagged):
                tags.setdefault(row.customer_id, []).append(row.tag)
            counts = {row.customer_id: row.visits for row in connection.execute(visits)}
            return {
                CustomerId(row.id): CustomerDetail(
                    name=row.name,
                    email=row.email,
                    phone=row.phone,
                    vip=row.vip,
                    tags=tuple(tags.get(row.id, ())),
                    conversations=counts.get(row.id, 0),
                    created_at=row.created_at,
                )
                for row in connection.execute(select(customers).where(customers.c.id.in_(mine)))
            }

    def by_key(self, conversation_id: ConversationId, client_key: str | None) -> MessageId | None:
        """The message that its sender calls so."""
        with reading(self._engine) as connection:
            found = rows.message_by_key(connection, conversation_id, client_key)
            return None if found is None else found.message_id

    def tickets(self, conversation_id: ConversationId) -> list[TicketCard]:
        """All tickets of a conversation, oldest first."""
        with reading(self._engine) as connection:
            return tickets_of(connection, conversation_id)

    def episodes(self, conversation_id: ConversationId) -> list[EpisodeRecord]:
        """All episodes of a conversation, oldest first."""
        with reading(self._engine) as connection:
            return all_episodes(connection, conversation_id)

    def messages(self, conversation_id: ConversationId) -> Mapping[MessageId, MessageDetail]:
        """The details of a conversation's messages; a message of which nothing is known is left out."""
        mine = messages.c.conversation_id == conversation_id
        found = (
            select(
                messages.c.id,
                readings.c.intent,
                readings.c.sentiment,
                readings.c.anger,
                readings.c.entities,
                replies.c.outcome,
                replies.c.helpful,
            )
            .outerjoin(replies, replies.c.message_id == messages.c.id)
            .outerjoin(readings, readings.c.message_id == messages.c.id)
            .where(mine, replies.c.message_id.is_not(None) | readings.c.message_id.is_not(None))
        )
        cited = select(citations).join(messages, messages.c.id == citations.c.message_id).where(mine)
        with reading(self._engine) as connection:
            spans: dict[str, list[CitationSpan]] = {}
            for row in connection.execute(cited.order_by(citations.c.message_id, citations.c.ordinal)):
                spans.setdefault(row.message_id, []).append(rows.to_span(row))
            return {
                MessageId(row.id): MessageDetail(
                    intent=row.intent,
                    sentiment=row.sentiment,
                    anger=row.anger,
                    entities=_entities(row.entities),
                    outcome=row.outcome,
                    helpful=row.helpful,
                    citations=tuple(spans.get(row.id, ())),
                )
                for row in connection.execute(found)
            }


def _entities(stored: str | None) -> tuple[NamedEntity, ...]:
    return tuple(NamedEntity(**each) for each in json.loads(stored or "[]"))
