"""The knowledge base's and the desk's first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import TABLE_OPTIONS, BigId, LongBinary, StoredStrings, StoredText, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything. What an interrupted attempt has created already is left as it is."""
    _uploads()
    _content()
    _feed()
    _conversations()
    _replies()
    _counters()


def _create(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(name, *columns, if_not_exists=True, **TABLE_OPTIONS)


def _index(name: str, table: str, *columns: str) -> None:
    known = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}
    if name not in known:  # MySQL has no IF NOT EXISTS for an index
        op.create_index(name, table, list(columns))


def _counters() -> None:
    counters = sa.table("counters", sa.column("name", sa.String), sa.column("value", sa.BigInteger))
    known = set(op.get_bind().execute(sa.select(counters.c.name)).scalars())
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in ("changes", "uploads") if name not in known])


def _uploads() -> None:
    _create(
        "documents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", StoredText(400), nullable=False, unique=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("live_version", sa.Integer()),
        sa.Column("latest_version", sa.Integer(), nullable=False),
        sa.Column("pinned_up_to", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )
    _create(
        "versions",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("document_id", sa.String(32), sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("media_type", StoredText(255), nullable=False),
        sa.Column("blob_sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.String(32), nullable=False),
        sa.Column("effective_from", sa.Date()),
        sa.Column("expires_on", sa.Date()),
        sa.Column("wanted_kind", sa.String(32)),
        sa.Column("kind", sa.String(32)),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("reason", StoredText()),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("warnings", StoredStrings(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_owner", StoredText(200)),
        sa.Column("lease_until", UtcDateTime()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime()),
        sa.UniqueConstraint("document_id", "number"),
    )
    _index("ix_versions_blob_sha256", "versions", "blob_sha256")
    _index("ix_versions_status", "versions", "status")
    _create(
        "version_texts",
        sa.Column("version_id", BigId, sa.ForeignKey("versions.id"), primary_key=True, autoincrement=False),
        sa.Column("part", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("text", StoredText(), nullable=False),
    )


def _content() -> None:
    _create(
        "passages",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("version_id", BigId, sa.ForeignKey("versions.id"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("heading", StoredStrings(), nullable=False),
        sa.Column("page", sa.Integer()),
        sa.Column("span_start", sa.Integer(), nullable=False),
        sa.Column("span_end", sa.Integer(), nullable=False),
        sa.Column("text", StoredText(), nullable=False),
        sa.Column("context", StoredText(), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("retrievable", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.UniqueConstraint("version_id", "ordinal"),
    )
    _index("ix_passages_live", "passages", "version_id", "retrievable")
    _index("ix_passages_text_hash", "passages", "text_hash")
    _create(
        "pairs",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("version_id", BigId, sa.ForeignKey("versions.id"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("passage_id", BigId, sa.ForeignKey("passages.id"), nullable=False),
        sa.Column("answer", StoredText(), nullable=False),
        sa.Column("answer_start", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("product", StoredText()),
        sa.UniqueConstraint("version_id", "ordinal"),
    )
    _index("ix_pairs_passage_id", "pairs", "passage_id")
    _create(
        "questions",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("pair_id", BigId, sa.ForeignKey("pairs.id"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("text", StoredText(), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("pair_id", "ordinal"),
    )
    _index("ix_questions_text_hash", "questions", "text_hash")
    _create(
        "vectors",
        sa.Column("text_hash", sa.String(64), primary_key=True),
        sa.Column("collection", sa.String(32), primary_key=True),
        sa.Column("encoder_key", StoredText(200), primary_key=True),
        sa.Column("vector", LongBinary, nullable=False),
    )


def _feed() -> None:
    _create(
        "counters",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
    )
    _create(
        "changes",
        sa.Column("sequence", BigId, primary_key=True, autoincrement=False),
        sa.Column("collection", sa.String(32), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
    )
    _create(
        "snapshots",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("folder", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("encoder_key", StoredText(200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )


def _conversations() -> None:
    _create(
        "conversations",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("audience", sa.String(32), nullable=False),
        sa.Column("language", sa.String(32)),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    _create(
        "messages",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("text", StoredText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("conversation_id", "ordinal"),
    )
    _create(
        "tickets",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("reason", StoredText(), nullable=False),
        sa.Column("question", StoredText(), nullable=False),
        sa.Column("contact", StoredText(200)),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime()),
    )
    _index("ix_tickets_conversation_id", "tickets", "conversation_id")
    _index("ix_tickets_message_id", "tickets", "message_id")


def _replies() -> None:
    _create(
        "replies",
        sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), primary_key=True),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("tier", sa.String(32)),
        sa.Column("options", StoredStrings()),
        sa.Column("code", sa.String(32)),
        sa.Column("reason", StoredText()),
        sa.Column("nearest", StoredStrings()),
        sa.Column("model_failure", StoredText(32)),
        sa.Column("model_failure_detail", StoredText()),
    )
    _create(
        "timings",
        sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), primary_key=True),
        sa.Column("step", StoredText(64), primary_key=True),
        sa.Column("ms", sa.Float(), nullable=False),
    )
    _create(
        "citations",
        sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), primary_key=True),
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
    _index("ix_citations_document_id", "citations", "document_id")
