"""Conversations as agents see them: lists and timelines. Only reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from core.accounts import AccountId
from core.dialogues import DialogueView, Line
from core.episodes import EpisodeId, EpisodeState
from core.errors import NotFound
from core.staff import TeamId
from core.tickets import Priority, TicketCard
from core.types import ConversationId, MessageId, Role
from desk.episodes import EpisodeRecord, Held, all_episodes, current, look_at, to_held, to_record
from desk.tables import conversations, episodes, messages, tickets
from desk.ticket_rows import to_card


def view_of(connection: Connection, conversation_id: ConversationId) -> DialogueView:
    """One conversation. Raises `NotFound` also while nobody has written in it."""
    held = look_at(connection, conversation_id)
    episode = current(all_episodes(connection, conversation_id))
    if episode is None:
        raise NotFound("conversation with messages", conversation_id)
    return _views(connection, [(held, episode)])[0]


def list_views(
    connection: Connection,
    *,
    states: Collection[EpisodeState],
    owner_id: AccountId | None,
    teams: Collection[TeamId] | None,
) -> list[DialogueView]:
    """Conversations in these states: the most urgent first, then whoever waits longest."""
    query = select(episodes).where(episodes.c.state.in_(list(states)))
    if owner_id is not None:
        query = query.where(episodes.c.owner_id == owner_id)
    if teams is not None:
        query = query.where(episodes.c.team_id.is_(None) | episodes.c.team_id.in_(list(teams)))
    found = [to_record(row) for row in connection.execute(query.order_by(episodes.c.id))]
    newest = {episode.conversation_id: episode for episode in found}
    held = _held(connection, list(newest))
    views = _views(connection, [(held[key], episode) for key, episode in newest.items()])
    return sorted(views, key=lambda view: (-view.priority.rank, view.waiting_since or view.entered_at, view.episode_id))


def lines(
    connection: Connection, conversation_id: ConversationId, *, after: int = 0, notes: bool = False
) -> list[Line]:
    """Messages with a higher number than `after`, oldest first; notes only for colleagues."""
    query = select(messages).where(messages.c.conversation_id == conversation_id, messages.c.ordinal >= after)
    if not notes:
        query = query.where(messages.c.role != Role.NOTE)
    return [_to_line(row) for row in connection.execute(query.order_by(messages.c.ordinal))]


def _held(connection: Connection, conversation_ids: Sequence[ConversationId]) -> dict[ConversationId, Held]:
    query = select(conversations).where(conversations.c.id.in_(conversation_ids))
    return {ConversationId(row.id): to_held(row) for row in connection.execute(query)}


def _views(connection: Connection, pairs: Sequence[tuple[Held, EpisodeRecord]]) -> list[DialogueView]:
    ids = [held.conversation_id for held, _ in pairs]
    cards: dict[ConversationId, list[TicketCard]] = {}
    for row in connection.execute(select(tickets).where(tickets.c.conversation_id.in_(ids)).order_by(tickets.c.id)):
        card = to_card(row)
        if card.category.open:
            cards.setdefault(card.conversation_id, []).append(card)
    newest = (
        select(messages.c.conversation_id, func.max(messages.c.ordinal).label("ordinal"))
        .where(messages.c.conversation_id.in_(ids), messages.c.role.not_in((Role.NOTE, Role.SYSTEM)))
        .group_by(messages.c.conversation_id)
        .subquery()
    )
    own = (messages.c.conversation_id == newest.c.conversation_id) & (messages.c.ordinal == newest.c.ordinal)
    last = {row.conversation_id: row for row in connection.execute(select(messages).join(newest, own))}
    return [
        _view(held, episode, cards.get(held.conversation_id, []), last.get(held.conversation_id))
        for held, episode in pairs
    ]


def _view(held: Held, episode: EpisodeRecord, cards: Sequence[TicketCard], last: Row[Any] | None) -> DialogueView:
    return DialogueView(
        conversation_id=held.conversation_id,
        version=held.version,
        channel=held.channel,
        language=held.language,
        customer_id=held.customer_id,
        episode_id=episode.episode_id,
        number=episode.number,
        state=episode.state,
        owner_id=episode.owner_id,
        team_id=episode.team_id,
        code=episode.code,
        priority=max((card.priority for card in cards), key=lambda each: each.rank, default=Priority.MEDIUM),
        tickets=tuple(card.ticket_id for card in cards),
        started_at=episode.started_at,
        entered_at=episode.entered_at,
        waiting_since=episode.waiting_since,
        wake_at=episode.wake_at,
        last_text=last.text if last is not None else "",
        last_role=last.role if last is not None else None,
        last_at=last.created_at if last is not None else None,
    )


def _to_line(row: Row[Any]) -> Line:
    return Line(
        number=row.ordinal + 1,
        message_id=MessageId(row.id),
        role=row.role,
        text=row.text,
        author_id=None if row.author_id is None else AccountId(row.author_id),
        created_at=row.created_at,
        episode_id=None if row.episode_id is None else EpisodeId(row.episode_id),
    )
