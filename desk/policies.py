"""The desk's policy in SQL. Nothing is overwritten, so that it stays known which waits held when."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, func, insert, select

from core.clock import Clock, utc_now
from core.database import reading, writing
from core.errors import Conflict, InvalidInput, NotFound
from desk.policy import DeskPolicy
from desk.policy_form import from_json, from_values, to_json
from desk.policy_tables import AUTHOR_CHARACTERS, NOTE_CHARACTERS, desk_policies

FRESH_S: Final = 2.0
"""How late other processes learn of a change."""


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A state of the policy."""

    number: int
    """0 is the one that Zhida comes with."""
    policy: DeskPolicy
    note: str = ""
    author: str = ""
    created_at: datetime | None = None


class Policies:
    """The policy that holds, and those before it. Safe from several threads and processes."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now, shipped: DeskPolicy | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._shipped = PolicyVersion(0, shipped or DeskPolicy())
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._read: PolicyVersion | None = None
        self._read_at = 0.0

    def policy(self) -> DeskPolicy:
        """What holds, at most `FRESH_S` old. Often asked within a transaction, so only one thread at a time asks SQL."""
        read = self._read
        if read is None:
            return self.current().policy
        if time.monotonic() - self._read_at > FRESH_S and self._turn.acquire(blocking=False):
            try:
                return self.current().policy
            finally:
                self._turn.release()
        return read.policy

    def current(self) -> PolicyVersion:
        """What holds now, as SQL says."""
        with reading(self._engine) as connection:
            found = self._newest(connection)
        self._keep(found)
        return found

    def history(self, *, offset: int = 0, limit: int = 50) -> list[PolicyVersion]:
        """A page of all versions, the newest first, without the shipped one."""
        query = select(desk_policies).order_by(desk_policies.c.id.desc()).offset(offset).limit(limit)
        with reading(self._engine) as connection:
            return [_to_version(row) for row in connection.execute(query)]

    def at(self, number: int) -> PolicyVersion:
        """One version; 0 is the one that Zhida comes with. Raises `NotFound`."""
        if number == 0:
            return self._shipped
        with reading(self._engine) as connection:
            row = connection.execute(select(desk_policies).where(desk_policies.c.id == number)).one_or_none()
        if row is None:
            raise NotFound("version of the desk's policy", number)
        return _to_version(row)

    def save(
        self, values: Mapping[str, Any], *, note: str = "", author: str = "", instead_of: int | None = None
    ) -> PolicyVersion:
        """Change what `values` name; all else stays. It holds from the next act on.

        Args:
            values: in the form of `desk.policy_form`.
            note: why.
            author: who.
            instead_of: the version that the author has edited; `None` doesn't look.

        Raises:
            Conflict: the version that holds isn't `instead_of`: somebody else was quicker.
            InvalidInput: a value that can't be, or a note or a name that is too long.
        """
        note, author = note.strip(), author.strip()
        for name, text, most in (("note", note, NOTE_CHARACTERS), ("author", author, AUTHOR_CHARACTERS)):
            if len(text) > most:
                raise InvalidInput(f"The {name} has {len(text)} characters; give at most {most}.")
        now = self._clock()
        with writing(self._engine) as connection:
            held = self._newest(connection)
            if instead_of is not None and held.number != instead_of:
                by = f" by {held.author}" if held.author else ""
                raise Conflict(
                    f"The policy was changed meanwhile{by}: version {held.number} holds, you edited version {instead_of}. "
                    "Read it again and repeat your change."
                )
            policy = from_values(values, instead_of=held.policy)
            row = {"policy": to_json(policy), "note": note, "author": author, "created_at": now}
            added = connection.execute(insert(desk_policies).values(**row)).inserted_primary_key
            assert added is not None  # every database gives it after a single insert
        saved = PolicyVersion(int(added[0]), policy, note, author, now)
        self._keep(saved)
        return saved

    def _newest(self, connection: Connection) -> PolicyVersion:
        newest = select(func.max(desk_policies.c.id)).scalar_subquery()
        row = connection.execute(select(desk_policies).where(desk_policies.c.id == newest)).one_or_none()
        return self._shipped if row is None else _to_version(row)

    def _keep(self, found: PolicyVersion) -> None:
        with self._lock:
            self._read, self._read_at = found, time.monotonic()


def _to_version(row: Any) -> PolicyVersion:
    return PolicyVersion(row.id, from_json(row.policy), row.note, row.author, row.created_at)
