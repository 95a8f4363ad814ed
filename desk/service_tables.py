"""Tables of macros and surveys."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table

from core.database import TABLE_OPTIONS, BigId, Choice, StoredText, UtcDateTime, metadata
from core.surveys import Involvement, SurveyKind
from core.types import Language

macros: Final = Table(
    "macros",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", StoredText(100), nullable=False),
    Column("language", Choice(Language)),
    Column("team_id", BigInteger),
    Column("text", StoredText(), nullable=False),
    Column("actions", StoredText(), nullable=False),
    Column("uses", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    **TABLE_OPTIONS,
)
"""`actions` is JSON: what is done to the ticket besides writing the text."""

surveys: Final = Table(
    "surveys",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id"), nullable=False),
    Column("episode_id", BigInteger),
    Column("ticket_id", BigInteger),
    Column("customer_id", BigInteger),
    Column("kind", Choice(SurveyKind), nullable=False),
    Column("delivered", Boolean, nullable=False),
    Column("reason", StoredText(), nullable=False),
    Column("involvement", Choice(Involvement), nullable=False),
    Column("assignee_at_resolution", BigInteger),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("score", Integer),
    Column("comment", StoredText(), nullable=False),
    Column("rated_at", UtcDateTime),
    Index("ix_surveys_once", "conversation_id", "kind", unique=True),
    Index("ix_surveys_customer_id", "customer_id"),
    **TABLE_OPTIONS,
)
