"""Reads the operator's own labelled messages: JSONL, or CSV with a head line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from core.errors import InvalidInput, UnsupportedFormat
from nlu.classifier import Example

LABELS: Final = ("intent", "label")
"""Columns that may hold the label; the first that a row has counts."""

LONGEST: Final = 2000
"""Characters of a message."""


def read_labels(path: Path) -> list[Example]:
    """The messages of a file with `text` and `intent` (or `label`), in order; empty rows are left out.

    Raises:
        UnsupportedFormat: neither JSONL nor CSV.
        InvalidInput: a row can't be used, or there is none; the message names file and line.
    """
    suffix = path.suffix.lower()
    if suffix not in (".jsonl", ".csv"):
        raise UnsupportedFormat(f"{path.name!r} is neither .jsonl nor .csv. Save the labelled messages as one of them.")
    rows = _json_rows(path) if suffix == ".jsonl" else _csv_rows(path)
    found = [_example(row, path, line) for line, row in rows]
    if not found:
        raise InvalidInput(f"{path.name} holds no labelled message. Give rows with `text` and `intent`.")
    return found


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, text in enumerate(_text(path).splitlines(), start=1):
        if text.strip():
            try:
                row = json.loads(text)
            except json.JSONDecodeError as error:
                raise InvalidInput(f"{path.name} line {line} isn't JSON: {error.msg}.") from error
            if not isinstance(row, dict):
                raise InvalidInput(f"{path.name} line {line} isn't a JSON object with `text` and `intent`.")
            yield line, row


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(_text(path).splitlines())
    for row in reader:
        if any(value for value in row.values() if isinstance(value, str) and value.strip()):
            yield reader.line_num, dict(row)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path.name} isn't UTF-8 text. Save it as UTF-8.") from error


def _example(row: dict[str, Any], path: Path, line: int) -> Example:
    text = row.get("text")
    label = next((row[key] for key in LABELS if row.get(key)), None)
    if not isinstance(text, str) or not text.strip() or not isinstance(label, str) or not label.strip():
        raise InvalidInput(f"{path.name} line {line} has no `text`, or no `intent`. Give each message both.")
    if len(text) > LONGEST:
        raise InvalidInput(f"{path.name} line {line} has {len(text)} characters; at most {LONGEST} are read.")
    return Example(text.strip(), label.strip())
