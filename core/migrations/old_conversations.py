"""What revision 0006 makes of conversations that are older than it: one episode each, and the events that can be told.

Frozen with the revision: it names tables and values as they were then and imports nothing that may change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from core.database import StoredText, UtcDateTime

BATCH: Final = 200
CORRELATION: Final = "upgrade"

_S, _T, _D, _I = sa.String, StoredText, UtcDateTime, sa.BigInteger


def _table(name: str, *columns: sa.sql.expression.ColumnClause[Any]) -> sa.TableClause:
    return sa.table(name, *columns)


_conversations = _table("conversations", sa.column("id", _S), sa.column("created_at", _D))
_messages = _table(
    "messages",
    sa.column("id", _S), sa.column("conversation_id", _S), sa.column("ordinal", sa.Integer), sa.column("role", _S),
    sa.column("created_at", _D), sa.column("episode_id", _I),
)  # fmt: skip
_replies = _table(
    "replies",
    sa.column("message_id", _S), sa.column("outcome", _S), sa.column("confidence", sa.Float), sa.column("tier", _S),
    sa.column("code", _S), sa.column("reason", _T), sa.column("question_id", _S),
)  # fmt: skip
_citations = _table("citations", sa.column("message_id", _S))
_tickets = _table(
    "tickets",
    sa.column("id", _I), sa.column("conversation_id", _S), sa.column("message_id", _S), sa.column("code", _S),
    sa.column("reason", _T), sa.column("status", _S), sa.column("created_at", _D), sa.column("resolved_at", _D),
    sa.column("episode_id", _I), sa.column("updated_at", _D), sa.column("first_resolved_at", _D),
    sa.column("close_reason", _S), sa.column("closed_by", _S), sa.column("family", _S), sa.column("priority", _S),
)  # fmt: skip
_triggers = _table(
    "ticket_triggers",
    sa.column("ticket_id", _I), sa.column("episode_id", _I), sa.column("message_id", _S), sa.column("family", _S),
    sa.column("code", _S), sa.column("reason", _T), sa.column("at", _D),
)  # fmt: skip
_episodes = _table(
    "episodes",
    sa.column("id", _I), sa.column("conversation_id", _S), sa.column("number", sa.Integer), sa.column("state", _S),
    sa.column("code", _S), sa.column("told", sa.Boolean), sa.column("identity_level", sa.Integer),
    sa.column("summary", _T), sa.column("started_at", _D), sa.column("entered_at", _D), sa.column("waiting_since", _D),
    sa.column("ended_at", _D), sa.column("close_reason", _S), sa.column("closed_by", _S),
)  # fmt: skip
_events = _table(
    "desk_events",
    sa.column("at", _D), sa.column("kind", _S), sa.column("actor", _S), sa.column("conversation_id", _S),
    sa.column("episode_id", _I), sa.column("ticket_id", _I), sa.column("message_id", _S), sa.column("old", _T),
    sa.column("new", _T), sa.column("reason", _T), sa.column("rule", _T), sa.column("correlation_id", _S),
    sa.column("detail", _T),
)  # fmt: skip


@dataclass(frozen=True)
class _Old:
    """A conversation with all that is known of it."""

    id: str
    created_at: datetime
    messages: list[Any] = field(default_factory=list)
    replies: dict[str, Any] = field(default_factory=dict)
    tickets: list[Any] = field(default_factory=list)


def give_episodes(connection: sa.Connection) -> None:
    """Give every conversation with messages an episode, unless it has one already."""
    has = sa.select(_episodes.c.conversation_id)
    wanted = sa.select(_conversations.c.id).where(
        _conversations.c.id.in_(sa.select(_messages.c.conversation_id)), _conversations.c.id.not_in(has)
    )
    ids = connection.execute(wanted.order_by(_conversations.c.created_at, _conversations.c.id)).scalars().all()
    for start in range(0, len(ids), BATCH):
        for old in _read(connection, ids[start : start + BATCH]):
            _give(connection, old)


def _read(connection: sa.Connection, ids: Sequence[str]) -> Iterator[_Old]:
    rows = connection.execute(sa.select(_conversations).where(_conversations.c.id.in_(ids)))
    found = {row.id: _Old(row.id, row.created_at) for row in rows}
    said = sa.select(_messages).where(_messages.c.conversation_id.in_(ids)).order_by(_messages.c.ordinal)
    of: dict[str, _Old] = {}
    for row in connection.execute(said):
        found[row.conversation_id].messages.append(row)
        of[row.id] = found[row.conversation_id]
    for row in connection.execute(sa.select(_replies).where(_replies.c.message_id.in_(list(of)))):
        of[row.message_id].replies[row.message_id] = row
    opened = sa.select(_tickets).where(_tickets.c.conversation_id.in_(ids)).order_by(_tickets.c.id)
    for row in connection.execute(opened):
        found[row.conversation_id].tickets.append(row)
    return (found[key] for key in ids)


def _give(connection: sa.Connection, old: _Old) -> None:
    state = _state(old)
    connection.execute(
        sa.insert(_episodes).values(
            conversation_id=old.id, number=1, told=False, identity_level=0, summary="",
            started_at=old.messages[0].created_at, code=old.tickets[0].code if old.tickets else None, **state,
        )
    )  # fmt: skip
    mine = sa.select(_episodes.c.id).where(_episodes.c.conversation_id == old.id, _episodes.c.number == 1)
    episode_id = connection.execute(mine).scalar_one()
    own = _messages.c.conversation_id == old.id
    connection.execute(sa.update(_messages).where(own).values(episode_id=episode_id))
    _answer_questions(connection, old)
    for ticket in old.tickets:
        _complete(connection, ticket, episode_id)
    connection.execute(sa.insert(_events), list(_told(old, episode_id, state)))


def _state(old: _Old) -> dict[str, Any]:
    """Where the conversation stands: what happened last decides."""
    last = old.messages[-1]
    waiting = [ticket for ticket in old.tickets if ticket.status == "new"]
    if waiting:
        at = waiting[0].created_at
        return {"state": "ticketed", "entered_at": at, "waiting_since": at}
    solved = old.tickets[-1].resolved_at if old.tickets else None
    if solved is not None and solved >= last.created_at:
        ended = {"ended_at": solved, "close_reason": "agent_solved", "closed_by": "agent"}
        return {"state": "resolved", "entered_at": solved, **ended}
    reply = old.replies.get(last.id)
    answered = reply is not None and reply.outcome == "answer"
    return {"state": "confirming" if answered else "assistant", "entered_at": last.created_at}


def _answer_questions(connection: sa.Connection, old: _Old) -> None:
    """Until then the reply was always the message after the question."""
    for before, message in zip(old.messages, old.messages[1:], strict=False):
        if message.id in old.replies and before.role == "customer":
            mine = _replies.c.message_id == message.id
            connection.execute(sa.update(_replies).where(mine).values(question_id=before.id))


def _complete(connection: sa.Connection, ticket: Any, episode_id: int) -> None:
    family = "safety" if ticket.code == "safety_legal" else "help"
    values: dict[str, Any] = {
        "episode_id": episode_id,
        "family": family,
        "updated_at": ticket.resolved_at or ticket.created_at,
        "first_resolved_at": ticket.resolved_at,
    }
    if ticket.status == "resolved":
        values |= {"close_reason": "agent_solved", "closed_by": "agent"}
    connection.execute(sa.update(_tickets).where(_tickets.c.id == ticket.id).values(**values))
    connection.execute(
        sa.insert(_triggers).values(
            ticket_id=ticket.id, episode_id=episode_id, message_id=ticket.message_id, family=family,
            code=ticket.code, reason=ticket.reason, at=ticket.created_at,
        )
    )  # fmt: skip


def _told(old: _Old, episode_id: int, state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The events, in order of time."""
    lines: list[dict[str, Any]] = []

    def add(
        at: datetime, kind: str, actor: str, *, ticket: Any = None, message: str | None = None, **texts: Any
    ) -> None:
        detail = {key: str(value) for key, value in texts.pop("detail", {}).items()}
        line = {"old": "", "new": "", "reason": "", "rule": "", **texts}
        lines.append(
            line
            | {
                "at": at, "kind": kind, "actor": actor, "conversation_id": old.id, "message_id": message,
                "episode_id": None if kind == "conversation.opened" else episode_id,
                "ticket_id": None if ticket is None else ticket.id,
                "correlation_id": CORRELATION, "detail": json.dumps(detail, ensure_ascii=False),
            }
        )  # fmt: skip

    add(old.created_at, "conversation.opened", "customer", new="web")
    add(old.messages[0].created_at, "episode.opened", "customer", new="assistant", detail={"number": 1})
    for message in old.messages:
        reply = old.replies.get(message.id)
        detail: dict[str, Any] = {"substantive": 1}
        if reply is not None:
            detail |= {"outcome": reply.outcome, "confidence": round(reply.confidence, 4)}
            detail |= {"tier": reply.tier} if reply.tier else {}
        add(message.created_at, "message.added", message.role, message=message.id, new=message.role, detail=detail)
    for n, ticket in enumerate(old.tickets):
        at = ticket.created_at
        if n == 0:
            add(at, "episode.moved", "assistant", old="assistant", new="queued", rule="handed_over")
            add(at, "episode.handed_over", "assistant", new=ticket.code, reason=ticket.reason)
            add(at, "episode.moved", "system", old="queued", new="ticketed", rule="unattended")
        detail = {"family": "safety" if ticket.code == "safety_legal" else "help", "priority": "medium"}
        opened = {"new": "new", "rule": ticket.code, "reason": ticket.reason, "detail": detail}
        add(at, "ticket.created", "assistant", ticket=ticket, **opened)
        if ticket.resolved_at is not None:
            moved = {"old": "new", "new": "resolved", "reason": "agent_solved", "rule": "resolved"}
            add(ticket.resolved_at, "ticket.moved", "agent", ticket=ticket, **moved)
    if state["state"] == "resolved":
        ended = {"old": "ticketed", "new": "resolved", "reason": "agent_solved", "rule": "solved"}
        add(state["entered_at"], "episode.moved", "agent", **ended)
    if state["state"] == "confirming" and not old.tickets:
        add(state["entered_at"], "episode.moved", "assistant", old="assistant", new="confirming", rule="answered")
    return iter(sorted(lines, key=lambda line: line["at"]))
