"""Stored vectors: one for each text and encoder, shared by all passages or questions with that text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, func, insert, or_, select, true

from core.errors import InvalidInput
from core.types import QuestionKind, indexed_text
from kb.index import Collection
from kb.prepared import PreparedTokens, TextHash
from kb.records import MissingVector
from kb.rows import chunked
from kb.tables import passages, questions, token_vectors, vectors
from models.encoder import Vectors

_FLOAT: Final = np.dtype("<f4")
_TEXT_HASH: Final = {Collection.PASSAGES: passages.c.text_hash, Collection.QUESTIONS: questions.c.text_hash}


def to_bytes(vector: Vectors) -> bytes:
    """As it is stored: float32, little-endian.

    Raises:
        InvalidInput: it isn't one row of finite numbers.
    """
    if vector.ndim != 1 or vector.size == 0 or not np.isfinite(vector).all():
        raise InvalidInput(f"A vector of shape {vector.shape} with finite numbers is needed: one row.")
    return vector.astype(_FLOAT).tobytes()


def from_bytes(stored: bytes) -> Vectors:
    """What `to_bytes` was given."""
    return np.frombuffer(stored, dtype=_FLOAT)


def read_vectors(
    connection: Connection, collection: Collection, encoder_key: str, hashes: Iterable[TextHash]
) -> dict[TextHash, Vectors]:
    """The stored vectors among the wanted ones."""
    found: dict[TextHash, Vectors] = {}
    for some in chunked(sorted(set(hashes))):
        query = select(vectors.c.text_hash, vectors.c.vector).where(_stored(collection, encoder_key, some))
        found.update((row.text_hash, from_bytes(row.vector)) for row in connection.execute(query))
    return found


def sample(connection: Connection, encoder_key: str, limit: int) -> list[tuple[str, Vectors]]:
    """The passages whose hashes come first, which is as good as any random choice."""
    source = vectors.join(passages, passages.c.text_hash == vectors.c.text_hash)
    mine = and_(vectors.c.collection == Collection.PASSAGES, vectors.c.encoder_key == encoder_key)
    query = select(passages.c.context, passages.c.text, vectors.c.vector).select_from(source).where(mine)
    rows = connection.execute(query.order_by(vectors.c.text_hash, passages.c.id).limit(limit))
    return [(indexed_text(row.context, row.text), from_bytes(row.vector)) for row in rows]


def count(connection: Connection, encoder_key: str) -> int:
    """Number of passages' vectors of this encoder."""
    mine = and_(vectors.c.collection == Collection.PASSAGES, vectors.c.encoder_key == encoder_key)
    return int(connection.execute(select(func.count()).select_from(vectors).where(mine)).scalar_one())


def store_vectors(
    connection: Connection,
    collection: Collection,
    encoder_key: str,
    given: Mapping[TextHash, Vectors],
    *,
    wanted: Iterable[TextHash],
) -> set[TextHash]:
    """Store those of the given vectors that are wanted and new. The caller holds the turn for changes.

    Returns the wanted hashes that are still without a vector.
    """
    missing: set[TextHash] = set()
    for some in chunked(sorted(set(wanted))):
        query = select(vectors.c.text_hash).where(_stored(collection, encoder_key, some))
        lacking = set(some).difference(connection.execute(query).scalars())
        rows = [
            {
                "text_hash": key,
                "collection": collection,
                "encoder_key": encoder_key,
                "vector": to_bytes(given[key]),
            }
            for key in sorted(lacking.intersection(given))
        ]
        if rows:
            connection.execute(insert(vectors), rows)
        missing |= lacking.difference(given)
    return missing


def read_tokens(connection: Connection, tokens_key: str, passage_ids: Sequence[int]) -> dict[int, bytes]:
    """Compressed token vectors by passage; those that have none are missing."""
    source = passages.join(
        token_vectors,
        and_(token_vectors.c.text_hash == passages.c.text_hash, token_vectors.c.tokens_key == tokens_key),
    )
    found: dict[int, bytes] = {}
    for some in chunked(passage_ids):
        query = select(passages.c.id, token_vectors.c.tokens).select_from(source).where(passages.c.id.in_(some))
        found.update((row.id, row.tokens) for row in connection.execute(query))
    return found


def store_tokens(connection: Connection, given: PreparedTokens, *, wanted: Iterable[TextHash]) -> None:
    """Store those of the given token vectors that are wanted and new. The caller holds the turn for changes."""
    for some in chunked(sorted(set(wanted).intersection(given.passages))):
        stored = select(token_vectors.c.text_hash).where(
            token_vectors.c.text_hash.in_(some), token_vectors.c.tokens_key == given.key
        )
        lacking = set(some).difference(connection.execute(stored).scalars())
        rows = [{"text_hash": key, "tokens_key": given.key, "tokens": given.passages[key]} for key in sorted(lacking)]
        if rows:
            connection.execute(insert(token_vectors), rows)


def used(connection: Connection, collection: Collection, hashes: Iterable[TextHash]) -> set[TextHash]:
    """Those of the hashes that a passage or question has."""
    column = _TEXT_HASH[collection]
    found: set[TextHash] = set()
    for some in chunked(sorted(set(hashes))):
        found.update(connection.execute(select(column).where(column.in_(some))).scalars())
    return found


def drop_orphans(connection: Connection, collection: Collection, hashes: Sequence[TextHash]) -> None:
    """Delete those of these vectors that no passage or question uses. The caller holds the turn for changes."""
    kept = used(connection, collection, hashes)
    for some in chunked([key for key in hashes if key not in kept]):
        connection.execute(delete(vectors).where(vectors.c.text_hash.in_(some), vectors.c.collection == collection))
        if collection is Collection.PASSAGES:
            connection.execute(delete(token_vectors).where(token_vectors.c.text_hash.in_(some)))


def drop_other_encoders(connection: Connection, encoder_key: str, tokens_key: str | None) -> int:
    """Delete the vectors of every other encoder, token vectors included. Returns how many vectors."""
    others = token_vectors.c.tokens_key != tokens_key if tokens_key is not None else true()
    connection.execute(delete(token_vectors).where(others))
    return connection.execute(delete(vectors).where(vectors.c.encoder_key != encoder_key)).rowcount


def missing_vectors(
    connection: Connection, encoder_key: str, tokens_key: str | None, after: MissingVector | None, limit: int
) -> list[MissingVector]:
    """Texts without a vector of this encoder, passages first, each collection in the order of the hashes.

    With `tokens_key` also the passages that lack token vectors of that key.
    """
    found: list[MissingVector] = []
    if after is None or after.collection is Collection.PASSAGES:
        query = _lacking(passages, Collection.PASSAGES, encoder_key, tokens_key, after)
        found.extend(
            MissingVector(Collection.PASSAGES, row.text_hash, indexed_text(row.context, row.text))
            for row in connection.execute(query.limit(limit))
        )
        after = None
    if len(found) < limit:
        query = _lacking(questions, Collection.QUESTIONS, encoder_key, None, after)
        found.extend(
            MissingVector(Collection.QUESTIONS, row.text_hash, row.text)
            for row in connection.execute(query.limit(limit - len(found)))
        )
    return found


def _lacking(
    table: Table, collection: Collection, encoder_key: str, tokens_key: str | None, after: MissingVector | None
) -> Select[Any]:
    """Rows without a vector; of several with one text only the first, since they share it."""
    twin = table.alias()
    has_vector = select(vectors.c.text_hash).where(
        vectors.c.text_hash == table.c.text_hash,
        vectors.c.collection == collection,
        vectors.c.encoder_key == encoder_key,
    )
    has_twin = select(twin.c.id).where(twin.c.text_hash == table.c.text_hash, twin.c.id < table.c.id)
    query = select(table).order_by(table.c.text_hash)
    if collection is Collection.QUESTIONS:  # negative wordings are compared as text, not searched
        query = query.where(table.c.kind != QuestionKind.NEGATIVE)
        has_twin = has_twin.where(twin.c.kind != QuestionKind.NEGATIVE)
    if after is not None:
        query = query.where(table.c.text_hash > after.text_hash)
    lacks = ~has_vector.exists()
    if tokens_key is not None:
        has_tokens = select(token_vectors.c.text_hash).where(
            token_vectors.c.text_hash == table.c.text_hash, token_vectors.c.tokens_key == tokens_key
        )
        lacks = or_(lacks, ~has_tokens.exists())
    return query.where(lacks, ~has_twin.exists())


def _stored(collection: Collection, encoder_key: str, hashes: Sequence[TextHash]) -> ColumnElement[bool]:
    return and_(
        vectors.c.text_hash.in_(hashes), vectors.c.collection == collection, vectors.c.encoder_key == encoder_key
    )
