"""Which tickets fit what a list asks for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Select, select

from core.accounts import AccountId
from core.actors import CustomerId
from core.staff import TeamId
from core.tickets import CATEGORY, TicketCategory
from core.types import ConversationId, TicketStatus
from desk.tables import tickets

ORDER: Final = (tickets.c.updated_at.desc(), tickets.c.id.desc())


def matching(
    *,
    categories: Collection[TicketCategory],
    statuses: Collection[TicketStatus],
    assignee_id: AccountId | None,
    unassigned: bool,
    teams: Collection[TeamId] | None,
    customer_id: CustomerId | None,
    conversation_id: ConversationId | None,
) -> Select[Any]:
    """Return the query for the rows of these tickets, those that changed last first. See `Ticketing.search`."""
    query = select(tickets).order_by(*ORDER)
    wanted = {status for status, category in CATEGORY.items() if category in categories} | set(statuses)
    if wanted:
        query = query.where(tickets.c.status.in_(sorted(wanted)))
    if assignee_id is not None:
        query = query.where(tickets.c.assignee_id == assignee_id)
    if unassigned:
        query = query.where(tickets.c.assignee_id.is_(None))
    if teams is not None:
        query = query.where(tickets.c.team_id.is_(None) | tickets.c.team_id.in_(list(teams)))
    if customer_id is not None:
        query = query.where(tickets.c.customer_id == customer_id)
    if conversation_id is not None:
        query = query.where(tickets.c.conversation_id == conversation_id)
    return query
