"""PDF: the text layer by page, with lines joined to paragraphs and headings told by number and print."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError

from core.text import HAN
from core.types import DocumentKind
from ingest.cleaning import clean_line, hidden_text_warning
from ingest.parsed import Block, BlockKind, ParsedDocument
from ingest.parsing import Source
from ingest.parsing.furniture import page_furniture
from ingest.parsing.headings import heading_level, looks_like_label
from ingest.parsing.lines import is_rule, join, starts_item, without_leaders
from ingest.parsing.pdf_lines import Cell, Line, PageText, PieceCollector, width
from ingest.parsing.pdf_tables import table_at
from ingest.reasons import Reason, refusal

_LARGER: Final = 1.12
"""Times the body's size from which print stands out. Word's smallest heading is 13 points to 11."""

_LOOSE: Final = 1.45
"""Times the usual distance of lines from which a gap ends a paragraph."""

_ROOM: Final = 2.5
"""Font sizes. So much more room than the next word needs at the end of a line, and its author ended it."""

_MAX_LEVEL: Final = 4

_NO_TITLE: Final = re.compile(r"untitled|anonymous|\.\w{2,4}$|^microsoft |无标题|未命名| - ", re.IGNORECASE)
"""What programs write in place of a title: their own name, a file's name, or nothing meant."""

_SINGLE_NUMBER: Final = re.compile(rf"\d{{1,2}}(?:[.、．]|\s)\s*(?=[{HAN}A-Z]{{1}}[^\d])")
_LONGEST_NUMBERED: Final = 30
_APART: Final = 1.4
"""Times the usual distance of lines. Books set at least half a line above a heading."""

_LATIN_WORD: Final = re.compile(r"[!-~À-ɏ]+")

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings about broken files have no reader here


@dataclass(frozen=True, slots=True)
class _Look:
    """How a document's body is set, to tell what stands out from it."""

    body: float
    sizes: tuple[float, ...]
    """Sizes above the body's, largest first."""
    bold_body: bool


def parse(source: Source) -> ParsedDocument:
    """Read all pages. A page that fails is a warning; a file without any text is refused."""
    reader = _open(source)
    warnings: list[str] = []
    pages: list[PageText] = []
    for number in range(1, len(reader.pages) + 1):
        pages.append(_page(reader, number, warnings))
    if not any(page.lines for page in pages):
        raise refusal(Reason.DAMAGED if len(warnings) == len(pages) else Reason.NO_TEXT_LAYER)
    empty = [str(number) for number, page in enumerate(pages, start=1) if not page.lines]
    if empty:
        warnings.append(f"以下页没有文字层 / pages without a text layer: {', '.join(empty[:20])}")
    warnings += [hidden_text_warning(page.hidden[:80]) for page in pages if page.hidden]
    return ParsedDocument(
        kind=DocumentKind.TEXT, blocks=tuple(_blocks(pages)), title=_title(reader), warnings=tuple(warnings)
    )


def _open(source: Source) -> PdfReader:
    try:
        reader = PdfReader(source.path, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise refusal(Reason.ENCRYPTED)
        if not len(reader.pages):
            raise refusal(Reason.NO_TEXT)
    except DependencyError as error:
        raise refusal(Reason.CIPHER_MISSING) from error
    except FileNotDecryptedError as error:
        raise refusal(Reason.ENCRYPTED) from error
    return reader


def _page(reader: PdfReader, number: int, warnings: list[str]) -> PageText:
    collector = PieceCollector()
    try:
        page: PageObject = reader.pages[number - 1]
        page.extract_text(visitor_text=collector)
        return collector.page()
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - broken pages raise anything; the other pages are still of use
        warnings.append(f"第 {number} 页无法读取 / page {number} couldn't be read ({type(error).__name__})")
        return PageText((), "")


def _title(reader: PdfReader) -> str | None:
    """The title in the file's properties, where it is one: many programs write a file name or nothing there."""
    try:
        title = reader.metadata.title if reader.metadata else None
    except Exception:  # noqa: BLE001 - as above; a document does without a title
        return None
    if not isinstance(title, str) or _NO_TITLE.search(title):
        return None
    return title if looks_like_label(title) else None


def _blocks(pages: Sequence[PageText]) -> Iterator[Block]:
    furniture = page_furniture([[line.text for line in page.lines] for page in pages])
    body_pages = [
        [
            replace(
                line,
                text=clean_line(without_leaders(line.text)),
                cells=_clean_cells(line.cells),
                pieces=_clean_cells(line.pieces),
            )
            for at, line in enumerate(page.lines)
            if at not in dropped
        ]
        for page, dropped in zip(pages, furniture, strict=True)
    ]
    look = _look([line for lines in body_pages for line in lines])
    for number, lines in enumerate(body_pages, start=1):
        yield from _page_blocks([line for line in lines if line.text], number, look)


def _clean_cells(cells: Sequence[Cell]) -> list[Cell]:
    return [replace(cell, text=clean_line(cell.text)) for cell in cells]


def _look(lines: Sequence[Line]) -> _Look:
    weights: Counter[float] = Counter()
    bold = letters = 0
    for line in lines:
        weights[_rounded(line.size)] += len(line.text)
        bold += len(line.text) * line.bold
        letters += len(line.text)
    body = max(weights, key=lambda size: weights[size], default=10.0)
    larger = sorted({size for size in weights if size >= body * _LARGER}, reverse=True)
    return _Look(body, tuple(larger), bold > letters / 2)


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _level(line: Line, look: _Look) -> int:
    """The level of a heading, 0 for the rest. Numbering says it best, then size, then weight."""
    if line.row or (starts_item(line.text) and not heading_level(line.text)):
        return 0
    numbered = heading_level(line.text)
    if numbered:
        return min(numbered, _MAX_LEVEL)
    if not looks_like_label(line.text):
        return 0
    size = _rounded(line.size)
    if size in look.sizes:
        return min(look.sizes.index(size) + 1, _MAX_LEVEL)
    stands_out = line.bold and not look.bold_body and size >= look.body
    return min(len(look.sizes) + 1, _MAX_LEVEL) if stands_out else 0


def _apart_level(line: Line, above: Line | None, pitch: float) -> int:
    """«3 配送范围» is a heading where room above sets it apart; in a list all lines are equally far."""
    if above is None or not pitch or above.y - line.y < _APART * pitch or len(line.text) > _LONGEST_NUMBERED:
        return 0
    return int(bool(_SINGLE_NUMBER.match(line.text)) and looks_like_label(line.text))


def _page_blocks(lines: Sequence[Line], page: int, look: _Look) -> Iterator[Block]:
    pitch = _pitch(lines)
    right = max((line.right for line in lines), default=0.0)
    open_lines: list[Line] = []
    above: Line | None = None
    table_ends = 0
    for number, line in enumerate(lines):
        if number < table_ends:
            above = line
            continue
        table = table_at(lines[number:]) if line.row else None
        if table is not None:
            if open_lines:
                yield _paragraph(open_lines, page)
                open_lines = []
            yield from table.blocks(page)
            table_ends, above = number + table.lines, line
            continue
        ruled = is_rule(line.text)
        level = 0 if ruled else _level(line, look) or _apart_level(line, above, pitch)
        above = line
        if open_lines and (level or ruled or _ends(open_lines, line, pitch, right)):
            yield _paragraph(open_lines, page)
            open_lines = []
        if level:
            yield Block(BlockKind.HEADING, line.text, page, level)
        elif not ruled:
            open_lines.append(line)
    if open_lines:
        yield _paragraph(open_lines, page)


def _pitch(lines: Sequence[Line]) -> float:
    """The usual distance of two lines below each other."""
    steps = [above.y - below.y for above, below in pairwise(lines)]
    down = sorted(step for step in steps if step > 1)
    return down[len(down) // 2] if down else 0.0


def _ends(paragraph: Sequence[Line], line: Line, pitch: float, right: float) -> bool:
    """Whether a paragraph is over before this line."""
    last = paragraph[-1]
    step = last.y - line.y
    if last.row or line.row or starts_item(line.text) or abs(last.size - line.size) > 0.15 * last.size:
        return True
    if step <= 0 or (pitch and step > _LOOSE * max(pitch, line.size)):
        return True
    if len(paragraph) > 1 and line.x > last.x + 0.8 * line.size:
        return True  # a first line that is set in
    if line.text[0].islower():
        return False
    room = right - last.right
    return room > line.size * (_ROOM + width(_first_word(line.text)))


def _first_word(text: str) -> str:
    """What could have moved up to the line before: a Latin word, or one Chinese character."""
    word = _LATIN_WORD.match(text)
    return word.group() if word else text[:1]


def _paragraph(lines: Sequence[Line], page: int) -> Block:
    kind = BlockKind.LIST_ITEM if starts_item(lines[0].text) else BlockKind.PARAGRAPH
    return Block(kind, join(line.text for line in lines), page)
