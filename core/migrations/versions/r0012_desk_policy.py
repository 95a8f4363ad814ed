"""How long the desk waits for whom, as the service manager sets it: every state of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import TABLE_OPTIONS, BigId, StoredText, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table. What an interrupted attempt has created already is left as it is."""
    op.create_table(
        "desk_policies",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("policy", StoredText(), nullable=False),
        sa.Column("note", StoredText(200), nullable=False),
        sa.Column("author", StoredText(100), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        if_not_exists=True,
        **TABLE_OPTIONS,
    )
