"""What was uploaded: documents, their versions, and the passages that a version is cut into.

Every position is a code-point offset into the text of one document version, start inclusive and end exclusive, so
`version.text[start:end]` is what is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.ids import DocumentId, PassageId


class Audience(StrEnum):
    """Who may read a document. `INTERNAL` readers see public documents as well."""

    PUBLIC = "public"
    INTERNAL = "internal"

    def readable(self) -> tuple[Audience, ...]:
        """The audiences of the documents that a reader of this audience may see."""
        return (Audience.PUBLIC, Audience.INTERNAL) if self is Audience.INTERNAL else (Audience.PUBLIC,)


class DocumentKind(StrEnum):
    """What a document's passages are: running text, Q&A pairs, or solved tickets to learn from."""

    TEXT = "text"
    QA = "qa"
    TICKETS = "tickets"


class VersionStatus(StrEnum):
    """The life of a version: `QUEUED` → `PROCESSING` → `READY` or `FAILED`."""

    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Document:
    """A source with its versions. `live_version` is what customers see; `None` until one is ready."""

    document_id: DocumentId
    name: str
    kind: DocumentKind
    audience: Audience
    live_version: int | None
    latest_version: int
    status: VersionStatus
    """Of the latest version."""
    reason: str | None
    """Why the latest version failed, in words a person understands."""
    passages: int
    """Published passages of the live version."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """One upload of a document. Numbers count from 1 for each document and are never reused."""

    document_id: DocumentId
    number: int
    name: str
    media_type: str
    blob_sha256: str
    size: int
    """Bytes of the uploaded file."""
    audience: Audience
    status: VersionStatus
    reason: str | None
    progress: float
    """Share of the work done, 0.0 to 1.0."""
    passages: int
    warnings: tuple[str, ...]
    """What the parser wants a person to know, e.g. text that was hidden in the file."""
    live: bool
    effective_from: date | None
    """First day on which the version may be used for an answer; `None` means always."""
    expires_on: date | None
    """First day on which it may no longer be used; `None` means never."""
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is retrieved. `text` is exactly `version.text[start:end]`."""

    passage_id: PassageId
    document_id: DocumentId
    document: str
    """Name of the document, as people know it."""
    version: int
    ordinal: int
    """Position among the version's passages, from 0."""
    heading: tuple[str, ...]
    """Path of headings from the outermost to the nearest; empty when there is none."""
    page: int | None
    """Page, slide or sheet number from 1; `None` for formats without pages."""
    start: int
    end: int
    text: str
    context: str
    """What a reader of the document knows on reaching the passage: title and headings. Indexed, not quoted."""
    audience: Audience
    since: date | None = None
    """First day on which it holds: that of its Q&A pair or version, or the day on which that was published."""

    @property
    def indexed_text(self) -> str:
        """What the indexes and the encoder read."""
        return indexed_text(self.context, self.text)


def indexed_text(context: str, text: str) -> str:
    """Join a passage with its context, as the indexes and the encoder read it."""
    return f"{context}\n{text}" if context else text
