"""The desk's tables: conversations, their messages, how each reply came about, and tickets.

Citations keep where the cited text stands, never the text: it is read from the knowledge base
when it is shown, and gone from there means gone from here.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from core.database import TABLE_OPTIONS, BigId, Choice, StoredStrings, StoredText, UtcDateTime, metadata
from core.types import Audience, HandoverCode, Language, Role, TicketStatus, Tier

CONTACT_CHARACTERS: Final = 200
"""Longest way to reach a customer: an e-mail address has at most 254 bytes, a phone number far fewer."""

conversations: Final = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("token_sha256", String(64), nullable=False),
    Column("audience", Choice(Audience), nullable=False),
    Column("language", Choice(Language)),
    Column("created_at", UtcDateTime, nullable=False),
    **TABLE_OPTIONS,
)

messages: Final = Table(
    "messages",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("role", Choice(Role), nullable=False),
    Column("text", StoredText(), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("conversation_id", "ordinal"),
    Index("ix_messages_created_at", "created_at"),
    **TABLE_OPTIONS,
)

replies: Final = Table(
    "replies",
    metadata,
    Column("message_id", String(32), ForeignKey("messages.id"), primary_key=True),
    Column("outcome", String(32), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("tier", Choice(Tier)),
    Column("options", StoredStrings),
    Column("code", Choice(HandoverCode)),
    Column("reason", StoredText()),
    Column("nearest", StoredStrings),
    Column("model_failure", StoredText(32)),
    Column("model_failure_detail", StoredText()),
    **TABLE_OPTIONS,
)
"""What is known of an assistant's message beyond its text. `outcome` says which columns are set."""

timings: Final = Table(
    "timings",
    metadata,
    Column("message_id", String(32), ForeignKey("messages.id"), primary_key=True),
    Column("step", StoredText(64), primary_key=True),
    Column("ms", Float, nullable=False),
    **TABLE_OPTIONS,
)

citations: Final = Table(
    "citations",
    metadata,
    Column("message_id", String(32), ForeignKey("messages.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("passage_id", BigInteger, nullable=False),
    Column("document_id", String(32), nullable=False),
    Column("document", StoredText(), nullable=False),
    Column("version", Integer, nullable=False),
    Column("page", Integer),
    Column("span_start", Integer, nullable=False),
    Column("span_end", Integer, nullable=False),
    Index("ix_citations_document_id", "document_id"),
    **TABLE_OPTIONS,
)
"""No foreign keys into the knowledge base: a record of what was said outlives what it was said from."""

tickets: Final = Table(
    "tickets",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id"), nullable=False),
    Column("message_id", String(32), ForeignKey("messages.id"), nullable=False),
    Column("code", Choice(HandoverCode), nullable=False),
    Column("reason", StoredText(), nullable=False),
    Column("question", StoredText(), nullable=False),
    Column("contact", StoredText(CONTACT_CHARACTERS)),
    Column("status", Choice(TicketStatus), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    Index("ix_tickets_conversation_id", "conversation_id"),
    Index("ix_tickets_message_id", "message_id"),
    **TABLE_OPTIONS,
)
