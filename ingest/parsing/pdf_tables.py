"""Tables on a PDF page: lines whose cells stand below each other become rows with their column names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.parsed import Block
from ingest.parsing.pdf_lines import Cell, Line
from ingest.parsing.tables import read_table, table_blocks

_ALIGNED: Final = 1.2
"""In font sizes. How far from its column's edge a cell may begin or end."""

_WRAPPED: Final = 2.2
"""In font sizes. How far below the line before a line of the same row may stand."""

_EDGE: Final = 0.4
"""In font sizes. How exactly what was drawn must begin at its column's left edge, where gaps are too small to tell."""

_FEWEST_ROWS: Final = 2

_LOOKED_AT: Final = 3
"""Lines at the start of a table that are asked for its columns."""


@dataclass(frozen=True, slots=True)
class PdfTable:
    """Rows of cells, the first one usually the header, and how many lines of the page they take."""

    rows: tuple[tuple[str, ...], ...]
    lines: int

    def blocks(self, page: int) -> Iterator[Block]:
        """One block a row: «name: value；name: value»."""
        return table_blocks(read_table(self.rows), page)


def table_at(lines: Sequence[Line]) -> PdfTable | None:
    """The table that begins with the first of these lines, if one does.

    A line whose cells don't fit the columns ends the table; a line of one cell below a column goes on
    with the row above. The first row must look like a header. What can't be told for certain is no
    table: its lines stay as they are, which loses the column names but mixes nothing up.
    """
    columns = _columns(lines)
    rows: list[list[str]] = []
    top: Line | None = None
    last: Line | None = None
    taken = 0
    for line in lines:
        if not columns:
            break
        below = last is None or line.y < last.y
        row = _placed(line, columns) if below and (line.row or not rows) else None
        if row is not None:
            rows.append(row)
            top = line
        elif line.row or top is None or last is None or not _goes_on(rows[-1], line, top, last, columns):
            break
        last = line
        taken += 1
    if len(rows) < _FEWEST_ROWS or not _is_header(rows[0], bold=lines[0].bold and not lines[1].bold):
        return None
    return PdfTable(tuple(map(tuple, rows)), taken)


def _columns(lines: Sequence[Line]) -> Sequence[Cell]:
    """The cells of the line that has most, among the first ones: a header's names may stand too close to be told."""
    widest = max(lines[:_LOOKED_AT], key=lambda line: len(line.cells), default=None)
    return widest.cells if widest is not None and widest.row else ()


def _is_header(row: Sequence[str], *, bold: bool) -> bool:
    """Every column has a name, and the first isn't a code or a number, unless print says that it is a name."""
    return all(row) and (bold or not any(mark.isdigit() for mark in row[0]))


def _placed(line: Line, columns: Sequence[Cell]) -> list[str] | None:
    """The line's cells by column; `None` if one fits no column or two fit the same."""
    row = [""] * len(columns)
    for cell in line.cells:
        at = _column(cell, columns, line.size)
        if at is None or row[at]:
            return _by_left_edges(line, columns)
        row[at] = cell.text
    return row if len(line.cells) == len(columns) else _by_left_edges(line, columns) or row


def _by_left_edges(line: Line, columns: Sequence[Cell]) -> list[str] | None:
    """Cells told by where what was drawn begins; `None` unless every column's edge is met."""
    row = [""] * len(columns)
    at = -1
    for piece in line.pieces:
        if at + 1 < len(columns) and abs(piece.x - columns[at + 1].x) <= _EDGE * line.size:
            at += 1
        if at < 0:
            return None
        glue = " " if row[at] and row[at][-1].isascii() and piece.text[:1].isascii() else ""
        row[at] += glue + piece.text
    return row if at == len(columns) - 1 else None


def _column(cell: Cell, columns: Sequence[Cell], size: float) -> int | None:
    """The column whose left edge, right edge or middle the cell shares, the nearest one if several do."""
    distances = [
        min(abs(cell.x - column.x), abs(cell.right - column.right), abs(_middle(cell) - _middle(column)))
        for column in columns
    ]
    nearest = min(range(len(columns)), key=distances.__getitem__)
    return nearest if distances[nearest] <= _ALIGNED * size else None


def _middle(cell: Cell) -> float:
    return (cell.x + cell.right) / 2


def _goes_on(row: list[str], line: Line, top: Line, last: Line, columns: Sequence[Cell]) -> bool:
    """Whether a line of one cell belongs to the row above it; if so, its text is added there.

    `top` is the row's first line and `last` the one before. A cell that follows a wrapped one begins at the
    row's top again.
    """
    at = _column(line.cells[0], columns, line.size)
    if not at:  # text below the first column is more likely the next paragraph
        return False
    fits = 0 < last.y - line.y <= _WRAPPED * line.size if row[at] else abs(line.y - top.y) <= line.size
    if fits:
        glue = " " if row[at] and row[at][-1].isascii() and line.text[0].isascii() else ""
        row[at] += glue + line.text
    return fits
