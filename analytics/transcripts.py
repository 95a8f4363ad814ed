"""What was said in an episode, with what is known of each reply. Notes among colleagues are left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, Row, Select, select

from core.database import reading
from core.types import Audience, ConversationId, HandoverCode, MessageId, Role
from desk.tables import conversations, messages, replies

SLICE: Final = 400
"""Episodes read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A message that the customer wrote or could read."""

    message_id: MessageId
    role: Role
    text: str
    at: datetime
    substantive: bool = True
    """Not only thanks, and not automatic."""
    outcome: str | None = None
    """Of the assistant's."""
    code: HandoverCode | None = None
    """Of a hand-over, or of what would be next after a question back."""
    helpful: bool | None = None
    """What the customer said of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One episode, oldest line first."""

    episode_id: str
    conversation_id: ConversationId
    audience: Audience
    customer_id: int | None
    lines: tuple[Line, ...]

    @property
    def customer(self) -> str:
        """As figures count customers."""
        return f"visitor {self.conversation_id}" if self.customer_id is None else f"customer {self.customer_id}"


class Transcripts:
    """Reads episodes from the desk's tables."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_episodes(self, ids: Sequence[int]) -> list[Transcript]:
        """The episodes with these numbers, as far as they are still there, by number."""
        rows: dict[int, list[Row[Any]]] = defaultdict(list)
        with reading(self._engine) as connection:
            for at in range(0, len(ids), SLICE):
                some = _LINES.where(messages.c.episode_id.in_(ids[at : at + SLICE]))
                for row in connection.execute(some.order_by(messages.c.conversation_id, messages.c.ordinal)):
                    rows[row.episode_id].append(row)
        return [_transcript(episode_id, rows[episode_id]) for episode_id in sorted(rows)]

    def first_questions(self, ids: Sequence[int]) -> dict[str, str]:
        """What the customer wrote first in each of the episodes, where it is more than thanks or a file without words."""
        found: dict[str, str] = {}
        for each in self.of_episodes(ids):
            asked = [line.text for line in each.lines if line.role is Role.CUSTOMER and line.substantive and line.text]
            if asked:
                found[each.episode_id] = asked[0]
        return found


_LINES: Final[Select[Any]] = (
    select(
        messages.c.id,
        messages.c.episode_id,
        messages.c.conversation_id,
        messages.c.role,
        messages.c.text,
        messages.c.created_at,
        messages.c.substantive,
        conversations.c.audience,
        conversations.c.customer_id,
        replies.c.outcome,
        replies.c.code,
        replies.c.offered,
        replies.c.helpful,
    )
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .outerjoin(replies, replies.c.message_id == messages.c.id)
    .where(messages.c.role != Role.NOTE)
)


def _transcript(episode_id: int, rows: Sequence[Row[Any]]) -> Transcript:
    first = rows[0]
    return Transcript(
        episode_id=str(episode_id),
        conversation_id=ConversationId(first.conversation_id),
        audience=first.audience,
        customer_id=first.customer_id,
        lines=tuple(
            Line(
                message_id=MessageId(row.id),
                role=row.role,
                text=row.text,
                at=row.created_at,
                substantive=row.substantive,
                outcome=row.outcome,
                code=row.code or row.offered,
                helpful=row.helpful,
            )
            for row in rows
        ),
    )
