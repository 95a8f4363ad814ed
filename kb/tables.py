"""The knowledge base's tables.

A document has versions; a ready version has one text, its passages, its pairs and their questions.
`documents.live_version` alone says which version customers see, so one small update publishes,
replaces or rolls back a whole version. Vectors are stored by the hash of their text and shared.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from core.database import TABLE_OPTIONS, BigId, Choice, LongBinary, StoredStrings, StoredText, UtcDateTime, metadata
from core.types import Audience, DocumentKind, QAStatus, QuestionKind, VersionStatus
from kb.index import Collection

NAME_CHARACTERS: Final = 400
"""Longest name of a document. InnoDB indexes at most 768 characters of four bytes."""

counters: Final = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
    **TABLE_OPTIONS,
)
"""Rows that are locked to take turns: `changes` (also the head of the change log) and `uploads`."""

documents: Final = Table(
    "documents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", StoredText(NAME_CHARACTERS), nullable=False, unique=True),
    Column("kind", Choice(DocumentKind), nullable=False),
    Column("live_version", Integer),
    Column("latest_version", Integer, nullable=False),
    # Versions up to this number don't become live by themselves; a rollback raises it.
    Column("pinned_up_to", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    **TABLE_OPTIONS,
)

versions: Final = Table(
    "versions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("document_id", String(32), ForeignKey("documents.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("media_type", StoredText(255), nullable=False),
    Column("blob_sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("audience", Choice(Audience), nullable=False),
    Column("effective_from", Date),
    Column("expires_on", Date),
    Column("wanted_kind", Choice(DocumentKind)),
    Column("kind", Choice(DocumentKind)),
    Column("status", Choice(VersionStatus), nullable=False),
    Column("reason", StoredText()),
    Column("progress", Float, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("warnings", StoredStrings, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_owner", StoredText(200)),
    Column("lease_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("published_at", UtcDateTime),
    UniqueConstraint("document_id", "number"),
    Index("ix_versions_status", "status"),
    Index("ix_versions_blob_sha256", "blob_sha256"),
    **TABLE_OPTIONS,
)

TEXT_PART: Final = 65_536
"""Characters of a version's text in one row. A quotation reads one or two rows, however long the text is."""

version_texts: Final = Table(
    "version_texts",
    metadata,
    Column("version_id", BigId, ForeignKey("versions.id"), primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("text", StoredText(), nullable=False),
    **TABLE_OPTIONS,
)
"""A version's text, cut every `TEXT_PART` characters."""

passages: Final = Table(
    "passages",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("version_id", BigId, ForeignKey("versions.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("heading", StoredStrings, nullable=False),
    Column("page", Integer),
    Column("span_start", Integer, nullable=False),
    Column("span_end", Integer, nullable=False),
    Column("text", StoredText(), nullable=False),
    Column("context", StoredText(), nullable=False),
    Column("text_hash", String(64), nullable=False),
    # False while the passage belongs to a pair that nobody has approved.
    Column("retrievable", Boolean, nullable=False),
    # Of the passage's pair; the version's own dates stand in `versions`, and both must hold.
    Column("valid_from", Date),
    Column("valid_until", Date),
    UniqueConstraint("version_id", "ordinal"),
    Index("ix_passages_text_hash", "text_hash"),
    Index("ix_passages_live", "version_id", "retrievable"),  # lists ids without reading texts
    **TABLE_OPTIONS,
)

pairs: Final = Table(
    "pairs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("version_id", BigId, ForeignKey("versions.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("passage_id", BigId, ForeignKey("passages.id"), nullable=False),
    Column("answer", StoredText(), nullable=False),
    Column("answer_start", Integer, nullable=False),
    Column("status", Choice(QAStatus), nullable=False),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("product", StoredText()),
    UniqueConstraint("version_id", "ordinal"),
    Index("ix_pairs_passage_id", "passage_id"),
    **TABLE_OPTIONS,
)

questions: Final = Table(
    "questions",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("pair_id", BigId, ForeignKey("pairs.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("kind", Choice(QuestionKind), nullable=False),
    Column("text", StoredText(), nullable=False),
    Column("text_hash", String(64), nullable=False),
    UniqueConstraint("pair_id", "ordinal"),
    Index("ix_questions_text_hash", "text_hash"),
    **TABLE_OPTIONS,
)

vectors: Final = Table(
    "vectors",
    metadata,
    Column("text_hash", String(64), primary_key=True),
    Column("collection", Choice(Collection), primary_key=True),
    Column("encoder_key", StoredText(200), primary_key=True),
    Column("vector", LongBinary, nullable=False),  # float32, little-endian
    **TABLE_OPTIONS,
)

token_vectors: Final = Table(
    "token_vectors",
    metadata,
    Column("text_hash", String(64), primary_key=True),
    Column("tokens_key", StoredText(200), primary_key=True),
    Column("tokens", LongBinary, nullable=False),
    **TABLE_OPTIONS,
)
"""Passages token by token, as the encoder's codec compresses them. A passage without any is ranked without them."""

changes: Final = Table(
    "changes",
    metadata,
    Column("sequence", BigId, primary_key=True, autoincrement=False),
    Column("collection", Choice(Collection), nullable=False),
    Column("entry_id", BigInteger, nullable=False),
    Column("removed", Boolean, nullable=False),
    **TABLE_OPTIONS,
)
"""What the indexes must follow, numbered without gaps in the order of the commits."""

snapshots: Final = Table(
    "snapshots",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("folder", String(200), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("encoder_key", StoredText(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    **TABLE_OPTIONS,
)
