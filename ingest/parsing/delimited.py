"""CSV and TSV: Q&A pairs, tickets, or a table whose rows keep their header."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from core.types import DocumentKind
from ingest.encoding import decode
from ingest.formats import Format
from ingest.parsed import ParsedDocument
from ingest.parsing import Source
from ingest.parsing.pairs import document_of, find_columns
from ingest.parsing.plain import encoding_warnings
from ingest.parsing.tables import read_table, table_blocks
from ingest.reasons import Reason, refusal

_DELIMITERS: Final = ",;\t|"
_LONGEST_CELL: Final = 10 * 1024 * 1024
_SEARCHED_ROWS: Final = 10


def parse(source: Source) -> ParsedDocument:
    """Decode, find the delimiter, and read pairs where the header says so, rows otherwise."""
    decoded = decode(source.path.read_bytes())
    rows = read_rows(decoded.text, "\t" if source.format is Format.TSV else None)
    warnings = encoding_warnings(decoded)
    document = pairs_document(rows, source.kind, warnings)
    if document is not None:
        return document
    blocks = tuple(table_blocks(read_table(rows)))
    return ParsedDocument(kind=DocumentKind.TEXT, blocks=blocks, warnings=warnings)


def pairs_document(
    rows: Sequence[Sequence[str]], kind: DocumentKind | None, warnings: Sequence[str] = ()
) -> ParsedDocument | None:
    """The pairs below the first row that names their columns; `None` when the rows are an ordinary table.

    Raises:
        ParseFailed: `kind` says that there are pairs, and there are no such columns.
    """
    for at, row in enumerate(rows[:_SEARCHED_ROWS]):
        columns = find_columns(row, kind)
        if columns is not None:
            return document_of([(columns, rows[at + 1 :])], kind, warnings)
    if kind in {DocumentKind.QA, DocumentKind.TICKETS}:
        raise refusal(Reason.NOT_A_QA_TABLE)
    return None


def read_rows(text: str, delimiter: str | None = None) -> list[list[str]]:
    """All rows of a delimited text. Without a delimiter, the one that splits the first line into most cells."""
    csv.field_size_limit(_LONGEST_CELL)
    chosen = delimiter or _delimiter(text)
    return list(csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=chosen))


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=first.count)
