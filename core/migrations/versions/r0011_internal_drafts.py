"""Whether a draft shown to agents rests on something that only colleagues may read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Older drafts were made of what customers may read, unless the conversation was internal."""
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("suggestions")}
    if "internal" not in known:
        op.add_column("suggestions", sa.Column("internal", sa.Boolean(), nullable=False, server_default=sa.false()))
