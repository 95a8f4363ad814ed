"""The gold set of a knowledge base in SQL: questions, runs, and what each run found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from core.database import reading, writing
from core.errors import Conflict, NotFound
from core.gold import NAMED_VERSIONS, GoldResult, GoldRun, GoldRunId, PublishedVersion, RunCause, RunStatus, Verdict
from core.types import DocumentId
from kb import gold_rows as rows
from kb.gold_questions import NOTHING_TO_ASK, GoldQuestions
from kb.gold_tables import gold_citations, gold_questions, gold_results, gold_runs, gold_sources
from kb.index import Collection
from kb.tables import changes, documents, passages, versions

KEPT_RESULTS: Final = 50
"""Runs whose answers are kept. Of older ones the figures stay, so the history goes on."""

SILENT_S: Final = 180.0
"""A run that nobody has heard of for this long has died with its process. Longer than any one question takes."""

SETTLED: Final = "The process that ran it ended. Nothing is lost; start it again."


class GoldStore(GoldQuestions):
    """Gold questions and their runs. Safe from several threads and processes.

    What a method has changed is durable when it returns; an error means that nothing was changed.
    """

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
