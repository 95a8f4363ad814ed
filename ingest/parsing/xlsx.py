"""XLSX: a sheet is a page with its name as heading; each row keeps its column names. Or Q&A pairs, or tickets."""

from __future__ import annotations

import warnings as python_warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import openpyxl

from core.types import DocumentKind
from ingest.cleaning import hidden_text_warning
from ingest.parsed import Block, BlockKind, ParsedDocument
from ingest.parsing import Source
from ingest.parsing.pairs import Columns, document_of, find_columns
from ingest.parsing.tables import CONTINUED, read_table, table_blocks, without_marks
from ingest.reasons import Reason, refusal

_SEARCHED_ROWS: Final = 10
_WIDEST: Final = 500
"""Columns that are read. Wider sheets hold figures for machines, not text."""

_LARGEST_MERGE: Final = 2_000
"""Cells of one merged range that are filled; a sheet that is merged as a whole would be all one text."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    number: int
    name: str
    rows: list[list[str]]


def parse(source: Source) -> ParsedDocument:
    """Read the values as last computed, not the formulas; hidden sheets, rows and columns are skipped and told."""
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore")  # about features of Excel that text doesn't need
        # As an open file: given a path, openpyxl looks at its ending, and stored files have none.
        with source.path.open("rb") as file:
            workbook = openpyxl.load_workbook(file, data_only=True, keep_links=False)
    warnings: list[str] = []
    sheets: list[_Sheet] = []
    for number, sheet in enumerate(workbook.worksheets, start=1):
        if sheet.sheet_state != "visible":
            warnings.append(hidden_text_warning(f"工作表 / sheet {sheet.title!r}"))
        else:
            sheets.append(_Sheet(number, sheet.title, _rows(sheet, warnings)))
    document = _pairs(sheets, source.kind, warnings)
    if document is not None:
        return document
    blocks = tuple(block for sheet in sheets for block in _blocks(sheet))
    return ParsedDocument(kind=DocumentKind.TEXT, blocks=blocks, warnings=tuple(warnings))


def _pairs(sheets: Sequence[_Sheet], kind: DocumentKind | None, warnings: list[str]) -> ParsedDocument | None:
    tables: list[tuple[Columns, Sequence[Sequence[str]]]] = []
    others: list[str] = []
    for sheet in sheets:
        rows = without_marks(sheet.rows)
        found = [(columns, at) for at, row in enumerate(rows[:_SEARCHED_ROWS]) if (columns := find_columns(row, kind))]
        if found:
            columns, at = found[0]
            tables.append((columns, rows[at + 1 :]))
        elif sheet.rows:
            others.append(sheet.name)
    if not tables:
        if kind in {DocumentKind.QA, DocumentKind.TICKETS}:
            raise refusal(Reason.NOT_A_QA_TABLE)
        return None
    told = [f"没有问答列的工作表已忽略 / sheet without question and answer was ignored: {name!r}" for name in others]
    return document_of(tables, kind, [*warnings, *told])


def _blocks(sheet: _Sheet) -> Iterator[Block]:
    table = read_table(sheet.rows)
    if table.rows or table.header or table.captions:
        yield Block(BlockKind.HEADING, sheet.name, sheet.number, level=1)
    yield from table_blocks(table, sheet.number)


def _rows(sheet: Any, warnings: list[str]) -> list[list[str]]:
    """The filled part of a sheet, with merged cells filled and without what is hidden."""
    hidden_columns = {
        at for key, column in sheet.column_dimensions.items() if column.hidden for at in _span(column, key)
    }
    values: dict[int, dict[int, str]] = {}
    hidden_rows: set[int] = set()
    # `iter_rows` would create a cell for every place up to the last one: 17 billion in a hostile sheet.
    for (row, column), cell in sheet._cells.items():
        if cell.value is None or column > _WIDEST:
            continue
        if sheet.row_dimensions[row].hidden if row in sheet.row_dimensions else False:
            hidden_rows.add(row)
        elif column not in hidden_columns and (text := cell_text(cell.value, cell.number_format)):
            values.setdefault(row, {})[column] = text
    _fill_merged(sheet, values, hidden_rows, hidden_columns)
    _tell_hidden(sheet, hidden_rows, hidden_columns, warnings)
    width = max((max(row) for row in values.values()), default=0)
    return [[values[row].get(column, "") for column in range(1, width + 1)] for row in sorted(values)]


def _span(column: Any, key: str) -> range:
    first = column.min or openpyxl.utils.column_index_from_string(key)
    return range(first, min(column.max or first, _WIDEST) + 1)


def _fill_merged(
    sheet: Any, values: dict[int, dict[int, str]], hidden_rows: set[int], hidden_columns: set[int]
) -> None:
    for merged in sheet.merged_cells.ranges:
        rows, columns = merged.max_row - merged.min_row + 1, merged.max_col - merged.min_col + 1
        text = values.get(merged.min_row, {}).get(merged.min_col)
        if not text or rows * columns > _LARGEST_MERGE:
            continue
        for row in range(merged.min_row, merged.max_row + 1):
            # Rows that hold nothing but the merged cell stay empty: they'd only repeat it.
            if row not in hidden_rows and (row in values or row == merged.min_row):
                for column in range(merged.min_col, min(merged.max_col, _WIDEST) + 1):
                    if column not in hidden_columns:
                        values[row].setdefault(column, CONTINUED if column > merged.min_col else text)


def _tell_hidden(sheet: Any, rows: set[int], columns: set[int], warnings: list[str]) -> None:
    if rows:
        warnings.append(hidden_text_warning(f"{sheet.title!r}: {len(rows)} 行 / rows"))
    used = {column for (_, column), cell in sheet._cells.items() if cell.value is not None} & columns
    if used:
        warnings.append(hidden_text_warning(f"{sheet.title!r}: {len(used)} 列 / columns"))


def cell_text(value: object, number_format: str = "General") -> str:
    """A cell as a person reads it: dates without midnight, percentages as such, no binary rounding."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, int | float):
        return _number_text(value, number_format)
    return str(value).strip()


def _number_text(value: float, number_format: str) -> str:
    if "%" in number_format:
        return f"{value * 100:.10g}%"
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{value:.12g}"
