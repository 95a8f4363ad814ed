"""Candidate Q&A pairs from resolved tickets, and the board of unanswered questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import TABLE_OPTIONS, BigId, LongBinary, StoredStrings, StoredText, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. What an interrupted attempt has created already is left as it is."""
    _create(
        "learning_marks",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
    )
    _gaps()
    _candidates()


def _create(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(name, *columns, if_not_exists=True, **TABLE_OPTIONS)


def _index(name: str, table: str, *columns: str) -> None:
    known = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}
    if name not in known:  # MySQL has no IF NOT EXISTS for an index
        op.create_index(name, table, list(columns))


def _gaps() -> None:
    _create(
        "gaps",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("question", StoredText(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("owner", StoredText(100), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("note", StoredText(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime()),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("tested_at", UtcDateTime()),
        sa.Column("tested", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
    )
    _index("ix_gaps_status", "gaps", "status")
    _create(
        "gap_questions",
        sa.Column("message_id", sa.String(32), primary_key=True),
        sa.Column("gap_id", BigId, sa.ForeignKey("gaps.id"), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("episode_id", sa.String(32), nullable=False),
        sa.Column("customer", sa.String(64), nullable=False),
        sa.Column("text", StoredText(), nullable=False),
        sa.Column("audience", sa.String(32), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("answered", sa.Boolean()),
        sa.Column("encoder_key", StoredText(200), nullable=False),
        sa.Column("vector", LongBinary, nullable=False),
    )
    _index("ix_gap_questions_gap_id", "gap_questions", "gap_id")
    _index("ix_gap_questions_conversation_id", "gap_questions", "conversation_id")


def _candidates() -> None:
    _create(
        "candidates",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("question", StoredText(), nullable=False),
        sa.Column("answer", StoredText(), nullable=False),
        sa.Column("similar", StoredStrings(), nullable=False),
        sa.Column("audience", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("note", StoredText(), nullable=False),
        sa.Column("decided_by", StoredText(100), nullable=False),
        sa.Column("document_id", sa.String(32)),
        sa.Column("version", sa.Integer()),
        sa.Column("problem", StoredText(), nullable=False),
        sa.Column("tried_at", UtcDateTime()),
        sa.Column("tried_outcome", sa.String(32)),
        sa.Column("tried_text", StoredText()),
        sa.Column("passed", sa.Boolean()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )
    _index("ix_candidates_status", "candidates", "status")
    _create(
        "candidate_findings",
        sa.Column("origin", sa.String(32), primary_key=True),
        sa.Column("source", sa.String(64), primary_key=True),
        sa.Column("candidate_id", BigId, sa.ForeignKey("candidates.id"), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("message_ids", StoredStrings(), nullable=False),
        sa.Column("customer", sa.String(64), nullable=False),
        sa.Column("question", StoredText(), nullable=False),
        sa.Column("answer", StoredText(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("encoder_key", StoredText(200), nullable=False),
        sa.Column("vector", LongBinary, nullable=False),
    )
    _index("ix_candidate_findings_candidate_id", "candidate_findings", "candidate_id")
    _index("ix_candidate_findings_conversation_id", "candidate_findings", "conversation_id")
