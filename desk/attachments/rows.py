"""Attachments in SQL: what is in a conversation, what goes with a message, and what a side may still send."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, select, update

from core.actors import Actor, ActorKind
from core.attachments import Attachment, AttachmentId
from core.desk_events import EventKind, Subject
from core.errors import Conflict, NotFound
from core.types import ConversationId, MessageId, TicketId
from desk.acts import Act
from desk.attachments.tables import attachments
from desk.tables import messages, tickets
from desk.ticket_tables import ticket_triggers

SELECT: Final[Select[Any]] = select(attachments, messages.c.role).outerjoin(
    messages, messages.c.id == attachments.c.message_id
)
ORDER: Final = (attachments.c.created_at, attachments.c.id)


def to_attachment(row: Row[Any]) -> Attachment:
    """A row of `SELECT`."""
    return Attachment(
        attachment_id=AttachmentId(row.id),
        conversation_id=ConversationId(row.conversation_id),
        message_id=None if row.message_id is None else MessageId(row.message_id),
        role=row.role,
        sender=Actor(row.sender, row.sender_id),
        internal=row.internal,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        created_at=row.created_at,
    )


def found(connection: Connection, *conditions: ColumnElement[bool]) -> list[Attachment]:
    """The attachments for which all conditions hold, oldest first."""
    return [to_attachment(row) for row in connection.execute(SELECT.where(*conditions).order_by(*ORDER))]


def add(connection: Connection, attachment: Attachment) -> None:
    """Write a new one, which isn't sent yet."""
    connection.execute(
        insert(attachments).values(
            id=attachment.attachment_id,
            conversation_id=attachment.conversation_id,
            name=attachment.name,
            media_type=attachment.media_type,
            size=attachment.size,
            sha256=attachment.sha256,
            created_at=attachment.created_at,
            sender=attachment.sender.kind,
            sender_id=attachment.sender.id,
            internal=attachment.internal,
        )
    )


def new_id() -> AttachmentId:
    """An id that nobody guesses."""
    return AttachmentId(uuid.uuid4().hex)


def unsent_of(conversation_id: ConversationId, sender: Actor) -> tuple[ColumnElement[bool], ...]:
    """The condition for what somebody has uploaded and not sent. A conversation has one customer, whoever that is known as."""
    mine = [attachments.c.sender == sender.kind]
    if sender.kind is not ActorKind.CUSTOMER:
        mine.append(attachments.c.sender_id.is_(None) if sender.id is None else attachments.c.sender_id == sender.id)
    return (attachments.c.conversation_id == conversation_id, attachments.c.message_id.is_(None), *mine)


def bytes_of(connection: Connection, conversation_id: ConversationId, kind: ActorKind) -> int:
    """How much one side has in a conversation."""
    mine = (attachments.c.conversation_id == conversation_id, attachments.c.sender == kind)
    return int(connection.execute(select(func.coalesce(func.sum(attachments.c.size), 0)).where(*mine)).scalar_one())


def send_with(
    act: Act, subject: Subject, ids: Collection[AttachmentId], sender: Actor, *, internal: bool = False
) -> None:
    """Send files with the message that the subject names, within the transaction that writes the message.

    Raises:
        NotFound: the sender has no such file waiting in this conversation.
        Conflict: it was uploaded for colleagues, or for the customer, and this message is for the others.
    """
    assert subject.conversation_id is not None  # every caller holds a conversation
    for attachment_id in dict.fromkeys(ids):
        own = (attachments.c.id == attachment_id, *unsent_of(subject.conversation_id, sender))
        waiting = found(act.connection, *own)
        if not waiting:
            raise NotFound("uploaded file", attachment_id)
        if waiting[0].internal is not internal:
            whom = "colleagues" if waiting[0].internal else "the customer"
            raise Conflict(
                f"{waiting[0].name!r} was uploaded for {whom}. Take it back, and upload it where it belongs."
            )
        columns = {"message_id": subject.message_id, "episode_id": subject.episode_id}
        act.connection.execute(update(attachments).where(*own).values(columns))
        act.log(EventKind.ATTACHMENT_ADDED, subject, new=attachment_id, detail=_described(waiting[0]))


def log_removal(act: Act, subject: Subject, attachment: Attachment) -> None:
    """Add the line of the log that says so."""
    act.log(EventKind.ATTACHMENT_REMOVED, subject, old=attachment.attachment_id, detail=_described(attachment))


def _described(attachment: Attachment) -> dict[str, object]:
    return {"media_type": attachment.media_type, "size": attachment.size}


def of_ticket(connection: Connection, ticket_id: TicketId) -> list[Attachment]:
    """The files of all problems that a ticket has been about. Raises `NotFound`."""
    query = select(tickets.c.conversation_id, tickets.c.episode_id).where(tickets.c.id == ticket_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("ticket", ticket_id)
    caused = select(ticket_triggers.c.episode_id).where(ticket_triggers.c.ticket_id == ticket_id)
    episodes = {each for each in [row.episode_id, *connection.execute(caused).scalars()] if each is not None}
    mine = attachments.c.conversation_id == row.conversation_id
    return found(connection, mine, attachments.c.message_id.is_not(None), attachments.c.episode_id.in_(episodes))


def by_message(listed: Sequence[Attachment]) -> dict[MessageId, tuple[Attachment, ...]]:
    """Those that were sent, by what they were sent with."""
    grouped: dict[MessageId, tuple[Attachment, ...]] = {}
    for each in listed:
        if each.message_id is not None:
            grouped[each.message_id] = (*grouped.get(each.message_id, ()), each)
    return grouped
