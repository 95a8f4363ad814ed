"""Synonyms and words that the knowledge manager adds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import TABLE_OPTIONS, BigId, StoredStrings, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and its counter. What an interrupted attempt has created already is left as it is."""
    _create(
        "vocabulary",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("terms", StoredStrings(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )
    counters = sa.table("counters", sa.column("name", sa.String), sa.column("value", sa.BigInteger))
    known = set(op.get_bind().execute(sa.select(counters.c.name)).scalars())
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in ("vocabulary",) if name not in known])


def _create(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(name, *columns, if_not_exists=True, **TABLE_OPTIONS)
