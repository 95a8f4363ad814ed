"""Tables of the learning loop. Texts in them have personal data removed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table

from core.database import (
    TABLE_OPTIONS,
    BigId,
    Choice,
    LongBinary,
    StoredStrings,
    StoredText,
    UtcDateTime,
    metadata,
)
from core.learning import MAX_OWNER, CandidateStatus, Filling, GapStatus, Origin
from core.types import Audience, HandoverCode

learning_marks: Final = Table(
    "learning_marks",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
    **TABLE_OPTIONS,
)
"""How far something has been read: the last event that was mined, the last state of the knowledge base tested."""

gaps: Final = Table(
    "gaps",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("question", StoredText(), nullable=False),
    Column("status", Choice(GapStatus), nullable=False),
    Column("owner", StoredText(MAX_OWNER), nullable=False),
    Column("due_on", Date),
    Column("note", StoredText(), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("reopened", Integer, nullable=False),
    Column("tested_at", UtcDateTime),
    Column("tested", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("rightly", Integer, nullable=False, server_default="0"),
    Index("ix_gaps_status", "status"),
    **TABLE_OPTIONS,
)

gap_questions: Final = Table(
    "gap_questions",
    metadata,
    Column("message_id", String(32), primary_key=True),
    Column("gap_id", BigId, ForeignKey("gaps.id"), nullable=False),
    Column("conversation_id", String(32), nullable=False),
    Column("episode_id", String(32), nullable=False),
    Column("customer", String(64), nullable=False),
    Column("text", StoredText(), nullable=False),
    Column("audience", Choice(Audience), nullable=False),
    Column("code", Choice(HandoverCode), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("answered", Boolean),
    Column("encoder_key", StoredText(200), nullable=False),
    Column("vector", LongBinary, nullable=False),
    Column("filling", Choice(Filling)),
    Column("told_document_id", String(32)),
    Column("told_document", StoredText()),
    Column("told_version", Integer),
    Column("told_start", Integer),
    Column("told_end", Integer),
    Column("told_keys", StoredStrings),
    Index("ix_gap_questions_gap_id", "gap_id"),
    Index("ix_gap_questions_conversation_id", "conversation_id"),
    **TABLE_OPTIONS,
)
"""No foreign keys to the desk, as it may forget a conversation. `episode_id` is empty where there was none.

`told_…` says from where a question was answered when it was asked last: the first place cited, never its text, and
the keys of all places.
"""

gap_sources: Final = Table(
    "gap_sources",
    metadata,
    Column("gap_id", BigId, ForeignKey("gaps.id"), primary_key=True, autoincrement=False),
    Column("source", String(64), primary_key=True),
    Column("confirmed_by", StoredText(MAX_OWNER), nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=False),
    **TABLE_OPTIONS,
)
"""Sources of which a person has said that they answer a gap, by `analytics.learning.filling.source_key`."""

gap_apart: Final = Table(
    "gap_apart",
    metadata,
    Column("first_id", BigInteger, primary_key=True, autoincrement=False),
    Column("second_id", BigInteger, primary_key=True, autoincrement=False),
    Column("decided_by", StoredText(MAX_OWNER), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    **TABLE_OPTIONS,
)
"""Two gaps that a person keeps apart, the lower number first. No foreign keys: one of them may be merged away later."""

candidates: Final = Table(
    "candidates",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("question", StoredText(), nullable=False),
    Column("answer", StoredText(), nullable=False),
    Column("similar", StoredStrings, nullable=False),
    Column("audience", Choice(Audience), nullable=False),
    Column("status", Choice(CandidateStatus), nullable=False),
    Column("note", StoredText(), nullable=False),
    Column("decided_by", StoredText(MAX_OWNER), nullable=False),
    Column("document_id", String(32)),
    Column("version", Integer),
    Column("problem", StoredText(), nullable=False),
    Column("tried_at", UtcDateTime),
    Column("tried_outcome", String(32)),
    Column("tried_text", StoredText()),
    Column("passed", Boolean),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("gap_id", BigInteger),
    Index("ix_candidates_status", "status"),
    **TABLE_OPTIONS,
)

candidate_findings: Final = Table(
    "candidate_findings",
    metadata,
    Column("origin", Choice(Origin), primary_key=True),
    Column("source", String(64), primary_key=True),
    Column("candidate_id", BigId, ForeignKey("candidates.id"), nullable=False),
    Column("conversation_id", String(32), nullable=False),
    Column("message_ids", StoredStrings, nullable=False),
    Column("customer", String(64), nullable=False),
    Column("question", StoredText(), nullable=False),
    Column("answer", StoredText(), nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("encoder_key", StoredText(200), nullable=False),
    Column("vector", LongBinary, nullable=False),
    Index("ix_candidate_findings_candidate_id", "candidate_id"),
    Index("ix_candidate_findings_conversation_id", "conversation_id"),
    **TABLE_OPTIONS,
)
