"""The gold set's tables: questions with their expected sources, runs with their results.

Expected sources are names and quotes, cited places are spans; neither refers to a passage's row, so
publishing a new version breaks nothing. A run outlives the questions that it asked.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)

from core.database import TABLE_OPTIONS, BigId, Choice, StoredStrings, StoredText, UtcDateTime, metadata
from core.gold import GoldOrigin, RunCause, RunStatus, Verdict
from core.types import Audience, Language, Tier

gold_questions: Final = Table(
    "gold_questions",
    metadata,
    Column("id", BigId, primary_key=True),
    # Of audience and text as compared: one question is in the set once.
    Column("text_key", String(64), nullable=False, unique=True),
    Column("text", StoredText(), nullable=False),
    Column("language", Choice(Language)),
    Column("audience", Choice(Audience), nullable=False),
    Column("answerable", Boolean, nullable=False),
    Column("facts", StoredStrings, nullable=False),
    Column("note", StoredText(), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("origin", Choice(GoldOrigin), nullable=False),
    Column("message_id", String(32)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    **TABLE_OPTIONS,
)

gold_sources: Final = Table(
    "gold_sources",
    metadata,
    Column("question_id", BigId, ForeignKey("gold_questions.id"), primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("document", StoredText(), nullable=False),
    Column("quote", StoredText(), nullable=False),
    **TABLE_OPTIONS,
)

gold_runs: Final = Table(
    "gold_runs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("cause", Choice(RunCause), nullable=False),
    Column("status", Choice(RunStatus), nullable=False),
    Column("reason", StoredText()),
    Column("requested_at", UtcDateTime, nullable=False),
    # The process that runs it says so from time to time; one that died says nothing any more.
    Column("heard_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("sequence", BigInteger, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("right_answers", Integer, nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    # Names and values in turn.
    Column("settings", StoredStrings, nullable=False),
    Index("ix_gold_runs_status", "status"),
    **TABLE_OPTIONS,
)

gold_published: Final = Table(
    "gold_published",
    metadata,
    Column("run_id", BigId, ForeignKey("gold_runs.id"), primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("document", StoredText(), nullable=False),
    Column("version", Integer, nullable=False),
    **TABLE_OPTIONS,
)

gold_results: Final = Table(
    "gold_results",
    metadata,
    Column("run_id", BigId, ForeignKey("gold_runs.id"), primary_key=True, autoincrement=False),
    Column("question_id", BigId, primary_key=True, autoincrement=False),
    Column("text", StoredText(), nullable=False),
    Column("audience", Choice(Audience), nullable=False),
    Column("answerable", Boolean, nullable=False),
    Column("asked_as", UtcDateTime, nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("tier", Choice(Tier)),
    Column("answer", StoredText(), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("verdict", Choice(Verdict), nullable=False),
    Column("cited", Boolean, nullable=False),
    Column("missing", StoredStrings, nullable=False),
    Column("found", Boolean, nullable=False),
    Column("stale", Boolean, nullable=False),
    Column("ms", Float, nullable=False),
    **TABLE_OPTIONS,
)
"""No foreign key to the question: what a run found outlives a question that was deleted since."""

gold_citations: Final = Table(
    "gold_citations",
    metadata,
    Column("run_id", BigId, ForeignKey("gold_runs.id"), primary_key=True, autoincrement=False),
    Column("question_id", BigId, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("document_id", String(32), nullable=False),
    Column("document", StoredText(), nullable=False),
    Column("version", Integer, nullable=False),
    Column("page", Integer),
    Column("span_start", Integer, nullable=False),
    Column("span_end", Integer, nullable=False),
    Column("passage_id", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_gold_citations_document_id", "document_id"),
    **TABLE_OPTIONS,
)
"""As with the desk's citations: places, never the text, so that a deleted document leaves nothing behind."""
