"""Accounts of the people who work here, their roles and their sessions."""

from __future__ import annotations

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. What an interrupted attempt has created already is left as it is."""
