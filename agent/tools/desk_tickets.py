"""A customer's open tickets, from the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.tickets import TicketCard, TicketCategory
from core.tools import Caller
from desk.ticketing import Ticketing

MOST_READ: Final = 20

_OPEN: Final = (TicketCategory.ACTIVE, TicketCategory.WAITING)


class DeskTickets:
    """What the desk's own pages show to colleagues, narrowed to one caller."""

    def __init__(self, ticketing: Ticketing) -> None:
        self._ticketing = ticketing

    def own(self, caller: Caller, /) -> Sequence[TicketCard]:
        """All that are open in a verified customer's name; those of the conversation for anybody else."""
        if caller.conversation_id is None:
            return ()
        if caller.verified:
            return self._ticketing.search(categories=_OPEN, customer_id=caller.customer_id, limit=MOST_READ)
        return self._ticketing.search(categories=_OPEN, conversation_id=caller.conversation_id, limit=MOST_READ)
