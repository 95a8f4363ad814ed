"""Episodes in SQL: which one a conversation is in, its steps, and who owns the turn. Every step is logged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from core.accounts import AccountId
from core.actors import ActorKind, CustomerId
from core.customers import KNOWN, VERIFIED_FOR
from core.desk_events import EventKind, Subject
from core.episodes import EpisodeId, EpisodeState
from core.errors import NotFound
from core.staff import TeamId
from core.tickets import CloseReason
from core.types import Audience, ConversationId, HandoverCode, Language
from desk.acts import Act
from desk.episode_states import Trigger, move
from desk.tables import conversations, episodes

_LOOK: Final = select(conversations).where(conversations.c.id == bindparam("key"))
_HOLD: Final = _LOOK.with_for_update()
_BUMP: Final = update(conversations).where(conversations.c.id == bindparam("key"))
_EPISODES: Final = select(episodes).where(episodes.c.conversation_id == bindparam("key")).order_by(episodes.c.number)
_CHANGE: Final = update(episodes).where(episodes.c.id == bindparam("key"))
_OPEN: Final = insert(episodes)
"""Statements of every turn are made once: to build one takes longer than to run it on a local database."""

_OPENING: Final = (
    "conversation_id", "number", "state", "told", "identity_level", "summary", "started_at", "entered_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRecord:
    """An episode as it is stored."""

    episode_id: EpisodeId
    conversation_id: ConversationId
    number: int
    state: EpisodeState
    identity_level: int
    summary: str
    started_at: datetime
    entered_at: datetime
    """When the present state began."""
    owner_id: AccountId | None = None
    team_id: TeamId | None = None
    code: HandoverCode | None = None
    """Of its first hand-over."""
    told: bool = False
    waiting_since: datetime | None = None
    """The customer's first message that a person owes an answer to."""
    wake_at: datetime | None = None
    agent_spoke_at: datetime | None = None
    ended_at: datetime | None = None
    close_reason: CloseReason | None = None
    closed_by: ActorKind | None = None
    assignee_at_resolution: AccountId | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation whose row this transaction holds, so that nobody else changes it meanwhile."""

    conversation_id: ConversationId
    audience: Audience
    language: Language | None
    customer_id: CustomerId | None
    channel: str
    version: int
    created_at: datetime
    identity_level: int
    """As it was said last; `level` says what of it still holds."""
    verified_at: datetime | None
    """When the company's site last said who the visitor is."""

    def level(self, now: datetime) -> int:
        """How well the visitor is known now. Having been verified too long ago means being known."""
        fresh = self.verified_at is not None and now - self.verified_at <= VERIFIED_FOR
        return self.identity_level if fresh else min(self.identity_level, KNOWN)

    def subject(self, episode: EpisodeRecord | None = None) -> Subject:
        """What events about it are about."""
        return Subject(
            conversation_id=self.conversation_id,
            episode_id=episode.episode_id if episode is not None else None,
            customer_id=self.customer_id,
        )


def hold(connection: Connection, conversation_id: ConversationId) -> Held:
    """Take the conversation's row until the transaction ends. Raises `NotFound`."""
    row = connection.execute(_HOLD, {"key": conversation_id}).one_or_none()
    if row is None:
        raise NotFound("conversation", conversation_id)
    return to_held(row)


def look_at(connection: Connection, conversation_id: ConversationId) -> Held:
    """The conversation without holding it, for reading. Raises `NotFound`."""
    row = connection.execute(_LOOK, {"key": conversation_id}).one_or_none()
    if row is None:
        raise NotFound("conversation", conversation_id)
    return to_held(row)


def to_held(row: Row[Any]) -> Held:
    """A row of `conversations`."""
    return Held(
        conversation_id=ConversationId(row.id),
        audience=row.audience,
        language=row.language,
        customer_id=None if row.customer_id is None else CustomerId(row.customer_id),
        channel=row.channel,
        version=row.version,
        created_at=row.created_at,
        identity_level=row.identity_level,
        verified_at=row.verified_at,
    )


def bump(connection: Connection, held: Held) -> int:
    """`changed` for who holds the row, once in a transaction: nobody else can have counted meanwhile."""
    version = held.version + 1
    connection.execute(_BUMP, {"key": held.conversation_id, "version": version})
    return version


def changed(connection: Connection, conversation_id: ConversationId) -> int:
    """Note that the conversation changed; returns its new version."""
    mine = conversations.c.id == conversation_id
    connection.execute(update(conversations).where(mine).values(version=conversations.c.version + 1))
    version: int = connection.execute(select(conversations.c.version).where(mine)).scalar_one()
    return version


def all_episodes(connection: Connection, conversation_id: ConversationId) -> list[EpisodeRecord]:
    """A conversation's episodes, oldest first."""
    return [to_record(row) for row in connection.execute(_EPISODES, {"key": conversation_id})]


def current(found: list[EpisodeRecord]) -> EpisodeRecord | None:
    """The episode that a conversation is in: the newest that is live, else the newest of all.

    One that goes on as a ticket isn't live: the customer may have begun with something else meanwhile.
    When a person takes the ticket up, it is live again.
    """
    live = [each for each in found if not each.state.ended and each.state is not EpisodeState.TICKETED]
    owned = [each for each in live if not each.state.assistant_speaks]
    return (owned or live or found or [None])[-1]  # type: ignore[list-item]  # `None` when there is none at all


def one_episode(connection: Connection, episode_id: EpisodeId) -> EpisodeRecord:
    """One episode. Raises `NotFound`."""
    row = connection.execute(select(episodes).where(episodes.c.id == episode_id)).one_or_none()
    if row is None:
        raise NotFound("episode", episode_id)
    return to_record(row)


def open_episode(act: Act, held: Held, before: list[EpisodeRecord], *, summary: str = "") -> EpisodeRecord:
    """Begin the conversation's next episode, in the assistant's hands."""
    number = before[-1].number + 1 if before else 1
    record = EpisodeRecord(
        episode_id=EpisodeId(0),
        conversation_id=held.conversation_id,
        number=number,
        state=EpisodeState.ASSISTANT,
        identity_level=held.level(act.now),
        summary=summary,
        started_at=act.now,
        entered_at=act.now,
    )
    columns = {name: getattr(record, name) for name in _OPENING}
    added = act.connection.execute(_OPEN, columns)
    assert added.inserted_primary_key is not None  # every database gives it after a single insert
    record = replace(record, episode_id=EpisodeId(added.inserted_primary_key[0]))
    act.log(EventKind.EPISODE_OPENED, held.subject(record), new=record.state.value, detail={"number": number})
    return record


def move_episode(
    act: Act, held: Held, episode: EpisodeRecord, trigger: Trigger, *, reason: CloseReason | None = None
) -> EpisodeRecord:
    """Take a step. A state that is left loses what belonged to it: owner, alarm, waiting clock.

    Raises:
        Conflict: there is no such step, or not for this actor.
    """
    step = move(episode.state, trigger, act.actor.kind, reason=reason)
    values: dict[str, object] = {"state": step.new, "entered_at": act.now}
    if step.new is not EpisodeState.SNOOZED:
        values["wake_at"] = None
    if step.new.ended or step.new.assistant_speaks:
        values["waiting_since"] = None
    if step.new.ended:
        values |= {
            "ended_at": act.now,
            "close_reason": step.reason,
            "closed_by": act.actor.kind,
            "assignee_at_resolution": episode.owner_id,
        }
    moved = change_episode(act, episode, **values)
    act.log(
        EventKind.EPISODE_MOVED,
        held.subject(episode),
        old=step.old.value,
        new=step.new.value,
        reason=step.reason.value if step.reason is not None else "",
        rule=trigger.value,
    )
    keeps_owner = {EpisodeState.AGENT, EpisodeState.SNOOZED}
    if step.new not in keeps_owner and moved.owner_id is not None:
        moved = own(act, held, moved, None)
    return moved


def own(act: Act, held: Held, episode: EpisodeRecord, account_id: AccountId | None) -> EpisodeRecord:
    """Give the turn to a person, or to nobody. Logged only if that changes something."""
    if account_id == episode.owner_id:
        return episode
    act.log(EventKind.EPISODE_ASSIGNED, held.subject(episode), old=episode.owner_id, new=account_id)
    return change_episode(act, episode, owner_id=account_id)


def change_episode(act: Act, episode: EpisodeRecord, **values: Any) -> EpisodeRecord:
    """Write columns; the caller logs what that means. Names of columns are names of fields."""
    act.connection.execute(_CHANGE, {"key": episode.episode_id, **values})
    return replace(episode, **values)


def to_record(row: Row[Any]) -> EpisodeRecord:
    """A row of `episodes`."""
    return EpisodeRecord(
        episode_id=EpisodeId(row.id),
        conversation_id=ConversationId(row.conversation_id),
        number=row.number,
        state=row.state,
        owner_id=None if row.owner_id is None else AccountId(row.owner_id),
        team_id=None if row.team_id is None else TeamId(row.team_id),
        code=row.code,
        told=row.told,
        identity_level=row.identity_level,
        summary=row.summary,
        started_at=row.started_at,
        entered_at=row.entered_at,
        waiting_since=row.waiting_since,
        wake_at=row.wake_at,
        agent_spoke_at=row.agent_spoke_at,
        ended_at=row.ended_at,
        close_reason=row.close_reason,
        closed_by=row.closed_by,
        assignee_at_resolution=None if row.assignee_at_resolution is None else AccountId(row.assignee_at_resolution),
    )
