"""What a customer reads about themselves: their tickets, conversations and consents. Closed classes, as `CustomerState`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.client_examples import example
from core.customers import Purpose
from core.types import ConversationId, TicketId

_AT = "2026-11-23T09:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTicket:
    """A ticket as its customer sees it."""

    __pydantic_config__: ClassVar = example(
        ticket_id=12, conversation_id="9f3c…", question="发票还没到", label="处理中", created_at=_AT, solved_at=None
    )

    ticket_id: TicketId
    conversation_id: ConversationId
    question: str
    """What the customer wrote."""
    label: str
    """What stands for its state, in the customer's language."""
    created_at: datetime
    solved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnConversation:
    """An earlier conversation, or this one."""

    __pydantic_config__: ClassVar = example(conversation_id="9f3c…", question="发票还没到", started_at=_AT, last_at=_AT)

    conversation_id: ConversationId
    question: str
    """What the customer wrote first."""
    started_at: datetime
    last_at: datetime
    """When something was written last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnConsent:
    """What the customer said last about a purpose."""

    __pydantic_config__: ClassVar = example(purpose="contact", granted=True, at=_AT)

    purpose: Purpose
    granted: bool
    at: datetime | None
    """`None` where nothing was said, which is a no."""
