"""The desk's rows: writing a turn, and from rows back to nouns."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select

from core.accounts import AccountId
from core.analysis import Analysis
from core.database import storable
from core.desk_events import EventKind, Subject
from core.errors import NotFound
from core.masking import Mask
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
)
from desk.acts import Act
from desk.records import CitationSpan, CustomerMessage
from desk.tables import citations, conversations, messages, readings, replies, tickets, timings
from desk.verification.segments import add_segments

_LAST: Final = select(func.max(messages.c.ordinal)).where(messages.c.conversation_id == bindparam("key"))
_MESSAGE: Final = insert(messages)
_REPLY: Final = insert(replies)
_READING: Final = insert(readings)
_TIMING: Final = insert(timings)
_CITATION: Final = insert(citations)
"""Statements of every turn are made once: to build one takes longer than to run it on a local database."""


def next_ordinal(connection: Connection, conversation_id: ConversationId) -> int:
    """Where the next message goes. The caller holds the conversation's row, so that turns don't mix."""
    found: int | None = connection.execute(_LAST, {"key": conversation_id}).scalar_one()
    return 0 if found is None else found + 1


def message_by_key(connection: Connection, conversation_id: ConversationId, client_key: str | None) -> Message | None:
    """The message that its sender calls so, if it has arrived already."""
    if client_key is None:
        return None
    mine = (messages.c.conversation_id == conversation_id, messages.c.client_key == client_key)
    row = connection.execute(select(messages).where(*mine)).one_or_none()
    return None if row is None else to_message(row)


def add_message(
    act: Act,
    subject: Subject,
    role: Role,
    text: str,
    *,
    author: AccountId | None = None,
    client_key: str | None = None,
    substantive: bool = True,
    detail: Mapping[str, object] | None = None,
) -> Message:
    """Write a message at the end of the conversation that the subject names, with its line in the log."""
    assert subject.conversation_id is not None  # every caller holds a conversation
    message = Message(MessageId(uuid.uuid4().hex), role, storable(text), act.now)
    columns = {
        "id": message.message_id,
        "conversation_id": subject.conversation_id,
        "ordinal": next_ordinal(act.connection, subject.conversation_id),
        "role": role,
        "text": message.text,
        "created_at": act.now,
        "episode_id": subject.episode_id,
        "author_id": author,
        "client_key": client_key,
        "substantive": substantive,
    }
    act.connection.execute(_MESSAGE, columns)
    act.log(
        EventKind.MESSAGE_ADDED,
        with_message(subject, message.message_id),
        new=role.value,
        detail={"substantive": int(substantive), **(detail or {})},
    )
    return message


def with_message(subject: Subject, message_id: MessageId) -> Subject:
    """The same subject, and one message of it."""
    return replace(subject, message_id=message_id)


def add_reply(connection: Connection, message_id: MessageId, question_id: MessageId, reply: Reply) -> None:
    """Write how an assistant's message came about: outcome, citations, timings, the model's failure."""
    failure = reply.model_failure
    columns = {
        "message_id": message_id,
        "confidence": reply.outcome.confidence,
        "model_failure": failure.kind if failure else None,
        "model_failure_detail": failure.detail if failure else None,
        "question_id": question_id,
        "offered": reply.offer.code if reply.offer is not None else None,
        "rule": reply.decision.rule if reply.decision is not None else None,
        **_outcome_columns(reply.outcome),
    }
    connection.execute(_REPLY, columns)
    if isinstance(reply.outcome, Answer):
        _add_citations(connection, message_id, reply.outcome)
        add_segments(connection, message_id, reply.outcome)
    if reply.ms:
        steps = [{"message_id": message_id, "step": step, "ms": ms} for step, ms in reply.ms.items()]
        connection.execute(_TIMING, steps)


def _outcome_columns(outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case Answer():
            return {"outcome": "answer", "tier": outcome.tier}
        case Clarification():
            nearest = tuple(str(passage_id) for passage_id in outcome.nearest)
            return {"outcome": "clarification", "options": outcome.options, "code": outcome.code, "nearest": nearest}
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
        connection.execute(_CITATION, spans)


def add_reading(connection: Connection, message_id: MessageId, analysis: Analysis) -> None:
    """Write what was told of a customer's message."""
    entities = [asdict(entity) for entity in analysis.entities]
    columns = {
        "message_id": message_id,
        "intent": analysis.intent.label,
        "sentiment": int(analysis.sentiment.level),
        "anger": analysis.sentiment.anger,
        "entities": json.dumps(entities, ensure_ascii=False),
    }
    connection.execute(_READING, columns)


def reply_detail(reply: Reply) -> dict[str, object]:
    """What the log says of an assistant's message."""
    detail: dict[str, object] = {
        "confidence": round(reply.outcome.confidence, 4),
        "outcome": outcome_name(reply.outcome),
    }
    if isinstance(reply.outcome, Answer):
        detail |= {"tier": reply.outcome.tier.value, "cited": len(reply.outcome.citations)}
    if reply.decision is not None:
        detail["rule"] = reply.decision.rule.value
    return detail


def outcome_name(outcome: Outcome) -> str:
    """`answer`, `clarification` or `handover`."""
    return str(_outcome_columns(outcome)["outcome"])


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
    """Customers' messages with the replies to them. Files without words ask nothing that could be learnt."""
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
        .join(replies, replies.c.question_id == messages.c.id)
        .join(_reply, _reply.c.id == replies.c.message_id)
        .where(messages.c.role == Role.CUSTOMER, messages.c.text != "")
    )


_reply: Final = messages.alias("reply")


def to_customer_message(row: Row[Any], mask: Mask) -> CustomerMessage:
    """A row of `select_exchanges`, masked."""
    return CustomerMessage(
        message_id=MessageId(row.id),
        text=mask(row.text),
        audience=row.audience,
        outcome=row.outcome,
        answer=mask(row.answer),
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
