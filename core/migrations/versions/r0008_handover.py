"""The table of hand-over rules and what a person is given with a hand-over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import TABLE_OPTIONS, BigId, StoredText, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. What an interrupted attempt has created already is left as it is."""
    _create(
        "handover_rules",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("rules", StoredText(), nullable=False),
        sa.Column("note", StoredText(200), nullable=False),
        sa.Column("author", StoredText(100), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    _create(
        "handover_packages",
        sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), primary_key=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("package", StoredText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    _index("ix_handover_packages_ticket_id", "handover_packages", "ticket_id")


def _create(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(name, *columns, if_not_exists=True, **TABLE_OPTIONS)


def _index(name: str, table: str, *columns: str) -> None:
    known = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}
    if name not in known:  # MySQL has no IF NOT EXISTS for an index
        op.create_index(name, table, list(columns))
