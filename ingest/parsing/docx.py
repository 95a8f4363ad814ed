"""DOCX: headings, paragraphs, lists, tables and text boxes in document order. Page headers and footers are skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import docx

from core.types import DocumentKind
from ingest.cleaning import clean_line, hidden_text_warning
from ingest.parsed import Block, BlockKind, ParsedDocument
from ingest.parsing import Source
from ingest.parsing.docx_numbering import Numbering, read_numbering
from ingest.parsing.headings import heading_level, looks_like_label
from ingest.parsing.tables import CONTINUED, read_table, table_blocks
from ingest.reasons import Reason, refusal

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX: Final = f"{_W}txbxContent"

_SKIPPED: Final = frozenset(
    {_FALLBACK, _BOX, *(f"{_W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText"))}
)
"""What isn't text of the paragraph: copies for old readers, boxes (read on their own), deleted text, settings."""

_HEADING_STYLE: Final = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_TITLE_STYLE: Final = re.compile(r"^(?:title|标题|標題)$", re.IGNORECASE)
_CONTENTS_STYLE: Final = re.compile(r"^(?:toc|目录|目錄)\s*\d", re.IGNORECASE)
_LIST_STYLE: Final = re.compile(r"list|列表|列出", re.IGNORECASE)
_MAX_LEVEL: Final = 6
_BOLD_LEVEL: Final = 5
"""Of a short bold paragraph without a style: below the headings that a person styled."""

_TINY_HALF_POINTS: Final = 4
"""Print of two points and less isn't meant to be read."""

_DEEPEST: Final = 40
"""Nested tables and boxes. No document for people nests so far; fuzzed ones do."""


@dataclass(frozen=True, slots=True)
class _Style:
    heading: int = 0
    title: bool = False
    is_list: bool = False
    contents: bool = False
    """A line of the table of contents, which says nothing that the headings don't."""
    list_id: str | None = None
    list_level: int = 0


@dataclass(slots=True)
class _Reader:
    """Walks the body once; the numbering counts along."""

    styles: dict[str, _Style]
    numbering: Numbering
    blocks: list[Block] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    title: str | None = None

    def body(self, element: Any, depth: int = 0) -> None:
        if depth > _DEEPEST:
            return
        for child in element:
            if child.tag == f"{_W}p":
                self._paragraph(child, depth)
            elif child.tag == f"{_W}tbl":
                self._table(child, depth)
            elif child.tag in {
                f"{_W}sdt",
                f"{_W}sdtContent",
                f"{_W}customXml",
                f"{_W}ins",
                f"{_W}moveTo",
                f"{_W}smartTag",
            }:
                self.body(child, depth + 1)

    def _paragraph(self, paragraph: Any, depth: int) -> None:
        text, bold = self._text(paragraph)
        settings = paragraph.find(f"{_W}pPr")
        style = self.styles.get(_value(settings, "pStyle") or "", _Style())
        if style.contents:
            return
        label = self._label(settings, style) if text else None
        if text:
            self.blocks.append(self._block(text, style, label, _outline(settings), bold))
            if style.title and self.title is None:
                self.title = text
        for box in _boxes(paragraph):
            self.body(box, depth + 1)

    def _block(self, text: str, style: _Style, label: str | None, outline: int, bold: bool) -> Block:
        level = outline or style.heading or (1 if style.title else 0)
        numbered = f"{label} {text}" if label else text
        if level and len(text) <= 200:
            return Block(BlockKind.HEADING, numbered, level=min(level, _MAX_LEVEL))
        if label is None and not style.is_list:
            guessed = heading_level(text) or (_BOLD_LEVEL if bold and looks_like_label(text) else 0)
            if guessed:
                return Block(BlockKind.HEADING, text, level=min(guessed, _MAX_LEVEL))
            return Block(BlockKind.PARAGRAPH, text)
        return Block(BlockKind.LIST_ITEM, numbered)

    def _label(self, settings: Any, style: _Style) -> str | None:
        own = settings.find(f"{_W}numPr") if settings is not None else None
        list_id = (_value(own, "numId") if own is not None else None) or style.list_id
        level = _value(own, "ilvl") if own is not None else None
        if list_id is None or list_id == "0":
            return None
        return self.numbering.label(list_id, int(level) if level and level.isdigit() else style.list_level)

    def _text(self, paragraph: Any) -> tuple[str, bool]:
        """The visible text, and whether all of it is bold."""
        parts: list[str] = []
        bold = True
        for run in _runs(paragraph):
            text = _run_text(run)
            settings = run.find(f"{_W}rPr")
            if text.strip() and _is_hidden(settings):
                self.hidden.append(clean_line(text))
                continue
            parts.append(text)
            bold = bold and (not text.strip() or _is_on(settings, "b"))
        joined = "".join(parts).strip()
        return joined, bold and bool(joined)

    def _table(self, table: Any, depth: int) -> None:
        grid: list[list[str]] = []
        above: list[str] = []
        nested: list[Any] = []
        for row in table.iter(f"{_W}tr"):
            if next(row.iterancestors(f"{_W}tbl")) is not table:
                continue
            above = self._row(row, above, nested)
            grid.append(above)
        if max(map(len, grid), default=0) <= 1:
            for row in table.iterchildren(f"{_W}tr"):
                for cell in row.iterchildren(f"{_W}tc"):
                    self.body(cell, depth + 1)  # one column lays out the page; its content is ordinary
            return
        self.blocks.extend(table_blocks(read_table(grid, header_rows=_header_rows(table))))
        for inner in nested:
            if depth < _DEEPEST:
                self._table(inner, depth + 1)

    def _row(self, row: Any, above: list[str], nested: list[Any]) -> list[str]:
        cells: list[str] = []
        for cell in row.iter(f"{_W}tc"):
            if next(cell.iterancestors(f"{_W}tr")) is not row:
                continue
            settings = cell.find(f"{_W}tcPr")
            merged = settings.find(f"{_W}vMerge") if settings is not None else None
            if merged is not None and merged.get(f"{_W}val", "continue") == "continue" and len(cells) < len(above):
                text = above[len(cells)]
            else:
                text = self._cell_text(cell, nested)
            span = _value(settings, "gridSpan") or "1"
            covered = min(int(span), 100) - 1 if span.isascii() and span.isdigit() else 0
            cells += [text, *[CONTINUED] * covered]
        return cells

    def _cell_text(self, cell: Any, nested: list[Any]) -> str:
        texts: list[str] = []
        for child in cell.iter(f"{_W}p"):
            if next(child.iterancestors(f"{_W}tc")) is cell:
                texts.append(self._text(child)[0])
        nested += [inner for inner in cell.iter(f"{_W}tbl") if next(inner.iterancestors(f"{_W}tc")) is cell]
        return " ".join(filter(None, texts))


def parse(source: Source) -> ParsedDocument:
    """Open with python-docx and walk the body's XML, which holds more than its paragraphs and tables."""
    try:
        document = docx.Document(str(source.path))
    except ValueError as error:  # a template or a file with macros, which python-docx refuses by its type
        raise refusal(Reason.UNSUPPORTED, "DOCM, DOTX") from error
    reader = _Reader(_read_styles(document), read_numbering(_numbering_root(document)))
    reader.body(document.element.body)
    title = reader.title or _property_title(document)
    warnings = tuple(hidden_text_warning(text[:80]) for text in reader.hidden[:10])
    return ParsedDocument(kind=DocumentKind.TEXT, blocks=tuple(reader.blocks), title=title, warnings=warnings)


def _numbering_root(document: Any) -> Any:
    for relation in document.part.rels.values():
        if relation.reltype.endswith("/numbering") and not relation.is_external:
            return getattr(relation.target_part, "element", None)
    return None


def _property_title(document: Any) -> str | None:
    try:
        title = clean_line(document.core_properties.title or "")
    except (KeyError, ValueError, AttributeError):
        return None  # the properties are damaged, the text may not be
    return title or None


def _read_styles(document: Any) -> dict[str, _Style]:
    elements = {
        style.get(f"{_W}styleId"): style
        for relation in document.part.rels.values()
        if relation.reltype.endswith("/styles") and not relation.is_external
        for style in getattr(relation.target_part, "element", ())
        if style.tag == f"{_W}style"
    }
    return {style_id: _style(style_id, elements) for style_id in elements if style_id}


def _style(style_id: str, elements: dict[str, Any]) -> _Style:
    """A style with what it inherits. The nearest statement holds."""
    heading, title, is_list, list_id, list_level = 0, False, False, None, 0
    seen: set[str] = set()
    at: str | None = style_id
    while at in elements and at not in seen:
        seen.add(at)
        name = _value(elements[at], "name") or ""
        settings = elements[at].find(f"{_W}pPr")
        named = _HEADING_STYLE.search(name)
        heading = heading or _outline(settings) or (int(named.group(1)) if named else 0)
        title = title or bool(_TITLE_STYLE.match(name))
        is_list = is_list or bool(_LIST_STYLE.search(name))
        numbers = settings.find(f"{_W}numPr") if settings is not None else None
        if list_id is None and numbers is not None:
            list_id = _value(numbers, "numId")
            level = _value(numbers, "ilvl") or ""
            list_level = int(level) if level.isascii() and level.isdigit() else 0
        at = _value(elements[at], "basedOn")
    contents = bool(_CONTENTS_STYLE.match(_value(elements[style_id], "name") or ""))
    return _Style(heading, title and not heading, is_list, contents, list_id, list_level)


def _outline(settings: Any) -> int:
    level = _value(settings, "outlineLvl") or ""
    return int(level) + 1 if level.isascii() and level.isdigit() and int(level) < 9 else 0


def _value(element: Any, name: str) -> str | None:
    child = element.find(f"{_W}{name}") if element is not None else None
    value: str | None = child.get(f"{_W}val") if child is not None else None
    return value


def _runs(element: Any) -> Iterator[Any]:
    """The runs of a paragraph, through links, insertions and fields, in order."""
    for child in element:
        if child.tag == f"{_W}r":
            yield child
        elif child.tag not in _SKIPPED and isinstance(child.tag, str):
            yield from _runs(child)


def _run_text(element: Any) -> str:
    parts: list[str] = []
    for child in element:
        if child.tag in {f"{_W}t", "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"}:
            parts.append(child.text or "")
        elif child.tag == f"{_W}tab":
            parts.append("\t")
        elif child.tag in {f"{_W}br", f"{_W}cr"}:
            parts.append("\n")
        elif child.tag == f"{_W}noBreakHyphen":
            parts.append("-")
    return "".join(parts)


def _boxes(paragraph: Any) -> Iterator[Any]:
    """Text boxes anchored in a paragraph. Word stores each twice; the copy for old readers is left out."""
    for box in paragraph.iter(_BOX):
        ancestors = [ancestor.tag for ancestor in box.iterancestors()]
        inner = ancestors[: ancestors.index(paragraph.tag)] if paragraph.tag in ancestors else ancestors
        if _FALLBACK not in inner and _BOX not in inner:
            yield box


def _is_on(settings: Any, name: str) -> bool:
    child = settings.find(f"{_W}{name}") if settings is not None else None
    return child is not None and child.get(f"{_W}val", "1") not in {"0", "false", "off"}


def _is_hidden(settings: Any) -> bool:
    if settings is None:
        return False
    size = _value(settings, "sz") or ""
    tiny = size.isascii() and size.isdigit() and int(size) <= _TINY_HALF_POINTS
    return tiny or _is_on(settings, "vanish")


def _header_rows(table: Any) -> int | None:
    """How many rows the author marked as header; `None` when none is marked, as in most documents."""
    marked = sum(_is_on(row.find(f"{_W}trPr"), "tblHeader") for row in table.iterchildren(f"{_W}tr"))
    return marked or None
