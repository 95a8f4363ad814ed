"""Past answers after a change of the knowledge: which cite a document, what looking at them found, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, delete, func, insert, or_, select, update

from core.clock import Clock, utc_now
from core.database import reading, writing
from core.errors import InvalidInput, NotFound
from core.masking import Mask, withhold
from core.segments import Change, StaleAnswer, StaleReason
from core.types import ConversationId, DocumentId, MessageId, PassageId, Segment, TicketId
from desk.records import CitationSpan
from desk.rows import to_span
from desk.tables import citations, conversations, messages, replies, tickets
from desk.verification.segments import read_segments
from desk.verification.tables import answer_reviews

NOTE_CHARACTERS: Final = 2000
GONE: Final = 0
"""Stands for the live version of a document that is gone or not in force."""


@dataclass(frozen=True, slots=True)
class CitedVersion:
    """A document version that answers cite."""

    document_id: DocumentId
    version: int


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """An answer as it was given, with what it cites of one document."""

    message_id: MessageId
    text: str
    spans: tuple[CitationSpan, ...]
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """What looking at an answer again found. Without a reason it still holds."""

    message_id: MessageId
    document_id: DocumentId
    live_version: int
    reason: StaleReason | None = None
    said: str = ""
    now: str = ""


class AnswerReviews:
    """Reviews of past answers in SQL. Safe from several threads and processes."""

    def __init__(self, engine: Engine, *, mask: Mask = withhold, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._mask = mask
        self._clock = clock

    def cited(self) -> list[CitedVersion]:
        """Every document version that an answer cites."""
        query = select(citations.c.document_id, citations.c.version).distinct()
        with reading(self._engine) as connection:
            return [CitedVersion(DocumentId(row.document_id), row.version) for row in connection.execute(query)]

    def waiting(
        self, document_id: DocumentId, live_version: int, *, passages: Sequence[PassageId] | None = None, limit: int
    ) -> list[PastAnswer]:
        """Answers that cite another version of the document, or one of these passages, and weren't looked at since."""
        wanted: ColumnElement[bool] = citations.c.document_id == document_id
        if passages is None:
            wanted = and_(wanted, citations.c.version != live_version)
        else:
            wanted = and_(wanted, citations.c.passage_id.in_(passages))
        looked_at = and_(
            answer_reviews.c.message_id == citations.c.message_id,
            answer_reviews.c.document_id == document_id,
        )
        fresh = or_(answer_reviews.c.message_id.is_(None), answer_reviews.c.live_version != live_version)
        if passages is not None:  # a pair was withdrawn, which changes no version's number
            fresh = or_(fresh, answer_reviews.c.holds)
        ids = (
            select(citations.c.message_id)
            .outerjoin(answer_reviews, looked_at)
            .where(wanted, fresh)
            .distinct()
            .order_by(citations.c.message_id)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            found = [MessageId(key) for key in connection.execute(ids).scalars()]
            return _past(connection, document_id, found)

    def forget(self, document_id: DocumentId, live_version: int) -> None:
        """Take back what was found about answers that cite the version that is live again after a rollback."""
        citing = select(citations.c.message_id).where(
            citations.c.document_id == document_id, citations.c.version == live_version
        )
        taken_back = delete(answer_reviews).where(
            answer_reviews.c.document_id == document_id,
            answer_reviews.c.live_version != live_version,
            answer_reviews.c.message_id.in_(citing),
        )
        with writing(self._engine) as connection:
            connection.execute(taken_back)

    def record(self, reviews: Sequence[Review]) -> None:
        """Keep what was found, instead of what was found before about the same answer and document."""
        now = self._clock()
        with writing(self._engine) as connection:
            for review in reviews:
                key = and_(
                    answer_reviews.c.message_id == review.message_id,
                    answer_reviews.c.document_id == review.document_id,
                )
                connection.execute(delete(answer_reviews).where(key))
                connection.execute(
                    insert(answer_reviews).values(
                        message_id=review.message_id,
                        document_id=review.document_id,
                        live_version=review.live_version,
                        holds=review.reason is None,
                        reason=review.reason,
                        said=review.said,
                        says_now=review.now,
                        found_at=now,
                        note="",
                    )
                )

    def count(self) -> int:
        """Stale answers that nobody has handled."""
        query = select(func.count(answer_reviews.c.message_id.distinct())).where(_open())
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def stale(self, *, open_only: bool = True, offset: int = 0, limit: int = 50) -> list[StaleAnswer]:
        """A page of the answers that don't hold any more, the latest given first."""
        wanted = _open() if open_only else answer_reviews.c.holds.is_(False)
        ids = (
            select(messages.c.id)
            .where(messages.c.id.in_(select(answer_reviews.c.message_id).where(wanted)))
            .order_by(messages.c.created_at.desc(), messages.c.id)
            .offset(offset)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [self._stale(connection, MessageId(key)) for key in connection.execute(ids).scalars().all()]

    def handle(self, message_id: MessageId, note: str = "") -> StaleAnswer:
        """Note that somebody has seen to a stale answer.

        Raises:
            NotFound: no such stale answer.
            InvalidInput: the note is too long.
        """
        if len(note) > NOTE_CHARACTERS:
            raise InvalidInput(f"The note has {len(note)} characters; give at most {NOTE_CHARACTERS}.")
        stale = and_(answer_reviews.c.message_id == message_id, answer_reviews.c.holds.is_(False))
        with writing(self._engine) as connection:
            values = {"handled_at": self._clock(), "note": note.strip()}
            if connection.execute(update(answer_reviews).where(stale).values(**values)).rowcount == 0:
                raise NotFound("stale answer", message_id)
            return self._stale(connection, message_id)

    def _stale(self, connection: Connection, message_id: MessageId) -> StaleAnswer:
        question = messages.alias("question")
        query = (
            select(
                messages.c.text,
                messages.c.created_at,
                messages.c.conversation_id,
                conversations.c.customer_id,
                question.c.text.label("question"),
            )
            .join(conversations, conversations.c.id == messages.c.conversation_id)
            .outerjoin(replies, replies.c.message_id == messages.c.id)
            .outerjoin(question, question.c.id == replies.c.question_id)
            .where(messages.c.id == message_id)
        )
        row = connection.execute(query).one()
        own = select(tickets.c.id).where(tickets.c.conversation_id == row.conversation_id).order_by(tickets.c.id)
        reviewed = and_(answer_reviews.c.message_id == message_id, answer_reviews.c.holds.is_(False))
        reviews = connection.execute(
            select(answer_reviews).where(reviewed).order_by(answer_reviews.c.document_id)
        ).all()
        return StaleAnswer(
            message_id=message_id,
            conversation_id=ConversationId(row.conversation_id),
            answered_at=row.created_at,
            question=self._mask(row.question or ""),
            answer=self._mask(row.text),
            changes=tuple(_change(connection, each) for each in reviews),
            tickets=tuple(TicketId(key) for key in connection.execute(own).scalars()),
            customer=None if row.customer_id is None else str(row.customer_id),
            found_at=max(each.found_at for each in reviews),
            handled_at=next((each.handled_at for each in reviews if each.handled_at is not None), None),
            note=next((each.note for each in reviews if each.note), ""),
        )


def _open() -> ColumnElement[bool]:
    return and_(answer_reviews.c.holds.is_(False), answer_reviews.c.handled_at.is_(None))


def _past(connection: Connection, document_id: DocumentId, ids: Sequence[MessageId]) -> list[PastAnswer]:
    segments = read_segments(connection, ids)
    query = select(citations).where(citations.c.message_id.in_(ids), citations.c.document_id == document_id)
    spans: dict[str, list[CitationSpan]] = {}
    for row in connection.execute(query.order_by(citations.c.message_id, citations.c.ordinal)):
        spans.setdefault(row.message_id, []).append(to_span(row))
    texts = connection.execute(select(messages.c.id, messages.c.text).where(messages.c.id.in_(ids))).all()
    known = {row.id: row.text for row in texts}
    return [PastAnswer(key, known[key], tuple(spans[key]), tuple(segments.get(key, ()))) for key in ids]


def _change(connection: Connection, row: Row[Any]) -> Change:
    query = select(citations.c.document, citations.c.version).where(
        citations.c.message_id == row.message_id, citations.c.document_id == row.document_id
    )
    cited = connection.execute(query.order_by(citations.c.ordinal).limit(1)).one()
    return Change(
        reason=row.reason,
        document_id=DocumentId(row.document_id),
        document=cited.document,
        cited_version=cited.version,
        live_version=None if row.live_version == GONE else row.live_version,
        said=row.said,
        now=row.says_now,
    )
