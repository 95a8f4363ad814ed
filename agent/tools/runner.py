"""Runs calls with the customer's rights. What comes back to the customer is written by code, never by the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from agent.requests import wants_person
from core.errors import ZhidaError
from core.tools import VERIFIED, Caller, OwnOrder, ToolCall, ToolName
from core.types import Hit, Language, Query, Ticket
from retrieval.search import Found

MOST_SHOWN: Final = 5
"""Orders or tickets in one reply."""

_TEXTS: Final = {
    Language.ZH: {
        "verify": "为了保护您的信息，查询订单前需要先验证身份。",
        "no_orders": "没有查到您名下的相关订单。",
        "order": "订单 {number}：{status}",
        "expected": "，预计 {day} 送达",
        "no_tickets": "您目前没有处理中的工单。",
        "ticket": "工单 #{number}：{question}",
        "opened": "已为您登记工单 #{number}，我们会跟进您的问题。",
    },
    Language.EN: {
        "verify": "To protect your data, please verify your identity before we look up orders.",
        "no_orders": "There is no such order in your name.",
        "order": "Order {number}: {status}",
        "expected": ", expected on {day}",
        "no_tickets": "You have no open tickets at the moment.",
        "ticket": "Ticket #{number}: {question}",
        "opened": "Your ticket #{number} has been recorded; we will follow it up.",
    },
}


class Finder(Protocol):
    """Retrieval."""

    def find(self, query: Query, /, *, k: int = 10) -> Found:
        """The best passages for a question."""
        ...


class Orders(Protocol):
    """The company's own system. An implementation asks it for one customer's orders only."""

    def orders(self, customer_id: int, /, *, number: str | None) -> Sequence[OwnOrder]:
        """A customer's orders, the newest first; with a number that one alone, if it is theirs."""
        ...


class Tickets(Protocol):
    """The desk, as far as a customer may use it."""

    def own(self, caller: Caller, /) -> Sequence[Ticket]:
        """The caller's open tickets."""
        ...

    def open(self, caller: Caller, /, *, question: str) -> Ticket:
        """The caller's open ticket; a new one if there is none."""
        ...


class NoOrders:
    """A company that has connected no system: there are no orders."""

    def orders(self, customer_id: int, /, *, number: str | None) -> Sequence[OwnOrder]:
        """Always none."""
        return ()


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a call gave: evidence to answer from, or a text that is shown as it is."""

    hits: tuple[Hit, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The call is beyond the caller's rights, or can't be done now."""

    reason: str


class ToolRunner:
    """Runs tools for one caller at a time. Rights come from the caller alone, and are checked again on what comes back."""

    def __init__(self, finder: Finder, tickets: Tickets, orders: Orders | None = None) -> None:
        self._finder = finder
        self._tickets = tickets
        self._orders = orders or NoOrders()

    def run(self, call: ToolCall, caller: Caller, *, message: str, language: Language) -> Allowed | Refused:
        """Run a call. `message` is what the customer wrote last."""
        texts = _TEXTS[language]
        try:
            match call.name:
                case ToolName.SEARCH:
                    return Allowed(self._finder.find(Query(text=call.argument, audience=caller.audience)).hits)
                case ToolName.ORDERS:
                    return self._own_orders(call.argument, caller, texts)
                case ToolName.TICKETS:
                    return self._own_tickets(caller, texts)
                case ToolName.OPEN_TICKET:
                    return self._open(caller, message, texts)
        except ZhidaError as error:
            return Refused(f"It failed: {type(error).__name__}.")

    def _own_orders(self, number: str, caller: Caller, texts: dict[str, str]) -> Allowed | Refused:
        if caller.customer_id is None or caller.identity_level < VERIFIED:
            return Allowed(text=texts["verify"])
        found = self._orders.orders(caller.customer_id, number=number or None)
        own = [order for order in found if order.customer_id == caller.customer_id]
        wanted = [order for order in own if not number or order.number == number][:MOST_SHOWN]
        lines = [
            texts["order"].replace("{number}", order.number).replace("{status}", order.status)
            + (texts["expected"].replace("{day}", order.expected_on.isoformat()) if order.expected_on else "")
            for order in wanted
        ]
        return Allowed(text="\n".join(lines) or texts["no_orders"])

    def _own_tickets(self, caller: Caller, texts: dict[str, str]) -> Allowed | Refused:
        found = [each for each in self._tickets.own(caller) if each.conversation_id == caller.conversation_id]
        lines = [
            texts["ticket"].replace("{number}", str(each.ticket_id)).replace("{question}", each.question[:80])
            for each in found[:MOST_SHOWN]
        ]
        return Allowed(text="\n".join(lines) or texts["no_tickets"])

    def _open(self, caller: Caller, message: str, texts: dict[str, str]) -> Allowed | Refused:
        """Only the customer's own words open a ticket; a model that wants one for them isn't enough."""
        if not wants_person(message) and not _wants_ticket(message):
            return Refused("The customer hasn't asked for a ticket.")
        ticket = self._tickets.open(caller, question=message)
        return Allowed(text=texts["opened"].replace("{number}", str(ticket.ticket_id)))


_TICKET_WORDS: Final = ("工单", "投诉", "登记", "报修", "ticket", "complaint", "file a case", "open a case")


def _wants_ticket(message: str) -> bool:
    plain = message.lower()
    return any(word in plain for word in _TICKET_WORDS)
