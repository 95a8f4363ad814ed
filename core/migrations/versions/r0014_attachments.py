"""Files that customers and agents send: with which message, by whom, and whether for colleagues alone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; no route could fill the table so far. What an interrupted attempt has done already stays.

    A file belongs to its message, and by that to conversation, episode and tickets, so it needs no ticket of its own.
    """
    _add(
        sa.Column("episode_id", sa.BigInteger()),
        sa.Column("sender", sa.String(32), nullable=False, server_default="customer"),
        sa.Column("sender_id", sa.BigInteger()),
        sa.Column("internal", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    if "ix_attachments_ticket_id" in _indexes():
        op.drop_index("ix_attachments_ticket_id", "attachments")
    if "ticket_id" in _columns():
        op.drop_column("attachments", "ticket_id")
    for column in ("conversation_id", "sha256"):
        if f"ix_attachments_{column}" not in _indexes():  # MySQL has no IF NOT EXISTS for an index
            op.create_index(f"ix_attachments_{column}", "attachments", [column])


def _add(*columns: sa.Column[Any]) -> None:
    known = _columns()
    for column in columns:
        if column.name not in known:
            op.add_column("attachments", column)


def _columns() -> set[str]:
    return {column["name"] for column in sa.inspect(op.get_bind()).get_columns("attachments")}


def _indexes() -> set[str | None]:
    return {index["name"] for index in sa.inspect(op.get_bind()).get_indexes("attachments")}
