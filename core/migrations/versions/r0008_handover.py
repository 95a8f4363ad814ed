"""The table of hand-over rules and what a person is given with a hand-over."""

from __future__ import annotations

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. What an interrupted attempt has created already is left as it is."""
