"""The port of a derived index. SQL is the truth; an index only proposes ids.

`kb.dense` (FAISS) and `kb.lexical` (tantivy) implement it, and `kb.milvus` both kinds on Milvus;
`kb.following` keeps them in step with SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from core.types import Audience, Expansion
from models.encoder import Vectors


class Collection(StrEnum):
    """What is indexed: passages, and the wordings (standard and similar, approved pairs only) of questions."""

    PASSAGES = "passages"
    QUESTIONS = "questions"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to index. Its id is a passage id or the id of a question's wording."""

    entry_id: int
    text: str
    vector: Vectors
    """One-dimensional float32, L2-normalised."""
    audience: Audience
    valid_from: date | None
    valid_until: date | None
    """First day on which it is no longer valid."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries may be proposed. Applied before ranking, never after."""

    audience: Audience
    as_of: date


@dataclass(frozen=True, slots=True)
class Probe:
    """A question in both forms; an index reads the one that it needs."""

    text: str
    vector: Vectors
    expansions: tuple[Expansion, ...] = ()
    """Searched for by words as well, at their weight."""
    whole: tuple[str, ...] = ()
    """Words that count more where all of them stands."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed entry. Higher is better; ties are broken by the smaller id."""

    entry_id: int
    score: float


class Index(Protocol):
    """Proposes entries for a question. Not safe for concurrent writes; `kb.following` takes the lock."""

    def __len__(self) -> int:
        """Number of entries."""
        ...

    def ids(self) -> NDArray[np.int64]:
        """Ids of all entries in rising order, to compare with SQL."""
        ...

    def put(self, entries: Sequence[Entry], /) -> None:
        """Add entries, replacing those with the same id. Visible to the next search."""
        ...

    def remove(self, ids: Sequence[int], /) -> None:
        """Remove entries; unknown ids are ignored. The next search can't find them."""
        ...

    def search(self, probe: Probe, /, *, k: int, only: Filter) -> list[Candidate]:
        """Return at most `k` candidates that pass the filter, best first; `[]` when nothing matches."""
        ...

    def differing(self, batches: Iterable[Sequence[Entry]], /) -> list[int]:
        """Ids of those entries that this index lacks or holds with another content or filter than given here."""
        ...

    def size_bytes(self) -> int:
        """Bytes that it takes, in memory or on disk; an estimate where the engine doesn't tell."""
        ...

    def close(self) -> None:
        """Let go of what is private to this object."""
        ...


class SavedIndex(Index, Protocol):
    """An index that lives in this process and is written to files."""

    def save(self, folder: Path, /) -> None:
        """Write the index into an empty folder, such that `load` restores it exactly."""
        ...

    @classmethod
    def load(cls, folder: Path, /) -> Self:
        """Read what `save` wrote. Only called on a folder whose SHA-256 was compared with SQL."""
        ...
