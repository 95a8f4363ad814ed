"""What each part of an answer rests on, and the drafts shown to agents."""

from __future__ import annotations

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. What an interrupted attempt has created already is left as it is."""
