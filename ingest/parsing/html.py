"""HTML: the main content as headings, paragraphs, lists and tables. Menus, scripts and hidden text go."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from core.types import DocumentKind
from ingest.cleaning import clean_line, clean_text, hidden_text_warning
from ingest.encoding import Decoded, decode
from ingest.parsed import Block, BlockKind, ParsedDocument
from ingest.parsing import Source
from ingest.parsing.plain import encoding_warnings
from ingest.parsing.tables import CONTINUED, read_table, table_blocks

_DROPPED: Final = (
    "script, style, noscript, template, nav, aside, form, iframe, object, embed, svg, canvas, audio, video, "
    "select, button, input, textarea, dialog, head > *, [role=navigation], [role=banner], [role=contentinfo], "
    "[role=search], [role=complementary]"
)
_HIDDEN_STYLE: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?\s*(?:;|$|!)|"
    r"font-size\s*:\s*[01](?:\.\d+)?\s*(?:px|pt)|font-size\s*:\s*0(?:\.\d+)?\s*(?:;|$|r?em|%)|"
    r"(?:^|;)\s*color\s*:\s*(?:white|#fff(?:fff)?|transparent|rgba?\(\s*255\s*,\s*255\s*,\s*255[^)]*\)|rgba\([^)]*,\s*0\s*\))|"
    r"(?:left|top|text-indent)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*0",
    re.IGNORECASE,
)
_BACKGROUND: Final = re.compile(r"background", re.IGNORECASE)
_WHITE: Final = re.compile(r"color\s*:\s*(?:white|#fff|rgb)", re.IGNORECASE)

_MAIN: Final = ("main", "[role=main]", "article")
_MIN_MAIN_SHARE: Final = 0.4
"""Share of the page's text that `main` or `article` must hold to be taken for all of its content."""

_BLOCK_TAGS: Final = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "header",
        "hgroup",
        "hr",
        "html",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    ]
)
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_WHITE_SPACE: Final = re.compile(r"\s+")
_CHARSET: Final = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_LONGEST_STYLE: Final = 2_000
_MOST_WARNINGS: Final = 10
_WIDEST: Final = 100
"""Columns, and rows that a cell may span: `colspan=1000000` is an attack."""

_DEEPEST: Final = 200
"""Nested elements. Deeper ones lose their structure, and far deeper ones are left out: no page for people nests so far."""


@dataclass(slots=True)
class _Reader:
    """Walks the tree and collects blocks; text between block elements gathers in `open_text`.

    What is dropped is passed by rather than removed, so that the tree stays as it was parsed.
    """

    dropped: frozenset[int]
    """`mem_id` of the elements to pass by."""
    blocks: list[Block] = field(default_factory=list)
    open_text: list[str] = field(default_factory=list)
    kind: BlockKind = BlockKind.PARAGRAPH

    def flush(self) -> None:
        text = clean_text("".join(self.open_text)).strip()
        if text:
            self.blocks.append(Block(self.kind, text))
        self.open_text.clear()

    def walk(self, node: LexborNode, depth: int = 0) -> None:
        for child in self._children(node):
            tag = child.tag or ""
            if tag in _BLOCK_TAGS:
                self.flush()
                self._block(child, tag, depth)
                self.flush()
            elif tag in {"-text", "br"} or depth >= _DEEPEST:
                self.open_text += self._texts(child, depth)
            else:
                self.walk(child, depth + 1)

    def text(self, node: LexborNode) -> str:
        """All text of an element on one line."""
        return clean_line("".join(self._texts(node, 0)))

    def _children(self, node: LexborNode) -> Iterator[LexborNode]:
        return (child for child in node.iter(include_text=True) if child.mem_id not in self.dropped)

    def _texts(self, node: LexborNode, depth: int) -> Iterator[str]:
        if node.tag == "-text":
            yield _WHITE_SPACE.sub(" ", node.text_content or "")
        elif node.tag == "br":
            yield "\n"
        elif depth < 2 * _DEEPEST:
            if node.tag in _BLOCK_TAGS:
                yield " "
            for child in self._children(node):
                yield from self._texts(child, depth + 1)
            if node.tag in _BLOCK_TAGS:
                yield " "

    def _block(self, node: LexborNode, tag: str, depth: int) -> None:
        if tag in _HEADINGS:
            text = self.text(node)
            if text:
                self.blocks.append(Block(BlockKind.HEADING, text, level=_HEADINGS[tag]))
        elif tag == "table" and self._is_data_table(node):
            self._table(node)
        elif tag == "pre":
            self.blocks.append(Block(BlockKind.CODE, node.text(deep=True)))
        elif depth >= _DEEPEST:
            self.open_text.append(self.text(node))
        else:
            outer, self.kind = self.kind, BlockKind.LIST_ITEM if tag == "li" else self.kind
            self.walk(node, depth + 1)
            self.flush()
            self.kind = outer

    def _is_data_table(self, table: LexborNode) -> bool:
        """Tables that lay out a page hold other tables, or have one column."""
        return table.css_first("td table, th table") is None and max(map(len, self._rows(table)), default=0) > 1

    def _table(self, table: LexborNode) -> None:
        caption = table.css_first("caption")
        if caption is not None and (text := self.text(caption)):
            self.blocks.append(Block(BlockKind.PARAGRAPH, text))
        header_rows = len(table.css("thead tr")) or None
        first = table.css_first("tr")
        if header_rows is None and first is not None and first.css("th") and not first.css("td"):
            header_rows = 1
        self.blocks.extend(table_blocks(read_table(self._rows(table), header_rows=header_rows)))

    def _rows(self, table: LexborNode) -> list[list[str]]:
        below: dict[int, tuple[str, int]] = {}  # by column: the text that reaches down, and for how many rows
        return [self._row(row, below) for row in table.css("tr") if row.mem_id not in self.dropped]

    def _row(self, row: LexborNode, below: dict[int, tuple[str, int]]) -> list[str]:
        cells: list[str] = []
        waiting = deque(cell for cell in row.css("td, th") if cell.mem_id not in self.dropped)
        while (waiting or len(cells) in below) and len(cells) < _WIDEST:
            if len(cells) in below:
                text, left = below.pop(len(cells))
                if left > 1:
                    below[len(cells)] = (text, left - 1)
                cells.append(text)
                continue
            cell = waiting.popleft()
            text, reach = self.text(cell), _span(cell, "rowspan") - 1
            for offset in range(_span(cell, "colspan")):
                if reach:
                    below[len(cells)] = (CONTINUED if offset else text, reach)
                cells.append(CONTINUED if offset else text)
        return cells


def parse(source: Source) -> ParsedDocument:
    """Decode by the page's own statement where it holds, and read the main content."""
    decoded = _decode(source.path.read_bytes())
    document = html_document(decoded.text)
    return replace(document, warnings=(*encoding_warnings(decoded), *document.warnings))


def html_document(markup: str) -> ParsedDocument:
    """The content of a page that is already text (also the HTML body of a mail)."""
    tree = LexborHTMLParser(markup)
    title = tree.css_first("title")
    title_text = clean_line(title.text()) if title else ""
    hidden = _hidden(tree)
    dropped = [*hidden, *tree.css(_DROPPED), *_page_frame(tree)]
    reader = _Reader(frozenset(node.mem_id for node in dropped))
    root = _main(tree)
    if root is not None:
        reader.walk(root)
        reader.flush()
    texts = [clean_line(node.text(deep=True, separator=" ")) for node in hidden if not _is_decoration(node)]
    return ParsedDocument(
        kind=DocumentKind.TEXT,
        blocks=tuple(reader.blocks),
        title=title_text or None,
        warnings=tuple(hidden_text_warning(text[:80]) for text in texts if text)[:_MOST_WARNINGS],
    )


def _decode(data: bytes) -> Decoded:
    """A page's own `charset` is believed when the bytes agree; many pages say one thing and send another."""
    declared = _CHARSET.search(data[:4096])
    if declared:
        try:
            name = declared.group(1).decode("ascii").lower()
            return Decoded(data.decode({"gb2312": "gb18030", "gbk": "gb18030"}.get(name, name)), name)
        except (LookupError, UnicodeDecodeError):
            return decode(data)
    return decode(data)


def _hidden(tree: LexborHTMLParser) -> list[LexborNode]:
    """Elements that a reader of the page doesn't see, by attribute or by inline style."""
    by_attribute = tree.css("[hidden], [aria-hidden=true]")
    by_style = [node for node in tree.css("[style]") if _hides(node.attributes.get("style") or "")]
    return [
        node for node in [*by_attribute, *by_style] if node.tag not in {"script", "style", "template", "html", "body"}
    ]


def _is_decoration(node: LexborNode) -> bool:
    """Hidden from screen readers only: an icon or a repetition, which isn't worth a warning."""
    return "hidden" not in node.attributes and not _hides(node.attributes.get("style") or "")


def _hides(style: str) -> bool:
    match = _HIDDEN_STYLE.search(style[:_LONGEST_STYLE])
    if match is None:
        return False
    # White print on a coloured ground is a button or a table's head, not hidden text.
    return not (_WHITE.search(match.group()) and _BACKGROUND.search(style))


def _page_frame(tree: LexborHTMLParser) -> list[LexborNode]:
    """Headers and footers of the page; an article's own `header` holds its title."""
    content = {"article", "main", "section"}
    return [node for node in tree.css("header, footer") if not any(tag in content for tag in _parents(node))]


def _parents(node: LexborNode) -> Iterator[str]:
    """Tags of the elements around one, nearest first, as far as elements nest in real pages."""
    parent = node.parent
    for _ in range(_DEEPEST):
        if parent is None:
            return
        yield parent.tag or ""
        parent = parent.parent


def _main(tree: LexborHTMLParser) -> LexborNode | None:
    body = tree.body
    if body is None:
        return None
    everything = len(body.text(deep=True))
    for selector in _MAIN:
        found = tree.css(selector)
        if len(found) == 1 and len(found[0].text(deep=True)) >= _MIN_MAIN_SHARE * everything:
            return found[0]
    return body


def _span(cell: LexborNode, name: str) -> int:
    value = cell.attributes.get(name) or "1"
    return min(int(value), _WIDEST) if value.isascii() and value.isdigit() and len(value) < 9 and int(value) else 1
