"""The tables of accounts, their sessions and the log of what was done to them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table

from core.accounts import MAX_ACCOUNT_NAME, Role
from core.database import TABLE_OPTIONS, BigId, Choice, StoredText, UtcDateTime, metadata

accounts: Final = Table(
    "accounts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", StoredText(MAX_ACCOUNT_NAME), nullable=False, unique=True),
    Column("display_name", StoredText(MAX_ACCOUNT_NAME), nullable=False),
    Column("role", Choice(Role), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("password_changed_at", UtcDateTime, nullable=False),
    Column("signed_in_at", UtcDateTime),
    **TABLE_OPTIONS,
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("account_id", BigId, ForeignKey("accounts.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # Written once a minute at most: enough to tell an idle session.
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_sessions_account_id", "account_id"),
    **TABLE_OPTIONS,
)

audit_log: Final = Table(
    "audit_log",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", StoredText(MAX_ACCOUNT_NAME), nullable=False),
    Column("action", String(64), nullable=False),
    Column("target", StoredText(MAX_ACCOUNT_NAME), nullable=False),
    Column("detail", StoredText(), nullable=False),
    Column("address", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    **{**TABLE_OPTIONS, "sqlite_autoincrement": False},
)
"""Append-only. Names and not ids, since a log outlives what it tells of."""

audit_head: Final = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    **{**TABLE_OPTIONS, "sqlite_autoincrement": False},
)
"""One row: the last line of the log. Locked while a line is written, so that the chain never forks,
and compared when it is checked, so that lines cut off at the end are missed."""
