"""Tickets that people resolved, with what they wrote: what similar questions are answered from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from core.database import reading
from core.masking import Mask, withhold
from core.types import Audience, ConversationId, Role, TicketId, TicketStatus
from desk.tables import conversations, messages, tickets


@dataclass(frozen=True, slots=True)
class ResolvedTicket:
    """What a customer asked and what a colleague answered last, both without personal data."""

    ticket_id: TicketId
    conversation_id: ConversationId
    question: str
    answer: str
    audience: Audience
    resolved_at: datetime


class ResolvedTickets:
    """Reads resolved tickets. Personal data of one customer must not reach another, so everything is masked."""

    def __init__(self, engine: Engine, *, mask: Mask = withhold) -> None:
        self._engine = engine
        self._mask = mask

    def newest(self, *, limit: int) -> list[ResolvedTicket]:
        """The tickets resolved last, each with the last message that a person wrote before that."""
        done = (TicketStatus.RESOLVED, TicketStatus.CLOSED)
        query = (
            select(tickets, conversations.c.audience)
            .join(conversations, conversations.c.id == tickets.c.conversation_id)
            .where(tickets.c.status.in_(done), tickets.c.resolved_at.is_not(None))
            .order_by(tickets.c.resolved_at.desc(), tickets.c.id.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            found = connection.execute(query).all()
            written = select(messages).where(
                messages.c.role == Role.AGENT,
                messages.c.conversation_id.in_({row.conversation_id for row in found}),
            )
            said: dict[str, list[tuple[datetime, str]]] = {}
            for message in connection.execute(written.order_by(messages.c.conversation_id, messages.c.ordinal)):
                said.setdefault(message.conversation_id, []).append((message.created_at, message.text))
        answered = [(row, _last(said.get(row.conversation_id, ()), row.created_at, row.resolved_at)) for row in found]
        return [
            ResolvedTicket(
                TicketId(row.id),
                ConversationId(row.conversation_id),
                self._mask(row.question),
                self._mask(answer),
                row.audience,
                row.resolved_at,
            )
            for row, answer in answered
            if answer
        ]


def _last(said: Sequence[tuple[datetime, str]], opened: datetime, resolved: datetime) -> str:
    """The longest of the last two things said while the ticket was open: the last alone is often a goodbye."""
    own = [text.strip() for at, text in said if opened <= at <= resolved]
    return max(own[-2:], key=len, default="")
