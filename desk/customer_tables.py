"""Tables of customers: who they are, by which channels they are known, what they agreed to."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from core.database import TABLE_OPTIONS, BigId, Choice, StoredText, UtcDateTime, metadata
from core.types import Language

customers: Final = Table(
    "customers",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", StoredText(200), nullable=False),
    Column("email", StoredText(254), nullable=False),
    Column("phone", StoredText(40), nullable=False),
    Column("language", Choice(Language)),
    Column("tier", StoredText(32), nullable=False),
    Column("vip", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("merged_into", BigInteger),
    **TABLE_OPTIONS,
)
"""One that was merged stays, so that the merge can be undone."""

customer_identities: Final = Table(
    "customer_identities",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("customer_id", BigId, ForeignKey("customers.id"), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("key", StoredText(254), nullable=False),
    Column("level", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "key"),
    Index("ix_customer_identities_customer_id", "customer_id"),
    **TABLE_OPTIONS,
)
"""By which a channel knows somebody. `level` is `Episode.identity_level`."""

customer_tags: Final = Table(
    "customer_tags",
    metadata,
    Column("customer_id", BigId, ForeignKey("customers.id"), primary_key=True, autoincrement=False),
    Column("tag", StoredText(64), primary_key=True),
    **TABLE_OPTIONS,
)

customer_consents: Final = Table(
    "customer_consents",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("customer_id", BigId, ForeignKey("customers.id"), nullable=False),
    Column("purpose", StoredText(64), nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("source", StoredText(200), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("conversation_id", String(32)),
    Index("ix_customer_consents_customer_id", "customer_id"),
    **TABLE_OPTIONS,
)
"""Every yes and no, in order; the last one of a purpose holds. `conversation_id` is where a customer said it."""

customer_merges: Final = Table(
    "customer_merges",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("kept_id", BigId, ForeignKey("customers.id"), nullable=False),
    Column("merged_id", BigId, ForeignKey("customers.id"), nullable=False),
    Column("undo", StoredText(), nullable=False),
    Column("by_id", BigInteger),
    Column("at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
    Index("ix_customer_merges_kept_id", "kept_id"),
    Index("ix_customer_merges_merged_id", "merged_id"),
    **TABLE_OPTIONS,
)
"""`undo` is JSON: what the kept one was before, and which identities, conversations and tickets came over."""
