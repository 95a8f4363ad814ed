"""What the customer gets when the assistant can't reply: an honest sentence and a person."""

from __future__ import annotations

from core.types import Handover, HandoverCode, Language, Reply
from desk.texts import say


def failed_reply(reason: str, language: Language, *, ms: float = 0.0) -> Reply:
    """A hand-over because something broke. `reason` is for colleagues and holds nothing of the failure's text."""
    outcome = Handover(HandoverCode.TOOL_FAILURE, reason, say("failed", language), 0.0)
    return Reply(outcome, (), {"total": ms})
