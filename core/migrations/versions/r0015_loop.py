"""What the loop from question to better knowledge remembers, and proof of what was erased."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from core.database import TABLE_OPTIONS, BigId, StoredStrings, StoredText, UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_COLUMNS: Final[tuple[tuple[str, str, Any], ...]] = (
    ("gap_questions", "filling", sa.String(32)),
    ("gap_questions", "told_document_id", sa.String(32)),
    ("gap_questions", "told_document", StoredText()),
    ("gap_questions", "told_version", sa.Integer()),
    ("gap_questions", "told_start", sa.Integer()),
    ("gap_questions", "told_end", sa.Integer()),
    ("gap_questions", "told_keys", StoredStrings()),
    ("candidates", "gap_id", sa.BigInteger()),
)


def upgrade() -> None:
    """Add the columns and create the tables. What an interrupted attempt has made already is left as it is."""
    for table, name, kind in _COLUMNS:
        if name not in _known(table):
            op.add_column(table, sa.Column(name, kind))
    if "rightly" not in _known("gaps"):
        op.add_column("gaps", sa.Column("rightly", sa.Integer(), nullable=False, server_default="0"))
    _gap_tables()
    op.create_table(
        "tombstones",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=False),
        sa.Column("erased_by", StoredText(100), nullable=False),
        sa.Column("report", StoredText(), nullable=False),
        if_not_exists=True,
        **TABLE_OPTIONS,
    )
    known = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes("tombstones")}
    if "ix_tombstones_key_hash" not in known:  # MySQL has no IF NOT EXISTS for an index
        op.create_index("ix_tombstones_key_hash", "tombstones", ["key_hash"])


def _gap_tables() -> None:
    op.create_table(
        "gap_sources",
        sa.Column("gap_id", BigId, sa.ForeignKey("gaps.id"), primary_key=True, autoincrement=False),
        sa.Column("source", sa.String(64), primary_key=True),
        sa.Column("confirmed_by", StoredText(100), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=False),
        if_not_exists=True,
        **TABLE_OPTIONS,
    )
    op.create_table(
        "gap_apart",
        sa.Column("first_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("second_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("decided_by", StoredText(100), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        if_not_exists=True,
        **TABLE_OPTIONS,
    )


def _known(table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
