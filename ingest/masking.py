"""Past tickets are what customers wrote: who they were is hidden before anything is made of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from core.types import DocumentKind
from ingest.parsed import ParsedDocument, ParsedPair
from nlu.personal_data.masking import Finder


def without_personal_data(document: ParsedDocument, finder: Finder) -> ParsedDocument:
    """The tickets of a document with the kind of each piece of personal data in its place: `[phone]`.

    How many there were becomes a warning. A document of the company stays as it is: the telephone numbers and names
    in it are what customers ask for.
    """
    if document.kind is not DocumentKind.TICKETS:
        return document
    hidden = _Hidden(finder)
    pairs = tuple(map(hidden.pair, document.pairs))
    if not hidden.count:
        return document
    told = (
        f"已隐去 {hidden.count} 处个人信息（姓名、电话、地址、证件号等） / "
        f"{hidden.count} pieces of personal data were masked (names, telephone numbers, addresses, ids)"
    )
    return replace(document, pairs=pairs, warnings=(*document.warnings, told))


MASKED: Final = "application/x-zhida-masked-tickets"
"""Media type of what is kept of a ticket file: JSON Lines of what was read, masked."""


def masked_lines(document: ParsedDocument) -> Iterator[bytes]:
    """The tickets that were read, one a line, as they may be kept. The document is masked already."""
    for pair in document.pairs:
        fields = {
            "question": pair.question,
            "resolution": pair.answer,
            "product": pair.product,
            "closed_at": None if pair.happened_on is None else pair.happened_on.isoformat(),
        }
        kept = {name: value for name, value in fields.items() if value}
        yield json.dumps(kept, ensure_ascii=False).encode(errors="replace") + b"\n"


class _Hidden:
    """Masks, and counts what it masks."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self.count = 0

    def pair(self, pair: ParsedPair) -> ParsedPair:
        return replace(
            pair,
            question=self.text(pair.question),
            answer=self.text(pair.answer),
            similar=tuple(map(self.text, pair.similar)),
            negative=tuple(map(self.text, pair.negative)),
        )

    def text(self, text: str) -> str:
        pieces: list[str] = []
        at = 0
        for found in self._finder.find(text):
            pieces += (text[at : found.start], f"[{found.type}]")
            at = found.end
            self.count += 1
        return "".join((*pieces, text[at:]))
