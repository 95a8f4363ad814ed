"""Plain text: paragraphs are separated by empty lines, or else each line is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from core.types import DocumentKind
from ingest.encoding import Decoded, decode
from ingest.parsed import Block, BlockKind, ParsedDocument
from ingest.parsing import Source
from ingest.parsing.headings import heading_level
from ingest.parsing.lines import join, starts_item

_WRAPPED_SHARE: Final = 0.5
_WRAP_COLUMN: Final = 60
"""A text is hard-wrapped when more than half of its paragraphs' inner lines reach this column."""


def parse(source: Source) -> ParsedDocument:
    """Decode and cut into blocks."""
    decoded = decode(source.path.read_bytes())
    return ParsedDocument(
        kind=DocumentKind.TEXT, blocks=tuple(text_blocks(decoded.text)), warnings=encoding_warnings(decoded)
    )


def encoding_warnings(decoded: Decoded) -> tuple[str, ...]:
    """Say that some characters were lost, if they were."""
    if not decoded.damaged:
        return ()
    return (f"部分字符无法识别 / some characters couldn't be read ({decoded.encoding})",)


def text_blocks(text: str) -> Iterator[Block]:
    """Blocks of a text whose only structure is its lines."""
    for paragraph in re.split(r"\n[^\S\n]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        yield from _paragraph_blocks(lines)


def _paragraph_blocks(lines: list[str]) -> Iterator[Block]:
    wrapped = _is_wrapped(lines)
    open_lines: list[str] = []
    for line in lines:
        level = heading_level(line)
        if level or starts_item(line) or not wrapped:
            yield from _flush(open_lines)
            open_lines = []
        if level:
            yield Block(BlockKind.HEADING, line.strip(), level=level)
        else:
            open_lines.append(line)
    yield from _flush(open_lines)


def _flush(lines: list[str]) -> Iterator[Block]:
    if lines:
        kind = BlockKind.LIST_ITEM if starts_item(lines[0]) else BlockKind.PARAGRAPH
        yield Block(kind, join(lines))


def _is_wrapped(lines: list[str]) -> bool:
    inner = [_width(line) for line in lines[:-1]]
    return bool(inner) and sum(width >= _WRAP_COLUMN for width in inner) > len(inner) * _WRAPPED_SHARE


def _width(line: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if character > "\u2e7f" else 1 for character in line.rstrip())
