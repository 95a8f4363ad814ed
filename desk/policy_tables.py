"""The table of the desk's policy. Rows are added and never changed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Table

from core.database import TABLE_OPTIONS, BigId, StoredText, UtcDateTime, metadata

NOTE_CHARACTERS: Final = 200
AUTHOR_CHARACTERS: Final = 100

desk_policies: Final = Table(
    "desk_policies",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("policy", StoredText(), nullable=False),
    Column("note", StoredText(NOTE_CHARACTERS), nullable=False),
    Column("author", StoredText(AUTHOR_CHARACTERS), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    **TABLE_OPTIONS,
)
"""Every state of the policy, as JSON of `desk.policy_form`; the newest one holds. Without a row the shipped one does."""
