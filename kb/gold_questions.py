"""The questions of a gold set in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, update

from core.clock import Clock, utc_now
from core.database import reading, writing
from core.errors import Conflict, InvalidInput, NotFound, TooLarge
from core.gold import MAX_QUESTIONS, GoldEntry, GoldId, GoldOrigin, GoldQuestion
from core.types import MessageId
from kb import gold_rows as rows
from kb.gold_entries import checked, text_key
from kb.gold_tables import gold_questions, gold_sources
from kb.rows import chunked

NOTHING_TO_ASK: Final = "The gold set has no question to ask. Add some first."


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of imported questions."""

    added: int
    changed: int
    unchanged: int


class GoldQuestions:
    """The questions of a gold set. See `kb.gold.GoldStore`."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def questions(self, *, offset: int = 0, limit: int = MAX_QUESTIONS, enabled: bool = False) -> list[GoldQuestion]:
        """A page of the questions, the last added first; with `enabled` only those that runs ask."""
        query = select(gold_questions).order_by(gold_questions.c.id.desc())
        if enabled:
            query = query.where(gold_questions.c.enabled)
        with reading(self._engine) as connection:
            return _with_sources(connection, query.offset(offset).limit(limit))

    def question(self, gold_id: GoldId) -> GoldQuestion:
        """One question. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return _one(connection, gold_id)

    def to_ask(self) -> list[GoldQuestion]:
        """Every question that a run asks. Raises `Conflict` if there is none."""
        found = self.questions(enabled=True)
        if not found:
            raise Conflict(NOTHING_TO_ASK)
        return found

    def count(self, *, enabled: bool = False) -> int:
        """How many questions there are; with `enabled` only those that runs ask."""
        query = select(func.count()).select_from(gold_questions)
        with reading(self._engine) as connection:
            return int(connection.execute(query.where(gold_questions.c.enabled) if enabled else query).scalar_one())

    def add(
        self, entry: GoldEntry, *, origin: GoldOrigin = GoldOrigin.WRITTEN, message_id: MessageId | None = None
    ) -> GoldQuestion:
        """Add a question.

        Raises:
            InvalidInput: a field is empty or too long, or nothing says what a right answer is.
            Conflict: the question is in the set already.
            TooLarge: the set is full.
        """
        entry = checked(entry)
        with writing(self._engine) as connection:
            known = _known(connection, [text_key(entry)])
            if known:
                raise Conflict(f"This question is in the gold set already, as number {next(iter(known.values()))}.")
            _make_room(connection, 1)
            return _one(connection, self._insert(connection, entry, origin, message_id))

    def edit(self, gold_id: GoldId, entry: GoldEntry) -> GoldQuestion:
        """Replace what is stated about a question.

        Raises:
            NotFound: no such question.
            InvalidInput, Conflict: as `add`.
        """
        entry = checked(entry)
        with writing(self._engine) as connection:
            before = _one(connection, gold_id)
            other = _known(connection, [text_key(entry)]).get(text_key(entry))
            if other not in {None, gold_id}:
                raise Conflict(f"This question is in the gold set already, as number {other}.")
            if rows.entry_of(before) != entry:
                self._update(connection, gold_id, entry)
            return _one(connection, gold_id)

    def delete(self, gold_id: GoldId) -> None:
        """Delete a question. What runs have found about it stays in them. Raises `NotFound`."""
        with writing(self._engine) as connection:
            connection.execute(delete(gold_sources).where(gold_sources.c.question_id == gold_id))
            if connection.execute(delete(gold_questions).where(gold_questions.c.id == gold_id)).rowcount == 0:
                raise NotFound("gold question", gold_id)

    def take_in(self, entries: Sequence[GoldEntry], *, origin: GoldOrigin = GoldOrigin.IMPORTED) -> Imported:
        """Add many questions, all or none; one that is in the set already is replaced by what is stated now.

        Raises:
            InvalidInput, TooLarge: as `add`; the message says which of the entries.
        """
        given: dict[str, GoldEntry] = {}
        for at, entry in enumerate(entries, start=1):
            try:
                entry = checked(entry)
            except InvalidInput as error:
                raise type(error)(f"Question {at}: {error}") from None
            given[text_key(entry)] = entry
        with writing(self._engine) as connection:
            known = _known(connection, list(given))
            _make_room(connection, len(given) - len(known))
            changed = 0
            for key, entry in given.items():
                if key not in known:
                    self._insert(connection, entry, origin, None)
                elif rows.entry_of(_one(connection, known[key])) != entry:
                    self._update(connection, known[key], entry)
                    changed += 1
        return Imported(len(given) - len(known), changed, len(known) - changed)

    def _insert(
        self, connection: Connection, entry: GoldEntry, origin: GoldOrigin, message_id: MessageId | None
    ) -> GoldId:
        now = self._clock()
        added = connection.execute(
            insert(gold_questions).values(
                **rows.columns_of(entry),
                text_key=text_key(entry),
                origin=origin,
                message_id=message_id,
                created_at=now,
                updated_at=now,
            )
        )
        assert added.inserted_primary_key is not None  # every database gives it after a single insert
        gold_id = GoldId(added.inserted_primary_key[0])
        rows.add_sources(connection, gold_id, entry.sources)
        return gold_id

    def _update(self, connection: Connection, gold_id: GoldId, entry: GoldEntry) -> None:
        values = {**rows.columns_of(entry), "text_key": text_key(entry), "updated_at": self._clock()}
        connection.execute(update(gold_questions).where(gold_questions.c.id == gold_id).values(**values))
        connection.execute(delete(gold_sources).where(gold_sources.c.question_id == gold_id))
        rows.add_sources(connection, gold_id, entry.sources)


def _known(connection: Connection, keys: Sequence[str]) -> dict[str, GoldId]:
    found: dict[str, GoldId] = {}
    for some in chunked(keys):
        query = select(gold_questions.c.text_key, gold_questions.c.id).where(gold_questions.c.text_key.in_(some))
        found.update((row.text_key, GoldId(row.id)) for row in connection.execute(query))
    return found


def _make_room(connection: Connection, more: int) -> None:
    count = connection.execute(select(func.count()).select_from(gold_questions)).scalar_one()
    if count + more > MAX_QUESTIONS:
        raise TooLarge(
            f"The gold set has {count} questions and would have {count + more}; at most {MAX_QUESTIONS} are run. "
            "Delete some that say the same."
        )


def _one(connection: Connection, gold_id: GoldId) -> GoldQuestion:
    found = _with_sources(connection, select(gold_questions).where(gold_questions.c.id == gold_id))
    if not found:
        raise NotFound("gold question", gold_id)
    return found[0]


def _with_sources(connection: Connection, query: Select[Any]) -> list[GoldQuestion]:
    found = connection.execute(query).all()
    sources = rows.read_sources(connection, [row.id for row in found])
    return [rows.to_question(row, sources.get(row.id, ())) for row in found]
