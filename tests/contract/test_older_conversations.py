"""A database from before the desk had episodes goes on: nothing is lost, and what can be told is in the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

import core.migrations
from core.database import open_engine, writing
from core.desk_events import EventKind, Subject
from core.episodes import EpisodeState
from core.migrations import migrate
from core.tickets import CloseReason
from core.types import Answer, ConversationId, MessageId, Reply, TicketId, Tier
from desk.store import Desk

THEN = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
SQL_THEN = THEN.replace(tzinfo=None)


def at_revision(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(core.migrations.__path__[0]).replace("%", "%%"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def put(engine: Engine, table: str, **values: Any) -> None:
    """A row as the older version wrote it."""
    with writing(engine) as connection:
        names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
        connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)


def exchange(engine: Engine, conversation: str, n: int, outcome: str) -> None:
    """A question and its reply."""
    at = SQL_THEN + timedelta(minutes=n)
    for m, role in enumerate(("customer", "assistant")):
        put(
            engine, "messages", id=f"{conversation}-{n}-{m}", conversation_id=conversation, ordinal=2 * n + m,
            role=role, text=f"{role} {n}", created_at=at,
        )  # fmt: skip
    put(engine, "replies", message_id=f"{conversation}-{n}-1", outcome=outcome, confidence=0.5)


def ticket(engine: Engine, conversation: str, n: int, status: str) -> None:
    at = SQL_THEN + timedelta(minutes=n)
    put(
        engine, "tickets", conversation_id=conversation, message_id=f"{conversation}-{n}-0", code="missing_knowledge",
        reason="nothing found", question=f"customer {n}", status=status, created_at=at,
        resolved_at=at + timedelta(hours=1) if status == "resolved" else None,
    )  # fmt: skip


@pytest.fixture
def desk(empty_url: str) -> Any:
    engine = open_engine(empty_url)
    at_revision(engine, "0005")
    for name in ("answered", "waiting", "solved", "silent"):
        put(engine, "conversations", id=name, token_sha256="0" * 64, audience="public", created_at=SQL_THEN)
    exchange(engine, "answered", 0, "answer")
    exchange(engine, "waiting", 0, "answer")
    exchange(engine, "waiting", 1, "handover")
    ticket(engine, "waiting", 1, "new")
    exchange(engine, "solved", 0, "handover")
    ticket(engine, "solved", 0, "resolved")
    migrate(engine)
    yield Desk(engine, clock=lambda: THEN + timedelta(hours=2))
    engine.dispose()


@pytest.mark.parametrize(
    ("conversation", "state"),
    [
        ("answered", EpisodeState.CONFIRMING),
        ("waiting", EpisodeState.TICKETED),
        ("solved", EpisodeState.RESOLVED),
        ("silent", EpisodeState.ASSISTANT),
    ],
)
def test_a_conversation_is_where_what_happened_last_left_it(desk: Desk, conversation: str, state: EpisodeState) -> None:
    """An answer waits for a yes, an open ticket for a person, a solved one has ended."""
    assert desk.episode(ConversationId(conversation)).state is state


def test_turns_and_replies_belong_together_as_before(desk: Desk) -> None:
    """The reply was the message after the question."""
    turns = desk.episode(ConversationId("waiting")).turns

    assert [(turn.text, turn.reply, turn.outcome) for turn in turns] == [
        ("customer 0", "assistant 0", "answer"),
        ("customer 1", "assistant 1", "handover"),
    ]
    assert desk.customer_message(MessageId("waiting-1-0"))[0].outcome == "handover"


def test_tickets_have_what_a_ticket_needs(desk: Desk) -> None:
    """The solved one says since when, by whom and why; the open one can be worked on."""
    solved, waiting = sorted(desk.ticketing.search(), key=lambda card: card.status, reverse=True)

    assert solved.first_resolved_at == solved.last_resolved_at == THEN + timedelta(hours=1)
    assert solved.close_reason is CloseReason.AGENT_SOLVED
    assert desk.ties.causes(waiting.ticket_id)[0].message_id == "waiting-1-0"
    assert desk.ticketing.resolve(waiting.ticket_id, None, CloseReason.WORKAROUND).category.value == "done"
    assert desk.episode(ConversationId("waiting")).state is EpisodeState.RESOLVED


def test_the_log_tells_what_happened_and_when(desk: Desk) -> None:
    """In the order of time, with the times of then."""
    events = desk.events.page(subject=Subject(conversation_id=ConversationId("solved")))

    assert [event.kind for event in events] == [
        EventKind.CONVERSATION_OPENED,
        EventKind.EPISODE_OPENED,
        EventKind.MESSAGE_ADDED,
        EventKind.MESSAGE_ADDED,
        EventKind.EPISODE_MOVED,
        EventKind.HANDED_OVER,
        EventKind.EPISODE_MOVED,
        EventKind.TICKET_CREATED,
        EventKind.TICKET_MOVED,
        EventKind.EPISODE_MOVED,
    ]
    assert events[-1].at == THEN + timedelta(hours=1)
    assert {event.subject.ticket_id for event in events[-3:-1]} == {TicketId(2)}


def test_the_customer_goes_on_where_it_was(desk: Desk) -> None:
    """The next question in a conversation of then is answered as ever."""
    reply = Reply(Answer("yes", (), 0.9, Tier.QUOTED), (), {"total": 1.0})

    desk.record(ConversationId("silent"), "first words", reply)
    desk.record(ConversationId("solved"), "another question", reply)

    assert desk.episode(ConversationId("solved")).number == 2
    assert desk.episode(ConversationId("silent")).number == 1
