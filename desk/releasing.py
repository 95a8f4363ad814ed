"""Giving back what somebody who leaves hasn't answered; what they have begun stays theirs."""

from __future__ import annotations

from sqlalchemy import or_, select

from core.accounts import AccountId
from core.episodes import EpisodeState
from core.types import ConversationId
from desk.acts import Act
from desk.episode_states import Trigger
from desk.episodes import changed, hold, move_episode, one_episode
from desk.tables import episodes
from desk.ticket_rows import assign, hold_ticket, open_tickets


def release_unanswered(act: Act, account_id: AccountId) -> list[ConversationId]:
    """Put this agent's conversations in which they never spoke back into the queue; returns which."""
    silent = or_(episodes.c.agent_spoke_at.is_(None), episodes.c.agent_spoke_at < episodes.c.entered_at)
    query = select(episodes.c.id, episodes.c.conversation_id).where(
        episodes.c.owner_id == account_id,
        episodes.c.state == EpisodeState.AGENT,
        episodes.c.waiting_since.is_not(None),
        silent,
    )
    released = []
    for row in act.connection.execute(query.order_by(episodes.c.id)).all():
        held = hold(act.connection, ConversationId(row.conversation_id))
        move_episode(act, held, one_episode(act.connection, row.id), Trigger.TRANSFERRED)
        for card in open_tickets(act.connection, held.conversation_id):
            if card.assignee_id == account_id:
                assign(act, hold_ticket(act.connection, card.ticket_id), None)
        changed(act.connection, held.conversation_id)
        released.append(held.conversation_id)
    return released
