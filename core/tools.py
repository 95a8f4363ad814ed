"""Tools that a language model may call: who they run for, what they look up, and what was done.

Who calls is said by the server. Nothing in a model's output ever names a customer, an audience or a conversation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from core.documents import Audience
from core.ids import ConversationId

VERIFIED: Final = 2
"""Identity level from which a customer's own orders are shown: verified by a code."""


class ToolName(StrEnum):
    """Everything there is to call."""

    SEARCH = "search_knowledge"
    ORDERS = "own_orders"
    TICKETS = "own_tickets"
    OPEN_TICKET = "open_ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """For whom tools run."""

    conversation_id: ConversationId
    customer_id: int | None
    """`None` for a visitor whom nobody knows."""
    audience: Audience
    identity_level: int = 0
    """0 unknown, 1 known by the channel, 2 verified by a code."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What a model asks for. The one argument is a question for `SEARCH` and an order's number for `ORDERS`."""

    name: ToolName
    argument: str = ""


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """An order, as the company's own system has it."""

    number: str
    customer_id: int
    status: str
    """In words that a customer may read."""
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class ToolRecord:
    """A call as it was made, for the log."""

    asked: str
    """What the model wrote, shortened."""
    name: ToolName | None
    """`None` for something that isn't a tool."""
    allowed: bool
    reason: str
