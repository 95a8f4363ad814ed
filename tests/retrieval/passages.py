"""Passages for tests that need no knowledge base."""

from __future__ import annotations

from core.types import Audience, DocumentId, Hit, Passage, PassageId, Why


def passage(
    number: int,
    text: str,
    *,
    document: str = "手册.md",
    heading: tuple[str, ...] = (),
    start: int = 0,
    context: str = "",
    ordinal: int | None = None,
) -> Passage:
    """Number `number` of a document; its id is one more."""
    return Passage(
        passage_id=PassageId(number + 1),
        document_id=DocumentId(document),
        document=document,
        version=1,
        ordinal=number if ordinal is None else ordinal,
        heading=heading,
        page=None,
        start=start,
        end=start + len(text),
        text=text,
        context=context,
        audience=Audience.PUBLIC,
    )


def hit(found: Passage, score: float = 1.0) -> Hit:
    """A hit without reasons."""
    return Hit(found, score, Why((), None, None, None, None))
