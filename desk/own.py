"""What a verified customer may look up: their own tickets and conversations, and nobody else's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, select

from core.actors import CustomerId
from core.clock import Clock, utc_now
from core.customers import KNOWN, VERIFIED
from core.database import reading
from core.errors import Forbidden
from core.tickets import CATEGORY, TicketCard, TicketCategory
from core.types import ConversationId, Role
from desk.episodes import look_at
from desk.tables import conversations, messages, tickets
from desk.ticket_rows import to_card

MOST: Final = 50
"""How many of each are listed, the newest first."""


@dataclass(frozen=True, slots=True)
class PastConversation:
    """A conversation as its customer finds it again."""

    conversation_id: ConversationId
    started_at: datetime
    question: str
    """What the customer wrote first."""
    last_at: datetime


class OwnThings:
    """Reads for the holder of a conversation's token whom the company's site has verified.

    What is only said to be the customer's, by a contact that somebody left, is never among it, not even after
    colleagues have joined the two.
    """

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def tickets(self, conversation_id: ConversationId) -> list[TicketCard]:
        """The customer's tickets, the newest first; merged ones and spam are left out.

        Raises:
            NotFound: no such conversation.
            Forbidden: nobody has verified who the visitor is, or too long ago.
        """
        with reading(self._engine) as connection:
            mine = self._customer(connection, conversation_id)
            query = (
                select(tickets)
                .join(conversations, conversations.c.id == tickets.c.conversation_id)
                .where(tickets.c.customer_id == mine, conversations.c.identity_level >= KNOWN)
                .where(
                    tickets.c.status.in_([each for each, kind in CATEGORY.items() if kind is not TicketCategory.VOID])
                )
                .order_by(tickets.c.id.desc())
                .limit(MOST)
            )
            return [to_card(row) for row in connection.execute(query)]

    def conversations(self, conversation_id: ConversationId) -> list[PastConversation]:
        """The customer's conversations in which something was written, the newest first. Errors as with `tickets`."""
        with reading(self._engine) as connection:
            mine = self._customer(connection, conversation_id)
            query = (
                select(conversations.c.id, conversations.c.created_at)
                .where(conversations.c.customer_id == mine, conversations.c.identity_level >= KNOWN)
                .order_by(conversations.c.created_at.desc(), conversations.c.id)
                .limit(MOST)
            )
            found = [_past(connection, ConversationId(row.id), row.created_at) for row in connection.execute(query)]
        return [each for each in found if each is not None]

    def _customer(self, connection: Connection, conversation_id: ConversationId) -> CustomerId:
        held = look_at(connection, conversation_id)
        if held.customer_id is None or held.level(self._clock()) < VERIFIED:
            raise Forbidden(
                "This is shown only to whom the company's own site has verified lately. Sign in there and open the chat "
                "from its page."
            )
        return held.customer_id


def _past(connection: Connection, conversation_id: ConversationId, started_at: datetime) -> PastConversation | None:
    mine = messages.c.conversation_id == conversation_id
    first = select(messages.c.text).where(mine, messages.c.role == Role.CUSTOMER).order_by(messages.c.ordinal).limit(1)
    question = connection.execute(first).scalar_one_or_none()
    if question is None:
        return None
    seen = (mine, messages.c.role != Role.NOTE)
    last = select(messages.c.created_at).where(*seen).order_by(messages.c.ordinal.desc()).limit(1)
    return PastConversation(conversation_id, started_at, question, connection.execute(last).scalar_one())
