"""What was said, as the assistant's rules read it: an episode with its turns, and the messages before this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from core.actors import CustomerId
from core.customers import KNOWN
from core.episodes import Episode, EpisodeId, EpisodeState, LateTicket, PastTurn
from core.text import detect_language
from core.tickets import CATEGORY
from core.types import ConversationId, HandoverCode, Language, Message, MessageId, PassageId, Role, TicketId
from desk import rows
from desk.attachments.tables import attachments
from desk.clock_tables import sla_clocks
from desk.customer_tables import customers
from desk.episodes import EpisodeRecord, Held
from desk.records import TurnContext
from desk.tables import citations, messages, readings, replies, tickets

SPEAKERS = frozenset({Role.CUSTOMER, Role.ASSISTANT, Role.AGENT})
"""Whose words the assistant reads. The desk's own sentences and notes tell it nothing."""

LATE_TICKETS: Final = 20
"""Most late tickets of a customer that the rules look at."""

_BREACHED: Final = sla_clocks.c.breached_at.is_not(None)
_FILES: Final = select(func.count()).where(attachments.c.message_id == messages.c.id).scalar_subquery()
_SAID: Final[Select[Any]] = (
    select(
        messages.c.id, messages.c.role, messages.c.text, messages.c.created_at, messages.c.episode_id,
        replies.c.outcome, replies.c.helpful, replies.c.offered, replies.c.code,
        readings.c.intent, readings.c.sentiment, readings.c.anger, _FILES.label("files"),
    )
    .outerjoin(replies, replies.c.message_id == messages.c.id)
    .outerjoin(readings, readings.c.message_id == messages.c.id)
    .where(messages.c.conversation_id == bindparam("conversation"))
    .where(messages.c.episode_id.in_(bindparam("of", expanding=True)), messages.c.role != Role.NOTE)
    .order_by(messages.c.ordinal)
)  # fmt: skip
_CITED: Final = (
    select(citations.c.message_id, citations.c.passage_id)
    .where(citations.c.message_id.in_(bindparam("of", expanding=True)))
    .order_by(citations.c.message_id, citations.c.ordinal)
)
_LATE_ANY: Final = (
    select(tickets.c.id, readings.c.intent)
    .outerjoin(readings, readings.c.message_id == tickets.c.message_id)
    .where(tickets.c.status.in_([status for status, category in CATEGORY.items() if category.open]))
    .where(select(sla_clocks.c.ticket_id).where(sla_clocks.c.ticket_id == tickets.c.id, _BREACHED).exists())
    .order_by(tickets.c.id)
    .limit(LATE_TICKETS)
)
_LATE: Final = _LATE_ANY.where(tickets.c.customer_id == bindparam("key"))
_LATE_HERE: Final = _LATE_ANY.where(tickets.c.conversation_id == bindparam("key"))
"""Made once: to build a statement takes longer than to run it on a local database."""

NOTHING_YET = Episode(EpisodeId(0), 1, EpisodeState.ASSISTANT, 0)
"""Of a conversation in which nobody has written."""


def episode_noun(connection: Connection, held: Held, episode: EpisodeRecord | None) -> Episode:
    """The episode with its turns. A message that the assistant has yet to answer isn't among them."""
    if episode is None:
        level = held.identity_level
        return Episode(NOTHING_YET.episode_id, 1, EpisodeState.ASSISTANT, held.version, identity_level=level)
    return _noun(connection, held, episode, _lines(connection, held.conversation_id, [episode.episode_id]))


def _noun(connection: Connection, held: Held, episode: EpisodeRecord, lines: Sequence[_Line]) -> Episode:
    return Episode(
        episode_id=episode.episode_id,
        number=episode.number,
        state=episode.state,
        version=held.version,
        turns=tuple(_turns(lines, waits=episode.state.assistant_speaks)),
        identity_level=episode.identity_level,
        vip=_vip(connection, _known(held, episode)),
        late_tickets=_late_tickets(connection, held, _known(held, episode)),
        customer_id=_known(held, episode),
    )


def turn_context(
    connection: Connection, held: Held, found: Sequence[EpisodeRecord], episode: EpisodeRecord
) -> TurnContext | None:
    """What the assistant is to reply to, and what it may know; `None` if nothing waits for a reply.

    Older episodes are left out once they have ended, so that a new problem begins afresh; one that
    goes on as a ticket beside it is still being talked about.
    """
    chain = [episode.episode_id]
    for earlier in reversed([each for each in found if each.number < episode.number]):
        if earlier.state is not EpisodeState.TICKETED:
            break
        chain.append(earlier.episode_id)
    lines = _lines(connection, held.conversation_id, chain)
    said = [line.message for line in lines]
    pending: list[Message] = []
    while said and said[-1].role is Role.CUSTOMER:
        pending.insert(0, said.pop())
    if not pending:
        return None
    own = [line for line in lines if line.episode_id == episode.episode_id]
    return TurnContext(
        text="\n".join(message.text for message in pending if message.text),
        history=tuple(message for message in said if message.role in SPEAKERS and message.text),
        episode=_noun(connection, held, episode, own),
        message_id=pending[-1].message_id,
        files=sum(line.files for line in lines[len(lines) - len(pending) :]),
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """A message with what is known of it: how it came about, or how it was read."""

    message: Message
    episode_id: EpisodeId
    outcome: str | None
    helpful: bool | None
    offered: HandoverCode | None
    code: HandoverCode | None
    cited: tuple[PassageId, ...]
    intent: str | None
    sentiment: int | None
    anger: float | None
    files: int


def _lines(connection: Connection, conversation_id: ConversationId, of: Sequence[EpisodeId]) -> list[_Line]:
    found = connection.execute(_SAID, {"conversation": conversation_id, "of": of}).all()
    cited: dict[str, list[PassageId]] = {}
    answers = [row.id for row in found if row.outcome == "answer"]  # nothing else cites
    for row in connection.execute(_CITED, {"of": answers}) if answers else ():
        cited.setdefault(row.message_id, []).append(PassageId(row.passage_id))
    return [_to_line(row, tuple(cited.get(row.id, ()))) for row in found]


def _to_line(row: Row[Any], cited: tuple[PassageId, ...]) -> _Line:
    return _Line(
        message=rows.to_message(row),
        episode_id=EpisodeId(row.episode_id),
        outcome=row.outcome,
        helpful=row.helpful,
        offered=row.offered,
        code=row.code,
        cited=cited,
        intent=row.intent,
        sentiment=row.sentiment,
        anger=row.anger,
        files=row.files,
    )


def _turns(lines: Sequence[_Line], *, waits: bool) -> list[PastTurn]:
    turns: list[PastTurn] = []
    pending: list[_Line] = []
    for line in lines:
        if line.message.role is Role.CUSTOMER:
            pending.append(line)
            continue
        if pending and line.message.role is Role.ASSISTANT:
            turns.append(_turn(pending, line))
            pending = []
        elif pending and line.message.role is Role.AGENT:
            turns.append(_turn(pending, None))
            pending = []
    if pending and not waits:
        turns.append(_turn(pending, None))
    return turns


def _turn(pending: Sequence[_Line], reply: _Line | None) -> PastTurn:
    last = pending[-1]
    return PastTurn(
        message_id=last.message.message_id,
        text="\n".join(line.message.text for line in pending if line.message.text),
        reply=reply.message.text if reply is not None else "",
        outcome=(reply.outcome if reply is not None else None) or "silent",
        at=last.message.created_at,
        rejected=reply is not None and reply.helpful is False,
        offered=reply.offered if reply is not None else None,
        intent=last.intent,
        sentiment=last.sentiment,
        anger=last.anger,
        code=reply.code if reply is not None else None,
        cited=reply.cited if reply is not None else (),
    )


def _vip(connection: Connection, customer_id: CustomerId | None) -> bool:
    if customer_id is None:
        return False
    found = connection.execute(select(customers.c.vip).where(customers.c.id == customer_id)).scalar_one_or_none()
    return bool(found)


def _known(held: Held, episode: EpisodeRecord) -> CustomerId | None:
    """Whose rights and tickets count. Whoever only left an address or a number hasn't become its owner by that."""
    return held.customer_id if episode.identity_level >= KNOWN else None


def _late_tickets(connection: Connection, held: Held, customer_id: CustomerId | None) -> tuple[LateTicket, ...]:
    if customer_id is None:
        found = connection.execute(_LATE_HERE, {"key": held.conversation_id})
    else:
        found = connection.execute(_LATE, {"key": customer_id})
    return tuple(LateTicket(TicketId(row.id), row.intent) for row in found)


def last_reply(connection: Connection, episode: EpisodeRecord) -> MessageId | None:
    """The assistant's last message of the episode that was a reply."""
    query = (
        select(messages.c.id)
        .join(replies, replies.c.message_id == messages.c.id)
        .where(messages.c.episode_id == episode.episode_id)
        .order_by(messages.c.ordinal.desc())
        .limit(1)
    )
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else MessageId(found)


def spoken_language(connection: Connection, held: Held, text: str = "") -> Language:
    """The customer's language: as chosen, else that of this text or of the last message with words; else Chinese."""
    if held.language is not None:
        return held.language
    if text:
        return detect_language(text)
    query = select(messages.c.text).where(
        messages.c.conversation_id == held.conversation_id, messages.c.role == Role.CUSTOMER, messages.c.text != ""
    )
    last = connection.execute(query.order_by(messages.c.ordinal.desc()).limit(1)).scalar_one_or_none()
    return Language.ZH if last is None else detect_language(last)


def last_customer_message(connection: Connection, conversation_id: ConversationId) -> Message | None:
    """What the customer wrote last."""
    query = select(messages).where(messages.c.conversation_id == conversation_id, messages.c.role == Role.CUSTOMER)
    row = connection.execute(query.order_by(messages.c.ordinal.desc()).limit(1)).one_or_none()
    return None if row is None else rows.to_message(row)


def last_word_at(connection: Connection, conversation_id: ConversationId) -> datetime | None:
    """When anything but a note was written last."""
    query = select(messages.c.created_at).where(
        messages.c.conversation_id == conversation_id, messages.c.role != Role.NOTE
    )
    found: datetime | None = connection.execute(query.order_by(messages.c.ordinal.desc()).limit(1)).scalar_one_or_none()
    return found
