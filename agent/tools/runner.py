"""Runs calls with the customer's rights. What comes back to the customer is written by code, never by the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from agent.handover.findings import Finding
from agent.markup import harmless, without_marks
from agent.tools.findings import NOBODYS_ORDER, NOT_VERIFIED, TICKET_WANTED
from agent.tools.wishes import wants_ticket
from core.actors import CustomerId
from core.tickets import CUSTOMER_LABELS, TicketCard
from core.tools import Caller, OwnOrder, ToolCall, ToolName
from core.types import Hit, Language, Query
from retrieval.search import Found

MOST_SHOWN: Final = 5
"""Orders or tickets in one reply."""

QUESTION_CHARACTERS: Final = 80
"""Of what a ticket is about."""

_TEXTS: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.ZH: {
        "order": "订单 {number}：{status}",
        "expected": "，预计 {day} 送达",
        "no_tickets": "您目前没有处理中的工单。",
        "ticket": "工单 #{number}（{status}）：{question}",
    },
    Language.EN: {
        "order": "Order {number}: {status}",
        "expected": ", expected on {day}",
        "no_tickets": "You have no open tickets at the moment.",
        "ticket": "Ticket #{number} ({status}): {question}",
    },
}


class Finder(Protocol):
    """Retrieval."""

    def find(self, query: Query, /, *, k: int = 10) -> Found:
        """The best passages for a question."""
        ...


class Orders(Protocol):
    """The company's own system. An implementation asks it for one customer's orders only."""

    def orders(self, customer_id: CustomerId, /, *, number: str | None, language: Language) -> Sequence[OwnOrder]:
        """A customer's orders, the newest first; with a number that one alone, if it is theirs.

        Raises:
            ConnectorFailed: the system can't be asked, or its reply can't be used.
        """
        ...


class Tickets(Protocol):
    """The desk, as far as a customer may look into it."""

    def own(self, caller: Caller, /) -> Sequence[TicketCard]:
        """The caller's open tickets."""
        ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """A search found something to answer from."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the customer reads as it is, and nothing else."""

    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The call is beyond the caller's rights."""

    reason: str


Result = Evidence | Shown | Finding | Refused
"""What a call gave. A `Finding` ends the turn by a rule of the hand-over table, so that nothing happens before the reply
is committed."""


class ToolRunner:
    """Runs tools for one caller at a time. Rights come from the caller alone, and are checked again on what comes back."""

    def __init__(self, finder: Finder, tickets: Tickets, orders: Orders | None = None, *, candidates: int = 10) -> None:
        self._finder = finder
        self._tickets = tickets
        self._orders = orders
        self._candidates = candidates

    def offered(self, caller: Caller) -> tuple[ToolName, ...]:
        """What there is to call: outside of a conversation nothing that is anybody's own, orders only if connected."""
        if caller.conversation_id is None:
            return (ToolName.SEARCH,)
        orders = (ToolName.ORDERS,) if self._orders is not None else ()
        return (ToolName.SEARCH, *orders, ToolName.TICKETS, ToolName.OPEN_TICKET)

    def may_look(self, call: ToolCall, caller: Caller) -> bool:
        """Whether code may look this up for the caller now, so that no rule need hand it over."""
        if call.name is ToolName.TICKETS:
            return caller.verified or bool(self._own_tickets(caller))
        return call.name is ToolName.ORDERS and self._orders is not None and caller.verified

    def run(self, call: ToolCall, caller: Caller, *, message: str, language: Language) -> Result:
        """Run a call. `message` is what the customer wrote last.

        Raises:
            ConnectorFailed: the company's system failed.
        """
        if call.name not in self.offered(caller):
            return Refused("This tool isn't there for this caller.")
        match call.name:
            case ToolName.SEARCH:
                query = Query(text=call.argument, audience=caller.audience, as_of=caller.as_of)
                return Evidence(self._finder.find(query, k=self._candidates).hits)
            case ToolName.ORDERS:
                return self._show_orders(call.argument, caller, language)
            case ToolName.TICKETS:
                return self._show_tickets(caller, language)
            case ToolName.OPEN_TICKET:
                # Only the customer's own words open a ticket; a model that wants one for them isn't enough.
                return TICKET_WANTED if wants_ticket(message) else Refused("The customer hasn't asked for a ticket.")

    def _show_orders(self, number: str, caller: Caller, language: Language) -> Result:
        if not caller.verified or caller.customer_id is None or self._orders is None:
            return NOT_VERIFIED
        texts = _TEXTS[language]
        found = self._orders.orders(caller.customer_id, number=number or None, language=language)
        own = [order for order in found if order.customer_id == caller.customer_id]
        wanted = [order for order in own if not number or _same(order.number, number)][:MOST_SHOWN]
        lines = [
            filled(texts["order"], number=order.number, status=order.status)
            + (filled(texts["expected"], day=order.expected_on.isoformat()) if order.expected_on else "")
            for order in wanted
        ]
        return Shown("\n".join(lines)) if lines else NOBODYS_ORDER

    def _show_tickets(self, caller: Caller, language: Language) -> Result:
        texts, place = _TEXTS[language], 0 if language is Language.ZH else 1
        lines = [
            filled(
                texts["ticket"],
                number=str(card.ticket_id),
                status=CUSTOMER_LABELS[card.status][place],
                question=card.question[:QUESTION_CHARACTERS],
            )
            for card in self._own_tickets(caller)[:MOST_SHOWN]
        ]
        return Shown("\n".join(lines) or texts["no_tickets"])

    def _own_tickets(self, caller: Caller) -> list[TicketCard]:
        return [card for card in self._tickets.own(caller) if card.category.open and _owns(caller, card)]


def filled(text: str, **values: str) -> str:
    """A text with its gaps filled in one go: plain words in one line, with no mark that could be taken for a source."""
    return text.format_map({name: harmless(without_marks(_one_line(value))) for name, value in values.items()})


def _one_line(value: str) -> str:
    return "".join(each for each in " ".join(value.split()) if each.isprintable())


def _owns(caller: Caller, card: TicketCard) -> bool:
    """A visitor's are those of the conversation that they hold; a verified customer's are all in their name."""
    here = card.conversation_id == caller.conversation_id
    return here or (caller.verified and card.customer_id == caller.customer_id)


def _same(one: str, other: str) -> bool:
    """The same number, however it is written."""
    return _letters(one) == _letters(other)


def _letters(number: str) -> str:
    return "".join(each for each in number.upper() if each.isalnum())
