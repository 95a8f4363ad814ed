"""Tables of service-level clocks: calendars, policies, what was applied to a ticket, when each clock runs out."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table

from core.database import TABLE_OPTIONS, BigId, Choice, StoredStrings, StoredText, UtcDateTime, metadata
from core.tickets import Priority

sla_calendars: Final = Table(
    "sla_calendars",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", StoredText(100), nullable=False, unique=True),
    Column("time_zone", StoredText(64), nullable=False),
    Column("intervals", StoredStrings, nullable=False),
    Column("holidays", StoredStrings, nullable=False),
    **TABLE_OPTIONS,
)
"""`intervals` read `mon 09:00-12:00`, several a day if wanted; `holidays` are dates of that time zone."""

sla_policies: Final = Table(
    "sla_policies",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", StoredText(100), nullable=False, unique=True),
    Column("position", Integer, nullable=False),
    Column("priority", Choice(Priority)),
    Column("channel", StoredText(32)),
    Column("tier", StoredText(32)),
    Column("first_s", Integer),
    Column("next_s", Integer),
    Column("resolution_s", Integer),
    Column("runs_on_hold", Boolean, nullable=False),
    Column("calendar_id", BigId, ForeignKey("sla_calendars.id")),
    **TABLE_OPTIONS,
)
"""The first one by `position` that fits a ticket is applied. No calendar means around the clock."""

sla_applied: Final = Table(
    "sla_applied",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("ticket_id", BigId, ForeignKey("tickets.id"), nullable=False),
    Column("policy_id", BigInteger, nullable=False),
    Column("terms", StoredText(), nullable=False),
    Column("applied_at", UtcDateTime, nullable=False),
    Index("ix_sla_applied_ticket_id", "ticket_id"),
    **TABLE_OPTIONS,
)
"""The policy with its calendar as it was then, as JSON: editing a policy changes later tickets only.
The last one of a ticket holds."""

sla_clocks: Final = Table(
    "sla_clocks",
    metadata,
    Column("ticket_id", BigId, ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
    Column("clock", String(32), primary_key=True),
    Column("cycle", Integer, primary_key=True, autoincrement=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("warn_at", UtcDateTime),
    Column("met_at", UtcDateTime),
    Column("warned_at", UtcDateTime),
    Column("breached_at", UtcDateTime),
    Index("ix_sla_clocks_due_at", "due_at"),
    **TABLE_OPTIONS,
)
"""What the clock's function gives for the ticket's events, kept so that the timer finds what runs out.
`due_at` is empty while the clock is paused."""
