"""What the dense and the lexical index on Milvus share."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.types import Audience
from kb.index import Candidate, Entry, Filter, Probe
from kb.milvus.connection import Milvus, translated
from kb.milvus.rows import MARK, NO_END, Row, newest
from kb.rows import chunked

ROWS: Final = 1_000
"""Rows in one request: a few megabytes, where Milvus takes 64."""

PAGE: Final = 10_000
LIMIT: Final = 16_384
"""Most candidates that Milvus gives for one question."""

TIE_MARGIN: Final = 8
SETTLED_S: Final = 10.0
"""So long after a change searches ask for the newest state, which may wait for Milvus's clock; then they needn't."""


class MilvusIndex(ABC):
    """What both kinds share. Every entry is a row with its id, its filter and a digest of its content.

    Rows that were removed are found by no search after; Milvus takes them out of its files when it
    compacts them, which `compact` asks for.
    """

    KIND: str

    def __init__(self, milvus: Milvus, name: str) -> None:
        """Use `create` or `attach`."""
        self._milvus = milvus
        self.name = name
        self._changed_at = time.monotonic()

    def __len__(self) -> int:
        rows = self._call("query", filter=f"entry > {MARK}", output_fields=["count(*)"], **newest())
        return int(rows[0]["count(*)"])

    def ids(self) -> NDArray[np.int64]:
        """Ids of all entries in rising order, as Milvus has them."""
        pages = self._milvus.call(
            "query_iterator",
            self.name,
            batch_size=PAGE,
            filter=f"entry > {MARK}",
            output_fields=["entry"],
            **newest(),
        )
        found: list[int] = []
        with translated():
            while page := pages.next():
                found.extend(row["entry"] for row in page)
            pages.close()
        return np.sort(np.array(found, dtype=np.int64))

    def put(self, entries: Sequence[Entry], /) -> None:
        """Add entries, replacing those with the same id.

        Raises:
            ModelMismatch: a vector has another length than the collection's.
            StorageError: Milvus isn't reachable or refused.
        """
        latest = {entry.entry_id: entry for entry in entries}
        rows = [self._row(entry) for entry in latest.values()]
        for some in chunked(rows, ROWS):
            self._call("upsert", data=list(some))
        self.changed()

    def remove(self, ids: Sequence[int], /) -> None:
        """Remove entries; unknown ids are ignored."""
        for some in chunked([int(entry_id) for entry_id in ids], ROWS):
            self._call("delete", ids=list(some))
        self.changed()

    def search(self, probe: Probe, /, *, k: int, only: Filter) -> list[Candidate]:
        """Return at most `k` candidates that pass the filter, best first."""
        asked = self._asked(probe)
        if k <= 0 or asked is None:
            return []
        limit = min(k + TIE_MARGIN, LIMIT)
        while True:
            hits = self._call("search", data=[asked], limit=limit, **self._request(only))[0]
            scores = [self._score(hit["distance"]) for hit in hits]
            if len(hits) < limit or limit == LIMIT or scores[-1] < scores[k - 1]:
                break
            limit = min(limit * 4, LIMIT)  # a tie runs over the border: see all that share the score
        found = [Candidate(int(hit["entry"]), score) for hit, score in zip(hits, scores, strict=True)]
        return sorted(found, key=lambda candidate: (-candidate.score, candidate.entry_id))[:k]

    def differing(self, batches: Iterable[Sequence[Entry]]) -> list[int]:
        """Ids of those entries that this index holds with another content or filter than given here."""
        found: list[int] = []
        for entries in batches:
            held: dict[int, int] = {}
            for some in chunked([entry.entry_id for entry in entries], ROWS):
                rows = self._call("query", filter=f"entry in {list(some)}", output_fields=["digest"], **newest())
                held |= {row["entry"]: row["digest"] for row in rows}
            found += [entry.entry_id for entry in entries if held.get(entry.entry_id) != self._digest(entry)]
        return found

    def mark(self) -> int | None:
        """The number that `set_mark` was given last; `None` before the first time."""
        rows = self._call("query", filter=f"entry == {MARK}", output_fields=["digest"], **newest())
        return int(rows[0]["digest"]) if rows else None

    def set_mark(self, sequence: int) -> None:
        """Record that every change up to this one is applied."""
        # From the end of time on: no search finds it.
        row = {"entry": MARK, "internal": 1, "starts": NO_END, "ends": NO_END, "digest": sequence}
        self._call("upsert", data=[row | self._nothing()])

    def changed(self) -> None:
        """Say that this or another process changed the collection just now: the next searches must see it."""
        self._changed_at = time.monotonic()

    def settle(self) -> None:
        """Say that many entries have come, so that Milvus builds its own index over them now."""
        self._call("flush")

    def compact(self) -> None:
        """Ask Milvus to take removed rows out of its files."""
        self.settle()
        self._call("compact")

    def close(self) -> None:  # noqa: B027  # nothing is this object's own, for either kind
        """The collection stays, and so does the connection."""

    @abstractmethod
    def size_bytes(self) -> int:
        """Bytes of the rows, estimated: Milvus doesn't tell."""

    @abstractmethod
    def _row(self, entry: Entry) -> Row: ...

    @abstractmethod
    def _nothing(self) -> Row:
        """The fields of a row without content."""

    @abstractmethod
    def _asked(self, probe: Probe) -> Any: ...

    @abstractmethod
    def _score(self, distance: float) -> float: ...

    @abstractmethod
    def _digest(self, entry: Entry) -> int: ...

    @property
    @abstractmethod
    def _field(self) -> str: ...

    def _call(self, method: str, **kwargs: Any) -> Any:
        return self._milvus.call(method, self.name, **kwargs)

    def _request(self, only: Filter) -> Mapping[str, Any]:
        day = only.as_of.toordinal()
        conditions = [f"entry > {MARK}", f"starts <= {day}", f"ends > {day}"]
        if Audience.INTERNAL not in only.audience.readable():
            conditions.append("internal == 0")
        recent = time.monotonic() - self._changed_at < SETTLED_S
        return {
            "anns_field": self._field,
            "filter": " and ".join(conditions),
            "output_fields": ["entry"],
            "consistency_level": "Strong" if recent else "Bounded",
        }
