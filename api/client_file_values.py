"""Files with messages over HTTP: what the server writes and the client reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.client_examples import example
from core.attachments import AttachmentId
from core.types import MessageId

_FILE = {
    "attachment_id": "b1946ac92492d2347c6235b4d2611184",
    "message_id": "5d2a…",
    "name": "漏水.jpg",
    "media_type": "image/jpeg",
    "size": 482113,
    "inline": True,
}
_LIMITS = {"file_bytes": 10485760, "per_message": 5, "conversation_bytes": 52428800}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCard:
    """A file as its readers see it. Its content is behind a link that is asked for when it is opened."""

    __pydantic_config__: ClassVar = example(**_FILE)

    attachment_id: AttachmentId
    message_id: MessageId | None
    """What it was sent with; `null` until it is."""
    name: str
    media_type: str
    """By its content, whatever its name says."""
    size: int
    """Bytes."""
    inline: bool
    """A browser shows it by itself; anything else is saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLimits:
    """How much may be sent."""

    __pydantic_config__: ClassVar = example(**_LIMITS)

    file_bytes: int
    """Of one file."""
    per_message: int
    """Files with one message."""
    conversation_bytes: int
    """Of all files that one side has in a conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShelf:
    """A conversation's files, as its customer sees them."""

    __pydantic_config__: ClassVar = example(files=[_FILE], waiting=[], limits=_LIMITS)

    files: tuple[FileCard, ...]
    """What was sent, oldest first."""
    waiting: tuple[FileCard, ...]
    """What you have uploaded and not sent yet. It is forgotten after a day."""
    limits: FileLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFileShelf:
    """A conversation's files, as the desk sees them."""

    __pydantic_config__: ClassVar = example(files=[_FILE], waiting=[], waiting_for_note=[], limits=_LIMITS)

    files: tuple[FileCard, ...]
    """What was sent, notes' files among it, oldest first."""
    waiting: tuple[FileCard, ...]
    """What you have uploaded for the customer and not sent yet. It is forgotten after a day."""
    waiting_for_note: tuple[FileCard, ...]
    """The same for colleagues."""
    limits: FileLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLink:
    """Where a file's content can be had, for some minutes and by whoever asked."""

    __pydantic_config__: ClassVar = example(
        url="/v1/files/b1946ac92492d2347c6235b4d2611184.c.1795424700.9f86d081…", expires_at="2026-11-23T09:05:00Z"
    )

    url: str
    """On this server; needs no key."""
    expires_at: datetime
