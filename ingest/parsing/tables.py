"""Tables of every format to rows in words: each row keeps its column names, so that it means something alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.text import HAN
from ingest.parsed import Block, BlockKind

Row = tuple[str, ...]

CONTINUED: Final = "\ue000"
"""Stands in a cell that its left neighbour is merged with. A private-use character, which no clean text holds."""

_LONGEST_NAME: Final = 40
"""Characters of a column name. Longer ones are sentences, so the row isn't a header."""

_MAX_HEADER_ROWS: Final = 3

_HAN: Final = re.compile(f"[{HAN}]")
_NUMBER: Final = re.compile(r"[-+¥$€£￥]?\s*\d[\d,.]*\s*(?:%|元|万|件|台|天|年|月|日)?|\d{4}[-/.年]\d{1,2}.*")


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its header found. `header` is empty when it has none; a row of one cell spans the table."""

    captions: tuple[str, ...]
    """Rows above the header that are one text, like a title."""
    header: Row
    rows: tuple[Row, ...]


def read_table(rows: Sequence[Sequence[str]], *, header_rows: int | None = None) -> Table:
    """Find captions and header.

    Cells merged downwards are expected to repeat their value, cells merged to the right to be `CONTINUED`.
    `header_rows` is what the format itself says (0 = none); `None` lets the looks decide.
    """
    grid = _trim([tuple(" ".join(cell.split()) for cell in row) for row in rows])
    captions: list[str] = []
    while len(grid) > 1 and len(grid[0]) > 1 and len(_filled(grid[0])) == 1:
        captions.append(_filled(grid.pop(0))[0])
    if not grid:
        return Table(tuple(captions), (), ())
    count = _count_header_rows(grid) if header_rows is None else min(header_rows, len(grid))
    count = _with_second_row(grid, count)
    header = _joined_header(grid[:count], len(grid[0]))
    return Table(tuple(captions), header, tuple(map(_body_row, grid[count:])))


def without_marks(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows with merged places empty, for readers to whom merging means nothing."""
    return [["" if cell == CONTINUED else cell for cell in row] for row in rows]


def table_blocks(table: Table, page: int | None = None) -> Iterator[Block]:
    """Captions as paragraphs, each row as «name: value；name: value»."""
    for caption in table.captions:
        yield Block(BlockKind.PARAGRAPH, caption, page)
    if table.header and not table.rows:
        yield Block(BlockKind.ROW, _separator(table.header).join(filter(None, table.header)), page)
    for row in table.rows:
        if len(row) == 1:
            yield Block(BlockKind.PARAGRAPH, row[0], page)
        elif text := row_text(table.header, row):
            yield Block(BlockKind.ROW, text, page)


def row_text(header: Sequence[str], row: Sequence[str]) -> str:
    """One row in words. Without column names, two cells are taken for a name and its value."""
    if not header:
        cells = [cell for cell in row if cell]
        if len(row) == 2 and len(cells) == 2:
            return f"{cells[0].rstrip(':：')}: {cells[1]}"
        return _separator(cells).join(cells)
    parts = [
        f"{name}: {cell}" if name and name != cell else cell for name, cell in zip(header, row, strict=True) if cell
    ]
    return _separator(header).join(parts)


def is_header(row: Row) -> bool:
    """Whether a row looks like column names: short texts, mostly filled, no numbers."""
    filled = _filled(row)
    return (
        len(filled) >= 2
        and row.count("") <= max(1, 0.2 * len(row))
        and all(len(cell) <= _LONGEST_NAME for cell in filled)
        and not any(_NUMBER.fullmatch(cell) for cell in filled)
    )


def _count_header_rows(grid: Sequence[Row]) -> int:
    if len(grid) < 2 or len(grid[0]) < 2 or not is_header(grid[0]):
        return 0
    if len(grid[0]) == 2 and all(row[0].endswith((":", "：")) for row in grid if row[0]):
        return 0  # a form: its names stand at the side
    return 0 if _is_form_row(grid[0]) else 1


def _is_form_row(row: Row) -> bool:
    """«姓名 | | 性别 | »: names with room beside them, or the same name twice, are a form to fill in."""
    filled = _filled(row)
    return len(set(filled)) < len(filled)


def _with_second_row(grid: Sequence[Row], count: int) -> int:
    """Merged names in the header group columns; the rows below tell these apart."""
    while 0 < count < min(_MAX_HEADER_ROWS, len(grid) - 1) and _subdivides(grid[count], grid[count - 1]):
        count += 1
    return count


def _subdivides(row: Row, above: Row) -> bool:
    """Whether a row names the parts of the merged names above it, and nothing where nothing is merged."""
    grouped = {at for at, cell in enumerate(above) if cell == CONTINUED}
    grouped |= {at - 1 for at in grouped}
    apart = [at for at in range(len(row)) if at not in grouped]
    return bool(grouped) and is_header(row) and all(row[at] in {"", above[at]} for at in apart)


def _joined_header(rows: Sequence[Row], width: int) -> Row:
    if not rows:
        return ()
    filled = [_spread(row) for row in rows]
    return tuple(" ".join(dict.fromkeys(row[column] for row in filled if row[column])) for column in range(width))


def _spread(row: Row) -> Row:
    """The row with each merged place holding what it is merged with."""
    spread: list[str] = []
    for cell in row:
        spread.append((spread[-1] if spread else "") if cell == CONTINUED else cell)
    return tuple(spread)


def _body_row(row: Row) -> Row:
    if row[0] and len(row) > 1 and all(cell == CONTINUED for cell in row[1:]):
        return (row[0],)
    return tuple("" if cell == CONTINUED else cell for cell in row)


def _trim(rows: Sequence[Row]) -> list[Row]:
    """Without empty rows and columns, all rows equally long."""
    width = max(map(len, rows), default=0)
    full = [(*row, *[""] * (width - len(row))) for row in rows if _filled(row)]
    used = [column for column in range(width) if any(row[column] not in {"", CONTINUED} for row in full)]
    return [tuple(row[column] for column in used) for row in full]


def _filled(row: Sequence[str]) -> list[str]:
    return [cell for cell in row if cell not in {"", CONTINUED}]


def _separator(names: Sequence[str]) -> str:
    return "；" if any(_HAN.search(name) for name in names) else "; "
