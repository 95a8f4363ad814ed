"""One set of indexes on Milvus for all processes of an installation, kept in step with SQL.

Whoever sees a change first applies it for all. SQL records which collections are in force and the
number of the last change that they contain; the row of that record is held while somebody applies
changes, so two processes never write at once, on one machine or several. Each collection carries
the same number in a row of its own. When the two differ, one of them was restored from a backup or
its process died between them, and the collections are built anew.

Collections are named `zhida_<installation>_<generation>_<index>_<encoder or rules>`. A rebuild fills
a new generation and drops the one before it when it is done.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Mapping
from typing import Final

from core.clock import Clock, utc_now
from core.errors import IndexCorrupt, StorageError
from core.types import EncoderIdentity, Finding
from kb import analysis
from kb.following import BATCH, KEYS, KINDS, REINDEX, FollowingIndexes, Key, Kind
from kb.index import Candidate, Collection, Filter, Index, Probe
from kb.milvus.connection import Milvus
from kb.milvus.dense import MilvusDense
from kb.milvus.index import MilvusIndex
from kb.milvus.lexical import MilvusLexical
from kb.records import Snapshot
from kb.store import KnowledgeBase

RECORD: Final = "milvus"
"""Name of the record in SQL. Those of the built-in indexes stay beside it, for the way back."""

RULES: Final = f"{analysis.RULES}/milvus-jieba-1"
"""Name of what decides about the words besides SQL: Milvus's analyser and what it is given."""

PREFIX: Final = "zhida"
DISAGREE: Final = "The collections on Milvus aren't at the change that the database recorded."

log = logging.getLogger(__name__)


class SharedIndexes(FollowingIndexes):
    """Indexes on Milvus.

    Args:
        kb: what is indexed.
        milvus: the connection; `close` closes it.
        identity: whose vectors are searched.
    """

    def __init__(self, kb: KnowledgeBase, milvus: Milvus, identity: EncoderIdentity, *, clock: Clock = utc_now) -> None:
        super().__init__(kb, identity, clock=clock)
        self._milvus = milvus
        self._indexes: dict[Key, MilvusIndex] = {}
        self._folder = ""
        self._removed = False

    def open(self) -> None:
        """Connect, and take the collections in force; build them when there are none that agree with SQL."""
        with self._lock:
            try:
                self._milvus.open()
                if not self._attach():
                    self._build()
                self.refresh()
            except BaseException:
                self.close()
                raise

    def refresh(self) -> None:
        """Catch up with SQL for everybody, or see that somebody has."""
        if self._kb.sequence() == self._sequence:
            return
        with self._lock:
            if self._kb.sequence() < self._sequence:
                log.warning("The database is older than the collections, as after a restored backup. Rebuilding them.")
                self._build()
            else:
                self._follow()

    def search(self, collection: Collection, kind: Kind, probe: Probe, *, k: int, only: Filter) -> list[Candidate]:
        """Propose at most `k` entries of a collection, best first, from the state that SQL has now."""
        try:
            return super().search(collection, kind, probe, k=k, only=only)
        except IndexCorrupt:  # another process has built a new generation and dropped this one
            with self._lock:
                self._follow()
            return super().search(collection, kind, probe, k=k, only=only)

    def save(self) -> None:
        """Nothing to save; what was removed is taken out of Milvus's files."""
        with self._lock:
            if not self._removed:
                return
            for index in self._indexes.values():
                index.compact()
            self._removed = False

    def rebuild(self) -> None:
        """Build all four collections anew from SQL. The old ones answer until then."""
        with self._lock:
            self._build()

    def check_saved(self) -> list[Finding]:
        """Whether the collections hold what their record says, once they are open."""
        with self._lock:
            if not self._indexes:
                return []
            with self._kb.held_snapshot(RECORD) as held:
                return [] if self._agrees(held.snapshot) else [Finding(DISAGREE, REINDEX)]

    def close(self) -> None:
        """Disconnect. The collections stay."""
        with self._lock:
            self._indexes = {}
            self._folder = ""
            self._milvus.close()

    def _held(self) -> Mapping[Key, Index]:
        return self._indexes

    # Taking and building

    def _attach(self) -> bool:
        """Take the recorded collections. Whether they can be used."""
        with self._kb.held_snapshot(RECORD) as held:
            recorded = held.snapshot
            if recorded is None:
                return False
            if recorded.encoder_key != self._made_by() or recorded.sequence > self._kb.sequence():
                log.warning("The collections were made by another encoder, release or database. Rebuilding them.")
                return False
            try:
                self._take(recorded)
                if self._agrees(recorded):
                    return True
                log.warning("%s They are built anew.", DISAGREE)
            except IndexCorrupt as error:
                log.warning("%s They are built anew.", error)
            return False

    def _agrees(self, recorded: Snapshot | None) -> bool:
        marks = {index.mark() for index in self._indexes.values()}
        return recorded is not None and recorded.folder == self._folder and marks == {recorded.sequence}

    def _take(self, recorded: Snapshot) -> None:
        """Let the collections of this generation answer from now on."""
        if recorded.folder != self._folder:
            dimension = self._identity.dimension
            self._indexes = {
                key: MilvusDense.attach(self._milvus, self._name(recorded.folder, key), dimension)
                if key[1] == "dense"
                else MilvusLexical.attach(self._milvus, self._name(recorded.folder, key))
                for key in KEYS
            }
            self._folder = recorded.folder
        self._sequence = recorded.sequence

    def _build(self) -> None:
        """Fill a new generation with everything that is live now, and put it in force."""
        recorded = self._kb.snapshot(RECORD)
        installation = recorded.folder.split("_")[1] if recorded else secrets.token_hex(4)
        folder = f"{PREFIX}_{installation}_{secrets.token_hex(4)}"
        try:
            sequence = self._kb.sequence()  # before the ids: what changes meanwhile is replayed
            fresh = {key: self._fresh(folder, key) for key in KEYS}
            for collection in Collection:
                for entries in self._entries(collection, self._kb.live_ids(collection)):
                    for kind in KINDS:
                        fresh[collection, kind].put(entries)
            for index in fresh.values():
                index.set_mark(sequence)
                index.settle()
        except BaseException:
            self._drop(folder)
            raise
        self._kb.record_snapshot(self._snapshot(folder, sequence))
        self._indexes, self._folder, self._sequence = fresh, folder, sequence
        self._follow()
        self._drop(f"{PREFIX}_{installation}_", keep=folder)

    def _fresh(self, folder: str, key: Key) -> MilvusIndex:
        name = self._name(folder, key)
        if key[1] == "dense":
            return MilvusDense.create(self._milvus, name, self._identity.dimension)
        return MilvusLexical.create(self._milvus, name)

    def _drop(self, prefix: str, *, keep: str | None = None) -> None:
        """Remove collections that aren't in force. What can't be removed now goes with the next rebuild."""
        try:
            for name in self._milvus.collections(prefix):
                if keep is None or not name.startswith(keep):
                    self._milvus.drop(name)
        except StorageError as error:
            log.warning("Old collections are left on Milvus. %s", error)

    def _name(self, folder: str, key: Key) -> str:
        made_by = self._identity.key if key[1] == "dense" else RULES
        digest = hashlib.sha256(made_by.encode()).hexdigest()[:12]
        return f"{folder}_{key[0]}_{key[1]}_{digest}"

    def _made_by(self) -> str:
        return f"{self._identity.key}/{RULES}"

    def _snapshot(self, folder: str, sequence: int) -> Snapshot:
        return Snapshot(
            name=RECORD,
            folder=folder,
            sha256="",
            sequence=sequence,
            entries=0,
            encoder_key=self._made_by(),
            created_at=self._clock(),
        )

    # Following SQL

    def _follow(self) -> None:
        """Apply the changes that nobody has applied yet, some at a time, each time holding the record."""
        before = self._sequence
        while True:
            with self._kb.held_snapshot(RECORD) as held:
                recorded = held.snapshot
                if recorded is None:
                    raise IndexCorrupt("The record of the collections on Milvus is gone. Run `zhida reindex`.")
                self._take(recorded)
                changes = self._kb.changes(recorded.sequence, limit=BATCH)
                for collection in Collection:
                    ids = sorted({change.entry_id for change in changes if change.collection is collection})
                    if ids:
                        self._apply(collection, ids)
                if changes:
                    sequence = changes[-1].sequence
                    for index in self._indexes.values():
                        index.set_mark(sequence)
                    held.record(self._snapshot(recorded.folder, sequence))
            if not changes:
                break
            self._sequence = sequence
            self._removed |= any(change.removed for change in changes)
        if self._sequence != before:
            for index in self._indexes.values():
                index.changed()  # also when another process did it
