"""Tables of the people at the desk: who is there, what they can do, in which teams."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table

from core.database import TABLE_OPTIONS, BigId, Choice, StoredStrings, StoredText, UtcDateTime, metadata
from core.staff import Presence

agents: Final = Table(
    "agents",
    metadata,
    Column("account_id", BigId, primary_key=True, autoincrement=False),
    Column("name", StoredText(200), nullable=False),
    Column("presence", Choice(Presence), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("cap", Integer, nullable=False),
    Column("skills", StoredStrings, nullable=False),
    Column("languages", StoredStrings, nullable=False),
    **TABLE_OPTIONS,
)
"""`account_id` is that of `accounts`, whose tables are another topic's. `cap` is how many conversations at once."""

teams: Final = Table(
    "teams",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", StoredText(100), nullable=False, unique=True),
    Column("topics", StoredStrings, nullable=False),
    Column("fallback", Boolean, nullable=False),
    Column("calendar_id", BigInteger),
    **TABLE_OPTIONS,
)
"""`topics` are hand-over codes and intents that go to this team; the fallback takes the rest."""

team_members: Final = Table(
    "team_members",
    metadata,
    Column("team_id", BigId, ForeignKey("teams.id"), primary_key=True, autoincrement=False),
    Column("account_id", BigId, ForeignKey("agents.account_id"), primary_key=True, autoincrement=False),
    Index("ix_team_members_account_id", "account_id"),
    **TABLE_OPTIONS,
)
