"""Token vectors of passages, for late interaction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import TABLE_OPTIONS, LongBinary, StoredText

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table. `zhida reindex` fills it for the passages that are there already."""
    op.create_table(
        "token_vectors",
        sa.Column("text_hash", sa.String(64), primary_key=True),
        sa.Column("tokens_key", StoredText(200), primary_key=True),
        sa.Column("tokens", LongBinary, nullable=False),
        if_not_exists=True,
        **TABLE_OPTIONS,
    )
