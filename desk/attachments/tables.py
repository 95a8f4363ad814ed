"""The table of attachments."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table

from core.actors import ActorKind
from core.database import TABLE_OPTIONS, Choice, StoredText, UtcDateTime, metadata

attachments: Final = Table(
    "attachments",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id"), nullable=False),
    Column("message_id", String(32)),
    Column("name", StoredText(255), nullable=False),
    Column("media_type", StoredText(255), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("episode_id", BigInteger),
    Column("sender", Choice(ActorKind), nullable=False),
    Column("sender_id", BigInteger),
    Column("internal", Boolean, nullable=False),
    Index("ix_attachments_conversation_id", "conversation_id"),
    Index("ix_attachments_message_id", "message_id"),
    Index("ix_attachments_sha256", "sha256"),
    **TABLE_OPTIONS,
)
"""What is known of a file; its bytes lie under their hash in a folder. Without a message it was uploaded and not sent yet."""
