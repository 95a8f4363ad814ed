"""The desk's first tables: conversations, episodes, messages, how each reply came about, and tickets.

Columns that came with a later revision have no foreign keys, as SQLite can't add one to a table that exists.
The other tables stand beside this module by topic; importing it brings them all.

Citations keep where the cited text stands, never the text: it is read from the knowledge base
when it is shown, and gone from there means gone from here.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from core.actors import ActorKind
from core.database import TABLE_OPTIONS, BigId, Choice, StoredStrings, StoredText, UtcDateTime, metadata
from core.episodes import EpisodeState
from core.tickets import CloseReason, Priority, TriggerFamily
from core.types import Audience, HandoverCode, Language, Role, TicketStatus, Tier
from desk import (  # noqa: F401  # fills the metadata
    clock_tables,
    customer_tables,
    event_tables,
    policy_tables,
    service_tables,
    staff_tables,
    ticket_tables,
)
from desk.attachments import tables as _attachments  # noqa: F401  # the same

CONTACT_CHARACTERS: Final = 200
"""Longest way to reach a customer: an e-mail address has at most 254 bytes, a phone number far fewer."""

conversations: Final = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("token_sha256", String(64), nullable=False),
    Column("audience", Choice(Audience), nullable=False),
    Column("language", Choice(Language)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("customer_id", BigInteger),
    Column("channel", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("identity_level", Integer, nullable=False),
    Column("verified_at", UtcDateTime),
    Index("ix_conversations_customer_id", "customer_id"),
    **TABLE_OPTIONS,
)
"""`version` rises with every change: a message, another state, another owner. `identity_level` is what its next episode
begins with; `verified_at` is when the company's site last said who the visitor is."""

episodes: Final = Table(
    "episodes",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", Choice(EpisodeState), nullable=False),
    Column("owner_id", BigInteger),
    Column("team_id", BigInteger),
    Column("code", Choice(HandoverCode)),
    Column("told", Boolean, nullable=False),
    Column("identity_level", Integer, nullable=False),
    Column("summary", StoredText(), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("waiting_since", UtcDateTime),
    Column("wake_at", UtcDateTime),
    Column("agent_spoke_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("close_reason", Choice(CloseReason)),
    Column("closed_by", Choice(ActorKind)),
    Column("assignee_at_resolution", BigInteger),
    UniqueConstraint("conversation_id", "number"),
    Index("ix_episodes_state", "state"),
    Index("ix_episodes_owner_id", "owner_id"),
    **TABLE_OPTIONS,
)
"""`entered_at` is when the state began, `waiting_since` the customer's first message that nobody answered,
`told` whether the customer knows that a person has the conversation, `code` the first hand-over's."""

messages: Final = Table(
    "messages",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("role", Choice(Role), nullable=False),
    Column("text", StoredText(), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("episode_id", BigInteger),
    Column("author_id", BigInteger),
    Column("client_key", StoredText(64)),
    Column("substantive", Boolean, nullable=False),
    UniqueConstraint("conversation_id", "ordinal"),
    Index("ix_messages_created_at", "created_at"),
    Index("ix_messages_episode_id", "episode_id"),
    Index("ix_messages_client_key", "conversation_id", "client_key", unique=True),
    **TABLE_OPTIONS,
)
"""`author_id` is the account of an agent. `client_key` is the sender's own id, so that nothing arrives twice.
What isn't `substantive` (thanks, automatic replies) starts no clock and opens nothing again."""

readings: Final = Table(
    "readings",
    metadata,
    Column("message_id", String(32), ForeignKey("messages.id"), primary_key=True),
    Column("intent", StoredText(64)),
    Column("sentiment", Integer),
    Column("anger", Float),
    Column("entities", StoredText(), nullable=False),
    **TABLE_OPTIONS,
)
"""What was told of a customer's message before it was answered. `entities` is JSON."""

replies: Final = Table(
    "replies",
    metadata,
    Column("message_id", String(32), ForeignKey("messages.id"), primary_key=True),
    Column("outcome", String(32), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("tier", Choice(Tier)),
    Column("options", StoredStrings),
    Column("code", Choice(HandoverCode)),
    Column("reason", StoredText()),
    Column("nearest", StoredStrings),
    Column("model_failure", StoredText(32)),
    Column("model_failure_detail", StoredText()),
    Column("question_id", String(32)),
    Column("offered", Choice(HandoverCode)),
    Column("rule", String(32)),
    Column("helpful", Boolean),
    Column("rated_at", UtcDateTime),
    Index("ix_replies_question_id", "question_id"),
    **TABLE_OPTIONS,
)
"""What is known of an assistant's message beyond its text. `outcome` says which columns are set.
`question_id` is the customer's message that it replies to, the last one of several written in a row."""

timings: Final = Table(
    "timings",
    metadata,
    Column("message_id", String(32), ForeignKey("messages.id"), primary_key=True),
    Column("step", StoredText(64), primary_key=True),
    Column("ms", Float, nullable=False),
    **TABLE_OPTIONS,
)

citations: Final = Table(
    "citations",
    metadata,
    Column("message_id", String(32), ForeignKey("messages.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("passage_id", BigInteger, nullable=False),
    Column("document_id", String(32), nullable=False),
    Column("document", StoredText(), nullable=False),
    Column("version", Integer, nullable=False),
    Column("page", Integer),
    Column("span_start", Integer, nullable=False),
    Column("span_end", Integer, nullable=False),
    Index("ix_citations_document_id", "document_id"),
    **TABLE_OPTIONS,
)
"""No foreign keys into the knowledge base: a record of what was said outlives what it was said from."""

tickets: Final = Table(
    "tickets",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id"), nullable=False),
    Column("message_id", String(32), ForeignKey("messages.id"), nullable=False),
    Column("code", Choice(HandoverCode), nullable=False),
    Column("reason", StoredText(), nullable=False),
    Column("question", StoredText(), nullable=False),
    Column("contact", StoredText(CONTACT_CHARACTERS)),
    Column("status", Choice(TicketStatus), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    Column("episode_id", BigInteger),
    Column("customer_id", BigInteger),
    Column("family", Choice(TriggerFamily), nullable=False),
    Column("priority", Choice(Priority), nullable=False),
    Column("state", StoredText(64)),
    Column("subject", StoredText(255)),
    Column("team_id", BigInteger),
    Column("assignee_id", BigInteger),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime),
    Column("first_resolved_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("close_reason", Choice(CloseReason)),
    Column("closed_by", Choice(ActorKind)),
    Column("assignee_at_resolution", BigInteger),
    Column("status_before", Choice(TicketStatus)),
    Column("snoozed_until", UtcDateTime),
    Column("merged_into", BigInteger),
    Column("follow_up_of", BigInteger),
    Index("ix_tickets_conversation_id", "conversation_id"),
    Index("ix_tickets_message_id", "message_id"),
    Index("ix_tickets_status", "status"),
    Index("ix_tickets_assignee_id", "assignee_id"),
    Index("ix_tickets_customer_id", "customer_id"),
    Index("ix_tickets_episode_id", "episode_id"),
    **TABLE_OPTIONS,
)
"""`resolved_at` is the last time. `status_before` is what a merged, snoozed or spam ticket goes back to.
`state` is the operator's own name for the status, a key of `ticket_states`."""
