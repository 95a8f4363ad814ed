"""Markdown: CommonMark with tables. Front matter is dropped, its title kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from core.types import DocumentKind
from ingest.encoding import decode
from ingest.parsed import Block, BlockKind, ParsedDocument
from ingest.parsing import Source
from ingest.parsing.html import html_document
from ingest.parsing.lines import join
from ingest.parsing.plain import encoding_warnings
from ingest.parsing.tables import read_table, table_blocks

_FRONT_MATTER: Final = re.compile(r"\A\ufeff?---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE: Final = re.compile(r"^title\s*:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE | re.IGNORECASE)


def parse(source: Source) -> ParsedDocument:
    """Decode, drop the front matter, and turn tokens into blocks."""
    decoded = decode(source.path.read_bytes())
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    front = _FRONT_MATTER.match(text)
    title = _TITLE.search(front.group(1)) if front else None
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text[front.end() :] if front else text)
    return ParsedDocument(
        kind=DocumentKind.TEXT,
        blocks=tuple(_blocks(tokens)),
        title=title.group(1) if title else None,
        warnings=encoding_warnings(decoded),
    )


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    heading = 0
    items = 0
    at = 0
    while at < len(tokens):
        token = tokens[at]
        items += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
        if token.type == "table_open":
            end = _closing(tokens, at)
            yield from table_blocks(read_table(_grid(tokens[at:end]), header_rows=1))
            at = end
        elif token.type == "heading_open":
            heading = int(token.tag[1])
        elif token.type == "heading_close":
            heading = 0
        elif token.type == "inline":
            yield from _inline_block(token, heading, in_list=items > 0)
        elif token.type in {"fence", "code_block"}:
            yield Block(BlockKind.CODE, token.content.rstrip("\n"))
        elif token.type == "html_block":
            yield from html_document(token.content).blocks
        at += 1


def _inline_block(token: Token, heading: int, *, in_list: bool) -> Iterator[Block]:
    text = inline_text(token)
    if not text.strip():
        return
    if heading:
        yield Block(BlockKind.HEADING, text, level=heading)
    else:
        yield Block(BlockKind.LIST_ITEM if in_list else BlockKind.PARAGRAPH, text)


def inline_text(token: Token) -> str:
    """The words of a line of Markdown: links by their text, pictures by their description."""
    parts: list[str] = []
    for child in token.children or ():
        if child.type in {"text", "code_inline", "image"}:
            parts.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            parts.append("\n")
    return join("".join(parts).split("\n"))


def _closing(tokens: Sequence[Token], opening: int) -> int:
    for at in range(opening, len(tokens)):
        if tokens[at].type == "table_close":
            return at
    return len(tokens) - 1


def _grid(tokens: Sequence[Token]) -> list[list[str]]:
    grid: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            grid.append([])
        elif token.type == "inline":
            grid[-1].append(inline_text(token))
    return grid
