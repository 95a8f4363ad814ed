"""What a parser makes of a file: typed blocks in reading order, or Q&A pairs, or tickets.

These values cross a process border as JSON (never pickle): `to_json` and `from_json` are inverse.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from core.types import DocumentKind


class BlockKind(StrEnum):
    """What a block is. A `ROW` is one table row in words: «型号: X1；价格: 299 元»."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    ROW = "row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document that isn't cut apart without need."""

    kind: BlockKind
    text: str
    page: int | None = None
    """Page, slide or sheet number from 1."""
    level: int = 0
    """Of a heading, from 1 (outermost)."""


@dataclass(frozen=True, slots=True)
class ParsedPair:
    """A row of a Q&A or ticket file."""

    question: str
    answer: str
    similar: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    product: str | None = None
    happened_on: date | None = None
    """Day of a ticket."""


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """The content of a file. `pairs` is filled for `QA` and `TICKETS`, `blocks` for `TEXT`."""

    kind: DocumentKind
    blocks: tuple[Block, ...] = ()
    pairs: tuple[ParsedPair, ...] = ()
    title: str | None = None
    warnings: tuple[str, ...] = ()

    def to_json(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, default=date.isoformat)

    @classmethod
    def from_json(cls, line: str) -> ParsedDocument:
        """Read what `to_json` wrote."""
        raw = json.loads(line)
        return cls(
            kind=DocumentKind(raw["kind"]),
            blocks=tuple(
                Block(BlockKind(block["kind"]), block["text"], block["page"], block["level"]) for block in raw["blocks"]
            ),
            pairs=tuple(_pair(pair) for pair in raw["pairs"]),
            title=raw["title"],
            warnings=tuple(raw["warnings"]),
        )


def _pair(raw: dict[str, Any]) -> ParsedPair:
    return ParsedPair(
        question=raw["question"],
        answer=raw["answer"],
        similar=tuple(raw["similar"]),
        negative=tuple(raw["negative"]),
        valid_from=date.fromisoformat(raw["valid_from"]) if raw["valid_from"] else None,
        valid_until=date.fromisoformat(raw["valid_until"]) if raw["valid_until"] else None,
        product=raw["product"],
        happened_on=date.fromisoformat(raw["happened_on"]) if raw["happened_on"] else None,
    )
