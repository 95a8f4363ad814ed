"""From a parsed document to its canonical text and the passages cut from it.

The canonical text holds the document's blocks, one a line, in reading order. A passage is a span
of it that can be read on its own: it starts and ends with whole sentences, rows or list items,
stays under one top-level heading, and carries its headings as context. Nothing is said twice and
nothing is left out: every word of the text is in exactly one passage, and a heading's words are
in the context of what stands below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from core.text import sentence_spans
from core.types import DocumentKind
from ingest.context import context_of
from ingest.pairs import SplitDocument, split_pairs
from ingest.parsed import Block, BlockKind, ParsedDocument
from ingest.pieces import LONGEST_COUNTED, CountTokens, Piece, Sizes, cut, measure, pack
from kb.prepared import PreparedPassage

__all__ = ["Sizes", "SplitDocument", "split"]

LONGEST_HEADING: Final = 200
"""Characters. What is longer is a paragraph that only looks like a heading."""

LONGEST_LEAD: Final = 80
"""Characters of a list's lead sentence that are repeated as context where the list goes on."""

_LEADS: Final = re.compile(r"(?:[:：]|[?？]|^(?:Q|问|问题)\s*\d*\s*[:：.、].*)\s*$")
"""How a text ends that makes no sense without what follows: a colon, a question, «问：…»."""

_QUESTION: Final = re.compile(r"[?？]\s*$")
_ITEMS: Final = frozenset({BlockKind.LIST_ITEM, BlockKind.ROW})

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A block and where it stands in the canonical text."""

    block: Block
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Section:
    """What stands between a heading and the next one."""

    path: Path
    heading: _Placed | None
    body: tuple[_Placed, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece that knows its block."""

    piece: Piece
    kind: BlockKind
    page: int | None
    leads: bool
    """It must not be parted from what follows."""
    lead: str | None
    """The sentence that introduced the list or table which it belongs to."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A passage before its context is known."""

    path: Path
    start: int
    end: int
    page: int | None
    tokens: int
    lead: str | None = None
    section: _Section | None = None
    """The section that it holds whole; `None` for a part of one."""


def split(
    document: ParsedDocument, *, title: str, count_tokens: CountTokens, sizes: Sizes | None = None
) -> SplitDocument:
    """Cut a document into passages, or into Q&A pairs if that is what it holds.

    `title` is what a reader would call the document. A document without text gives no passages.
    """
    sizes = sizes or Sizes()
    if document.kind is not DocumentKind.TEXT:
        return split_pairs(document, title=title, count_tokens=count_tokens, sizes=sizes)
    text, placed = _canonical(document.blocks)
    sections = [section for section in _sections(placed) if not _only_repeats(section, title)]
    parts = _parts(text, sections, sizes=sizes, count_tokens=count_tokens)
    drafts = [draft for section in sections for draft in _drafts(section, parts, sizes)]
    merged = _merge_tiny(drafts, sizes)
    return SplitDocument(text, _passages(text, merged, title=title, sizes=sizes, count_tokens=count_tokens), ())


def _canonical(blocks: Iterable[Block]) -> tuple[str, list[_Placed]]:
    placed: list[_Placed] = []
    at = 0
    for block in blocks:
        content = block.text.strip()
        if content:
            placed.append(_Placed(replace(block, text=content), at, at + len(content)))
            at += len(content) + 1
    return "\n".join(item.block.text for item in placed), placed


def _sections(placed: Sequence[_Placed]) -> list[_Section]:
    """Sections in order. One without a body is left out if a smaller heading follows, which carries it."""
    sections: list[_Section] = []
    stack: list[tuple[int, str]] = []
    heading: _Placed | None = None
    body: list[_Placed] = []
    for item in placed:
        if not _is_heading(item.block):
            body.append(item)
            continue
        carried = not body and bool(stack) and item.block.level > stack[-1][0]
        if not carried:
            _close(sections, stack, heading, body)
        while stack and stack[-1][0] >= item.block.level:
            stack.pop()
        stack.append((item.block.level, " ".join(item.block.text.split())))
        heading, body = item, []
    _close(sections, stack, heading, body)
    return sections


def _is_heading(block: Block) -> bool:
    return block.kind is BlockKind.HEADING and len(block.text) <= LONGEST_HEADING


def _close(
    sections: list[_Section], stack: Sequence[tuple[int, str]], heading: _Placed | None, body: Sequence[_Placed]
) -> None:
    path = tuple(name for _, name in stack)
    if body:
        sections.append(_Section(path, heading, tuple(body)))
    elif heading is not None:  # a heading with nothing below it is text itself, such as a slide of one line
        sections.append(_Section(path[:-1], None, (heading,)))


def _only_repeats(section: _Section, title: str) -> bool:
    """A title line with nothing below it says what every passage's context says."""
    return len(section.body) == 1 and _is_heading(section.body[0].block) and section.body[0].block.text == title


def _parts(
    text: str, sections: Sequence[_Section], *, sizes: Sizes, count_tokens: CountTokens
) -> dict[int, tuple[_Part, ...]]:
    """The parts of every block by the block's start; all blocks are measured together, for speed."""
    placed = [item for section in sections for item in section.body]
    short = [(item.start, item.end) for item in placed if item.end - item.start <= LONGEST_COUNTED]
    measured = {piece.start: piece for piece in measure(text, short, count_tokens)}
    parts: dict[int, tuple[_Part, ...]] = {}
    for section in sections:
        lead: str | None = None
        for item in section.body:
            lead = lead if item.block.kind in _ITEMS else _lead(item.block)
            pieces = _pieces(text, item, measured.get(item.start), sizes=sizes, count_tokens=count_tokens)
            parts[item.start] = tuple(
                _Part(
                    piece,
                    item.block.kind,
                    item.block.page,
                    leads=piece is pieces[-1] and _LEADS.search(item.block.text) is not None,
                    lead=lead if item.block.kind in _ITEMS else None,
                )
                for piece in pieces
            )
    return parts


def _pieces(
    text: str, item: _Placed, measured: Piece | None, *, sizes: Sizes, count_tokens: CountTokens
) -> list[Piece]:
    """A block as a whole if it fits. A row is one fact, so it may use the full maximum."""
    limit = sizes.maximum if item.block.kind is BlockKind.ROW else sizes.target
    if measured is not None and measured.tokens <= limit:
        return [measured]
    return cut(text, item.start, item.end, target=sizes.target, maximum=sizes.maximum, count_tokens=count_tokens)


def _lead(block: Block) -> str | None:
    """The last sentence of a paragraph that announces a list or table."""
    if not block.text.endswith((":", "：")):
        return None
    tail = block.text[-LONGEST_LEAD * 4 :]
    start, end = sentence_spans(tail)[-1]
    return tail[start:end] if end - start <= LONGEST_LEAD else None


def _drafts(section: _Section, parts: dict[int, tuple[_Part, ...]], sizes: Sizes) -> list[_Draft]:
    by_start = {part.piece.start: part for item in section.body for part in parts[item.start]}
    pieces = [part.piece for part in by_start.values()]
    groups = pack(pieces, target=sizes.target, maximum=sizes.maximum)
    groups = _keep_leads(groups, by_start, sizes)
    return [
        _Draft(
            section.path,
            group[0].start,
            group[-1].end,
            by_start[group[0].start].page,
            sum(piece.tokens + 1 for piece in group),
            lead=by_start[group[0].start].lead,
            section=section if len(groups) == 1 else None,
        )
        for group in groups
    ]


def _keep_leads(groups: list[list[Piece]], parts: dict[int, _Part], sizes: Sizes) -> list[list[Piece]]:
    """Move a lead sentence that ends a group to the list that it introduces, if it fits there."""
    for group, following in pairwise(groups):
        while len(group) > 1 and parts[group[-1].start].leads:
            if sum(piece.tokens + 1 for piece in (group[-1], *following)) > sizes.maximum:
                break
            following.insert(0, group.pop())
    return groups


def _merge_tiny(drafts: Sequence[_Draft], sizes: Sizes) -> list[_Draft]:
    """Join neighbouring sections of a line or two under their common heading, up to the target size."""
    merged: list[_Draft] = []
    for draft in drafts:
        joined = _join(merged[-1], draft, sizes) if merged else None
        if joined is None:
            merged.append(draft)
        else:
            merged[-1] = joined
    return merged


def _join(first: _Draft, second: _Draft, sizes: Sizes) -> _Draft | None:
    """Both as one passage with their headings in the text, or `None` if they should stay apart."""
    parent = _common_parent(first, second)
    if not parent or first.section is None or second.section is None:
        return None
    if max(first.tokens, second.tokens) > sizes.tiny or _asks(first) or _asks(second):
        return None
    start = _heading_start(first) if len(first.path) > len(parent) else first.start
    tokens = first.tokens + second.tokens + (second.start - _heading_start(second)) + (first.start - start)
    if tokens > sizes.target:
        return None
    return replace(first, path=parent, start=start, end=second.end, tokens=tokens, lead=None)


def _common_parent(first: _Draft, second: _Draft) -> Path:
    """The heading that both stand under, directly or one level down; empty if there is none."""
    parent = second.path[:-1] if second.section and second.section.heading else second.path
    return parent if parent in (first.path, first.path[:-1]) else ()


def _asks(draft: _Draft) -> bool:
    """A section whose heading is a question is an answer of its own."""
    heading = draft.section.heading if draft.section else None
    return heading is not None and _QUESTION.search(heading.block.text) is not None


def _heading_start(draft: _Draft) -> int:
    heading = draft.section.heading if draft.section else None
    return heading.start if heading else draft.start


def _passages(
    text: str, drafts: Sequence[_Draft], *, title: str, sizes: Sizes, count_tokens: CountTokens
) -> tuple[PreparedPassage, ...]:
    contexts: dict[tuple[Path, str | None], str] = {}
    for draft in drafts:
        key = (draft.path, draft.lead)
        if key not in contexts:
            contexts[key] = context_of(title, draft.path, draft.lead, limit=sizes.context, count_tokens=count_tokens)
    return tuple(
        PreparedPassage(
            heading=draft.path,
            page=draft.page,
            start=draft.start,
            end=draft.end,
            text=text[draft.start : draft.end],
            context=contexts[draft.path, draft.lead],
        )
        for draft in drafts
    )
