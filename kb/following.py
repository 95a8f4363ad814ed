"""What a set of indexes does that follows SQL, wherever the indexes lie.

`kb.indexes` has its own beside each process, `kb.shared_indexes` one set on Milvus for all of them.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.clock import Clock
from core.errors import ModelMismatch
from core.types import CheckReport, EncoderIdentity, Finding
from kb.index import Candidate, Collection, Entry, Filter, Index, Probe
from kb.lexical import LexicalIndex
from kb.rows import chunked
from kb.store import KnowledgeBase

Kind = Literal["dense", "lexical"]
KINDS: Final[tuple[Kind, ...]] = ("dense", "lexical")
Key = tuple[Collection, Kind]
KEYS: Final[tuple[Key, ...]] = tuple((collection, kind) for collection in Collection for kind in KINDS)

BATCH: Final = 2_000
"""Entries read from SQL and put into an index at once, which bounds memory."""

REINDEX: Final = "Run `zhida reindex`."

COUNTED: Final = 100_000
"""Tokens whose frequency is remembered: some 10 MB."""


class FollowingIndexes(ABC):
    """A dense and a lexical index over passages, and the same over questions.

    SQL stays the truth: the indexes only propose ids, and whoever shows something to a person
    asks SQL again. Every method but `open` and `close` may be called from several threads.
    """

    def __init__(self, kb: KnowledgeBase, identity: EncoderIdentity, *, clock: Clock) -> None:
        self._kb = kb
        self._identity = identity
        self._clock = clock
        self._lock = threading.RLock()
        self._sequence = 0
        self._counted: tuple[int, dict[str, int]] = (0, {})
        """How often tokens occurred at this sequence number."""

    @abstractmethod
    def open(self) -> None:
        """Make the indexes agree with SQL: take those that exist, or build them.

        Raises:
            ModelMismatch: the database lacks vectors of this encoder; `kb.reembedding` adds them.
            StorageError: the database or the place of the indexes can't be used.
        """

    @abstractmethod
    def refresh(self) -> None:
        """Catch up with SQL. Costs one tiny query when nothing has changed.

        What was removed before the call is not proposed by any search after it.
        """

    @abstractmethod
    def save(self) -> None:
        """Spare the next start work. Nothing is lost without.

        Raises:
            StorageError: the place of the indexes refused.
        """

    @abstractmethod
    def rebuild(self) -> None:
        """Build all four indexes anew from SQL, without computing a vector, and save them.

        Raises:
            ModelMismatch: as `open`.
        """

    @abstractmethod
    def check_saved(self) -> list[Finding]:
        """What is wrong with the saved indexes. Needs no `open`, which would mend it."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything. Nothing is saved."""

    @abstractmethod
    def _held(self) -> Mapping[Key, Index]:
        """The indexes that answer now."""

    def search(self, collection: Collection, kind: Kind, probe: Probe, *, k: int, only: Filter) -> list[Candidate]:
        """Propose at most `k` entries of a collection, best first, from the state that SQL has now."""
        self.refresh()
        return self._held()[collection, kind].search(probe, k=k, only=only)

    def frequency(self, token: str) -> int:
        """How many passages and wordings hold a token of `kb.analysis`, whoever may read them.

        From the state of the last search: cheap enough to ask hundreds of times for one question,
        and remembered until something is published or deleted.
        """
        sequence, counted = self._counted
        if sequence != self._sequence or len(counted) > COUNTED:
            sequence, counted = self._counted = (self._sequence, {})
        found = counted.get(token)
        if found is None:
            found = sum(index.frequency(token) for index in self._held().values() if isinstance(index, LexicalIndex))
            counted[token] = found
        return found

    def holds(self, text: str, only: Filter) -> bool:
        """Whether some passage or wording that this reader may see holds every word of the text."""
        return any(index.holds(text, only=only) for index in self._held().values() if isinstance(index, LexicalIndex))

    def check(self) -> CheckReport:
        """Compare every index with SQL entry by entry, and every saved generation with its hash."""
        findings: list[Finding] = []
        with self._lock:
            findings += self._check_vectors()
            if not findings:
                for collection in Collection:
                    findings += self._check_collection(collection)
            findings += self.check_saved()
            counts = self._kb.counts()
            return CheckReport(
                sequence=self._sequence,
                documents=counts.documents,
                passages=counts.passages,
                questions=counts.questions,
                indexes={name_of(key): len(index) for key, index in self._held().items()},
                findings=tuple(findings),
            )

    def sizes(self) -> Mapping[str, int]:
        """Bytes of each index by name: memory of the dense ones, files of the lexical ones."""
        with self._lock:
            return {name_of(key): index.size_bytes() for key, index in self._held().items()}

    # Feeding

    def _entries(self, collection: Collection, ids: NDArray[np.int64]) -> Iterator[list[Entry]]:
        for some in chunked(ids.tolist(), BATCH):
            yield self._kb.entries(collection, some, encoder_key=self._identity.key)

    def _apply(self, collection: Collection, ids: Sequence[int]) -> None:
        """Bring these entries to the state that SQL has now, whatever the changes said."""
        entries = self._kb.entries(collection, ids, encoder_key=self._identity.key)
        gone = sorted(set(ids).difference(entry.entry_id for entry in entries))
        for (of, _), index in self._held().items():
            if of is collection:
                index.remove(gone)
                index.put(entries)

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
        for (of, kind), index in self._held().items():
            if of is not collection:
                continue
            held = index.ids()
            faults = {
                "lacks": np.setdiff1d(live, held).size,
                "wrongly holds": np.setdiff1d(held, live).size + held.size - np.unique(held).size,
                "has another content than the database for": self._differing(collection, index, live),
            }
            for fault, count in faults.items():
                if count:
                    findings.append(Finding(f"The index {collection}-{kind} {fault} {count} entries.", REINDEX))
        return findings

    def _differing(self, collection: Collection, index: Index, live: NDArray[np.int64]) -> int:
        common = np.intersect1d(live, index.ids())
        return len(index.differing(self._entries(collection, common)))


def name_of(key: Key) -> str:
    """As reports and records call an index."""
    return f"{key[0]}-{key[1]}"
