"""The operator's own names for the statuses of tickets. Logic and figures go by the status behind the name."""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update

from core.database import reading, writing
from core.errors import InvalidInput, NotFound
from core.tickets import TicketState
from core.types import TicketStatus
from desk.ticket_tables import ticket_states

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")


class States:
    """Own names of statuses. A name is switched off, never removed: old tickets may carry it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def every(self) -> list[TicketState]:
        """All of them, in the order in which they are shown."""
        query = select(ticket_states).order_by(ticket_states.c.position, ticket_states.c.key)
        with reading(self._engine) as connection:
            return [_to_state(row) for row in connection.execute(query)]

    def save(
        self, key: str, status: TicketStatus, *, label_zh: str, label_en: str, position: int = 0, enabled: bool = True
    ) -> TicketState:
        """Make a name, or change one. What it stands for can't change, as tickets and figures rely on it.

        Raises:
            InvalidInput: the key isn't lower-case letters, digits and underscores, a label is missing, or the
                name would stand for something else than before.
        """
        if not _KEY.fullmatch(key) or not label_zh.strip() or not label_en.strip():
            raise InvalidInput("A state needs a key like 'waiting_for_parts' and a label in both languages.")
        values = {"label_zh": label_zh.strip(), "label_en": label_en.strip(), "position": position, "enabled": enabled}
        with writing(self._engine) as connection:
            row = connection.execute(select(ticket_states).where(ticket_states.c.key == key)).one_or_none()
            if row is None:
                connection.execute(insert(ticket_states).values(key=key, status=status, **values))
            elif row.status is not status:
                raise InvalidInput(f"{key!r} stands for {row.status.value!r} already. Choose another key.")
            else:
                connection.execute(update(ticket_states).where(ticket_states.c.key == key).values(**values))
            return one_state(connection, key)


def one_state(connection: Connection, key: str) -> TicketState:
    """One of them. Raises `NotFound`."""
    row = connection.execute(select(ticket_states).where(ticket_states.c.key == key)).one_or_none()
    if row is None:
        raise NotFound("state", key)
    return _to_state(row)


def _to_state(row: Row[Any]) -> TicketState:
    return TicketState(row.key, row.status, row.label_zh, row.label_en, row.position, row.enabled)
