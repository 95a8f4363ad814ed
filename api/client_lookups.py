"""What was looked up on the way to replies, as the desk's pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.client_examples import example
from core.tools import ToolName
from core.types import MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """A call for the customer: by code in their own words, or by a language model. Never what it gave."""

    __pydantic_config__: ClassVar = example(
        tool="own_orders",
        allowed=True,
        by_model=False,
        reason="",
        asked="",
        message_id="5d2a…",
        at="2026-11-23T09:00:00Z",
    )

    tool: ToolName | None
    """`null` for something that isn't a tool."""
    allowed: bool
    by_model: bool
    reason: str
    """Why it was refused, or what went wrong."""
    asked: str
    """A model's words, shortened and without personal data."""
    message_id: MessageId | None
    """The reply; `null` where that was thrown away."""
    at: datetime
