"""PPTX: a slide is a page with its title as heading; text, tables, groups and speaker notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import pptx
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER

from core.types import DocumentKind
from ingest.cleaning import clean_line
from ingest.parsed import Block, BlockKind, ParsedDocument
from ingest.parsing import Source
from ingest.parsing.tables import CONTINUED, read_table, table_blocks

_NOTES: Final = "备注 / Notes: "
"""Marks what the speaker says and the slide doesn't show."""

_FURNITURE: Final = frozenset(
    {PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.HEADER}
)
_TITLES: Final = frozenset({PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE})
_DEEPEST: Final = 20
_BROKEN: Final = (AttributeError, KeyError, IndexError, TypeError, ValueError)
"""What python-pptx raises on a slide whose parts are missing or wrong."""


def parse(source: Source) -> ParsedDocument:
    """Read all slides. A slide that fails is a warning; hidden slides are skipped with one."""
    presentation = pptx.Presentation(str(source.path))
    blocks: list[Block] = []
    warnings: list[str] = []
    for number, slide in enumerate(presentation.slides, start=1):
        if slide._element.get("show") in {"0", "false"}:
            warnings.append(f"隐藏的幻灯片已忽略 / hidden slide was ignored: {number}")
            continue
        try:
            blocks += _slide_blocks(slide, number)
        except _BROKEN as error:
            warnings.append(f"第 {number} 页无法读取 / slide {number} couldn't be read ({type(error).__name__})")
    title = next((block.text for block in blocks if block.kind is BlockKind.HEADING), None)
    return ParsedDocument(kind=DocumentKind.TEXT, blocks=tuple(blocks), title=title, warnings=tuple(warnings))


def _slide_blocks(slide: Any, number: int) -> list[Block]:
    shapes = list(_flat(slide.shapes))
    blocks = [block for shape in shapes for block in _shape_blocks(shape, number)]
    headings = [block for block in blocks if block.kind is BlockKind.HEADING]
    rest = [block for block in blocks if block.kind is not BlockKind.HEADING]
    return [*headings, *rest, *_notes(slide, number)]


def _flat(shapes: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    """All shapes in drawing order, those of groups in place of the group."""
    for shape in shapes:
        if shape.shape_type == MSO_SHAPE_TYPE.GROUP and depth < _DEEPEST:
            yield from _flat(shape.shapes, depth + 1)
        else:
            yield shape


def _shape_blocks(shape: Any, page: int) -> Iterator[Block]:
    kind = shape.placeholder_format.type if shape.is_placeholder else None
    if kind in _FURNITURE:
        return
    if getattr(shape, "has_table", False):
        yield from table_blocks(read_table(_grid(shape.table), header_rows=int(shape.table.first_row) or None), page)
    elif shape.has_text_frame:
        if kind in _TITLES:
            title = clean_line(shape.text_frame.text)
            if title:
                yield Block(BlockKind.HEADING, title, page, level=1)
        else:
            yield from _paragraphs(shape.text_frame, page)


def _paragraphs(frame: Any, page: int) -> Iterator[Block]:
    texts = [paragraph.text.replace("\x0b", "\n").strip() for paragraph in frame.paragraphs]
    filled = [text for text in texts if text]
    # Several paragraphs in one box are the points of a slide; a single one is a sentence or a label.
    kind = BlockKind.LIST_ITEM if len(filled) > 1 else BlockKind.PARAGRAPH
    for text in filled:
        yield Block(kind, text, page)


def _grid(table: Any) -> list[list[str]]:
    grid: list[list[str]] = []
    for row in table.rows:
        cells: list[str] = []
        for cell in row.cells:
            if cell.is_spanned and cells and cell._tc.get("hMerge"):
                cells.append(CONTINUED)
            elif cell.is_spanned and grid and len(cells) < len(grid[-1]):
                cells.append(grid[-1][len(cells)])
            else:
                cells.append(clean_line(cell.text_frame.text))
        grid.append(cells)
    return grid


def _notes(slide: Any, page: int) -> Iterator[Block]:
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        text = slide.notes_slide.notes_text_frame.text.replace("\x0b", "\n").strip()
        if text:
            yield Block(BlockKind.PARAGRAPH, _NOTES + text, page)
