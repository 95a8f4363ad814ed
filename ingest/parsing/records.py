"""JSON Lines and JSON lists: objects that are Q&A pairs, tickets, or rows of a table."""

from __future__ import annotations

import json
from typing import Any

from core.types import DocumentKind
from ingest.encoding import decode
from ingest.formats import Format
from ingest.parsed import ParsedDocument
from ingest.parsing import Source
from ingest.parsing.delimited import pairs_document
from ingest.parsing.plain import encoding_warnings
from ingest.parsing.tables import read_table, table_blocks
from ingest.reasons import Reason, refusal


def parse(source: Source) -> ParsedDocument:
    """Read the objects as rows of one table whose columns are all their keys."""
    decoded = decode(source.path.read_bytes())
    records = _json_lines(decoded.text) if source.format is Format.JSONL else _json_list(decoded.text)
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = [names, *([_cell(record.get(name)) for name in names] for record in records)]
    warnings = encoding_warnings(decoded)
    document = pairs_document(rows, source.kind, warnings)
    if document is not None:
        return document
    blocks = tuple(table_blocks(read_table(rows, header_rows=1)))
    return ParsedDocument(kind=DocumentKind.TEXT, blocks=blocks, warnings=warnings)


def _json_lines(text: str) -> list[dict[str, Any]]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    return [_object(line, number) for number, line in lines]


def _json_list(text: str) -> list[dict[str, Any]]:
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError) and "\n{" in text.strip():
            return _json_lines(text)  # JSON Lines that are called .json
        raise refusal(Reason.BAD_JSON, getattr(error, "lineno", 1)) from error
    listed = _longest_list(content)
    if not listed:
        raise refusal(Reason.NO_TEXT)
    return listed


def _longest_list(content: Any) -> list[dict[str, Any]]:
    """The objects of a file: it is a list of them, an object that holds such lists, or one object."""
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list)]
        content = max(lists, key=len, default=[content])
    if not isinstance(content, list):
        return []
    return [item for item in content if isinstance(item, dict)]


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise refusal(Reason.BAD_JSON, number) from error
    if not isinstance(content, dict):
        raise refusal(Reason.BAD_JSON, number)
    return content


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    # A list stays JSON, which is what questions are split by: each is one even if it holds a semicolon.
    return json.dumps(value, ensure_ascii=False)
