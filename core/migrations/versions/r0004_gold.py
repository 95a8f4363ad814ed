"""Gold questions and the runs over them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import TABLE_OPTIONS, BigId, StoredStrings, StoredText, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. What an interrupted attempt has created already is left as it is."""
    _questions()
    _runs()
    _results()
    _index("ix_messages_created_at", "messages", "created_at")  # lists what customers asked lately


def _create(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(name, *columns, if_not_exists=True, **TABLE_OPTIONS)


def _index(name: str, table: str, *columns: str) -> None:
    known = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}
    if name not in known:  # MySQL has no IF NOT EXISTS for an index
        op.create_index(name, table, list(columns))


def _questions() -> None:
    _create(
        "gold_questions",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("text_key", sa.String(64), nullable=False, unique=True),
        sa.Column("text", StoredText(), nullable=False),
        sa.Column("language", sa.String(32)),
        sa.Column("audience", sa.String(32), nullable=False),
        sa.Column("answerable", sa.Boolean(), nullable=False),
        sa.Column("facts", StoredStrings(), nullable=False),
        sa.Column("note", StoredText(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("message_id", sa.String(32)),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )
    _create(
        "gold_sources",
        sa.Column("question_id", BigId, sa.ForeignKey("gold_questions.id"), primary_key=True, autoincrement=False),
        sa.Column("ordinal", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("document", StoredText(), nullable=False),
        sa.Column("quote", StoredText(), nullable=False),
    )


def _runs() -> None:
    _create(
        "gold_runs",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("reason", StoredText()),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("right_answers", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("settings", StoredStrings(), nullable=False),
    )
    _index("ix_gold_runs_status", "gold_runs", "status")
    _create(
        "gold_published",
        sa.Column("run_id", BigId, sa.ForeignKey("gold_runs.id"), primary_key=True, autoincrement=False),
        sa.Column("ordinal", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("document", StoredText(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def _results() -> None:
    _create(
        "gold_results",
        sa.Column("run_id", BigId, sa.ForeignKey("gold_runs.id"), primary_key=True, autoincrement=False),
        sa.Column("question_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("text", StoredText(), nullable=False),
        sa.Column("audience", sa.String(32), nullable=False),
        sa.Column("answerable", sa.Boolean(), nullable=False),
        sa.Column("asked_as", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("tier", sa.String(32)),
        sa.Column("answer", StoredText(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("cited", sa.Boolean(), nullable=False),
        sa.Column("missing", StoredStrings(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("ms", sa.Float(), nullable=False),
    )
    _create(
        "gold_citations",
        sa.Column("run_id", BigId, sa.ForeignKey("gold_runs.id"), primary_key=True, autoincrement=False),
        sa.Column("question_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("ordinal", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("document_id", sa.String(32), nullable=False),
        sa.Column("document", StoredText(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer()),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("passage_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    _index("ix_gold_citations_document_id", "gold_citations", "document_id")
