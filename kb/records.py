"""What the knowledge base takes and gives besides the nouns of `core.types`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from core.types import Audience, DocumentKind, DocumentVersion
from kb.index import Collection
from kb.prepared import TextHash


@dataclass(frozen=True, slots=True)
class Upload:
    """What comes with an uploaded file. The name says which document it is a version of."""

    name: str
    audience: Audience = Audience.PUBLIC
    media_type: str = ""
    effective_from: date | None = None
    """First day on which the version may be used for an answer."""
    expires_on: date | None = None
    """First day on which it may no longer be used."""
    kind: DocumentKind | None = None
    """`None`: the parser decides by the content."""


@dataclass(frozen=True, slots=True)
class Job:
    """A version that one worker may process until its lease ends. Pass it back to finish."""

    version: DocumentVersion
    owner: str
    kind: DocumentKind | None
    """As the uploader said; `None`: the parser decides."""
    attempts: int
    """Leases of this version so far, this one included."""


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that came, changed or went. Only the last change of an entry matters."""

    sequence: int
    collection: Collection
    entry_id: int
    removed: bool


@dataclass(frozen=True, slots=True)
class MissingVector:
    """A text that has no vector of the wanted encoder. `text` is what the encoder should read."""

    collection: Collection
    text_hash: TextHash
    text: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A saved index. It is loaded only if the files in `folder` still have this hash."""

    name: str
    folder: str
    """Name of the folder inside the index folder, without a path."""
    sequence: int
    """Number of the last change that the snapshot contains."""
    sha256: str
    entries: int
    encoder_key: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is. Everything but `documents`, `vectors` and the queue counts live versions only."""

    documents: int
    passages: int
    """Retrievable ones; a candidate pair's passage isn't."""
    questions: int
    """Searchable wordings of approved pairs."""
    pairs: int
    candidates: int
    """Pairs that wait for a person."""
    vectors: int
    """Stored vectors, of every encoder."""
    unfinished: int
    """Versions that are queued or being processed."""
