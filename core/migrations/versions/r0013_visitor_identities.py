"""How a web visitor is known by the company's own site, and in which conversation a consent was given."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; a conversation is as well known as its episodes were. What is there already stays."""
    _add(
        "conversations",
        sa.Column("identity_level", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("verified_at", UtcDateTime()),
    )
    _add("customer_consents", sa.Column("conversation_id", sa.String(32)))
    conversations, episodes = _tables()
    known = (
        sa.select(sa.func.coalesce(sa.func.max(episodes.c.identity_level), 0))
        .where(episodes.c.conversation_id == conversations.c.id)
        .scalar_subquery()
    )
    mine = conversations.c.customer_id.is_not(None)
    op.execute(sa.update(conversations).where(mine).values(identity_level=sa.case((known > 1, known), else_=1)))


def _tables() -> tuple[sa.TableClause, sa.TableClause]:
    conversations = sa.table("conversations", sa.column("id"), sa.column("customer_id"), sa.column("identity_level"))
    return conversations, sa.table("episodes", sa.column("conversation_id"), sa.column("identity_level"))


def _add(table: str, *columns: sa.Column[Any]) -> None:
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
    for column in columns:
        if column.name not in known:
            op.add_column(table, column)
