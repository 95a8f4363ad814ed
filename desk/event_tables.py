"""The table of events. Rows are added and never changed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Index, String, Table

from core.actors import ActorKind
from core.database import TABLE_OPTIONS, BigId, Choice, StoredText, UtcDateTime, metadata

desk_events: Final = Table(
    "desk_events",
    metadata,
    Column("sequence", BigId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("actor", Choice(ActorKind), nullable=False),
    Column("actor_id", BigInteger),
    Column("conversation_id", String(32)),
    Column("episode_id", BigInteger),
    Column("ticket_id", BigInteger),
    Column("customer_id", BigInteger),
    Column("message_id", String(32)),
    Column("old", StoredText(), nullable=False),
    Column("new", StoredText(), nullable=False),
    Column("reason", StoredText(), nullable=False),
    Column("rule", StoredText(64), nullable=False),
    Column("correlation_id", String(32), nullable=False),
    Column("detail", StoredText(), nullable=False),
    Index("ix_desk_events_kind", "kind", "at"),
    Index("ix_desk_events_conversation_id", "conversation_id"),
    Index("ix_desk_events_episode_id", "episode_id"),
    Index("ix_desk_events_ticket_id", "ticket_id"),
    Index("ix_desk_events_customer_id", "customer_id"),
    **TABLE_OPTIONS,
)
"""No foreign keys: what happened outlives what it happened to. `detail` is JSON of texts."""
