"""The knowledge manager's words in SQL. A version number tells every process when to read them again."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from core.clock import Clock, utc_now
from core.database import read_number, reading, writing
from core.errors import Conflict, InvalidInput, NotFound
from core.vocabulary import VocabularyEntry, VocabularyImport, VocabularyKind
from kb.rows import take_turn
from kb.tables import counters
from kb.vocabulary_tables import vocabulary
from kb.vocabulary_terms import MAX_ENTRIES, checked_terms, from_csv, same_entry, to_csv

VOCABULARY: Final = "vocabulary"
"""The counter that rises with every change."""

_READ_VERSION: Final = "SELECT value FROM counters WHERE name = 'vocabulary'"

MAX_PROBLEMS: Final = 50
"""Sentences about lines that an import reports."""


class Vocabulary:
    """Synonyms and whole words. Safe from several threads and processes.

    A change is effective with the next question in every process: nothing is indexed anew.
    """

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock
        self._lock = threading.Lock()
        self._read: tuple[int, tuple[VocabularyEntry, ...]] = (-1, ())

    def version(self) -> int:
        """Rises with every change. Cheap enough to ask before every search."""
        return read_number(self._engine, _READ_VERSION)

    def current(self) -> tuple[int, tuple[VocabularyEntry, ...]]:
        """The version and all its entries, oldest first; read from SQL only when they have changed."""
        version = self.version()
        read = self._read
        if read[0] == version:
            return read
        with self._lock, reading(self._engine) as connection:
            self._read = _version(connection), _entries(connection)
            return self._read

    def entries(self) -> tuple[VocabularyEntry, ...]:
        """All entries, oldest first."""
        return self.current()[1]

    def entry(self, entry_id: int) -> VocabularyEntry:
        """One entry. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return _entry(connection, entry_id)

    def add(self, kind: VocabularyKind, terms: Sequence[str]) -> VocabularyEntry:
        """Add an entry.

        Raises:
            InvalidInput: terms that can't be used, or too many entries.
            Conflict: an entry says the same already.
        """
        plain = checked_terms(kind, terms)
        with self._changing() as connection:
            _check_new(connection, kind, plain)
            return _entry(connection, self._insert(connection, kind, plain))

    def change(self, entry_id: int, kind: VocabularyKind, terms: Sequence[str]) -> VocabularyEntry:
        """Replace an entry. Raises `NotFound`, and as `add`."""
        plain = checked_terms(kind, terms)
        with self._changing() as connection:
            _entry(connection, entry_id)
            _check_new(connection, kind, plain, instead_of=entry_id)
            values = {"kind": kind, "terms": plain, "updated_at": self._clock()}
            connection.execute(update(vocabulary).where(vocabulary.c.id == entry_id).values(**values))
            return _entry(connection, entry_id)

    def remove(self, entry_id: int) -> None:
        """Delete an entry. Raises `NotFound`."""
        with self._changing() as connection:
            _entry(connection, entry_id)
            connection.execute(delete(vocabulary).where(vocabulary.c.id == entry_id))

    def import_csv(self, text: str) -> VocabularyImport:
        """Add the entries of a file in one step: one a line, its kind and then its terms.

        Raises:
            InvalidInput: the text isn't CSV, or holds too many entries; nothing is added then.
        """
        added = known = 0
        problems: list[str] = []
        with self._changing() as connection:
            there = {same_entry(entry.kind, entry.terms) for entry in _entries(connection)}
            for number, kind, terms in from_csv(text):
                try:
                    plain = _checked_line(kind, terms)
                except InvalidInput as error:
                    problems.append(f"{number}: {error}")
                    continue
                assert kind is not None
                key = same_entry(kind, plain)
                if key in there:
                    known += 1
                    continue
                there.add(key)
                _check_room(len(there))
                self._insert(connection, kind, plain)
                added += 1
        return VocabularyImport(added, known, tuple(problems[:MAX_PROBLEMS]))

    def export_csv(self) -> str:
        """All entries in the form that `import_csv` takes."""
        return to_csv(self.entries())

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """A writing transaction; the version rises with its commit."""
        with writing(self._engine) as connection:
            version = take_turn(connection, VOCABULARY)
            yield connection
            raised = update(counters).where(counters.c.name == VOCABULARY).values(value=version + 1)
            connection.execute(raised)

    def _insert(self, connection: Connection, kind: VocabularyKind, terms: tuple[str, ...]) -> int:
        values = {"kind": kind, "terms": terms, "updated_at": self._clock()}
        key = connection.execute(insert(vocabulary).values(**values)).inserted_primary_key
        assert key is not None
        return int(key[0])


def _checked_line(kind: VocabularyKind | None, terms: Sequence[str]) -> tuple[str, ...]:
    if kind is None:
        raise InvalidInput(f"The first cell isn't one of {', '.join(VocabularyKind)}. Put the kind first.")
    return checked_terms(kind, terms)


def _check_new(
    connection: Connection, kind: VocabularyKind, terms: tuple[str, ...], *, instead_of: int | None = None
) -> None:
    key = same_entry(kind, terms)
    for entry in _entries(connection):
        if entry.entry_id != instead_of and same_entry(entry.kind, entry.terms) == key:
            raise Conflict(f"Entry {entry.entry_id} says the same already: {', '.join(entry.terms)}.")
    if instead_of is None:
        count = connection.execute(select(func.count()).select_from(vocabulary)).scalar_one()
        _check_room(int(count) + 1)


def _check_room(count: int) -> None:
    if count > MAX_ENTRIES:
        raise InvalidInput(f"A vocabulary holds at most {MAX_ENTRIES:,} entries. Delete some first.")


def _version(connection: Connection) -> int:
    query = select(counters.c.value).where(counters.c.name == VOCABULARY)
    return int(connection.execute(query).scalar_one())


def _entries(connection: Connection) -> tuple[VocabularyEntry, ...]:
    return tuple(_to_entry(row) for row in connection.execute(select(vocabulary).order_by(vocabulary.c.id)))


def _entry(connection: Connection, entry_id: int) -> VocabularyEntry:
    row = connection.execute(select(vocabulary).where(vocabulary.c.id == entry_id)).one_or_none()
    if row is None:
        raise NotFound("vocabulary entry", entry_id)
    return _to_entry(row)


def _to_entry(row: Row[Any]) -> VocabularyEntry:
    return VocabularyEntry(row.id, row.kind, row.terms, row.updated_at)
