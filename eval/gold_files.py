"""Gold questions in files: JSON lines or a table (CSV), to move them between knowledge bases.

A line of JSON is an object:

    {"question": "退货要几天内申请？", "audience": "public", "answerable": true,
     "facts": ["30 天 | 三十天"], "sources": [{"document": "退换货政策.pdf", "quote": "三十天内"}]}

A table has the same as columns. Several facts stand in lines of one cell, and so do several
documents with their quotes, the first quote belonging to the first document, and so on.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, TypeVar

from core.errors import InvalidInput
from core.gold import MAX_QUESTIONS, GoldEntry, GoldSource
from core.text import fold
from core.types import Audience, Language
from ingest.encoding import decode

Choice = TypeVar("Choice", bound=StrEnum)


class GoldFormat(StrEnum):
    """How gold questions are written down."""

    JSONL = "jsonl"
    CSV = "csv"


COLUMNS: Final = ("question", "answerable", "facts", "document", "quote", "audience", "language", "note", "enabled")

ALIASES: Final[Mapping[str, str]] = {
    "text": "question",
    "问题": "question",
    "expected": "facts",
    "fact": "facts",
    "要点": "facts",
    "可回答": "answerable",
    "能否回答": "answerable",
    "documents": "document",
    "文档": "document",
    "来源": "document",
    "quotes": "quote",
    "引文": "quote",
    "原文": "quote",
    "受众": "audience",
    "可见范围": "audience",
    "语言": "language",
    "备注": "note",
    "启用": "enabled",
}
"""Other names of columns and fields, folded."""

FALSE: Final = frozenset({"false", "no", "n", "0", "否", "不能", "不可回答"})
TRUE: Final = frozenset({"true", "yes", "y", "1", "是", "能", "可回答", ""})


def format_of(name: str) -> GoldFormat:
    """The format of a file, by the end of its name. Raises `InvalidInput` for others."""
    ending = name.rpartition(".")[2].lower()
    if ending in {"jsonl", "ndjson"}:
        return GoldFormat.JSONL
    if ending == "csv":
        return GoldFormat.CSV
    raise InvalidInput(
        f"Gold questions are read from .jsonl and .csv files, not from {name!r}. Save it as one of them."
    )


def read_questions(content: bytes, form: GoldFormat) -> list[GoldEntry]:
    """The questions of a file, in its order.

    Raises:
        InvalidInput: a line can't be read; the message says which, and what to do.
    """
    text = decode(content).text
    read = _json_lines if form is GoldFormat.JSONL else _table
    found: list[GoldEntry] = []
    for line, row in read(text):
        try:
            found.append(_entry(row))
        except InvalidInput as error:
            raise InvalidInput(f"Line {line}: {error}") from None
        if len(found) > MAX_QUESTIONS:
            raise InvalidInput(f"The file has more than {MAX_QUESTIONS} questions. Leave out those that say the same.")
    if not found:
        raise InvalidInput("The file has no question. It needs one a line, or a table with the column «question».")
    return found


def write_questions(entries: Iterable[GoldEntry], form: GoldFormat) -> str:
    """The questions as the text of a file that `read_questions` reads."""
    if form is GoldFormat.JSONL:
        return "".join(json.dumps(_fields(entry), ensure_ascii=False) + "\n" for entry in entries)
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    for entry in entries:
        writer.writerow({name: _harmless(value) for name, value in _cells(entry).items()})
    return "\ufeff" + file.getvalue()  # Excel takes a file without the mark for one in an older encoding


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet doesn't take for a formula; a blank in front is no part of a text."""
    return f" {cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _json_lines(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise InvalidInput(f"Line {number} isn't JSON. Write one object a line.") from None
        if not isinstance(row, dict):
            raise InvalidInput(f"Line {number} isn't an object. Write one object a line.")
        yield number, _named(row)


def _table(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""))
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InvalidInput(f"Line {reader.line_num} isn't a row of a table ({error}).") from None
    heads = [ALIASES.get(fold(cell).strip(), fold(cell).strip()) for cell in (rows[0][1] if rows else [])]
    if "question" not in heads:
        raise InvalidInput(f"The first line must name the columns, «question» among them: {', '.join(COLUMNS)}.")
    for number, cells in rows[1:]:
        row: dict[str, Any] = dict(zip(heads, cells, strict=False))
        if any(cell.strip() for cell in cells):
            documents, quotes = row.get("document", "").split("\n"), row.get("quote", "").split("\n")
            count = max(len(documents), len(quotes))
            padded = (each + [""] * (count - len(each)) for each in (documents, quotes))
            row["sources"] = [{"document": one, "quote": other} for one, other in zip(*padded, strict=True)]
            row["facts"] = row.get("facts", "").split("\n")
            yield number, {name: value for name, value in row.items() if name not in {"document", "quote"}}


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    return {ALIASES.get(fold(name).strip(), name): value for name, value in row.items()}


def _entry(row: Mapping[str, Any]) -> GoldEntry:
    language = _text(row, "language")
    return GoldEntry(
        text=_text(row, "question"),
        language=_member(Language, "language", language) if language else None,
        audience=_member(Audience, "audience", _text(row, "audience") or Audience.PUBLIC),
        answerable=_flag(row, "answerable"),
        sources=_sources(row),
        facts=tuple(fact for each in _texts(row.get("facts")) if (fact := each.strip())),
        note=_text(row, "note"),
        enabled=_flag(row, "enabled"),
    )


def _sources(row: Mapping[str, Any]) -> tuple[GoldSource, ...]:
    raw = row.get("sources")
    if raw is None:  # one document as a field of its own
        raw = [{"document": row.get("document"), "quote": row.get("quote")}]
    if not isinstance(raw, list) or not all(isinstance(each, dict) for each in raw):
        raise InvalidInput("«sources» must be a list of objects with «document» and «quote».")
    found = (GoldSource(_text(each, "document"), _text(each, "quote")) for each in raw)
    return tuple(source for source in found if source != GoldSource())


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"«{name}» must be a text.")
    return value.strip()


def _texts(value: Any) -> Sequence[str]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise InvalidInput("«facts» must be a list of texts.")
    return value


def _flag(row: Mapping[str, Any], name: str) -> bool:
    value = row.get(name)
    if value is None or isinstance(value, bool):
        return value is not False
    said = str(value).strip().lower()
    if said not in TRUE | FALSE:
        raise InvalidInput(f"«{name}» is {value!r}; write true or false.")
    return said in TRUE


def _member(kind: type[Choice], name: str, value: str) -> Choice:
    try:
        return kind(value.lower())
    except ValueError:
        raise InvalidInput(f"«{name}» is {value!r}; write one of {', '.join(kind)}.") from None


def _fields(entry: GoldEntry) -> dict[str, Any]:
    return {
        "question": entry.text,
        "language": entry.language,
        "audience": entry.audience,
        "answerable": entry.answerable,
        "facts": list(entry.facts),
        "sources": [{"document": source.document, "quote": source.quote} for source in entry.sources],
        "note": entry.note,
        "enabled": entry.enabled,
    }


def _cells(entry: GoldEntry) -> dict[str, str]:
    """Blanks stand for line breaks inside a fact or a quote: comparing takes no notice of either."""
    return {
        "question": entry.text,
        "answerable": str(entry.answerable).lower(),
        "facts": "\n".join(" ".join(fact.split()) for fact in entry.facts),
        "document": "\n".join(source.document for source in entry.sources),
        "quote": "\n".join(" ".join(source.quote.split()) for source in entry.sources),
        "audience": entry.audience.value,
        "language": entry.language.value if entry.language else "",
        "note": entry.note,
        "enabled": str(entry.enabled).lower(),
    }
