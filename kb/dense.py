"""The dense index: nearest vectors by FAISS.

Up to `EXACT_LIMIT` entries every vector is compared. Above it the vectors are grouped around
trained centres (IVF) and kept in half precision, and only the nearest groups are compared.
Removed vectors are physically gone in both forms.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, isqrt
from pathlib import Path
from typing import Any, Final, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from core.errors import IndexCorrupt, ModelMismatch
from core.types import Audience
from kb.index import Candidate, Entry, Filter, Probe
from models.encoder import Vectors

EXACT_LIMIT: Final = 20_000
"""Above this many entries a full comparison takes over 2 ms on one core and leaves its cache."""

PROBED_SHARE: Final = 8
"""One group in eight is compared: recall@10 against the full comparison was .995 on 100,000 vectors."""

MIN_PROBED: Final = 32
GROUPS_PER_ROOT: Final = 2
"""Groups for each unit of the square root of the number of entries."""

RETRAIN_GROWTH: Final = 4
"""The centres are trained anew when there are this many times as many entries as at their training."""

TRAINING_POINTS: Final = 64
"""Vectors per centre that training looks at; more changes nothing but the time."""

PIECE: Final = 20_000
"""Vectors that move from one form to the other at once: 30 MB, where all at once took gigabytes."""

SCORE_DECIMALS: Final = 6
"""Equal vectors may differ in the last bits of their score, depending on where they lie in memory."""

TIE_MARGIN: Final = 8
BITMAP_LIMIT: Final = 2**27
"""Ids below it are filtered by a bitmap (16 MB at most), larger ones by a hash set."""

ROUNDING: Final = 0.001
"""Half precision moves a number of a unit vector by less than this."""

SEARCH_THREADS: Final = 1
"""One question is too little work to share: with two threads on two busy cores it took 22 ms instead of 0.1,
because OpenMP waits for the slowest by spinning. The setting belongs to the calling thread."""

NO_END: Final = 2**31 - 1

VECTORS_FILE: Final = "vectors.faiss"
ROWS_FILE: Final = "rows.npy"
FACTS_FILE: Final = "facts.json"

_ROW: Final = np.dtype([("entry_id", "<i8"), ("starts", "<i4"), ("ends", "<i4"), ("internal", "u1")])


@dataclass(frozen=True, slots=True)
class _Selection:
    """The entries that a filter lets pass. `selector` is `None` when all do."""

    count: int
    selector: faiss.IDSelector | None


class DenseIndex:
    """Proposes entries whose vectors are nearest to the question's. Scores are cosines.

    Searches from several threads are safe, also beside one thread that writes.

    Args:
        dimension: length of the vectors.
        threads: processor threads for training; a search runs on one.
        exact_limit: number of entries above which vectors are grouped.
    """

    def __init__(self, dimension: int, *, threads: int = 2, exact_limit: int = EXACT_LIMIT) -> None:
        self._dimension = dimension
        self._threads = threads
        self._exact_limit = exact_limit
        self._faiss: Any = _exact_form(dimension)
        self._rows = np.empty(0, dtype=_ROW)
        self._trained_on = 0
        self._selections: dict[Filter, _Selection] = {}
        self._lock = threading.Lock()  # FAISS may move its memory on a write, so no search may run beside it

    def __len__(self) -> int:
        return int(self._faiss.ntotal)

    @property
    def exact(self) -> bool:
        """Every vector is compared."""
        return self._trained_on == 0

    def ids(self) -> NDArray[np.int64]:
        """Ids of all stored vectors in rising order, as FAISS has them."""
        with self._lock:
            return np.sort(_ids(self._faiss))

    def expect(self, sample: Vectors, count: int) -> None:
        """Form the groups for so many entries at once, instead of anew each time that they have multiplied.

        Args:
            sample: vectors drawn at random from those to come, `sample_size(count)` of them.
            count: how many entries are to come. Nothing happens when they are too few for groups.
        """
        if self.wants_sample(count):
            faiss.omp_set_num_threads(self._threads)
            fresh = _grouped_form(sample, _groups(count))
            with self._lock:
                self._faiss, self._trained_on = fresh, count

    def wants_sample(self, count: int) -> bool:
        """Whether `expect` would form groups for so many entries."""
        return count > self._exact_limit and len(self) == 0

    def put(self, entries: Sequence[Entry], /) -> None:
        """Add entries, replacing those with the same id.

        Raises:
            ModelMismatch: a vector has another length than this index.
        """
        latest = {entry.entry_id: entry for entry in entries}
        if not latest:
            return
        vectors = self._stacked(list(latest.values()))
        rows = np.array([_row(entry) for entry in latest.values()], dtype=_ROW)
        faiss.omp_set_num_threads(SEARCH_THREADS)
        with self._lock:
            self._drop(rows["entry_id"])
            self._faiss.add_with_ids(vectors, rows["entry_id"].copy())
            rows.sort(order="entry_id")
            self._rows = np.insert(self._rows, np.searchsorted(self._rows["entry_id"], rows["entry_id"]), rows)
            self._selections = {}
        if len(self) > (self._exact_limit if self.exact else RETRAIN_GROWTH * self._trained_on):
            self._exchange(grouped=True)

    def remove(self, ids: Sequence[int], /) -> None:
        """Remove entries; unknown ids are ignored."""
        gone = np.unique(np.asarray(ids, dtype=np.int64))
        with self._lock:
            self._drop(gone)
            self._selections = {}
        if not self.exact and len(self) <= self._exact_limit // 2:
            self._exchange(grouped=False)

    def search(self, probe: Probe, /, *, k: int, only: Filter) -> list[Candidate]:
        """Return the `k` nearest entries that pass the filter, best first."""
        question = np.ascontiguousarray(probe.vector, dtype=np.float32).reshape(1, -1)
        faiss.omp_set_num_threads(SEARCH_THREADS)
        with self._lock:
            selection = self._selection(only)
            limit = min(k + TIE_MARGIN, selection.count)
            while k > 0 and limit > 0:
                scores, ids = self._nearest(question, limit, selection)
                if len(ids) < limit or limit == selection.count or scores[-1] < scores[k - 1]:
                    order = np.lexsort((ids, -scores))[:k]
                    return [Candidate(int(ids[at]), float(scores[at])) for at in order]
                limit = min(limit * 4, selection.count)  # a tie runs over the border: see all that share the score
        return []

    def save(self, folder: Path, /) -> None:
        """Write the vectors, the filter's columns and the form into an empty folder."""
        # Without the lock: searches only read, and whoever saves doesn't write at the same time.
        faiss.write_index(self._faiss, str(folder / VECTORS_FILE))
        with (folder / ROWS_FILE).open("wb") as columns:
            np.save(columns, self._rows, allow_pickle=False)
        facts = {"dimension": self._dimension, "exact_limit": self._exact_limit, "trained_on": self._trained_on}
        (folder / FACTS_FILE).write_text(json.dumps(facts), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, /) -> Self:
        """Read what `save` wrote. Only for a folder that was compared with SQL."""
        return cls.from_files({name: (folder / name).read_bytes() for name in (VECTORS_FILE, ROWS_FILE, FACTS_FILE)})

    @classmethod
    def from_files(cls, files: Mapping[str, bytes | bytearray], *, threads: int = 2) -> Self:
        """Build the index from the very bytes whose hash was compared with SQL.

        Raises:
            IndexCorrupt: a file is missing, or the files don't belong together.
        """
        try:
            facts = json.loads(files[FACTS_FILE])
            index = cls(facts["dimension"], threads=threads, exact_limit=facts["exact_limit"])
            index._trained_on = facts["trained_on"]
            index._faiss = faiss.deserialize_index(np.frombuffer(files[VECTORS_FILE], dtype=np.uint8))
            index._rows = np.load(io.BytesIO(files[ROWS_FILE]), allow_pickle=False).astype(_ROW)
        except (KeyError, ValueError, RuntimeError) as error:
            raise IndexCorrupt("A dense index can't be read. Run `zhida reindex`.") from error
        if index._faiss.d != index._dimension or not np.array_equal(index.ids(), index._rows["entry_id"]):
            raise IndexCorrupt("A dense index has vectors and filters of different entries. Run `zhida reindex`.")
        return index

    def differing(self, batches: Iterable[Sequence[Entry]]) -> list[int]:
        """Ids of those entries that this index holds with another vector or filter than given here."""
        with self._lock:
            ids, places = _ids(self._faiss), _places(self._faiss)
            rows = self._rows
        order = np.argsort(ids)
        ids, places = ids[order], places[order]
        differing: list[int] = []
        for entries in batches:
            wanted = np.array([_row(entry) for entry in entries], dtype=_ROW)
            if not len(ids):
                differing += wanted["entry_id"].tolist()
                continue
            with self._lock:
                held = _vectors_at(self._faiss, places[_positions(ids, wanted["entry_id"])])
            same = np.abs(held - self._stacked(entries)).max(axis=1) < ROUNDING
            same &= rows[_positions(rows["entry_id"], wanted["entry_id"])] == wanted
            differing += wanted["entry_id"][~same].tolist()
        return differing

    def size_bytes(self) -> int:
        """Bytes that the vectors and the filter's columns take in memory."""
        width = 4 if self.exact else 2
        centres = 0 if self.exact else 4 * self._faiss.nlist * self._dimension
        return len(self) * (width * self._dimension + 8) + centres + int(self._rows.nbytes)

    def close(self) -> None:
        """Nothing is held open."""

    def _stacked(self, entries: Sequence[Entry]) -> Vectors:
        for entry in entries:
            if entry.vector.shape != (self._dimension,):
                raise ModelMismatch(
                    f"Entry {entry.entry_id} has a vector of shape {entry.vector.shape}, "
                    f"but the index holds {self._dimension} numbers each. Run `zhida reindex`."
                )
        return np.stack([entry.vector for entry in entries]).astype(np.float32, copy=False)

    def _drop(self, ids: NDArray[np.int64]) -> None:
        if not len(self._rows):
            return
        at = np.unique(_positions(self._rows["entry_id"], ids))
        known = at[np.isin(self._rows["entry_id"][at], ids)]
        if len(known):
            self._faiss.remove_ids(faiss.IDSelectorBatch(self._rows["entry_id"][known].copy()))
            self._rows = np.delete(self._rows, known)

    def _exchange(self, *, grouped: bool) -> None:
        """Go over to the form that suits the size. Only the exchange itself keeps searches waiting."""
        before, count = self._faiss, len(self)
        faiss.omp_set_num_threads(self._threads)
        fresh = _grouped_form(_sample(before), _groups(count)) if grouped else _exact_form(self._dimension)
        for ids, vectors in _pieces(before):
            fresh.add_with_ids(vectors, ids)
        with self._lock:
            self._faiss, self._trained_on = fresh, count if grouped else 0

    def _nearest(self, question: Vectors, limit: int, selection: _Selection) -> tuple[Vectors, NDArray[np.int64]]:
        scores, ids = self._faiss.search(question, limit, params=self._parameters(selection))
        found = ids[0] >= 0  # FAISS fills up with -1 when the compared groups hold fewer
        return np.round(scores[0][found].astype(np.float64), SCORE_DECIMALS), ids[0][found]

    def _parameters(self, selection: _Selection) -> faiss.SearchParameters:
        if self.exact:
            return faiss.SearchParameters(sel=selection.selector)  # type: ignore[call-arg]  # FAISS's stub misses fields
        usual = max(MIN_PROBED, self._faiss.nlist // PROBED_SHARE)
        # The fewer pass the filter, the more groups must be seen to find as many of them.
        groups = min(self._faiss.nlist, ceil(usual * len(self._rows) / selection.count))
        return faiss.SearchParametersIVF(sel=selection.selector, nprobe=groups)  # type: ignore[call-arg]  # as above

    def _selection(self, only: Filter) -> _Selection:
        if only not in self._selections:
            self._selections = {only: self._select(only)}  # customers of one day ask alike; the last one is enough
        return self._selections[only]

    def _select(self, only: Filter) -> _Selection:
        rows, day = self._rows, only.as_of.toordinal()
        passing = (rows["starts"] <= day) & (day < rows["ends"])
        if Audience.INTERNAL not in only.audience.readable():
            passing &= rows["internal"] == 0
        ids = rows["entry_id"][passing]
        if len(ids) == len(rows):
            return _Selection(len(ids), None)
        return _Selection(len(ids), _selector(ids))


def _positions(ids: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where the wanted ids stand among rising ones. An id that is missing gets the place of another."""
    return np.minimum(np.searchsorted(ids, wanted), max(0, len(ids) - 1))


def _row(entry: Entry) -> tuple[int, int, int, bool]:
    return (
        entry.entry_id,
        _ordinal(entry.valid_from, 0),
        _ordinal(entry.valid_until, NO_END),
        entry.audience is Audience.INTERNAL,
    )


def _ordinal(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else day.toordinal()


def _selector(ids: NDArray[np.int64]) -> faiss.IDSelector:
    if len(ids) == 0 or ids[-1] >= BITMAP_LIMIT:
        return faiss.IDSelectorBatch(ids)
    marks = np.zeros(int(ids[-1]) + 1, dtype=bool)
    marks[ids] = True
    bits = np.packbits(marks, bitorder="little")
    return faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]  # this form keeps `bits` alive


def _exact_form(dimension: int) -> faiss.IndexIDMap2:
    return faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))


def _groups(count: int) -> int:
    return max(1, min(count, GROUPS_PER_ROOT * isqrt(count)))


def sample_size(count: int) -> int:
    """Vectors that the centres of so many entries are trained on."""
    return min(count, TRAINING_POINTS * _groups(count))


def _grouped_form(sample: Vectors, groups: int) -> faiss.IndexIVFScalarQuantizer:
    """An empty index whose centres are trained on these vectors.

    Half precision moves a cosine by less than 0.001 and halves the memory; 8 bits per number
    lost .03 of recall@10 and no search time (both measured on 100,000 vectors).
    """
    dimension = sample.shape[1]
    centres = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFScalarQuantizer(
        centres, dimension, min(groups, len(sample)), faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
    )
    index.cp.niter = 10
    index.cp.spherical = True
    index.cp.min_points_per_centroid = 1  # or FAISS prints a warning for small ones
    index.cp.max_points_per_centroid = TRAINING_POINTS
    index.train(sample)
    return index


def _sample(index: Any) -> Vectors:
    """Vectors to train on, drawn from all that the index holds."""
    drawn = np.random.default_rng(0).choice(index.ntotal, size=sample_size(index.ntotal), replace=False)
    return _vectors_at(index, _places(index)[np.sort(drawn)])


def _ids(index: Any) -> NDArray[np.int64]:
    """Ids in the order in which FAISS has them."""
    if isinstance(index, faiss.IndexIDMap2):
        return faiss.vector_to_array(index.id_map)
    lists = index.invlists
    return np.concatenate(
        [np.empty(0, dtype=np.int64)]
        + [
            faiss.rev_swig_ptr(lists.get_ids(group), size).copy()
            for group in range(index.nlist)
            if (size := lists.list_size(group))
        ]
    )


def _places(index: Any) -> NDArray[np.int64]:
    """Group and position within it for each of `_ids`, shape `(entries, 2)`."""
    if isinstance(index, faiss.IndexIDMap2):
        return np.stack([np.zeros(index.ntotal, dtype=np.int64), np.arange(index.ntotal)], axis=1)
    sizes = np.array([index.invlists.list_size(group) for group in range(index.nlist)], dtype=np.int64)
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.stack([np.repeat(np.arange(index.nlist), sizes), np.arange(sizes.sum()) - starts], axis=1)


def _vectors_at(index: Any, places: NDArray[np.int64]) -> Vectors:
    """The vectors at these places, those of the grouped form as they were rounded."""
    if isinstance(index, faiss.IndexIDMap2):
        return np.asarray(index.index.reconstruct_batch(places[:, 1]), dtype=np.float32)
    found = np.empty((len(places), index.d), dtype=np.float32)
    order = np.argsort(places[:, 0], kind="stable")
    groups, starts = np.unique(places[order, 0], return_index=True)
    for group, mine in zip(groups.tolist(), np.split(order, starts[1:]), strict=True):
        found[mine] = _codes(index, group)[places[mine, 1]]
    return found


def _codes(index: Any, group: int) -> NDArray[np.float16]:
    """A view of a group's vectors, valid until the next write."""
    size = index.invlists.list_size(group)
    codes = faiss.rev_swig_ptr(index.invlists.get_codes(group), size * index.code_size)
    return np.asarray(codes.view(np.float16).reshape(size, index.d))


def _pieces(index: Any) -> Iterator[tuple[NDArray[np.int64], Vectors]]:
    """All ids and vectors, some at a time."""
    ids, places = _ids(index), _places(index)
    for start in range(0, len(ids), PIECE):
        some = slice(start, start + PIECE)
        yield ids[some], _vectors_at(index, places[some])
