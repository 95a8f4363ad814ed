"""The table of tombstones: proof that somebody was erased, without saying who it was."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, String, Table

from core.database import TABLE_OPTIONS, BigId, StoredText, UtcDateTime, metadata

NAME_CHARACTERS: Final = 100
"""Longest name of who erased somebody."""

tombstones: Final = Table(
    "tombstones",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key_hash", String(64), nullable=False),
    Column("erased_at", UtcDateTime, nullable=False),
    Column("erased_by", StoredText(NAME_CHARACTERS), nullable=False),
    Column("report", StoredText(), nullable=False),
    Index("ix_tombstones_key_hash", "key_hash"),
    **TABLE_OPTIONS,
)
"""`report` is JSON: how many rows of which table. The hash is slow to make, so that addresses can't be tried out."""
