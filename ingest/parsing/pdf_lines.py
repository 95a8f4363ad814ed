"""From the pieces of text that a PDF page draws to the lines that a reader sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import hypot
from typing import Any, Final

from core.text import HAN
from ingest.encoding import commonness

_SAME_BASELINE: Final = 0.6
"""In font sizes. A superscript like «[1]» stands half a size higher and still belongs to its line."""

_CELL_GAP: Final = 1.5
"""In font sizes. No blank between words is this wide; the blank between two cells of a table is."""

_BACKWARD: Final = 0.6
"""In font sizes. How far a piece may begin before the estimated end of the last one."""

_TINY: Final = 1.0
"""Points. Nobody can read print of this size, so it wasn't meant for readers."""

_NARROW: Final = frozenset("iljtfrI.,:;'|!()[]/ -")
_BROAD: Final = frozenset("mwMW@%—…&")

_BOLD: Final = re.compile(r"bold|black|heavy|simhei|黑体|黑體", re.IGNORECASE)
_HAN: Final = re.compile(f"[{HAN}]")
_WIDE: Final = re.compile(rf"[{HAN}\u3000-\u30ff\uff00-\uffef]")
_SPACED: Final = re.compile(rf"(?<=[{HAN}\u3000-\u303f\uff00-\uffef]) (?=[{HAN}\u3000-\u303f\uff00-\uffef])")
_MOJIBAKE: Final = re.compile("[\u0080-\u00ff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that is drawn in one go. Positions are in points from the lower left corner of the page."""

    text: str
    x: float
    y: float
    size: float
    bold: bool

    @property
    def right(self) -> float:
        """Where it ends, estimated: pypdf tells no widths."""
        return self.x + self.size * width(self.text.rstrip())


@dataclass(slots=True)
class Cell:
    """A stretch of a line without a gap as wide as between the cells of a table."""

    text: str
    x: float
    right: float


@dataclass(slots=True)
class Line:
    """One line of print, and how it looks."""

    text: str
    x: float
    y: float
    right: float
    size: float
    bold: bool
    cells: list[Cell]
    """In reading order; more than one when the line may be a table's row."""
    pieces: list[Cell]
    """What was drawn in one go each, without regard to gaps."""

    @property
    def row(self) -> bool:
        """It has a gap as wide as between the cells of a table."""
        return len(self.cells) > 1


@dataclass(frozen=True, slots=True)
class PageText:
    """The lines of a page, and the text on it that is too small to be read."""

    lines: tuple[Line, ...]
    hidden: str


def width(text: str) -> float:
    """How broad a text is in font sizes, by the usual breadth of its characters."""
    return sum(_breadth(mark) for mark in text)


def _breadth(mark: str) -> float:
    if _WIDE.match(mark):
        return 1.0
    if mark in _NARROW:
        return 0.29
    if mark in _BROAD:
        return 0.85
    return 0.66 if mark.isupper() else 0.51


class PieceCollector:
    """The visitor that pypdf calls for each piece of text."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []

    def __call__(self, text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        if not text:
            return
        if not text.strip("\n\0 ") and "\n" in text:
            self._pieces.append(Piece("\n", 0, 0, 0, False))
            return
        scale = hypot(tm[2], tm[3]) * hypot(cm[2], cm[3])
        self._pieces.append(
            Piece(
                text=text.replace("\0", " "),
                x=tm[4] * cm[0] + tm[5] * cm[2] + cm[4],
                y=tm[4] * cm[1] + tm[5] * cm[3] + cm[5],
                size=abs(size * scale) or 1.0,
                bold=bool(_BOLD.search(str(_base_font(font)))),
            )
        )

    def page(self) -> PageText:
        """All that was collected, as lines in reading order."""
        pieces = _mend_mojibake(self._pieces)
        visible = [piece for piece in pieces if piece.text == "\n" or piece.size > _TINY]
        hidden = " ".join(piece.text.strip() for piece in pieces if piece.text != "\n" and piece.size <= _TINY)
        return PageText(tuple(_lines(visible)), hidden.strip())


def _base_font(font: Any) -> object:
    return font.get("/BaseFont", "") if font else ""


def _lines(pieces: Sequence[Piece]) -> list[Line]:
    lines: list[Line] = []
    broken = True
    for piece in pieces:
        content, newline, rest = piece.text.partition("\n")
        if content.strip():
            if lines and (not broken or _continues(lines[-1], piece)):
                _append(lines[-1], piece, content, after_break=broken)
            else:
                lines.append(_line(content.strip(), piece))
            broken = False
        elif content and lines and (not broken or _continues(lines[-1], piece)):
            lines[-1].text += " "
        broken = broken or bool(newline)
        # pypdf breaks pieces at line ends; should one hold more lines, their positions are unknown.
        lines.extend(_line(text.strip(), piece) for text in rest.split("\n") if text.strip())
    return [_tidy(line) for line in lines]


def _line(text: str, piece: Piece) -> Line:
    drawn = Cell(text, piece.x, piece.right)
    return Line(text, piece.x, piece.y, piece.right, piece.size, piece.bold, [drawn], [replace(drawn)])


def _continues(line: Line, piece: Piece) -> bool:
    """Whether a piece after a break still stands on the line: pypdf breaks at each change of font."""
    size = max(line.size, piece.size)
    return abs(piece.y - line.y) < _SAME_BASELINE * size and piece.x > line.right - _BACKWARD * size


def _append(line: Line, piece: Piece, content: str, *, after_break: bool) -> None:
    gap = piece.x - line.right
    cell = gap > _CELL_GAP * max(line.size, piece.size)
    blank = " " if cell or (after_break and _needs_blank(line.text, content)) else ""
    if cell:
        line.cells.append(Cell(content, piece.x, piece.right))
    else:
        line.cells[-1].text += blank + content
        line.cells[-1].right = max(line.cells[-1].right, piece.right)
    line.pieces.append(Cell(content, piece.x, piece.right))
    line.text += blank
    if _letters(content) > _letters(line.text):
        line.size, line.y, line.bold = piece.size, piece.y, piece.bold
    line.text += content
    line.right = max(line.right, piece.right)


def _needs_blank(before: str, after: str) -> bool:
    return not (_WIDE.match(before[-1]) or _WIDE.match(after[0]) or before[-1] in "([ " or after[0] in ")],.;: ")


def _letters(text: str) -> int:
    return sum(not mark.isspace() for mark in text)


def _tidy(line: Line) -> Line:
    line.text = _unspaced(line.text)
    for cell in (*line.cells, *line.pieces):
        cell.text = _unspaced(cell.text)
    return line


def _unspaced(text: str) -> str:
    """Remove the blanks of text that is set with a blank after every character."""
    text = " ".join(text.split())
    han = len(_HAN.findall(text))
    return _SPACED.sub("", text) if han >= 3 and len(_SPACED.findall(text)) >= 0.7 * (han - 1) else text


def _mend_mojibake(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Read Chinese that was taken for Western: old PDF files name a Chinese font and no encoding."""
    western = "".join(piece.text for piece in pieces if _MOJIBAKE.search(piece.text))
    if not western or _HAN.search(western):
        return pieces
    sample = _western_bytes(western)
    for encoding in ("gb18030", "big5hkscs"):
        if commonness(sample, encoding) > 0.4:
            return [_reread(piece, encoding) for piece in pieces]
    return pieces


def _reread(piece: Piece, encoding: str) -> Piece:
    if piece.text == "\n":
        return piece
    text = _western_bytes(piece.text).decode(encoding, errors="replace")
    return Piece(text, piece.x, piece.y, piece.size, piece.bold)


def _western_bytes(text: str) -> bytes:
    return b"".join(_western_byte(mark) for mark in text)


def _western_byte(mark: str) -> bytes:
    for encoding in ("latin-1", "cp1252"):
        try:
            return mark.encode(encoding)
        except UnicodeEncodeError:
            continue
    return b"?"


Visitor = Callable[[str, Sequence[float], Sequence[float], Any, float], None]
"""What `PageObject.extract_text` calls as `visitor_text`."""
