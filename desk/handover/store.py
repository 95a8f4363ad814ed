"""The table of hand-over rules in SQL. Nothing is overwritten, so that it stays known which rules held when."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, func, insert, select

from core.clock import Clock, utc_now
from core.database import read_number, reading, writing
from core.errors import Conflict, InvalidInput, NotFound
from core.handover_rules import HandoverRules, HandoverRuleVersion
from desk.handover.form import from_json, to_json
from desk.handover.tables import AUTHOR_CHARACTERS, NOTE_CHARACTERS, handover_rules

DEFAULTS: Final = Path(__file__).with_name("default_rules.json")

_READ_VERSION: Final = "SELECT COALESCE(MAX(id), 0) FROM handover_rules"


@cache
def shipped_rules() -> HandoverRuleVersion:
    """The table that Zhida comes with, as version 0."""
    return HandoverRuleVersion(0, from_json(DEFAULTS.read_text(encoding="utf-8")), "", "", None)


class HandoverRuleStore:
    """Versions of the table. Safe from several threads and processes; a change holds from the next message on."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = threading.Lock()
        self._read: HandoverRuleVersion | None = None

    def current(self) -> HandoverRuleVersion:
        """The version that holds. Asks SQL for its number, and for the table only when that has changed."""
        number = read_number(self._engine, _READ_VERSION)
        read = self._read
        if read is not None and read.number == number:
            return read
        with self._lock:
            self._read = self.version(number)
            return self._read

    def version(self, number: int) -> HandoverRuleVersion:
        """One version. Raises `NotFound`."""
        if number == 0:
            return shipped_rules()
        query = select(handover_rules).where(handover_rules.c.id == number)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("version of the hand-over rules", number)
        return _to_version(row)

    def history(self, *, offset: int = 0, limit: int = 50) -> list[HandoverRuleVersion]:
        """A page of all versions, the newest first, without the shipped one."""
        query = select(handover_rules).order_by(handover_rules.c.id.desc()).offset(offset).limit(limit)
        with reading(self._engine) as connection:
            return [_to_version(row) for row in connection.execute(query)]

    def save(
        self, rules: HandoverRules, *, note: str = "", author: str = "", instead_of: int | None = None
    ) -> HandoverRuleVersion:
        """Make a table the one that holds. It must have been read by `desk.handover.form`, which checks it.

        Args:
            rules: the whole table.
            note: why it was changed.
            author: who changed it.
            instead_of: the version that the author has edited; `None` doesn't look.

        Raises:
            Conflict: the version that holds isn't `instead_of`: somebody else was quicker.
            InvalidInput: the note or the author's name is too long.
        """
        note, author = note.strip(), author.strip()
        for name, text, most in (("note", note, NOTE_CHARACTERS), ("author", author, AUTHOR_CHARACTERS)):
            if len(text) > most:
                raise InvalidInput(f"The {name} has {len(text)} characters; give at most {most}.")
        now = self._clock()
        with writing(self._engine) as connection:
            held = _newest(connection)
            if instead_of is not None and held != instead_of:
                raise Conflict(
                    f"The rules were changed meanwhile: version {held} holds, you edited version {instead_of}. "
                    "Read them again and repeat your change."
                )
            values = {"rules": to_json(rules), "note": note, "author": author, "created_at": now}
            added = connection.execute(insert(handover_rules).values(**values)).inserted_primary_key
            assert added is not None  # every database gives it after a single insert
        return HandoverRuleVersion(int(added[0]), rules, note, author, now)


def _newest(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(handover_rules.c.id), 0))).scalar_one())


def _to_version(row: Row[Any]) -> HandoverRuleVersion:
    return HandoverRuleVersion(row.id, from_json(row.rules), row.note, row.author, row.created_at)
