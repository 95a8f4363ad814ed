"""Accounts of the people who work here, their roles and their sessions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.database import TABLE_OPTIONS, BigId, StoredText, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

GIVEN: dict[str, Any] = {**TABLE_OPTIONS, "sqlite_autoincrement": False}
"""For tables whose keys aren't counted by the database."""


def upgrade() -> None:
    """Create the tables. What an interrupted attempt has created already is left as it is."""
    _create(
        "accounts",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("name", StoredText(64), nullable=False, unique=True),
        sa.Column("display_name", StoredText(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("password_changed_at", UtcDateTime(), nullable=False),
        sa.Column("signed_in_at", UtcDateTime()),
    )
    _create(
        "sessions",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("account_id", BigId, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
    )
    _index("ix_sessions_account_id", "sessions", "account_id")
    _create(
        "audit_log",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", StoredText(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("target", StoredText(64), nullable=False),
        sa.Column("detail", StoredText(), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        options=GIVEN,
    )
    _create(
        "audit_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        options=GIVEN,
    )


def _create(name: str, *columns: sa.schema.SchemaItem, options: dict[str, Any] = TABLE_OPTIONS) -> None:
    op.create_table(name, *columns, if_not_exists=True, **options)


def _index(name: str, table: str, *columns: str) -> None:
    known = {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(table)}
    if name not in known:  # MySQL has no IF NOT EXISTS for an index
        op.create_index(name, table, list(columns))
