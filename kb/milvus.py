"""Indexes on Milvus, for an installation that has outgrown one machine.

Each index is a collection of its own, which all processes share. The dense one compares vectors,
the lexical one ranks texts by the BM25 function of Milvus with its jieba analyser. Scores of the
lexical one therefore differ from those of `kb.lexical`, as the words do; cosines are the same.

`pymilvus` is the extra `milvus`. Milvus Lite, which it starts for the name of a file, is for
trials and tests: one process, small collections, no password.
"""

from __future__ import annotations

import hashlib
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigurationError, IndexCorrupt, MissingExtra, ModelMismatch, StorageError
from core.types import Audience
from kb.analysis import spaced
from kb.index import Candidate, Entry, Filter, Probe
from kb.rows import chunked
from models.encoder import Vectors

SETTING: Final = "ZHIDA_INDEX_URL"
SEARCH_TIMEOUT_S: Final = 30.0
"""A search that takes longer has failed."""

TIMEOUT_S: Final = 300.0
"""Any other request. Filling an index takes many, one after the other."""

ROWS: Final = 1_000
"""Rows in one request: a few megabytes, where Milvus takes 64."""

PAGE: Final = 10_000
LIMIT: Final = 16_384
"""Most candidates that Milvus gives for one question."""

TIE_MARGIN: Final = 8
SETTLED_S: Final = 10.0
"""So long after a change searches ask for the newest state, which may wait for Milvus's clock; then they needn't."""

MAX_TEXT_BYTES: Final = 65_535
"""Longest text that a field of Milvus holds; passages have a few thousand."""

K1: Final = 1.2
B: Final = 0.75
"""BM25's parameters, as tantivy has them."""

MARK: Final = 0
"""Id of a row that is no entry: SQL's ids start at 1. Its digest is the number of the last change applied."""

NO_START: Final = 0
NO_END: Final = 2**31 - 1
COLLECTION_MISSING: Final = 100
"""Milvus's code for a collection that doesn't exist."""

Row = dict[str, Any]


class Milvus:
    """A connection to Milvus, or to a file of Milvus Lite.

    Args:
        url: `http://` or `https://`, with user and password and the name of a database if need be,
            or a file that ends in `.db`.
    """

    def __init__(self, url: str) -> None:
        self._arguments = connection_arguments(url)
        self._client: Any = None

    def open(self) -> None:
        """Connect.

        Raises:
            MissingExtra: `pymilvus` isn't installed.
            StorageError: nobody answers there, or with another user or database only.
        """
        if self._client is not None:
            return
        try:
            from pymilvus import MilvusClient
        except ImportError:
            raise MissingExtra(f"{SETTING}", "milvus") from None
        for name in ("pymilvus", "grpc._server"):  # what they log is raised as well, or Milvus Lite can't do it
            logging.getLogger(name).setLevel(logging.CRITICAL)
        with translated():
            self._client = MilvusClient(timeout=SEARCH_TIMEOUT_S, **self._arguments)

    def close(self) -> None:
        """Disconnect; Milvus Lite ends."""
        if self._client is not None:
            client, self._client = self._client, None
            client.close()

    def call(self, method: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the client.

        Raises:
            IndexCorrupt: the collection doesn't exist.
            StorageError: Milvus isn't reachable or refused.
        """
        if self._client is None:
            raise StorageError("The connection to Milvus is closed. Open the indexes first.")
        with translated():
            timeout = SEARCH_TIMEOUT_S if method == "search" else TIMEOUT_S
            return getattr(self._client, method)(*args, timeout=timeout, **kwargs)

    def collections(self, prefix: str) -> list[str]:
        """Names of the collections that start so."""
        return sorted(name for name in self.call("list_collections") if name.startswith(prefix))

    def drop(self, name: str) -> None:
        """Remove a collection with everything in it; an unknown one is ignored."""
        self.call("drop_collection", name)


def connection_arguments(url: str) -> dict[str, str]:
    """What the client is to be told.

    Raises:
        ConfigurationError: the value can't be an address of Milvus.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigurationError(_not_an_address()) from None
    if parts.scheme in {"http", "https"} and parts.hostname:
        return _server_arguments(parts, port)
    if not parts.scheme and url.endswith(".db"):
        return {"uri": str(Path(url).expanduser().resolve())}
    raise ConfigurationError(_not_an_address())


def _server_arguments(parts: SplitResult, port: int | None) -> dict[str, str]:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    arguments = {"uri": f"{parts.scheme}://{host}:{port or 19530}"}
    if parts.username:
        arguments["token"] = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    if parts.path.strip("/"):
        arguments["db_name"] = parts.path.strip("/")
    return arguments


def _not_an_address() -> str:
    # Without the value, which may hold a password.
    return (
        f"{SETTING} must be http://host:19530 or https://… of Milvus, or a file ending in .db for Milvus Lite. "
        "Correct it, or unset it to search with the built-in indexes."
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turn the client's errors into ours. Their text may hold data, so it stays in the chain only."""
    import grpc
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except MilvusException as error:
        if error.code == COLLECTION_MISSING:
            raise IndexCorrupt("Milvus lacks a collection that was recorded. Run `zhida reindex`.") from error
        raise StorageError(_refused(f"code {int(error.code)}")) from error
    except grpc.RpcError as error:
        raise StorageError(_refused(error.code().name if isinstance(error, grpc.Call) else "no answer")) from error
    except (OSError, ValueError) as error:  # ValueError: a channel that was closed meanwhile
        raise StorageError(_refused(type(error).__name__)) from error


def _refused(why: str) -> str:
    return (
        f"Milvus isn't reachable or refused a request ({why}). Check that it runs at {SETTING}; "
        "documents and changes are safe in the database and are searched again once it answers."
    )


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
        rows = self._call("query", filter=f"entry > {MARK}", output_fields=["count(*)"], **_newest())
        return int(rows[0]["count(*)"])

    def ids(self) -> NDArray[np.int64]:
        """Ids of all entries in rising order, as Milvus has them."""
        pages = self._milvus.call(
            "query_iterator",
            self.name,
            batch_size=PAGE,
            filter=f"entry > {MARK}",
            output_fields=["entry"],
            **_newest(),
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
                rows = self._call("query", filter=f"entry in {list(some)}", output_fields=["digest"], **_newest())
                held |= {row["entry"]: row["digest"] for row in rows}
            found += [entry.entry_id for entry in entries if held.get(entry.entry_id) != self._digest(entry)]
        return found

    def mark(self) -> int | None:
        """The number that `set_mark` was given last; `None` before the first time."""
        rows = self._call("query", filter=f"entry == {MARK}", output_fields=["digest"], **_newest())
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


class MilvusDense(MilvusIndex):
    """Proposes entries whose vectors are nearest to the question's. Scores are cosines."""

    KIND = "dense"

    def __init__(self, milvus: Milvus, name: str, dimension: int) -> None:
        """Use `create` or `attach`."""
        super().__init__(milvus, name)
        self._dimension = dimension

    @classmethod
    def create(cls, milvus: Milvus, name: str, dimension: int) -> MilvusDense:
        """Make an empty collection."""
        from pymilvus import DataType

        schema = _schema()
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        _create(milvus, name, schema, field_name="vector", index_type="AUTOINDEX", metric_type="IP")
        return cls(milvus, name, dimension)

    @classmethod
    def attach(cls, milvus: Milvus, name: str, dimension: int) -> MilvusDense:
        """Go on with a collection.

        Raises:
            IndexCorrupt: it doesn't exist.
            ModelMismatch: its vectors have another length.
        """
        fields = {field["name"]: field for field in milvus.call("describe_collection", name)["fields"]}
        held = int(fields.get("vector", {}).get("params", {}).get("dim", 0))
        if held != dimension:
            raise ModelMismatch(
                f"The collection {name!r} holds vectors of {held} numbers, but the encoder makes {dimension}. "
                "Run `zhida reindex`."
            )
        milvus.call("load_collection", name)
        return cls(milvus, name, dimension)

    def size_bytes(self) -> int:
        """Bytes of the vectors and the filter's columns."""
        return len(self) * (4 * self._dimension + 33)

    def _row(self, entry: Entry) -> Row:
        if entry.vector.shape != (self._dimension,):
            raise ModelMismatch(
                f"Entry {entry.entry_id} has a vector of shape {entry.vector.shape}, "
                f"but the index holds {self._dimension} numbers each. Run `zhida reindex`."
            )
        return _filters(entry) | {"digest": self._digest(entry), "vector": _floats(entry.vector)}

    def _nothing(self) -> Row:
        return {"vector": [1.0] + [0.0] * (self._dimension - 1)}

    def _asked(self, probe: Probe) -> Any:
        return _floats(probe.vector)

    def _score(self, distance: float) -> float:
        return round(distance, 6)

    def _digest(self, entry: Entry) -> int:
        return _digest(entry, np.asarray(entry.vector, dtype="<f4").tobytes())

    @property
    def _field(self) -> str:
        return "vector"


class MilvusLexical(MilvusIndex):
    """Proposes entries that share words with the question. Scores are BM25 and compare only within one search."""

    KIND = "lexical"

    @classmethod
    def create(cls, milvus: Milvus, name: str) -> MilvusLexical:
        """Make an empty collection."""
        from pymilvus import DataType, Function, FunctionType

        schema = _schema()
        schema.add_field(
            "body",
            DataType.VARCHAR,
            max_length=MAX_TEXT_BYTES,
            enable_analyzer=True,
            analyzer_params={"tokenizer": "jieba"},
        )
        schema.add_field("terms", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(
            Function(
                name="bm25", function_type=FunctionType.BM25, input_field_names=["body"], output_field_names=["terms"]
            )
        )
        _create(
            milvus,
            name,
            schema,
            field_name="terms",
            index_type="SPARSE_INVERTED_INDEX",
            metric_type="BM25",
            params={"bm25_k1": K1, "bm25_b": B},
        )
        return cls(milvus, name)

    @classmethod
    def attach(cls, milvus: Milvus, name: str) -> MilvusLexical:
        """Go on with a collection. Raises `IndexCorrupt` when it doesn't exist."""
        milvus.call("load_collection", name)
        return cls(milvus, name)

    def size_bytes(self) -> int:
        """Bytes of texts of the usual length, their words, and the filter's columns."""
        return len(self) * 1_600

    def _row(self, entry: Entry) -> Row:
        return _filters(entry) | {"digest": self._digest(entry), "body": _body(entry.text)}

    def _nothing(self) -> Row:
        return {"body": "0"}

    def _asked(self, probe: Probe) -> Any:
        words = _body(probe.text)
        if not words or not probe.expansions:
            return words or None
        # The analyser knows no weights, but a word counts as often as it comes: what was added counts half.
        return " ".join([words, words, *(spaced(expansion.text) for expansion in probe.expansions)])

    def _score(self, distance: float) -> float:
        return round(abs(distance), 4)  # Milvus Lite 3.2 gives BM25 below zero, Milvus above; the order is the same

    def _digest(self, entry: Entry) -> int:
        return _digest(entry, entry.text.encode("utf-8", "surrogatepass"))

    @property
    def _field(self) -> str:
        return "terms"


def _body(text: str) -> str:
    """What Milvus's analyser is given, not longer than a field."""
    return spaced(text).encode("utf-8", "replace")[:MAX_TEXT_BYTES].decode("utf-8", "ignore")


def _schema() -> Any:
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("entry", DataType.INT64, is_primary=True)
    for name in ("internal", "starts", "ends", "digest"):
        schema.add_field(name, DataType.INT64)
    return schema


def _create(milvus: Milvus, name: str, schema: Any, **index: Any) -> None:
    from pymilvus import MilvusClient

    parameters = MilvusClient.prepare_index_params()
    parameters.add_index(**index)
    milvus.call("create_collection", name, schema=schema, index_params=parameters, consistency_level="Bounded")


def _newest() -> Mapping[str, Any]:
    return {"consistency_level": "Strong"}


def _filters(entry: Entry) -> Row:
    return {
        "entry": entry.entry_id,
        "internal": int(entry.audience is Audience.INTERNAL),
        "starts": _ordinal(entry.valid_from, NO_START),
        "ends": _ordinal(entry.valid_until, NO_END),
    }


def _floats(vector: Vectors) -> list[float]:
    numbers: list[float] = np.asarray(vector, dtype=np.float32).tolist()
    return numbers


def _digest(entry: Entry, content: bytes) -> int:
    """64 bits that tell whether an entry is indexed as SQL has it now."""
    facts = f"{entry.audience} {entry.valid_from} {entry.valid_until} ".encode() + content
    return int.from_bytes(hashlib.blake2b(facts, digest_size=8).digest(), "big", signed=True)


def _ordinal(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else day.toordinal()
