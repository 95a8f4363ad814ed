"""Vectors of learnt questions, computed once and stored with the encoder that made them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, Table, update

from kb.vectors import from_bytes, to_bytes
from models.encoder import Encoder, Vectors


def stored(vector: Vectors, encoder: Encoder) -> dict[str, object]:
    """The columns of a vector."""
    return {"vector": to_bytes(vector), "encoder_key": encoder.identity.key}


def read(
    connection: Connection, table: Table, rows: Sequence[Row[Any]], texts: Sequence[str], encoder: Encoder
) -> Vectors:
    """One row per stored row, in order. Those that another encoder made are computed anew and stored."""
    key = encoder.identity.key
    old = [at for at, row in enumerate(rows) if row.encoder_key != key]
    vectors = [from_bytes(row.vector) for row in rows]
    for at, fresh in zip(old, encoder.encode_questions([texts[at] for at in old]), strict=True):
        vectors[at] = fresh
        same = [column == getattr(rows[at], column.name) for column in table.primary_key.columns]
        connection.execute(update(table).where(*same).values(**stored(fresh, encoder)))
    return np.array(vectors, dtype=np.float32).reshape(len(rows), encoder.identity.dimension)
