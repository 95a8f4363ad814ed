"""The built-in indexes of a process, kept in step with SQL: loaded or rebuilt, caught up, saved."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.clock import Clock, utc_now
from core.errors import IndexCorrupt, StorageError
from core.types import EncoderIdentity, Finding
from kb.analysis import RULES
from kb.dense import DenseIndex, sample_size
from kb.following import BATCH, KEYS, KINDS, REINDEX, FollowingIndexes, Key, Kind, name_of
from kb.index import Collection, Index
from kb.lexical import LexicalIndex
from kb.records import Snapshot
from kb.snapshots import Generation, SnapshotFolder, WorkFolder, copy_verified, folder_sha256, read_verified
from kb.store import KnowledgeBase

__all__ = ["KINDS", "Indexes", "Kind"]

SAVE_AFTER: Final = 1_000
"""Changes that `open` replayed before it saves: the next start would have to replay them as well."""

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


class Indexes(FollowingIndexes):
    """Indexes that this process has to itself: vectors by FAISS in its memory, words by tantivy in its files.

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
        super().__init__(kb, identity, clock=clock)
        self._threads = threads
        self._shared = SnapshotFolder(folder)
        self._work = WorkFolder(self._shared, folder)
        self._parts: dict[Key, _Part] = {}
        self._copies = 0

    def open(self) -> None:
        """Load what was saved, rebuild what wasn't or doesn't match SQL, and replay the changes since."""
        with self._lock:
            self._work.open()
            try:
                self._open_parts()
            except BaseException:
                self.close()
                raise

    def refresh(self) -> None:
        """Catch up with SQL, or begin anew when SQL has gone back."""
        if self._kb.sequence() == self._sequence:
            return
        with self._lock:
            if self._kb.sequence() < self._sequence:
                log.warning("The database is older than the indexes, as after a restored backup. Rebuilding them.")
                self._replace(self._built(list(self._parts)))
            else:
                self._replay()

    def save(self) -> None:
        """Write a generation of every index that has changed and record it in SQL.

        Raises:
            StorageError: a write failed; the generation recorded before stays in force.
        """
        with self._lock:
            for key, part in self._parts.items():
                self._save_part(key, part)

    def rebuild(self) -> None:
        """Build all four indexes anew from SQL, without computing a vector, and save them."""
        with self._lock:
            self._replace(self._built(KEYS))
            self.save()

    def check_saved(self) -> list[Finding]:
        """Compare every saved generation with its hash."""
        return [finding for key in KEYS for finding in self._check_saved(key)]

    def close(self) -> None:
        """Let go of all files. Nothing is saved."""
        with self._lock:
            for part in self._parts.values():
                part.index.close()
            self._parts = {}
            self._work.close()

    def _held(self) -> Mapping[Key, Index]:
        return {key: part.index for key, part in self._parts.items()}

    # Loading and building

    def _open_parts(self) -> None:
        head = self._kb.sequence()
        parts = {key: part for key in KEYS if (part := self._loaded(key, head)) is not None}
        missing = [key for key in KEYS if key not in parts]
        parts |= self._built(missing)
        self._replace({key: parts[key] for key in KEYS})
        start = self._sequence
        self.refresh()
        rebuilt = any(len(self._parts[key].index) for key in missing)
        if rebuilt or self._sequence - start > SAVE_AFTER:
            self.save()

    def _replace(self, parts: dict[Key, _Part]) -> None:
        """Let these answer from now on. Changes since the oldest of them are replayed; twice does no harm."""
        before, self._parts = self._parts, parts
        self._sequence = min(part.sequence for part in parts.values())
        for part in before.values():
            if part not in parts.values():
                part.index.close()

    def _loaded(self, key: Key, head: int) -> _Part | None:
        """The saved index, or `None` with a line in the log when it can't be trusted."""
        name = name_of(key)
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

    def _built(self, keys: Sequence[Key]) -> dict[Key, _Part]:
        """Fresh indexes with everything that is live now."""
        sequence = self._kb.sequence()  # before the ids: what changes meanwhile is replayed
        parts = {key: _Part(self._empty(key[1]), None, sequence, fresh=True) for key in keys}
        for collection in Collection:
            indexes = [part.index for key, part in parts.items() if key[0] is collection]
            if not indexes:
                continue
            ids = self._kb.live_ids(collection)
            for index in indexes:
                if isinstance(index, DenseIndex):
                    self._prepare(index, collection, ids)
            for entries in self._entries(collection, ids):
                for index in indexes:
                    index.put(entries)
        return parts

    def _prepare(self, index: DenseIndex, collection: Collection, ids: NDArray[np.int64]) -> None:
        """Let the index form its groups by a sample of all that will come, as the first entries tell of one document."""
        if not index.wants_sample(len(ids)):
            return
        drawn = np.random.default_rng(0).choice(ids, size=sample_size(len(ids)), replace=False)
        vectors = [entry.vector for entries in self._entries(collection, drawn) for entry in entries]
        if vectors:
            index.expect(np.stack(vectors), len(ids))

    def _empty(self, kind: Kind) -> DenseIndex | LexicalIndex:
        if kind == "dense":
            return DenseIndex(self._identity.dimension, threads=self._threads)
        return LexicalIndex.create(self._new_work())

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
        for (of, _), part in self._parts.items():
            if of is collection:
                part.saved = None
        super()._apply(collection, ids)

    # Saving

    def _save_part(self, key: Key, part: _Part) -> None:
        name, made_by = name_of(key), self._made_by(key[1])
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

    def _check_saved(self, key: Key) -> list[Finding]:
        name = name_of(key)
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
