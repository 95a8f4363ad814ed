"""The log of what was done to accounts: append-only, each line's digest covers the line before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.accounts.tables import audit_head, audit_log
from core.accounts import MAX_ACCOUNT_NAME, AuditEntry
from core.database import reading, storable
from core.errors import Conflict

COMMAND_LINE: Final = "(command line)"
CHANGED: Final = "account.changed"
START: Final = "0" * 64
_HEAD: Final = 1


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from where."""

    name: str
    address: str = ""


OPERATOR: Final = Actor(COMMAND_LINE)
"""Whoever can run commands on the server."""


def append(
    connection: Connection, at: datetime, actor: Actor, action: str, *, target: str = "", detail: str = ""
) -> None:
    """Add a line within a transaction that writes, so that action and line stand or fall together."""
    _lock_head(connection)
    last = connection.execute(select(audit_head).where(audit_head.c.id == _HEAD)).one()
    line = {
        "number": last.number + 1,
        "at": at,
        "actor": storable(actor.name)[:MAX_ACCOUNT_NAME],
        "action": action,
        "target": storable(target)[:MAX_ACCOUNT_NAME],
        "detail": storable(detail),
        "address": actor.address[:64],
    }
    digest = _digest(last.digest, line)
    connection.execute(insert(audit_log).values(**line, digest=digest))
    head = update(audit_head).where(audit_head.c.id == _HEAD)
    connection.execute(head.values(number=line["number"], digest=digest))


class AuditLog:
    """Reads the log."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def entries(self, *, offset: int = 0, limit: int = 100) -> list[AuditEntry]:
        """A page of the log, the newest first."""
        query = select(audit_log).order_by(audit_log.c.number.desc()).offset(offset).limit(limit)
        with reading(self._engine) as connection:
            return [AuditEntry(**row._mapping) for row in connection.execute(query)]

    def broken_at(self) -> int | None:
        """Number of the first line that was changed, removed or put elsewhere; `None` when the log is whole."""
        with reading(self._engine) as connection:
            digest, number = START, 0
            for row in connection.execute(select(audit_log).order_by(audit_log.c.number)):
                number += 1
                digest = _digest(digest, _line(row))
                if row.number != number or row.digest != digest:
                    return number
            head = connection.execute(select(audit_head).where(audit_head.c.id == _HEAD)).one_or_none()
            last = (0, START) if head is None else (head.number, head.digest)
            return None if last == (number, digest) else number + 1


def outrun(connection: Connection, target: str) -> Conflict:
    """The error for an account that isn't any more what its editor has read; names who was faster."""
    query = select(audit_log.c.actor, audit_log.c.at).where(audit_log.c.target == target)
    changes = query.where(audit_log.c.action == CHANGED).order_by(audit_log.c.number.desc()).limit(1)
    last = connection.execute(changes).one_or_none()
    who = f"{last.actor} was faster: the" if last is not None else "The"
    when = f" at {last.at:%H:%M} UTC" if last is not None else ""
    return Conflict(f"{who} account was changed{when}, after you had read it. Read it again and repeat your change.")


def _lock_head(connection: Connection) -> None:
    """Hold the head until the transaction ends; make it with the first line."""
    touched = update(audit_head).where(audit_head.c.id == _HEAD).values(number=audit_head.c.number)
    if connection.execute(touched).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(audit_head).values(id=_HEAD, number=0, digest=START))
    except IntegrityError:
        connection.execute(touched)  # another process made it at this moment


def _line(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name != "digest"}


def _digest(before: str, line: dict[str, Any]) -> str:
    fields = [before, *(str(value) for value in {**line, "at": line["at"].isoformat(timespec="microseconds")}.values())]
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()
