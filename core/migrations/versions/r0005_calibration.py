"""The tolerated share of wrong answers and what was fitted on the gold questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import TABLE_OPTIONS, BigId, StoredText, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. What an interrupted attempt has created already is left as it is."""
    _create(
        "tolerances",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("share_of", sa.String(32), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
    )
    _create(
        "calibrations",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("encoder_key", StoredText(200), nullable=False),
        sa.Column("score_key", sa.String(64), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("fitted_at", UtcDateTime(), nullable=False),
        sa.Column("fitted", StoredText(), nullable=False),
    )


def _create(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(name, *columns, if_not_exists=True, **TABLE_OPTIONS)
