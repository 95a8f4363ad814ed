"""What each part of an answer rests on, and the drafts shown to agents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import TABLE_OPTIONS, BigId, StoredStrings, StoredText, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. What an interrupted attempt has created already is left as it is."""
    _create(
        "segments",
        sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), primary_key=True),
        sa.Column("ordinal", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("text", StoredText(), nullable=False),
        sa.Column("span_start", sa.Integer()),
        sa.Column("span_end", sa.Integer()),
        sa.Column("citations", StoredStrings(), nullable=False),
        sa.Column("failed", StoredStrings(), nullable=False),
        sa.Column("cover", sa.Float()),
        sa.Column("similarity", sa.Float()),
    )
    _create(
        "answer_reviews",
        sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), primary_key=True),
        sa.Column("document_id", sa.String(32), primary_key=True),
        sa.Column("live_version", sa.Integer(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(32)),
        sa.Column("said", StoredText(), nullable=False),
        sa.Column("says_now", StoredText(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("handled_at", UtcDateTime()),
        sa.Column("note", StoredText(), nullable=False),
    )
    _create(
        "suggestions",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", StoredText(), nullable=False),
        sa.Column("source", StoredText(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("edited", StoredText()),
        sa.Column("shown_to", StoredText(200)),
        sa.Column("decided_by", StoredText(200)),
        sa.Column("shown_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime()),
    )
    _create(
        "suggestion_citations",
        sa.Column("suggestion_id", BigId, sa.ForeignKey("suggestions.id"), primary_key=True, autoincrement=False),
        sa.Column("ordinal", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("passage_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.String(32), nullable=False),
        sa.Column("document", StoredText(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer()),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
    )
    _index("ix_answer_reviews_holds", "answer_reviews", "holds")
    _index("ix_suggestions_message_id", "suggestions", "message_id", "position", unique=True)
    _index("ix_suggestions_conversation_id", "suggestions", "conversation_id")
    _index("ix_suggestions_state", "suggestions", "state")


def _create(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(name, *parts, if_not_exists=True, **TABLE_OPTIONS)


def _index(name: str, table: str, *columns: str, unique: bool = False) -> None:
    known = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}
    if name not in known:  # MySQL has no IF NOT EXISTS for an index
        op.create_index(name, table, list(columns), unique=unique)
