"""The desk's rows: writing a turn, and from rows back to nouns."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, func, insert, select

from core.database import storable
from core.errors import NotFound
from core.tickets import PRIORITY_OF, Priority, family_of
from core.types import (
    Answer,
    Clarification,
    ConversationId,
    DocumentId,
    Handover,
    Message,
    MessageId,
    Outcome,
    PassageId,
    Reply,
    Role,
    Ticket,
    TicketId,
    TicketStatus,
)
from desk.privacy import masked
from desk.records import CitationSpan, CustomerMessage
from desk.tables import citations, conversations, messages, replies, tickets, timings
from desk.verification.segments import add_segments


def next_ordinal(connection: Connection, conversation_id: ConversationId) -> int:
    """Where the next message goes. Holds the conversation's row, so that turns don't mix."""
    held = select(conversations.c.id).where(conversations.c.id == conversation_id).with_for_update()
    if connection.execute(held).one_or_none() is None:
        raise NotFound("conversation", conversation_id)
    last = select(func.max(messages.c.ordinal)).where(messages.c.conversation_id == conversation_id)
    found: int | None = connection.execute(last).scalar_one()
    return 0 if found is None else found + 1


def add_message(
    connection: Connection, conversation_id: ConversationId, ordinal: int, role: Role, text: str, now: datetime
) -> Message:
    message = Message(MessageId(uuid.uuid4().hex), role, storable(text), now)
    connection.execute(
        insert(messages).values(
            id=message.message_id,
            conversation_id=conversation_id,
            ordinal=ordinal,
            role=role,
            text=message.text,
            created_at=now,
            substantive=True,
        )
    )
    return message


def add_reply(connection: Connection, message_id: MessageId, reply: Reply) -> None:
    """Write how an assistant's message came about: outcome, citations, timings, the model's failure."""
    failure = reply.model_failure
    connection.execute(
        insert(replies).values(
            message_id=message_id,
            confidence=reply.outcome.confidence,
            model_failure=failure.kind if failure else None,
            model_failure_detail=failure.detail if failure else None,
            **_outcome_columns(reply.outcome),
        )
    )
    if isinstance(reply.outcome, Answer):
        _add_citations(connection, message_id, reply.outcome)
        add_segments(connection, message_id, reply.outcome)
    if reply.ms:
        steps = [{"message_id": message_id, "step": step, "ms": ms} for step, ms in reply.ms.items()]
        connection.execute(insert(timings), steps)


def _outcome_columns(outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case Answer():
            return {"outcome": "answer", "tier": outcome.tier}
        case Clarification():
            return {"outcome": "clarification", "options": outcome.options}
        case Handover():
            nearest = tuple(str(passage_id) for passage_id in outcome.nearest)
            return {"outcome": "handover", "code": outcome.code, "reason": outcome.reason, "nearest": nearest}


def _add_citations(connection: Connection, message_id: MessageId, answer: Answer) -> None:
    spans = [
        {
            "message_id": message_id,
            "ordinal": ordinal,
            "number": citation.number,
            "passage_id": citation.passage_id,
            "document_id": citation.document_id,
            "document": citation.document,
            "version": citation.version,
            "page": citation.page,
            "span_start": citation.start,
            "span_end": citation.end,
        }
        for ordinal, citation in enumerate(answer.citations)
    ]
    if spans:
        connection.execute(insert(citations), spans)


def open_ticket(
    connection: Connection, conversation_id: ConversationId, question: Message, handover: Handover, now: datetime
) -> Ticket:
    """The conversation's open ticket; a new one if there is none. The caller holds the conversation's row."""
    query = select(tickets).where(tickets.c.conversation_id == conversation_id, tickets.c.status == TicketStatus.NEW)
    known = connection.execute(query.order_by(tickets.c.id).limit(1)).one_or_none()
    if known is not None:
        return to_ticket(known)
    added = connection.execute(
        insert(tickets).values(
            conversation_id=conversation_id,
            message_id=question.message_id,
            code=handover.code,
            reason=handover.reason,
            question=question.text,
            status=TicketStatus.NEW,
            created_at=now,
            family=family_of(handover.code),
            priority=PRIORITY_OF.get(handover.code, Priority.MEDIUM),
            version=0,
        )
    )
    assert added.inserted_primary_key is not None  # every database gives it after a single insert
    return one_ticket(connection, TicketId(added.inserted_primary_key[0]))


def one_ticket(connection: Connection, ticket_id: TicketId) -> Ticket:
    """One ticket. Raises `NotFound`."""
    row = connection.execute(select(tickets).where(tickets.c.id == ticket_id)).one_or_none()
    if row is None:
        raise NotFound("ticket", ticket_id)
    return to_ticket(row)


def to_message(row: Row[Any]) -> Message:
    """A row of `messages`."""
    return Message(MessageId(row.id), row.role, row.text, row.created_at)


def select_exchanges() -> Select[Any]:
    """Customers' messages with the replies to them."""
    return (
        select(
            messages.c.id,
            messages.c.text,
            messages.c.created_at,
            conversations.c.audience,
            _reply.c.id.label("reply_id"),
            _reply.c.text.label("answer"),
            replies.c.outcome,
            replies.c.tier,
            replies.c.confidence,
        )
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(
            _reply,
            and_(_reply.c.conversation_id == messages.c.conversation_id, _reply.c.ordinal == messages.c.ordinal + 1),
        )
        .join(replies, replies.c.message_id == _reply.c.id)
        .where(messages.c.role == Role.CUSTOMER)
    )


_reply: Final = messages.alias("reply")


def to_customer_message(row: Row[Any]) -> CustomerMessage:
    """A row of `select_exchanges`."""
    return CustomerMessage(
        message_id=MessageId(row.id),
        text=masked(row.text),
        audience=row.audience,
        outcome=row.outcome,
        answer=masked(row.answer),
        tier=row.tier,
        confidence=row.confidence,
        created_at=row.created_at,
    )


def to_span(row: Row[Any]) -> CitationSpan:
    """A row of `citations`."""
    return CitationSpan(
        number=row.number,
        passage_id=PassageId(row.passage_id),
        document_id=DocumentId(row.document_id),
        document=row.document,
        version=row.version,
        page=row.page,
        start=row.span_start,
        end=row.span_end,
    )


def to_ticket(row: Row[Any]) -> Ticket:
    """A row of `tickets`."""
    return Ticket(
        ticket_id=TicketId(row.id),
        conversation_id=ConversationId(row.conversation_id),
        message_id=MessageId(row.message_id),
        code=row.code,
        reason=row.reason,
        question=row.question,
        contact=row.contact,
        status=row.status,
        created_at=row.created_at,
    )
