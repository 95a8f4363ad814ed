"""What both kinds of collections hold: an entry's id, its filter, and a digest of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np

from core.types import Audience
from kb.index import Entry
from kb.milvus.connection import Milvus
from models.encoder import Vectors

MARK: Final = 0
"""Id of a row that is no entry: SQL's ids start at 1. Its digest is the number of the last change applied."""

NO_START: Final = 0
NO_END: Final = 2**31 - 1
Row = dict[str, Any]


def new_schema() -> Any:
    """Return the fields that both kinds of collections have."""
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("entry", DataType.INT64, is_primary=True)
    for name in ("internal", "starts", "ends", "digest"):
        schema.add_field(name, DataType.INT64)
    return schema


def create_collection(milvus: Milvus, name: str, schema: Any, **index: Any) -> None:
    """Make an empty collection with an index over one of its fields. Raises `StorageError`."""
    from pymilvus import MilvusClient

    parameters = MilvusClient.prepare_index_params()
    parameters.add_index(**index)
    milvus.call("create_collection", name, schema=schema, index_params=parameters, consistency_level="Bounded")


def newest() -> Mapping[str, Any]:
    """Ask for the state after the last change, which may wait for Milvus's clock."""
    return {"consistency_level": "Strong"}


def filters(entry: Entry) -> Row:
    """Return what searches filter by."""
    return {
        "entry": entry.entry_id,
        "internal": int(entry.audience is Audience.INTERNAL),
        "starts": _ordinal(entry.valid_from, NO_START),
        "ends": _ordinal(entry.valid_until, NO_END),
    }


def floats(vector: Vectors) -> list[float]:
    """Return a vector as the client wants it."""
    numbers: list[float] = np.asarray(vector, dtype=np.float32).tolist()
    return numbers


def digest(entry: Entry, content: bytes) -> int:
    """64 bits that tell whether an entry is indexed as SQL has it now."""
    facts = f"{entry.audience} {entry.valid_from} {entry.valid_until} ".encode() + content
    return int.from_bytes(hashlib.blake2b(facts, digest_size=8).digest(), "big", signed=True)


def _ordinal(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else day.toordinal()
