"""Files that customers and agents send with a message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NewType

from core.actors import Actor, ActorKind
from core.ids import ConversationId, MessageId
from core.messages import Role

AttachmentId = NewType("AttachmentId", str)
"""128 random bits in hex. Not a secret, and not guessable either."""

MEBIBYTE: Final = 1024 * 1024

NAME_CHARACTERS: Final = 150
"""Longest name that is kept; the end, which tells the type, stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What is known of a file. Its bytes are kept by their SHA-256."""

    attachment_id: AttachmentId
    conversation_id: ConversationId
    message_id: MessageId | None
    """What it was sent with; `None` until then."""
    role: Role | None
    """Who wrote that message; a note's files are for colleagues alone."""
    sender: Actor
    internal: bool
    """For a note: it can't be sent to the customer."""
    name: str
    """As its sender calls it, without what could mislead a reader; its end fits the type."""
    media_type: str
    """What the content is, whatever the sender said."""
    size: int
    """Bytes."""
    sha256: str
    created_at: datetime

    @property
    def visible(self) -> bool:
        """Whether the customer may see it: what they sent, and what was sent to them."""
        if self.internal or self.role is Role.NOTE:
            return False
        return self.message_id is not None or self.sender.kind is ActorKind.CUSTOMER


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentLimits:
    """How much may be sent."""

    file_bytes: int = 10 * MEBIBYTE
    """Of one file."""
    per_message: int = 5
    """Files with one message."""
    conversation_bytes: int = 50 * MEBIBYTE
    """Of all files that one side has in a conversation."""
