"""Customers, episodes, tickets with their events, teams, clocks, macros and surveys."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from core.database import TABLE_OPTIONS, BigId, StoredStrings, StoredText, UtcDateTime
from core.migrations.old_conversations import give_episodes

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and columns, and bring older conversations into them.

    What an interrupted attempt has done already is left as it is.
    """
    _customers()
    _staff()
    _episodes()
    _tickets()
    _clocks()
    _service()
    _events()
    _columns()
    give_episodes(op.get_bind())


def _create(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(name, *columns, if_not_exists=True, **TABLE_OPTIONS)


def _add(table: str, *columns: sa.Column[Any]) -> None:
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
    for column in columns:
        if column.name not in known:
            op.add_column(table, column)


def _index(name: str, table: str, *columns: str, unique: bool = False) -> None:
    found = sa.inspect(op.get_bind())
    known = {index["name"] for index in found.get_indexes(table)}
    there = {column["name"] for column in found.get_columns(table)}
    # MySQL has no IF NOT EXISTS for an index; and where a later revision ran already, it may have dropped a column.
    if name not in known and there.issuperset(columns):
        op.create_index(name, table, list(columns), unique=unique)


def _customers() -> None:
    _create(
        "customers",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("name", StoredText(200), nullable=False),
        sa.Column("email", StoredText(254), nullable=False),
        sa.Column("phone", StoredText(40), nullable=False),
        sa.Column("language", sa.String(32)),
        sa.Column("tier", StoredText(32), nullable=False),
        sa.Column("vip", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("merged_into", sa.BigInteger()),
    )
    _create(
        "customer_identities",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("customer_id", BigId, sa.ForeignKey("customers.id"), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("key", StoredText(254), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("channel", "key"),
    )
    _index("ix_customer_identities_customer_id", "customer_identities", "customer_id")
    _create(
        "customer_tags",
        sa.Column("customer_id", BigId, sa.ForeignKey("customers.id"), primary_key=True, autoincrement=False),
        sa.Column("tag", StoredText(64), primary_key=True),
    )
    _create(
        "customer_consents",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("customer_id", BigId, sa.ForeignKey("customers.id"), nullable=False),
        sa.Column("purpose", StoredText(64), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("source", StoredText(200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    _index("ix_customer_consents_customer_id", "customer_consents", "customer_id")
    _create(
        "customer_merges",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("kept_id", BigId, sa.ForeignKey("customers.id"), nullable=False),
        sa.Column("merged_id", BigId, sa.ForeignKey("customers.id"), nullable=False),
        sa.Column("undo", StoredText(), nullable=False),
        sa.Column("by_id", sa.BigInteger()),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime()),
    )
    _index("ix_customer_merges_kept_id", "customer_merges", "kept_id")
    _index("ix_customer_merges_merged_id", "customer_merges", "merged_id")


def _staff() -> None:
    _create(
        "agents",
        sa.Column("account_id", BigId, primary_key=True, autoincrement=False),
        sa.Column("name", StoredText(200), nullable=False),
        sa.Column("presence", sa.String(32), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=False),
        sa.Column("skills", StoredStrings(), nullable=False),
        sa.Column("languages", StoredStrings(), nullable=False),
    )
    _create(
        "teams",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("name", StoredText(100), nullable=False, unique=True),
        sa.Column("topics", StoredStrings(), nullable=False),
        sa.Column("fallback", sa.Boolean(), nullable=False),
        sa.Column("calendar_id", sa.BigInteger()),
    )
    _create(
        "team_members",
        sa.Column("team_id", BigId, sa.ForeignKey("teams.id"), primary_key=True, autoincrement=False),
        sa.Column("account_id", BigId, sa.ForeignKey("agents.account_id"), primary_key=True, autoincrement=False),
    )
    _index("ix_team_members_account_id", "team_members", "account_id")


def _episodes() -> None:
    _create(
        "episodes",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("owner_id", sa.BigInteger()),
        sa.Column("team_id", sa.BigInteger()),
        sa.Column("code", sa.String(32)),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("identity_level", sa.Integer(), nullable=False),
        sa.Column("summary", StoredText(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("waiting_since", UtcDateTime()),
        sa.Column("wake_at", UtcDateTime()),
        sa.Column("agent_spoke_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("close_reason", sa.String(32)),
        sa.Column("closed_by", sa.String(32)),
        sa.Column("assignee_at_resolution", sa.BigInteger()),
        sa.UniqueConstraint("conversation_id", "number"),
    )
    _index("ix_episodes_owner_id", "episodes", "owner_id")
    _index("ix_episodes_state", "episodes", "state")
    _create(
        "readings",
        sa.Column("message_id", sa.String(32), sa.ForeignKey("messages.id"), primary_key=True),
        sa.Column("intent", StoredText(64)),
        sa.Column("sentiment", sa.Integer()),
        sa.Column("anger", sa.Float()),
        sa.Column("entities", StoredText(), nullable=False),
    )


def _tickets() -> None:
    _create(
        "ticket_states",
        sa.Column("key", StoredText(64), primary_key=True),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("label_zh", StoredText(100), nullable=False),
        sa.Column("label_en", StoredText(100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
    )
    _create(
        "ticket_triggers",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("ticket_id", BigId, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("episode_id", sa.BigInteger()),
        sa.Column("message_id", sa.String(32)),
        sa.Column("family", sa.String(32), nullable=False),
        sa.Column("code", sa.String(32)),
        sa.Column("reason", StoredText(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
    )
    _index("ix_ticket_triggers_ticket_id", "ticket_triggers", "ticket_id")
    _create(
        "ticket_links",
        sa.Column("ticket_id", BigId, sa.ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
        sa.Column("other_id", BigId, sa.ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    _index("ix_ticket_links_other_id", "ticket_links", "other_id")
    _create(
        "ticket_collaborators",
        sa.Column("ticket_id", BigId, sa.ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
        sa.Column("account_id", BigId, primary_key=True, autoincrement=False),
    )
    _create(
        "ticket_merges",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("kept_id", BigId, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("merged_id", BigId, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime()),
    )
    _index("ix_ticket_merges_kept_id", "ticket_merges", "kept_id")
    _index("ix_ticket_merges_merged_id", "ticket_merges", "merged_id")
    _create(
        "attachments",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("message_id", sa.String(32)),
        sa.Column("ticket_id", sa.BigInteger()),
        sa.Column("name", StoredText(255), nullable=False),
        sa.Column("media_type", StoredText(255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )
    _index("ix_attachments_message_id", "attachments", "message_id")
    _index("ix_attachments_ticket_id", "attachments", "ticket_id")


def _clocks() -> None:
    _create(
        "sla_calendars",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("name", StoredText(100), nullable=False, unique=True),
        sa.Column("time_zone", StoredText(64), nullable=False),
        sa.Column("intervals", StoredStrings(), nullable=False),
        sa.Column("holidays", StoredStrings(), nullable=False),
    )
    _create(
        "sla_policies",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("name", StoredText(100), nullable=False, unique=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("priority", sa.String(32)),
        sa.Column("channel", StoredText(32)),
        sa.Column("tier", StoredText(32)),
        sa.Column("first_s", sa.Integer()),
        sa.Column("next_s", sa.Integer()),
        sa.Column("resolution_s", sa.Integer()),
        sa.Column("runs_on_hold", sa.Boolean(), nullable=False),
        sa.Column("calendar_id", BigId, sa.ForeignKey("sla_calendars.id")),
    )
    _create(
        "sla_applied",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("ticket_id", BigId, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("terms", StoredText(), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=False),
    )
    _index("ix_sla_applied_ticket_id", "sla_applied", "ticket_id")
    _create(
        "sla_clocks",
        sa.Column("ticket_id", BigId, sa.ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
        sa.Column("clock", sa.String(32), primary_key=True),
        sa.Column("cycle", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime()),
        sa.Column("warn_at", UtcDateTime()),
        sa.Column("met_at", UtcDateTime()),
        sa.Column("warned_at", UtcDateTime()),
        sa.Column("breached_at", UtcDateTime()),
    )
    _index("ix_sla_clocks_due_at", "sla_clocks", "due_at")


def _service() -> None:
    _create(
        "macros",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("name", StoredText(100), nullable=False),
        sa.Column("language", sa.String(32)),
        sa.Column("team_id", sa.BigInteger()),
        sa.Column("text", StoredText(), nullable=False),
        sa.Column("actions", StoredText(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )
    _create(
        "surveys",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("conversation_id", sa.String(32), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("episode_id", sa.BigInteger()),
        sa.Column("ticket_id", sa.BigInteger()),
        sa.Column("customer_id", sa.BigInteger()),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("delivered", sa.Boolean(), nullable=False),
        sa.Column("reason", StoredText(), nullable=False),
        sa.Column("involvement", sa.String(32), nullable=False),
        sa.Column("assignee_at_resolution", sa.BigInteger()),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.Column("comment", StoredText(), nullable=False),
        sa.Column("rated_at", UtcDateTime()),
    )
    _index("ix_surveys_customer_id", "surveys", "customer_id")
    _index("ix_surveys_once", "surveys", "conversation_id", "kind", unique=True)


def _events() -> None:
    _create(
        "desk_events",
        sa.Column("sequence", BigId, primary_key=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(32), nullable=False),
        sa.Column("actor_id", sa.BigInteger()),
        sa.Column("conversation_id", sa.String(32)),
        sa.Column("episode_id", sa.BigInteger()),
        sa.Column("ticket_id", sa.BigInteger()),
        sa.Column("customer_id", sa.BigInteger()),
        sa.Column("message_id", sa.String(32)),
        sa.Column("old", StoredText(), nullable=False),
        sa.Column("new", StoredText(), nullable=False),
        sa.Column("reason", StoredText(), nullable=False),
        sa.Column("rule", StoredText(64), nullable=False),
        sa.Column("correlation_id", sa.String(32), nullable=False),
        sa.Column("detail", StoredText(), nullable=False),
    )
    _index("ix_desk_events_conversation_id", "desk_events", "conversation_id")
    _index("ix_desk_events_customer_id", "desk_events", "customer_id")
    _index("ix_desk_events_episode_id", "desk_events", "episode_id")
    _index("ix_desk_events_kind", "desk_events", "kind", "at")
    _index("ix_desk_events_ticket_id", "desk_events", "ticket_id")


def _columns() -> None:
    _add(
        "conversations",
        sa.Column("customer_id", sa.BigInteger()),
        sa.Column("channel", sa.String(32), nullable=False, server_default="web"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
    )
    _index("ix_conversations_customer_id", "conversations", "customer_id")
    _add(
        "messages",
        sa.Column("episode_id", sa.BigInteger()),
        sa.Column("author_id", sa.BigInteger()),
        sa.Column("client_key", StoredText(64)),
        sa.Column("substantive", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    _index("ix_messages_client_key", "messages", "conversation_id", "client_key", unique=True)
    _index("ix_messages_episode_id", "messages", "episode_id")
    _add(
        "replies",
        sa.Column("question_id", sa.String(32)),
        sa.Column("offered", sa.String(32)),
        sa.Column("rule", sa.String(32)),
        sa.Column("helpful", sa.Boolean()),
        sa.Column("rated_at", UtcDateTime()),
    )
    _index("ix_replies_question_id", "replies", "question_id")
    _add(
        "tickets",
        sa.Column("episode_id", sa.BigInteger()),
        sa.Column("customer_id", sa.BigInteger()),
        sa.Column("family", sa.String(32), nullable=False, server_default="help"),
        sa.Column("priority", sa.String(32), nullable=False, server_default="medium"),
        sa.Column("state", StoredText(64)),
        sa.Column("subject", StoredText(255)),
        sa.Column("team_id", sa.BigInteger()),
        sa.Column("assignee_id", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("updated_at", UtcDateTime()),
        sa.Column("first_resolved_at", UtcDateTime()),
        sa.Column("closed_at", UtcDateTime()),
        sa.Column("close_reason", sa.String(32)),
        sa.Column("closed_by", sa.String(32)),
        sa.Column("assignee_at_resolution", sa.BigInteger()),
        sa.Column("status_before", sa.String(32)),
        sa.Column("snoozed_until", UtcDateTime()),
        sa.Column("merged_into", sa.BigInteger()),
        sa.Column("follow_up_of", sa.BigInteger()),
    )
    _index("ix_tickets_assignee_id", "tickets", "assignee_id")
    _index("ix_tickets_customer_id", "tickets", "customer_id")
    _index("ix_tickets_episode_id", "tickets", "episode_id")
    _index("ix_tickets_status", "tickets", "status")
