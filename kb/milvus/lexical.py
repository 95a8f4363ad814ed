"""The lexical index on Milvus."""

from __future__ import annotations

from typing import Any, Final

from kb.analysis import spaced
from kb.index import Entry, Probe
from kb.milvus.connection import Milvus
from kb.milvus.index import MilvusIndex
from kb.milvus.rows import Row, create_collection, digest, filters, new_schema

MAX_TEXT_BYTES: Final = 65_535
"""Longest text that a field of Milvus holds; passages have a few thousand."""

K1: Final = 1.2
B: Final = 0.75
"""BM25's parameters, as tantivy has them."""


class MilvusLexical(MilvusIndex):
    """Proposes entries that share words with the question. Scores are BM25 and compare only within one search."""

    KIND = "lexical"

    @classmethod
    def create(cls, milvus: Milvus, name: str) -> MilvusLexical:
        """Make an empty collection."""
        from pymilvus import DataType, Function, FunctionType

        schema = new_schema()
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
        create_collection(
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
        return filters(entry) | {"digest": self._digest(entry), "body": _body(entry.text)}

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
        return digest(entry, entry.text.encode("utf-8", "surrogatepass"))

    @property
    def _field(self) -> str:
        return "terms"


def _body(text: str) -> str:
    """What Milvus's analyser is given, not longer than a field."""
    return spaced(text).encode("utf-8", "replace")[:MAX_TEXT_BYTES].decode("utf-8", "ignore")
