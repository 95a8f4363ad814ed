"""What was looked up for a customer, from the desk's log."""

from __future__ import annotations

from typing import Final

from api.client_lookups import LookUp
from core.desk_events import EventKind, Subject
from core.masking import Mask
from core.tools import ToolName
from core.types import ConversationId
from desk.events import Events

MOST: Final = 100


def look_ups(events: Events, conversation_id: ConversationId, show: Mask) -> tuple[LookUp, ...]:
    """The first calls in a conversation, oldest first."""
    subject = Subject(conversation_id=conversation_id)
    return tuple(
        LookUp(
            tool=ToolName(event.new) if event.new else None,
            allowed=event.rule == "allowed",
            by_model=event.detail.get("by") == "model",
            reason=event.reason,
            asked=show(event.detail.get("asked", "")),
            message_id=event.subject.message_id,
            at=event.at,
        )
        for event in events.page(kinds=[EventKind.TOOL_CALLED], subject=subject, limit=MOST)
    )
