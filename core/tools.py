"""What code or a language model may look up for a customer: who it is for, what is looked up, and what was done.

Who calls is said by the server. Nothing in a model's output ever names a customer, an audience or a conversation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.actors import CustomerId
from core.customers import VERIFIED
from core.documents import Audience
from core.ids import ConversationId


class ToolName(StrEnum):
    """Everything there is to call."""

    SEARCH = "search_knowledge"
    ORDERS = "own_orders"
    TICKETS = "own_tickets"
    OPEN_TICKET = "open_ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """For whom tools run."""

    conversation_id: ConversationId | None
    """`None` where somebody tries a question out; then there is nothing of their own."""
    customer_id: CustomerId | None
    """`None` for a visitor whom nobody knows."""
    audience: Audience
    identity_level: int = 0
    """0 unknown, 1 known by the channel, 2 verified by a code."""
    as_of: date | None = None
    """Day for which documents must be valid; `None` means today."""

    @property
    def verified(self) -> bool:
        """Known well enough to see what is theirs."""
        return self.conversation_id is not None and self.customer_id is not None and self.identity_level >= VERIFIED


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What is asked for. The one argument is a question for `SEARCH` and an order's number for `ORDERS`."""

    name: ToolName
    argument: str = ""


@dataclass(frozen=True, slots=True)
class OwnOrder:
    """An order, as the company's own system has it."""

    number: str
    customer_id: CustomerId | None
    """Whose it is; `None` for somebody whom nobody here knows."""
    status: str
    """In words that a customer may read."""
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class ToolRecord:
    """A call as it was made, for the log."""

    asked: str
    """What a model wrote, shortened; empty where code made the call from the customer's own words."""
    name: ToolName | None
    """`None` for something that isn't a tool."""
    allowed: bool
    reason: str
    """Why it was refused or what went wrong; never what was looked up."""
    by_model: bool = True
