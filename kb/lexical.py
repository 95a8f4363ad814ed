"""The lexical index: BM25 over the tokens of `kb.analysis`, by tantivy."""

from __future__ import annotations

import hashlib
import heapq
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from math import log
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import tantivy
from numpy.typing import NDArray

from core.errors import IndexCorrupt, StorageError
from core.types import Audience
from kb.analysis import query_tokens, tokens, word_tokens
from kb.index import Candidate, Entry, Filter, Probe

MAX_TERMS: Final = 64
"""Tokens of a question that are searched. A long message is searched by its rarest ones."""

WRITER_BYTES: Final = 30_000_000
SCORE_DECIMALS: Final = 4
"""Equal texts may differ in the last bits of their score, depending on the order of addition."""

MAX_WHOLE: Final = 8
"""Words of the dictionary that one question can ask for."""

WHOLE_WEIGHT: Final = 0.5
"""Added where all of a whole word stands, beside what its parts count anyway."""

TIE_MARGIN: Final = 8
NO_START: Final = 0
NO_END: Final = 2**31 - 1

ENTRY: Final = "entry"
INTERNAL: Final = "internal"
STARTS: Final = "starts"
ENDS: Final = "ends"
DIGEST: Final = "digest"
BODY: Final = "body"

_LOCK_FILES: Final = frozenset({".tantivy-writer.lock", ".tantivy-meta.lock"})


class LexicalIndex:
    """Proposes entries that share tokens with the question, whether one or all of them (OR).

    Scores are BM25. They count removed entries in their statistics until tantivy merges the
    part of the index where those lay, so scores compare only within one search.

    Tantivy writes to a folder, which is this object's own: nobody else may use it. Searches
    from several threads are safe, also beside one thread that writes.
    """

    def __init__(self, index: tantivy.Index, folder: Path) -> None:
        """Use `create`, `open` or `load`."""
        index.config_reader(reload_policy="manual")  # the other policy polls the folder from a thread
        self._index = index
        self._folder = folder
        self._schema = index.schema
        self._writer: tantivy.IndexWriter | None = None
        index.reload()
        self._searcher = index.searcher()

    @classmethod
    def create(cls, folder: Path, /) -> Self:
        """Start an empty index in an empty folder."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(tantivy.Index(_schema(), path=str(folder)), folder)

    @classmethod
    def open(cls, folder: Path, /) -> Self:
        """Go on in a folder that already holds an index.

        Raises:
            IndexCorrupt: tantivy can't read it.
        """
        try:
            return cls(tantivy.Index.open(str(folder)), folder)
        except (ValueError, OSError) as error:
            raise IndexCorrupt("A lexical index can't be read. Run `zhida reindex`.") from error

    @classmethod
    def load(cls, folder: Path, /) -> Self:
        """Read what `save` wrote, into a temporary folder that `close` removes."""
        own = Path(tempfile.mkdtemp(prefix="zhida-lexical-"))
        shutil.copytree(folder, own, dirs_exist_ok=True)
        return cls.open(own)

    def __len__(self) -> int:
        return self._searcher.num_docs

    def ids(self) -> NDArray[np.int64]:
        """Ids of all entries in rising order, as tantivy has them."""
        return np.sort(np.array(self._columns(ENTRY)[0], dtype=np.int64))

    def put(self, entries: Sequence[Entry], /) -> None:
        """Add entries, replacing those with the same id."""
        latest = {entry.entry_id: entry for entry in entries}
        if not latest:
            return
        with self._writing() as writer:
            for entry in latest.values():
                writer.delete_documents_by_term(ENTRY, entry.entry_id)
                writer.add_document(_document(entry))

    def remove(self, ids: Sequence[int], /) -> None:
        """Remove entries; unknown ids are ignored."""
        if not ids:
            return
        with self._writing() as writer:
            for entry_id in ids:
                writer.delete_documents_by_term(ENTRY, entry_id)

    def search(self, probe: Probe, /, *, k: int, only: Filter) -> list[Candidate]:
        """Return the `k` best entries that share a token with the question and pass the filter."""
        searcher = self._searcher  # one state of the index, whatever is written meanwhile
        weights = self._rarest(searcher, _weights(probe))
        size = searcher.num_docs
        if not weights or k <= 0 or size == 0:
            return []
        query = self._query(weights, probe.whole, only)
        limit = min(k + TIE_MARGIN, size)
        while True:
            hits = searcher.search(query, limit, count=False).hits
            scores = [round(score, SCORE_DECIMALS) for score, _ in hits]
            if len(hits) < limit or limit == size or scores[-1] < scores[k - 1]:
                break
            limit = min(limit * 4, size)  # a tie runs over the border: see all that share the score
        ids = np.array(searcher.fast_field_values(ENTRY, [address for _, address in hits]), dtype=np.int64)
        order = np.lexsort((ids, [-score for score in scores]))[:k]
        return [Candidate(int(ids[at]), scores[at]) for at in order]

    def frequency(self, token: str, /) -> int:
        """How many entries hold this token, whoever may read them; removed ones count until they are merged away."""
        return int(self._searcher.doc_freq(BODY, token))

    def holds(self, text: str, /, *, only: Filter) -> bool:
        """Whether an entry that passes the filter holds every word of the text."""
        every = dict.fromkeys(word_tokens(text))
        if not every:
            return False
        query = self._passing([(tantivy.Occur.Must, self._all(every))], only)
        return bool(self._searcher.search(query, 1, count=False).hits)

    def save(self, folder: Path, /) -> None:
        """Copy the index into an empty folder, once tantivy's own work on the files has ended."""
        if self._writer is not None:
            self._writer.wait_merging_threads()  # ends the writer; the next change makes a new one
            self._writer = None
            self._reload()
        for file in sorted(self._folder.iterdir()):
            if file.name not in _LOCK_FILES:
                shutil.copyfile(file, folder / file.name)

    def differing(self, batches: Iterable[Sequence[Entry]]) -> list[int]:
        """Ids of those entries that this index holds with another text or filter than given here."""
        held = dict(zip(*self._columns(ENTRY, DIGEST), strict=True))
        return [
            entry.entry_id for entries in batches for entry in entries if held.get(entry.entry_id) != _digest(entry)
        ]

    def size_bytes(self) -> int:
        """Bytes of the files."""
        return sum(file.stat().st_size for file in self._folder.iterdir())

    def close(self) -> None:
        """Remove the folder. The index can't be used afterwards."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _columns(self, *names: str) -> list[list[Any]]:
        """Values of these fields for every entry."""
        searcher = self._searcher
        if searcher.num_docs == 0:
            return [[] for _ in names]
        hits = searcher.search(tantivy.Query.all_query(), searcher.num_docs, count=False).hits
        addresses = [address for _, address in hits]
        return [searcher.fast_field_values(name, addresses) for name in names]

    @contextmanager
    def _writing(self) -> Iterator[tantivy.IndexWriter]:
        """The writer, made when it is first needed; what was written becomes visible on leaving."""
        try:
            if self._writer is None:
                self._writer = self._index.writer(WRITER_BYTES, num_threads=1)
            yield self._writer
            self._writer.commit()
            self._reload()
        except (ValueError, OSError) as error:
            self._writer = None  # tantivy's writer can't go on after an error; a new one starts at the last commit
            raise StorageError(
                "The lexical index can't be written. Check the free space of the index folder."
            ) from error

    def _reload(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()

    def _rarest(self, searcher: tantivy.Searcher, weights: dict[str, float]) -> dict[str, float]:
        """The tokens that occur, at most `MAX_TERMS`: those whose weight times rarity is greatest."""
        size = searcher.num_docs
        worth = {}
        for token, weight in weights.items():
            count = searcher.doc_freq(BODY, token)
            if count:
                worth[token] = weight * log(1 + size / count)
        return {token: weights[token] for token in heapq.nlargest(MAX_TERMS, worth, key=worth.__getitem__)}

    def _query(self, weights: dict[str, float], whole: Sequence[str], only: Filter) -> tantivy.Query:
        parts = [(self._term(token), weight) for token, weight in weights.items()]
        parts += [(self._all(dict.fromkeys(word_tokens(word))), WHOLE_WEIGHT) for word in whole[:MAX_WHOLE]]
        clauses = [(tantivy.Occur.Should, tantivy.Query.boost_query(part, weight)) for part, weight in parts]
        return self._passing(clauses, only)

    def _term(self, token: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, BODY, token, "freq")

    def _all(self, every: Iterable[str]) -> tantivy.Query:
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, self._term(token)) for token in every])

    def _passing(self, clauses: list[tuple[tantivy.Occur, tantivy.Query]], only: Filter) -> tantivy.Query:
        # What must not be proposed is usually little, so it is taken out instead of asking for the rest.
        return tantivy.Query.boolean_query(clauses + [(tantivy.Occur.MustNot, query) for query in self._barred(only)])

    def _barred(self, only: Filter) -> list[tantivy.Query]:
        day = only.as_of.toordinal()
        later = tantivy.Query.range_query(
            self._schema, STARTS, tantivy.FieldType.Integer, lower_bound=day, include_lower=False
        )
        over = tantivy.Query.range_query(self._schema, ENDS, tantivy.FieldType.Integer, upper_bound=day)
        barred = [later, over]
        if Audience.INTERNAL not in only.audience.readable():
            barred.append(tantivy.Query.term_query(self._schema, INTERNAL, 1))
        return barred


def _weights(probe: Probe) -> dict[str, float]:
    """The question's tokens and those of its expansions, each at the highest weight that anything gives it."""
    weights = query_tokens(probe.text)
    for expansion in probe.expansions:
        for token in word_tokens(expansion.text):
            weights[token] = max(expansion.weight, weights.get(token, 0.0))
    return weights


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # Signed, because deleting by an unsigned value deletes nothing in tantivy-py 0.27.
    for name in (ENTRY, INTERNAL, STARTS, ENDS, DIGEST):
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_text_field(BODY, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _document(entry: Entry) -> tantivy.Document:
    document = tantivy.Document()
    document.add_integer(ENTRY, entry.entry_id)
    document.add_integer(INTERNAL, int(entry.audience is Audience.INTERNAL))
    document.add_integer(STARTS, _ordinal(entry.valid_from, NO_START))
    document.add_integer(ENDS, _ordinal(entry.valid_until, NO_END))
    document.add_integer(DIGEST, _digest(entry))
    document.add_text(BODY, " ".join(tokens(entry.text)))
    return document


def _digest(entry: Entry) -> int:
    """64 bits that tell whether an entry is indexed as SQL has it now."""
    facts = f"{entry.audience} {entry.valid_from} {entry.valid_until} {entry.text}"
    digest = hashlib.blake2b(facts.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


def _ordinal(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else day.toordinal()
