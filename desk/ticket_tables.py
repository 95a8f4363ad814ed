"""Tables around tickets: own names of states, triggers, links, merges."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table

from core.database import TABLE_OPTIONS, BigId, Choice, StoredText, UtcDateTime, metadata
from core.tickets import LinkKind, TriggerFamily
from core.types import HandoverCode, TicketStatus

ticket_states: Final = Table(
    "ticket_states",
    metadata,
    Column("key", StoredText(64), primary_key=True),
    Column("status", Choice(TicketStatus), nullable=False),
    Column("label_zh", StoredText(100), nullable=False),
    Column("label_en", StoredText(100), nullable=False),
    Column("position", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    **TABLE_OPTIONS,
)
"""The operator's own states. Each is one of the fixed statuses under another name."""

ticket_triggers: Final = Table(
    "ticket_triggers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("ticket_id", BigId, ForeignKey("tickets.id"), nullable=False),
    Column("episode_id", BigInteger),
    Column("message_id", String(32)),
    Column("family", Choice(TriggerFamily), nullable=False),
    Column("code", Choice(HandoverCode)),
    Column("reason", StoredText(), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_ticket_triggers_ticket_id", "ticket_id"),
    **TABLE_OPTIONS,
)
"""What opened a ticket, and everything later that would have opened another."""

ticket_links: Final = Table(
    "ticket_links",
    metadata,
    Column("ticket_id", BigId, ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
    Column("other_id", BigId, ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
    Column("kind", Choice(LinkKind), primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_ticket_links_other_id", "other_id"),
    **TABLE_OPTIONS,
)

ticket_collaborators: Final = Table(
    "ticket_collaborators",
    metadata,
    Column("ticket_id", BigId, ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
    Column("account_id", BigId, primary_key=True, autoincrement=False),
    **TABLE_OPTIONS,
)

ticket_merges: Final = Table(
    "ticket_merges",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kept_id", BigId, ForeignKey("tickets.id"), nullable=False),
    Column("merged_id", BigId, ForeignKey("tickets.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
    Index("ix_ticket_merges_kept_id", "kept_id"),
    Index("ix_ticket_merges_merged_id", "merged_id"),
    **TABLE_OPTIONS,
)
