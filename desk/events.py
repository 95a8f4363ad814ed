"""The log of the desk, to be read."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, Row, select

from core.actors import Actor, CustomerId
from core.database import reading
from core.desk_events import DeskEvent, EventKind, Subject
from core.episodes import EpisodeId
from core.types import ConversationId, MessageId, TicketId
from desk.event_tables import desk_events

PAGE: Final = 1_000


class Events:
    """What happened, in order. Only acts of the desk add to it; nothing changes or removes a line."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(
        self,
        *,
        after: int = 0,
        limit: int = PAGE,
        kinds: Collection[EventKind] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        subject: Subject | None = None,
    ) -> list[DeskEvent]:
        """Events with a higher sequence number than `after`, oldest first.

        Args:
            after: the last number that is known already.
            limit: how many at most.
            kinds: only these; all if empty.
            since: only from this moment on.
            until: only before this moment.
            subject: only about all of what is given here.
        """
        query = select(desk_events).where(desk_events.c.sequence > after)
        if kinds:
            query = query.where(desk_events.c.kind.in_([kind.value for kind in kinds]))
        if since is not None:
            query = query.where(desk_events.c.at >= since)
        if until is not None:
            query = query.where(desk_events.c.at < until)
        for name in ("conversation_id", "episode_id", "ticket_id", "customer_id", "message_id"):
            wanted = getattr(subject, name) if subject is not None else None
            if wanted is not None:
                query = query.where(desk_events.c[name] == wanted)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(desk_events.c.sequence).limit(limit))
            return [to_event(row) for row in rows]

    def every(
        self,
        *,
        kinds: Collection[EventKind] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        subject: Subject | None = None,
    ) -> Iterator[DeskEvent]:
        """All of them, page by page; `page` explains what may be asked for."""
        after = 0
        while found := self.page(after=after, kinds=kinds, since=since, until=until, subject=subject):
            yield from found
            after = found[-1].sequence

    def last_sequence(self) -> int:
        """Number of the newest event; 0 if there is none."""
        query = select(desk_events.c.sequence).order_by(desk_events.c.sequence.desc()).limit(1)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one_or_none() or 0)


def to_event(row: Row[Any]) -> DeskEvent:
    """A row of `desk_events`."""
    return DeskEvent(
        sequence=row.sequence,
        at=row.at,
        kind=EventKind(row.kind),
        actor=Actor(row.actor, row.actor_id),
        subject=Subject(
            conversation_id=None if row.conversation_id is None else ConversationId(row.conversation_id),
            episode_id=None if row.episode_id is None else EpisodeId(row.episode_id),
            ticket_id=None if row.ticket_id is None else TicketId(row.ticket_id),
            customer_id=None if row.customer_id is None else CustomerId(row.customer_id),
            message_id=None if row.message_id is None else MessageId(row.message_id),
        ),
        old=row.old,
        new=row.new,
        reason=row.reason,
        rule=row.rule,
        correlation_id=row.correlation_id,
        detail=json.loads(row.detail),
    )
