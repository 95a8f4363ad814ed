"""Tables of the hand-over rules and of what a person was given with each hand-over."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table

from core.database import TABLE_OPTIONS, BigId, Choice, StoredText, UtcDateTime, metadata
from core.types import HandoverCode

NOTE_CHARACTERS: Final = 200
AUTHOR_CHARACTERS: Final = 100

handover_rules: Final = Table(
    "handover_rules",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("rules", StoredText(), nullable=False),
    Column("note", StoredText(NOTE_CHARACTERS), nullable=False),
    Column("author", StoredText(AUTHOR_CHARACTERS), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    **TABLE_OPTIONS,
)
"""Every state of the table, as JSON of `desk.handover.form`; the newest one holds. Without a row the shipped one does."""

handover_packages: Final = Table(
    "handover_packages",
    metadata,
    Column("message_id", String(32), ForeignKey("messages.id"), primary_key=True),
    Column("ticket_id", BigInteger, nullable=False),
    Column("code", Choice(HandoverCode), nullable=False),
    Column("package", StoredText(), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_handover_packages_ticket_id", "ticket_id"),
    **TABLE_OPTIONS,
)
"""What the person was given, by the assistant's message that handed over, as JSON of `desk.handover.packages`."""
