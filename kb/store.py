"""The knowledge base as one object. Each method is one transaction; the modules beside it hold the SQL.

jobs         uploads and who works on them
publishing   publish, rollback, delete
documents    documents, versions, passages
neighbours   what stands around a passage
validity     the days between which a version may answer
withheld     what a reader may not see, and why
qa           Q&A pairs
vectors      stored vectors
changelog    what the indexes must follow
feeding      what the indexes are fed
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, select

from core.blobs import BlobStore
from core.clock import Clock, utc_now
from core.database import checkpoint, read_number, reading, writing
from core.explanations import Standing
from core.types import (
    Document,
    DocumentId,
    DocumentVersion,
    Passage,
    PassageId,
    QAPair,
    QAPairId,
    QAStatus,
    Question,
    VersionStatus,
)
from kb import changelog, documents, feeding, gold, jobs, neighbours, publishing, qa, validity, vectors, withheld
from kb.feeding import HeldSnapshot
from kb.index import Collection, Entry, Filter
from kb.prepared import PreparedTokens, PreparedVersion, TextHash
from kb.records import Change, Counts, Job, MissingVector, Snapshot, Upload
from kb.rows import CHANGES, UPLOADS, chunked, take_turn
from kb.tables import versions
from kb.vocabulary import Vocabulary
from models.encoder import Vectors

__all__ = ["Change", "Counts", "Job", "KnowledgeBase", "MissingVector", "Snapshot", "Upload"]

LEFTOVER_AGE_S: Final = 3600.0
"""A file that no version names after this long belongs to no upload in progress."""


class KnowledgeBase:
    """Documents, passages and Q&A pairs in SQL, and the uploaded files beside them.

    Safe from several threads and processes. What a method has changed is durable when it
    returns; an error means that nothing was changed.
    """

    def __init__(self, engine: Engine, blobs: BlobStore, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._blobs = blobs
        self._clock = clock
        self.vocabulary = Vocabulary(engine, clock=clock)
        """Synonyms and words that stay whole."""

    # Uploads and jobs

    def accept(self, upload: Upload, chunks: Iterable[bytes]) -> DocumentVersion:
        """Store a file and queue it as the next version of the document with its name.

        The same file with the same particulars as the document's newest version that didn't
        fail is that version again: nothing is added.

        Raises:
            InvalidInput: the name or the dates can't be used, or the file is empty.
            TooLarge: over the blob store's limit.
            StorageError: disk or database failed.
        """
        jobs.check_upload(upload)
        with self._blobs.staged(chunks) as staged, self._turn(UPLOADS) as connection:
            self._blobs.keep(staged)  # within the turn, so that no delete takes the file away before the commit
            return jobs.accept(connection, upload, staged.blob, self._clock())

    def keep_instead(self, version: DocumentVersion, chunks: Iterable[bytes], *, media_type: str) -> DocumentVersion:
        """Keep another file in the place of the one that was uploaded, which is deleted from the disk.

        The media type remembers the hash of the uploaded one, so that the same upload is still known again.

        Raises:
            NotFound: the version is gone.
            StorageError: disk or database failed; the uploaded file may still be there.
        """
        with self._blobs.staged(chunks) as staged, self._turn(UPLOADS) as connection:
            self._blobs.keep(staged)
            kept = jobs.keep_instead(connection, version, staged.blob, media_type)
        self._drop_unused([version.blob_sha256])
        return kept

    def blob_path(self, version: DocumentVersion) -> Path:
        """Where the version's uploaded file lies."""
        return self._blobs.path(version.blob_sha256)

    def lease(self, owner: str, *, seconds: float = 120, version: tuple[DocumentId, int] | None = None) -> Job | None:
        """Take the oldest version that is queued or whose lease has run out; `None` when there is none.

        With `version` (document and number) only that one is taken. A version that has cost
        three leases fails with a reason instead.
        """
        while True:
            now = self._clock()
            with reading(self._engine) as connection:
                waiting = jobs.next_waiting(connection, now, version)
            if waiting is None:
                return None
            with writing(self._engine) as connection:
                job = jobs.take(connection, waiting, owner, now, seconds)
            if job is not None:
                return job

    def renew(self, job: Job, *, progress: float, seconds: float = 120) -> None:
        """Say how far the work is (0.0 to 1.0) and keep the lease for so many seconds from now.

        Raises:
            Conflict: the lease was lost or the version deleted.
        """
        until = self._clock() + timedelta(seconds=seconds)
        with writing(self._engine) as connection:
            jobs.change(connection, job, progress=min(1.0, max(0.0, progress)), lease_until=until)

    def release(self, job: Job) -> None:
        """Give the version back unfinished, for somebody to take at once; this lease doesn't count.

        Raises:
            Conflict: the lease was lost or the version deleted.
        """
        with writing(self._engine) as connection:
            jobs.change(connection, job, status=VersionStatus.QUEUED, attempts=job.attempts - 1, lease_owner=None)

    def release_all(self, owner: str) -> int:
        """Give back every version that `owner` holds, for a worker that starts under the name of a dead one.

        Returns how many. Their leases count as used up.
        """
        with writing(self._engine) as connection:
            return jobs.release_all(connection, owner)

    def fail(self, job: Job, reason: str) -> DocumentVersion:
        """End the version as failed. `reason` is shown to the person who uploaded it.

        Raises:
            Conflict: the lease was lost or the version deleted.
        """
        with writing(self._engine) as connection:
            jobs.change(connection, job, status=VersionStatus.FAILED, reason=reason)
            return documents.one_version(connection, job.version.document_id, job.version.number)

    def unfinished(self) -> int:
        """How many versions are queued or being processed."""
        with reading(self._engine) as connection:
            return jobs.unfinished(connection)

    def publish(self, job: Job, prepared: PreparedVersion) -> DocumentVersion:
        """Write the version and make it live in one step, in place of the one before it.

        It stays in the background if a newer version is live already, or a rollback came after
        its upload. A candidate that a person decided in the live version keeps its decision.

        Raises:
            Conflict: the lease was lost, the version deleted, or a vector it relies on is gone.
            InvalidInput: a passage or an answer isn't the text at its place.
        """
        with self._turn(CHANGES) as connection:
            publishing.publish(connection, job, prepared, self._clock())
            return documents.one_version(connection, job.version.document_id, job.version.number)

    def vectors(
        self, hashes: Sequence[TextHash], *, encoder_key: str, collection: Collection
    ) -> dict[TextHash, Vectors]:
        """The stored vectors among these; the others have to be computed."""
        with reading(self._engine) as connection:
            return vectors.read_vectors(connection, collection, encoder_key, hashes)

    # Documents

    def documents(self) -> list[Document]:
        """Every document, the last changed first."""
        with reading(self._engine) as connection:
            return documents.all_documents(connection)

    def document(self, document_id: DocumentId) -> Document:
        """One document. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return documents.one_document(connection, document_id)

    def find(self, name: str) -> Document | None:
        """The document with this name. Raises `InvalidInput` for what can't be a name."""
        with reading(self._engine) as connection:
            return documents.document_named(connection, jobs.document_name(name))

    def versions(self, document_id: DocumentId) -> list[DocumentVersion]:
        """A document's versions, newest first. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return documents.all_versions(connection, document_id)

    def version(self, document_id: DocumentId, number: int) -> DocumentVersion:
        """One version. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return documents.one_version(connection, document_id, number)

    def text(self, document_id: DocumentId, number: int) -> str:
        """The whole text of a ready version. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return documents.version_text(connection, document_id, number)

    def quote(self, document_id: DocumentId, number: int, start: int, end: int) -> str:
        """A span of a ready version's text. Raises `NotFound` when any of it is gone or never was."""
        with reading(self._engine) as connection:
            return documents.quote(connection, document_id, number, start, end)

    def passages(
        self, document_id: DocumentId, number: int | None = None, *, offset: int = 0, limit: int = 100
    ) -> list[Passage]:
        """A page of a version's passages in their order, candidates' included; without a number the live one's.

        Raises:
            NotFound: no such document or version.
        """
        with reading(self._engine) as connection:
            return documents.passages_of(connection, document_id, number, offset, limit)

    def passage(self, passage_id: PassageId) -> Passage:
        """One passage, also of a version that isn't live. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return documents.one_passage(connection, passage_id)

    def delete(self, document_id: DocumentId) -> None:
        """Delete a document with its versions, passages, pairs, vectors and files, for good.

        When it returns nothing of it can be found, shown or cited. A job in progress on it
        ends in a `Conflict`.

        Raises:
            NotFound: no such document.
            StorageError: also when all is deleted but a file; `sweep_blobs` removes that later.
        """
        with self._turn(CHANGES) as connection:
            name = documents.one_document(connection, document_id).name
            freed = publishing.delete_document(connection, document_id)
            gold.forget_document(connection, document_id, name)
        self._drop_unused(freed)
        checkpoint(self._engine)

    def rollback(self, document_id: DocumentId, number: int) -> Document:
        """Make a ready version live and keep it live until the next upload; its passages have their old ids.

        Raises:
            NotFound: no such document or version.
            Conflict: the version isn't ready.
        """
        with self._turn(CHANGES) as connection:
            publishing.rollback(connection, document_id, number, self._clock())
            return documents.one_document(connection, document_id)

    def set_dates(
        self, document_id: DocumentId, number: int, *, effective_from: date | None, expires_on: date | None
    ) -> DocumentVersion:
        """Give a version other dates, effective with the next question; nothing is embedded anew.

        Raises:
            InvalidInput: `expires_on` isn't after `effective_from`.
            NotFound: no such document or version.
        """
        validity.check_dates(effective_from, expires_on)
        with self._turn(CHANGES) as connection:
            validity.set_dates(connection, document_id, number, effective_from, expires_on, self._clock())
            return documents.one_version(connection, document_id, number)

    def sweep_blobs(self, *, older_than_s: float = LEFTOVER_AGE_S) -> int:
        """Remove files that no version names, as a crash may leave them. Called at start; returns how many."""
        removed = self._blobs.sweep_staged(older_than_s=older_than_s)
        return removed + self._drop_unused(self._blobs.stored(older_than_s=older_than_s))

    # Q&A pairs

    def pairs(
        self,
        *,
        status: QAStatus | None = None,
        document_id: DocumentId | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> list[QAPair]:
        """A page of the pairs of live versions, oldest first."""
        with reading(self._engine) as connection:
            return qa.live_pairs(connection, status, document_id, offset, limit)

    def pair(self, pair_id: QAPairId) -> QAPair:
        """One pair, also of a version that isn't live. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return qa.one_pair(connection, pair_id)

    def decide(self, pair_id: QAPairId, status: QAStatus) -> QAPair:
        """Approve or reject a pair. Only an approved one can be found and shown to customers.

        Raises:
            NotFound: no such pair.
        """
        with self._turn(CHANGES) as connection:
            qa.decide(connection, pair_id, status)
            return qa.one_pair(connection, pair_id)

    # What retrieval re-joins with

    def live_passages(self, ids: Sequence[int], only: Filter) -> dict[PassageId, Passage]:
        """Those of the passages that this reader may see on this day; the others are missing."""
        with reading(self._engine) as connection:
            return documents.live_passages(connection, ids, only)

    def neighbours(self, ids: Sequence[int], only: Filter, *, reach: int) -> list[Passage]:
        """What stands at most `reach` places from these passages of running text, themselves included.

        In the order of their documents, without what this reader may not see on this day.
        """
        with reading(self._engine) as connection:
            return neighbours.neighbours(connection, ids, only, reach=reach)

    def standings(self, ids: Sequence[int], only: Filter) -> list[Standing]:
        """Whether this reader may see these passages on this day, and if not, why; unknown ones are left out."""
        with reading(self._engine) as connection:
            return withheld.standings(connection, ids, only)

    def standings_of(
        self, document_id: DocumentId, only: Filter, *, limit: int = 1_000
    ) -> list[tuple[Standing, TextHash]]:
        """The same for the passages of one document, with the hashes of their vectors. Raises `NotFound`."""
        with reading(self._engine) as connection:
            return withheld.standings_of(connection, document_id, only, limit=limit)

    def withheld(self, only: Filter, *, limit: int = 1_000) -> list[tuple[Standing, TextHash]]:
        """The newest passages that nobody may see on this day, with the hashes of their vectors."""
        with reading(self._engine) as connection:
            return withheld.withheld(connection, only, limit=limit)

    def token_vectors(self, ids: Sequence[int], *, tokens_key: str) -> dict[int, bytes]:
        """Compressed token vectors of these passages; those that have none are missing."""
        with reading(self._engine) as connection:
            return vectors.read_tokens(connection, tokens_key, ids)

    def live_questions(
        self, ids: Sequence[int], only: Filter, *, most: int | None = None
    ) -> dict[int, tuple[QAPair, Question]]:
        """Those of the wordings whose pair this reader may see on this day, with the pair; the others are missing.

        With `most`, those of the first so many pairs, in the order of `ids`.
        """
        with reading(self._engine) as connection:
            return qa.live_questions(connection, ids, only, most=most)

    # What the indexes feed on

    def sequence(self) -> int:
        """Number of the last change, 0 before the first. Cheap enough to ask before every search."""
        return read_number(self._engine, changelog.READ_HEAD)

    def changes(self, after: int, *, limit: int = 10_000) -> list[Change]:
        """The changes that follow a sequence number, oldest first; of an entry only the last one matters."""
        with reading(self._engine) as connection:
            return changelog.read_changes(connection, after, limit)

    def entries(self, collection: Collection, ids: Sequence[int], *, encoder_key: str) -> list[Entry]:
        """Those of the entries that are live now, for any reader and day, in rising order of their ids.

        Raises:
            ModelMismatch: a live one has no vector of this encoder.
        """
        with reading(self._engine) as connection:
            return feeding.entries(connection, collection, ids, encoder_key)

    def live_ids(self, collection: Collection) -> NDArray[np.int64]:
        """Ids of everything that the indexes must hold, in rising order."""
        with reading(self._engine) as connection:
            return feeding.live_ids(connection, collection)

    def missing_vectors(
        self,
        encoder_key: str,
        *,
        tokens_key: str | None = None,
        after: MissingVector | None = None,
        limit: int = 1_000,
    ) -> list[MissingVector]:
        """Texts of any ready version that have no vector of this encoder: at most `limit`, those that follow `after`.

        Each text comes once. Negative wordings need no vector. With `tokens_key` passages without
        token vectors of that key count as well.
        """
        with reading(self._engine) as connection:
            return vectors.missing_vectors(connection, encoder_key, tokens_key, after, limit)

    def add_vectors(
        self,
        collection: Collection,
        encoder_key: str,
        given: Mapping[TextHash, Vectors],
        *,
        tokens: PreparedTokens | None = None,
    ) -> None:
        """Store vectors; those whose text was deleted meanwhile, or that are there already, are left out."""
        with self._turn(CHANGES) as connection:
            wanted = vectors.used(connection, collection, given)
            vectors.store_vectors(connection, collection, encoder_key, given, wanted=wanted)
            if tokens is not None:
                vectors.store_tokens(connection, tokens, wanted=wanted)

    def sample_vectors(self, encoder_key: str, *, limit: int) -> list[tuple[str, Vectors]]:
        """At most so many passages' indexed texts with their vectors: a random sample, always the same."""
        with reading(self._engine) as connection:
            return vectors.sample(connection, encoder_key, limit)

    def count_vectors(self, encoder_key: str) -> int:
        """Passages that have a vector of this encoder, each text once, also of versions that aren't live."""
        with reading(self._engine) as connection:
            return vectors.count(connection, encoder_key)

    def drop_other_vectors(self, encoder_key: str, *, tokens_key: str | None = None) -> int:
        """Delete the vectors of every other encoder, token vectors included. Returns how many vectors."""
        with self._turn(CHANGES) as connection:
            return vectors.drop_other_encoders(connection, encoder_key, tokens_key)

    def snapshot(self, name: str) -> Snapshot | None:
        """The last recorded snapshot of this name."""
        with reading(self._engine) as connection:
            return feeding.read_snapshot(connection, name)

    @contextmanager
    def held_snapshot(self, name: str) -> Iterator[HeldSnapshot]:
        """Keep everybody else from this record until the block ends, which commits what was recorded in it."""
        with writing(self._engine) as connection:
            yield HeldSnapshot(connection, name)

    def record_snapshot(self, snapshot: Snapshot) -> None:
        """Record a snapshot in place of the one of its name."""
        with self._turn(CHANGES) as connection:
            feeding.write_snapshot(connection, snapshot)

    def counts(self) -> Counts:
        """How much there is."""
        with reading(self._engine) as connection:
            return feeding.count(connection)

    @contextmanager
    def _turn(self, counter: str) -> Iterator[Connection]:
        """A writing transaction that starts by taking its turn."""
        with writing(self._engine) as connection:
            take_turn(connection, counter)
            yield connection

    def _drop_unused(self, hashes: Sequence[str]) -> int:
        """Remove those of the files that no version names, while no upload can begin to."""
        removed = 0
        for some in chunked(hashes):
            with self._turn(UPLOADS) as connection:
                named = select(versions.c.blob_sha256).where(versions.c.blob_sha256.in_(some))
                unused = set(some).difference(connection.execute(named).scalars())
                for sha256 in sorted(unused):
                    self._blobs.remove(sha256)
            removed += len(unused)
        return removed
