"""The derived indexes, kept in step with SQL: loaded or rebuilt, caught up, searched, saved, checked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.clock import Clock, utc_now
from core.errors import IndexCorrupt, ModelMismatch, StorageError
from core.types import CheckReport, EncoderIdentity, Finding
from kb.analysis import RULES
from kb.dense import DenseIndex
from kb.index import Candidate, Collection, Entry, Filter, Probe
from kb.lexical import LexicalIndex
from kb.records import Snapshot
from kb.rows import chunked
from kb.snapshots import Generation, SnapshotFolder, WorkFolder, copy_verified, folder_sha256, read_verified
from kb.store import KnowledgeBase

Kind = Literal["dense", "lexical"]
KINDS: Final[tuple[Kind, ...]] = ("dense", "lexical")

BATCH: Final = 2_000
"""Entries read from SQL and put into an index at once, which bounds memory."""

SAVE_AFTER: Final = 1_000
"""Changes that `open` replayed before it saves: the next start would have to replay them as well."""

REINDEX: Final = "Run `zhida reindex`."

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Part:
    """One index and what is known of its copy on disk."""

    index: DenseIndex | LexicalIndex
    saved: Generation | None
    """The generation on disk that has the same content; `None` when there is none."""
    sequence: int
    """Number of the last change that the index contained when it was loaded or built."""
    fresh: bool
    """Built because what was saved can't be used, so it must be saved whatever SQL says."""


class Indexes:
    """A dense and a lexical index over passages, and the same over questions.

    SQL stays the truth: the indexes only propose ids, and whoever shows something to a person
    asks SQL again. Every method but `open` and `close` may be called from several threads.

    Args:
        kb: what is indexed.
        folder: where the indexes are saved; shared by all processes of one installation.
        identity: whose vectors are searched.
        threads: processor threads for training the dense index.
    """

    def __init__(
        self,
        kb: KnowledgeBase,
        folder: Path,
        identity: EncoderIdentity,
        *,
        threads: int = 2,
        clock: Clock = utc_now,
    ) -> None:
        self._kb = kb
        self._identity = identity
        self._threads = threads
        self._clock = clock
        self._shared = SnapshotFolder(folder)
        self._work = WorkFolder(self._shared, folder)
        self._lock = threading.RLock()
        self._parts: dict[tuple[Collection, Kind], _Part] = {}
        self._sequence = 0
        self._copies = 0

    def open(self) -> None:
        """Load what was saved, rebuild what wasn't or doesn't match SQL, and replay the changes since.

        Raises:
            ModelMismatch: the database lacks vectors of this encoder; `kb.reembedding` adds them.
            StorageError: the database or the index folder can't be used.
        """
        with self._lock:
            self._work.open()
            try:
                self._open_parts()
            except BaseException:
                self.close()
                raise

    def refresh(self) -> None:
        """Catch up with SQL. Costs one tiny query when nothing has changed.

        What was removed before the call is not proposed by any search after it.
        """
        if self._kb.sequence() == self._sequence:
            return
        with self._lock:
            if self._kb.sequence() < self._sequence:
                log.warning("The database is older than the indexes, as after a restored backup. Rebuilding them.")
                self._replace(self._built(list(self._parts)))
            else:
                self._replay()

    def search(self, collection: Collection, kind: Kind, probe: Probe, *, k: int, only: Filter) -> list[Candidate]:
        """Propose at most `k` entries of a collection, best first, from the state that SQL has now."""
        self.refresh()
        return self._parts[collection, kind].index.search(probe, k=k, only=only)

    def save(self) -> None:
        """Write a generation of every index that has changed and record it in SQL.

        Raises:
            StorageError: a write failed; the generation recorded before stays in force.
        """
        with self._lock:
            for key, part in self._parts.items():
                self._save_part(key, part)

    def rebuild(self) -> None:
        """Build all four indexes anew from SQL, without computing a vector, and save them.

        Raises:
            ModelMismatch: as `open`.
        """
        with self._lock:
            self._replace(self._built([(collection, kind) for collection in Collection for kind in KINDS]))
            self.save()

    def check(self) -> CheckReport:
        """Compare every index with SQL entry by entry, and every saved generation with its hash."""
        findings: list[Finding] = []
        with self._lock:
            findings += self._check_vectors()
            if not findings:
                for collection in Collection:
                    findings += self._check_collection(collection)
            findings += [finding for key in self._parts for finding in self._check_saved(key)]
            counts = self._kb.counts()
            return CheckReport(
                sequence=self._sequence,
                documents=counts.documents,
                passages=counts.passages,
                questions=counts.questions,
                indexes={_name(key): len(part.index) for key, part in self._parts.items()},
                findings=tuple(findings),
            )

    def check_saved(self) -> list[Finding]:
        """Compare every saved generation with its hash. Needs no `open`, which would rebuild a bad one."""
        return [
            finding for collection in Collection for kind in KINDS for finding in self._check_saved((collection, kind))
        ]

    def sizes(self) -> Mapping[str, int]:
        """Bytes of each index by name: memory of the dense ones, files of the lexical ones."""
        with self._lock:
            return {_name(key): part.index.size_bytes() for key, part in self._parts.items()}

    def close(self) -> None:
        """Let go of all files. Nothing is saved."""
        with self._lock:
            for part in self._parts.values():
                part.index.close()
            self._parts = {}
            self._work.close()

    # Loading and building

    def _open_parts(self) -> None:
        keys = [(collection, kind) for collection in Collection for kind in KINDS]
        head = self._kb.sequence()
        parts = {key: part for key in keys if (part := self._loaded(key, head)) is not None}
        missing = [key for key in keys if key not in parts]
        parts |= self._built(missing)
        self._replace({key: parts[key] for key in keys})
        start = self._sequence
        self.refresh()
        rebuilt = any(len(self._parts[key].index) for key in missing)
        if rebuilt or self._sequence - start > SAVE_AFTER:
            self.save()

    def _replace(self, parts: dict[tuple[Collection, Kind], _Part]) -> None:
        """Let these answer from now on. Changes since the oldest of them are replayed; twice does no harm."""
        before, self._parts = self._parts, parts
        self._sequence = min(part.sequence for part in parts.values())
        for part in before.values():
            if part not in parts.values():
                part.index.close()

    def _loaded(self, key: tuple[Collection, Kind], head: int) -> _Part | None:
        """The saved index, or `None` with a line in the log when it can't be trusted."""
        name = _name(key)
        recorded = self._kb.snapshot(name)
        if recorded is None:
            return None
        if recorded.encoder_key != self._made_by(key[1]) or recorded.sequence > head:
            log.warning("The saved index %s was made by another encoder, release or database. Rebuilding it.", name)
            return None
        try:
            with self._shared.locked():
                index = self._read(key[1], recorded)
        except IndexCorrupt as error:
            log.warning("%s", error)
            return None
        return _Part(index, Generation(recorded.folder, recorded.sha256), recorded.sequence, fresh=False)

    def _read(self, kind: Kind, recorded: Snapshot) -> DenseIndex | LexicalIndex:
        folder = self._shared.path(recorded.folder)
        if kind == "dense":
            return DenseIndex.from_files(read_verified(folder, recorded.sha256), threads=self._threads)
        copy = self._new_work()
        copy_verified(folder, copy, recorded.sha256)
        return LexicalIndex.open(copy)

    def _built(self, keys: Sequence[tuple[Collection, Kind]]) -> dict[tuple[Collection, Kind], _Part]:
        """Fresh indexes with everything that is live now."""
        sequence = self._kb.sequence()  # before the ids: what changes meanwhile is replayed
        parts = {key: _Part(self._empty(key[1]), None, sequence, fresh=True) for key in keys}
        for collection in Collection:
            indexes = [part.index for key, part in parts.items() if key[0] is collection]
            for entries in self._entries(collection, self._kb.live_ids(collection)) if indexes else ():
                for index in indexes:
                    index.put(entries)
        return parts

    def _empty(self, kind: Kind) -> DenseIndex | LexicalIndex:
        if kind == "dense":
            return DenseIndex(self._identity.dimension, threads=self._threads)
        return LexicalIndex.create(self._new_work())

    def _entries(self, collection: Collection, ids: NDArray[np.int64]) -> Iterator[list[Entry]]:
        for some in chunked(ids.tolist(), BATCH):
            yield self._kb.entries(collection, some, encoder_key=self._identity.key)

    def _new_work(self) -> Path:
        self._copies += 1
        return self._work.path / f"lexical-{self._copies}"

    def _made_by(self, kind: Kind) -> str:
        """What the content of an index depends on besides SQL. It must be the same to load a saved one."""
        return self._identity.key if kind == "dense" else f"{RULES}/tantivy-{version('tantivy')}"

    # Following SQL

    def _replay(self) -> None:
        while changes := self._kb.changes(self._sequence, limit=BATCH):
            for collection in Collection:
                ids = sorted({change.entry_id for change in changes if change.collection is collection})
                if ids:
                    self._apply(collection, ids)
            self._sequence = changes[-1].sequence

    def _apply(self, collection: Collection, ids: Sequence[int]) -> None:
        """Bring these entries to the state that SQL has now, whatever the changes said."""
        entries = self._kb.entries(collection, ids, encoder_key=self._identity.key)
        gone = sorted(set(ids).difference(entry.entry_id for entry in entries))
        for (of, _), part in self._parts.items():
            if of is collection:
                part.saved = None
                part.index.remove(gone)
                part.index.put(entries)

    # Saving

    def _save_part(self, key: tuple[Collection, Kind], part: _Part) -> None:
        name, made_by = _name(key), self._made_by(key[1])
        recorded = self._kb.snapshot(name)
        if recorded is not None and recorded.encoder_key == made_by and not part.fresh:
            if recorded.sequence >= self._sequence:
                return  # nothing has changed, or another process has saved already
            if part.saved is not None and part.saved.folder != recorded.folder:
                part.saved = None
        if part.saved is None:
            part.saved = self._shared.write(name, self._sequence, part.index.save, work=self._work.path)
        self._kb.record_snapshot(
            Snapshot(
                name=name,
                folder=part.saved.folder,
                sha256=part.saved.sha256,
                sequence=self._sequence,
                entries=len(part.index),
                encoder_key=made_by,
                created_at=self._clock(),
            )
        )
        part.fresh = False
        self._shared.prune(name, keep=part.saved.folder)

    # Checking

    def _check_vectors(self) -> list[Finding]:
        try:
            self.refresh()
        except ModelMismatch as error:
            return [Finding(str(error), REINDEX)]
        missing = self._kb.missing_vectors(self._identity.key, limit=BATCH)
        if not missing:
            return []
        many = f"{len(missing)} texts" if len(missing) < BATCH else f"At least {BATCH} texts"
        return [Finding(f"{many} have no vector of the encoder {self._identity.key}.", REINDEX)]

    def _check_collection(self, collection: Collection) -> list[Finding]:
        """Which entries each index lacks, holds in excess, or holds with another content than SQL."""
        live = self._kb.live_ids(collection)
        while self._kb.sequence() != self._sequence:  # somebody published meanwhile: look again
            self.refresh()
            live = self._kb.live_ids(collection)
        findings = []
        for (of, kind), part in self._parts.items():
            if of is not collection:
                continue
            held = part.index.ids()
            faults = {
                "lacks": np.setdiff1d(live, held).size,
                "wrongly holds": np.setdiff1d(held, live).size + held.size - np.unique(held).size,
                "has another content than the database for": self._differing(collection, part, live),
            }
            for fault, count in faults.items():
                if count:
                    findings.append(Finding(f"The index {collection}-{kind} {fault} {count} entries.", REINDEX))
        return findings

    def _differing(self, collection: Collection, part: _Part, live: NDArray[np.int64]) -> int:
        common = np.intersect1d(live, part.index.ids())
        return len(part.index.differing(self._entries(collection, common)))

    def _check_saved(self, key: tuple[Collection, Kind]) -> list[Finding]:
        name = _name(key)
        recorded = self._kb.snapshot(name)
        if recorded is None:
            return []
        try:
            with self._shared.locked():
                same = folder_sha256(self._shared.path(recorded.folder)) == recorded.sha256
        except (IndexCorrupt, StorageError):
            same = False
        if not same:
            return [Finding(f"The saved index {name} is missing or isn't the one that was recorded.", REINDEX)]
        return []


def _name(key: tuple[Collection, Kind]) -> str:
    return f"{key[0]}-{key[1]}"
