"""The dense index on Milvus."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.errors import ModelMismatch
from kb.index import Entry, Probe
from kb.milvus.connection import Milvus
from kb.milvus.index import MilvusIndex
from kb.milvus.rows import Row, create_collection, digest, filters, floats, new_schema


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

        schema = new_schema()
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        create_collection(milvus, name, schema, field_name="vector", index_type="AUTOINDEX", metric_type="IP")
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
        return filters(entry) | {"digest": self._digest(entry), "vector": floats(entry.vector)}

    def _nothing(self) -> Row:
        return {"vector": [1.0] + [0.0] * (self._dimension - 1)}

    def _asked(self, probe: Probe) -> Any:
        return floats(probe.vector)

    def _score(self, distance: float) -> float:
        return round(distance, 6)

    def _digest(self, entry: Entry) -> int:
        return digest(entry, np.asarray(entry.vector, dtype="<f4").tobytes())

    @property
    def _field(self) -> str:
        return "vector"
