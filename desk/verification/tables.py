"""The tables of what answers rest on: segments, reviews after a change, and drafts shown to agents.

Like citations, none of them refers to a row of the knowledge base.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, false

from core.database import TABLE_OPTIONS, BigId, Choice, StoredStrings, StoredText, UtcDateTime, metadata
from core.segments import StaleReason
from core.suggestions import DraftKind, SuggestionState

NAME_CHARACTERS: Final = 200
"""Longest name of who saw or decided something."""

segments: Final = Table(
    "segments",
    metadata,
    Column("message_id", String(32), ForeignKey("messages.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("text", StoredText(), nullable=False),
    Column("span_start", Integer),
    Column("span_end", Integer),
    Column("citations", StoredStrings, nullable=False),
    Column("failed", StoredStrings, nullable=False),
    Column("cover", Float),
    Column("similarity", Float),
    **TABLE_OPTIONS,
)

answer_reviews: Final = Table(
    "answer_reviews",
    metadata,
    Column("message_id", String(32), ForeignKey("messages.id"), primary_key=True),
    Column("document_id", String(32), primary_key=True),
    # The version that was looked at; 0 where the document is gone.
    Column("live_version", Integer, nullable=False),
    Column("holds", Boolean, nullable=False),
    Column("reason", Choice(StaleReason)),
    Column("said", StoredText(), nullable=False),
    Column("says_now", StoredText(), nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("handled_at", UtcDateTime),
    Column("note", StoredText(), nullable=False),
    Index("ix_answer_reviews_holds", "holds"),
    **TABLE_OPTIONS,
)

suggestions: Final = Table(
    "suggestions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id"), nullable=False),
    Column("message_id", String(32), ForeignKey("messages.id"), nullable=False),
    Column("kind", Choice(DraftKind), nullable=False),
    Column("position", Integer, nullable=False),
    Column("text", StoredText(), nullable=False),
    Column("source", StoredText(), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("internal", Boolean, nullable=False, server_default=false()),
    Column("state", Choice(SuggestionState), nullable=False),
    Column("edited", StoredText()),
    Column("shown_to", StoredText(NAME_CHARACTERS)),
    Column("decided_by", StoredText(NAME_CHARACTERS)),
    Column("shown_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Index("ix_suggestions_message_id", "message_id", "position", unique=True),
    Index("ix_suggestions_conversation_id", "conversation_id"),
    Index("ix_suggestions_state", "state"),
    **TABLE_OPTIONS,
)

suggestion_citations: Final = Table(
    "suggestion_citations",
    metadata,
    Column("suggestion_id", BigId, ForeignKey("suggestions.id"), primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("passage_id", BigInteger, nullable=False),
    Column("document_id", String(32), nullable=False),
    Column("document", StoredText(), nullable=False),
    Column("version", Integer, nullable=False),
    Column("page", Integer),
    Column("span_start", Integer, nullable=False),
    Column("span_end", Integer, nullable=False),
    **TABLE_OPTIONS,
)
