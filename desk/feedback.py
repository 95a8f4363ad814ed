"""What customers do besides writing: say whether a reply helped, or that they don't want a person any more."""

from __future__ import annotations

from sqlalchemy import select

from core.actors import SYSTEM
from core.episodes import EpisodeState
from core.errors import Conflict, NotFound
from core.tickets import CloseReason
from core.types import MessageId, Role, TicketStatus
from desk import rows
from desk.acts import Act
from desk.arriving import rate_reply
from desk.episode_states import Trigger
from desk.episodes import EpisodeRecord, Held, all_episodes, current, move_episode, one_episode
from desk.past import last_reply, spoken_language
from desk.policy import DeskPolicy
from desk.surveys import offer_survey
from desk.tables import messages, replies
from desk.texts import say
from desk.ticket_rows import hold_ticket, open_tickets, step
from desk.ticket_states import TicketTrigger


def rate_message(act: Act, held: Held, message_id: MessageId, *, helpful: bool, policy: DeskPolicy) -> None:
    """Keep a verdict on a reply. On the reply that waits for one, it also ends the episode or goes on with it.

    Raises:
        NotFound: the conversation has no such reply.
    """
    query = (
        select(messages.c.episode_id)
        .join(replies, replies.c.message_id == messages.c.id)
        .where(messages.c.id == message_id, messages.c.conversation_id == held.conversation_id)
    )
    episode_id = act.connection.execute(query).scalar_one_or_none()
    if episode_id is None:
        raise NotFound("reply", message_id)
    episode = one_episode(act.connection, episode_id)
    rate_reply(act, held, episode, message_id, helpful=helpful)
    if episode.state is not EpisodeState.CONFIRMING or last_reply(act.connection, episode) != message_id:
        return
    if helpful:
        confirmed(act, held, move_episode(act, held, episode, Trigger.CONFIRMED), policy)
    else:
        move_episode(act, held, episode, Trigger.DENIED)


def confirmed(act: Act, held: Held, episode: EpisodeRecord, policy: DeskPolicy) -> None:
    """Thank the customer who says that it is solved, and ask how it was."""
    _say(act.by(SYSTEM), held, episode, "solved")
    offer_survey(act.by(SYSTEM), held, episode, policy)


def withdraw(act: Act, held: Held) -> None:
    """Leave the queue. Tickets on which nobody has begun to work are done with it.

    Raises:
        Conflict: nobody is being waited for.
    """
    episode = current(all_episodes(act.connection, held.conversation_id))
    if episode is None or episode.state is not EpisodeState.QUEUED:
        raise Conflict("You aren't waiting for a colleague.")
    for card in open_tickets(act.connection, held.conversation_id):
        if card.episode_id == episode.episode_id and card.status is TicketStatus.NEW:
            note = "withdrawn by the customer"
            card = hold_ticket(act.connection, card.ticket_id)
            step(act, card, TicketTrigger.RESOLVED, reason=CloseReason.NOT_SUPPORT, note=note)
    _say(act.by(SYSTEM), held, move_episode(act, held, episode, Trigger.WITHDRAWN), "withdrawn")


def _say(act: Act, held: Held, episode: EpisodeRecord, key: str) -> None:
    language = spoken_language(act.connection, held)
    rows.add_message(act, held.subject(episode), Role.SYSTEM, say(key, language))
