"""The gold set of a knowledge base in SQL: questions, runs, and what each run found."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, update

from core.clock import Clock, utc_now
from core.database import reading, storable, writing
from core.errors import Conflict, InvalidInput, NotFound, TooLarge
from core.gold import (
    MAX_FACT,
    MAX_FACTS,
    MAX_QUESTIONS,
    MAX_SOURCES,
    MAX_TEXT,
    NAMED_VERSIONS,
    GoldEntry,
    GoldId,
    GoldOrigin,
    GoldQuestion,
    GoldResult,
    GoldRun,
    GoldRunId,
    GoldSource,
    PublishedVersion,
    RunCause,
    RunStatus,
    Verdict,
)
from core.text import comparable
from core.types import DocumentId, MessageId
from kb import gold_rows as rows
from kb.gold_tables import (
    gold_citations,
    gold_questions,
    gold_results,
    gold_runs,
    gold_sources,
)
from kb.index import Collection
from kb.rows import chunked
from kb.tables import changes, documents, passages, versions

KEPT_RESULTS: Final = 50
"""Runs whose answers are kept. Of older ones the figures stay, so the history goes on."""

SILENT_S: Final = 180.0
"""A run that nobody has heard of for this long has died with its process. Longer than any one question takes."""

NOTHING_TO_ASK: Final = "The gold set has no question to ask. Add some first."

SETTLED: Final = "The process that ran it ended. Nothing is lost; start it again."


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of imported questions."""

    added: int
    changed: int
    unchanged: int


class GoldStore:
    """Gold questions and their runs. Safe from several threads and processes.

    What a method has changed is durable when it returns; an error means that nothing was changed.
    """

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    # Questions

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

    # Runs

    def request(self, cause: RunCause = RunCause.REQUESTED) -> GoldRun:
        """Queue a run; of several requests while one waits, all get that one.

        Raises:
            Conflict: there is no question to ask.
        """
        with writing(self._engine) as connection:
            waiting = select(gold_runs.c.id).where(gold_runs.c.status == RunStatus.QUEUED).limit(1)
            known = connection.execute(waiting).scalar_one_or_none()
            if known is None:
                known = self._insert_run(connection, cause, RunStatus.QUEUED, sequence=0)
            return _one_run(connection, known)

    def begin(
        self,
        cause: RunCause,
        *,
        sequence: int,
        settings: Mapping[str, str] = MappingProxyType({}),
        published: Sequence[PublishedVersion] = (),
    ) -> GoldRun:
        """Start a run at once; a run that waits in the queue is taken for it and keeps its cause.

        Raises:
            Conflict: there is no question to ask.
        """
        with writing(self._engine) as connection:
            waiting = select(gold_runs.c.id).where(gold_runs.c.status == RunStatus.QUEUED)
            run_id = connection.execute(waiting.order_by(gold_runs.c.id).limit(1)).scalar_one_or_none()
            if run_id is None or not self._start(connection, run_id):
                run_id = self._insert_run(connection, cause, RunStatus.RUNNING, sequence=sequence)
            rows.add_published(connection, run_id, published[:NAMED_VERSIONS])
            told = tuple(part for pair in settings.items() for part in pair)
            connection.execute(
                update(gold_runs).where(gold_runs.c.id == run_id).values(sequence=sequence, settings=told)
            )
            return _one_run(connection, run_id)

    def waiting(self) -> bool:
        """Whether a run is queued."""
        query = select(gold_runs.c.id).where(gold_runs.c.status == RunStatus.QUEUED).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one_or_none() is not None

    def heard(self, run_id: GoldRunId, asked: int) -> None:
        """Say that a run goes on, and how many questions it has asked."""
        with writing(self._engine) as connection:
            connection.execute(
                update(gold_runs).where(gold_runs.c.id == run_id).values(asked=asked, heard_at=self._clock())
            )

    def finish(self, run_id: GoldRunId, results: Sequence[GoldResult]) -> GoldRun:
        """Store what a run has found and end it, in one step. Answers of long ago are dropped, their figures stay.

        Raises:
            Conflict: the run has ended already.
        """
        verdicts = [result.verdict for result in results]
        counts = {
            "right_answers": verdicts.count(Verdict.RIGHT),
            "wrong": verdicts.count(Verdict.WRONG),
            "missed": verdicts.count(Verdict.MISSED),
            "refused": verdicts.count(Verdict.REFUSED),
        }
        with writing(self._engine) as connection:
            self._end(connection, run_id, RunStatus.DONE, questions=len(results), asked=len(results), **counts)
            rows.add_results(connection, run_id, results)
            _drop_old_results(connection)
            return _one_run(connection, run_id)

    def fail(self, run_id: GoldRunId, reason: str) -> GoldRun:
        """End a run without results. `reason` is for the manager.

        Raises:
            Conflict: the run has ended already.
        """
        with writing(self._engine) as connection:
            self._end(connection, run_id, RunStatus.FAILED, reason=reason)
            return _one_run(connection, run_id)

    def fail_silent(self) -> int:
        """End every run whose process has died, as failed. Returns how many."""
        now = self._clock()
        silent = update(gold_runs).where(
            gold_runs.c.status == RunStatus.RUNNING, gold_runs.c.heard_at < now - timedelta(seconds=SILENT_S)
        )
        with writing(self._engine) as connection:
            return connection.execute(silent.values(status=RunStatus.FAILED, reason=SETTLED, ended_at=now)).rowcount

    def runs(self, *, offset: int = 0, limit: int = 50) -> list[GoldRun]:
        """A page of the runs, the newest first."""
        query = select(gold_runs).order_by(gold_runs.c.id.desc()).offset(offset).limit(limit)
        with reading(self._engine) as connection:
            return _with_published(connection, query)

    def run(self, run_id: GoldRunId) -> GoldRun:
        """One run. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return _one_run(connection, run_id)

    def last(self, *, before: GoldRunId | None = None) -> GoldRun | None:
        """The newest run that is done, or the newest before another one; `None` when there is none."""
        query = select(gold_runs).where(gold_runs.c.status == RunStatus.DONE)
        if before is not None:
            query = query.where(gold_runs.c.id < before)
        with reading(self._engine) as connection:
            found = _with_published(connection, query.order_by(gold_runs.c.id.desc()).limit(1))
        return found[0] if found else None

    def results(self, run_id: GoldRunId) -> list[GoldResult]:
        """What a run has found, by number of the question; none for a run of long ago. Raises `NotFound`."""
        with reading(self._engine) as connection:
            _one_run(connection, run_id)
            return rows.read_results(connection, run_id)

    def published_since(self, sequence: int) -> tuple[PublishedVersion, ...]:
        """The live versions with passages that came after a change, by name, at most `NAMED_VERSIONS`."""
        came = (
            select(passages.c.version_id)
            .join(changes, changes.c.entry_id == passages.c.id)
            .where(changes.c.sequence > sequence, changes.c.collection == Collection.PASSAGES)
        )
        query = (
            select(documents.c.name, versions.c.number)
            .join(versions, versions.c.document_id == documents.c.id)
            .where(documents.c.live_version == versions.c.number, versions.c.id.in_(came))
            .order_by(documents.c.name)
            .limit(NAMED_VERSIONS)
        )
        with reading(self._engine) as connection:
            return tuple(PublishedVersion(row.name, row.number) for row in connection.execute(query))

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

    def _insert_run(
        self,
        connection: Connection,
        cause: RunCause,
        status: RunStatus,
        *,
        sequence: int,
    ) -> int:
        questions = connection.execute(
            select(func.count()).select_from(gold_questions).where(gold_questions.c.enabled)
        ).scalar_one()
        if not questions:
            raise Conflict(NOTHING_TO_ASK)
        now = self._clock()
        counts = dict.fromkeys(("asked", "right_answers", "wrong", "missed", "refused"), 0)
        added = connection.execute(
            insert(gold_runs).values(
                cause=cause,
                status=status,
                requested_at=now,
                heard_at=now,
                sequence=sequence,
                questions=questions,
                settings=(),
                **counts,
            )
        )
        assert added.inserted_primary_key is not None  # as above
        run_id: int = added.inserted_primary_key[0]
        return run_id

    def _start(self, connection: Connection, run_id: int) -> bool:
        """Take a queued run, unless another process has just done so."""
        queued = update(gold_runs).where(gold_runs.c.id == run_id, gold_runs.c.status == RunStatus.QUEUED)
        return connection.execute(queued.values(status=RunStatus.RUNNING, heard_at=self._clock())).rowcount == 1

    def _end(self, connection: Connection, run_id: GoldRunId, status: RunStatus, **values: Any) -> None:
        running = update(gold_runs).where(
            gold_runs.c.id == run_id, gold_runs.c.status.in_([RunStatus.QUEUED, RunStatus.RUNNING])
        )
        if connection.execute(running.values(status=status, ended_at=self._clock(), **values)).rowcount == 0:
            raise Conflict(f"The run {run_id} has ended already.")


def forget_document(connection: Connection, document_id: DocumentId, name: str) -> None:
    """Remove the words of a deleted document: answers that quoted it, and expected quotes of it.

    The questions stay, with its name; the next run says that they need a look.
    """
    connection.execute(update(gold_sources).where(gold_sources.c.document == name).values(quote=""))
    cited = select(gold_citations.c.run_id, gold_citations.c.question_id).where(
        gold_citations.c.document_id == document_id
    )
    for run_id, question_id in set(map(tuple, connection.execute(cited).all())):
        quoting = update(gold_results).where(gold_results.c.run_id == run_id, gold_results.c.question_id == question_id)
        connection.execute(quoting.values(answer=""))


def text_key(asked: GoldEntry | GoldResult) -> str:
    """What makes a question the same, in every knowledge base: who asks, and the text as compared."""
    return hashlib.sha256(f"{asked.audience}\n{comparable(storable(asked.text))}".encode()).hexdigest()


def checked(entry: GoldEntry) -> GoldEntry:
    """The entry in its stored form.

    Raises:
        InvalidInput: a field is empty or too long, or nothing says what a right answer is.
    """
    text = _within(entry.text, MAX_TEXT, "The question")
    if not comparable(text):
        raise InvalidInput("The question is empty. Write what a customer would ask.")
    if len(entry.facts) > MAX_FACTS or len(entry.sources) > MAX_SOURCES:
        raise InvalidInput(f"A question has at most {MAX_FACTS} facts and {MAX_SOURCES} sources.")
    facts = tuple(fact for each in entry.facts if (fact := _within(each, MAX_FACT, "A fact")))
    sources = tuple(source for each in entry.sources if (source := _source(each)) != GoldSource())
    if not all(comparable(fact.replace("|", "")) for fact in facts):
        raise InvalidInput("A fact has no word in it. Write what a right answer must contain, such as «15 天».")
    if not entry.answerable:
        facts, sources = (), ()
    elif not facts and not sources:
        raise InvalidInput(
            "Nothing says what a right answer is. Name its source or a fact that it must contain, "
            "or say that the question can't be answered."
        )
    note = _within(entry.note, MAX_TEXT, "The note")
    return replace(entry, text=text, facts=facts, sources=sources, note=note)


def _source(source: GoldSource) -> GoldSource:
    return GoldSource(
        _within(source.document, MAX_TEXT, "The name of a document"), _within(source.quote, MAX_TEXT, "A quote")
    )


def _within(text: str, limit: int, what: str) -> str:
    stripped = storable(text.strip())
    if len(stripped) > limit:
        raise TooLarge(f"{what} has {len(stripped)} characters; at most {limit} are stored. Shorten it.")
    return stripped


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


def _one_run(connection: Connection, run_id: int) -> GoldRun:
    found = _with_published(connection, select(gold_runs).where(gold_runs.c.id == run_id))
    if not found:
        raise NotFound("run of the gold set", run_id)
    return found[0]


def _with_published(connection: Connection, query: Select[Any]) -> list[GoldRun]:
    found = connection.execute(query).all()
    published = rows.read_published(connection, [row.id for row in found])
    return [rows.to_run(row, published.get(row.id, ())) for row in found]


def _drop_old_results(connection: Connection) -> None:
    newest = select(gold_runs.c.id).where(gold_runs.c.status == RunStatus.DONE).order_by(gold_runs.c.id.desc())
    oldest = connection.execute(newest.offset(KEPT_RESULTS - 1).limit(1)).scalar_one_or_none()
    if oldest is not None:
        for table in (gold_citations, gold_results):
            connection.execute(delete(table).where(table.c.run_id < oldest))
