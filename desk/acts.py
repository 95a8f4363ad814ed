"""One act at the desk: its transaction, its moment, who does it, and the lines that it adds to the log."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert

from core.actors import Actor
from core.clock import Clock
from core.database import writing
from core.desk_events import EventKind, Subject
from desk.event_tables import desk_events

_EVENT: Final = insert(desk_events)
"""Made once: to build a statement takes longer than to run it on a local database."""


@dataclass(frozen=True, slots=True)
class Act:
    """All that one act changes is committed together, with one correlation id."""

    connection: Connection
    now: datetime
    actor: Actor
    correlation_id: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    """What is to be added to the log with the act's end, in this order."""

    def by(self, actor: Actor) -> Act:
        """The same act, as far as somebody else's part in it goes."""
        return replace(self, actor=actor)

    def log(
        self,
        kind: EventKind,
        subject: Subject,
        *,
        old: object = "",
        new: object = "",
        reason: str = "",
        rule: str = "",
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Add a line. Values are written as text; `None` as nothing."""
        texts = {key: _text(value) for key, value in (detail or {}).items()}
        self.lines.append(
            {
                "at": self.now,
                "kind": kind.value,
                "actor": self.actor.kind,
                "actor_id": self.actor.id,
                "conversation_id": subject.conversation_id,
                "episode_id": subject.episode_id,
                "ticket_id": subject.ticket_id,
                "customer_id": subject.customer_id,
                "message_id": subject.message_id,
                "old": _text(old),
                "new": _text(new),
                "reason": reason,
                "rule": rule,
                "correlation_id": self.correlation_id,
                "detail": json.dumps(texts, ensure_ascii=False),
            }
        )

    def flush(self) -> None:
        """Write the lines so far, before the log is read within the act and at its end."""
        if self.lines:
            self.connection.execute(_EVENT, self.lines)
            self.lines.clear()


@contextmanager
def acting(engine: Engine, clock: Clock, actor: Actor) -> Iterator[Act]:
    """One act in one transaction; on any error nothing has happened."""
    with writing(engine) as connection:
        act = Act(connection, clock(), actor, uuid.uuid4().hex)
        yield act
        act.flush()


def _text(value: object) -> str:
    return "" if value is None else str(value)
