"""The table of the knowledge manager's words. Its version number is a row of `counters`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Table

from core.database import TABLE_OPTIONS, BigId, Choice, StoredStrings, UtcDateTime, metadata
from core.vocabulary import VocabularyKind

vocabulary: Final = Table(
    "vocabulary",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kind", Choice(VocabularyKind), nullable=False),
    Column("terms", StoredStrings(), nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    **TABLE_OPTIONS,
)
