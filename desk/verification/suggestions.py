"""Drafts that agents were shown, and what they made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.clock import Clock, utc_now
from core.database import reading, writing
from core.errors import InvalidInput, NotFound, StorageError
from core.suggestions import Draft, DraftKind, SuggestionId, SuggestionState
from core.types import ConversationId, DocumentId, MessageId, PassageId
from desk.records import CitationSpan
from desk.service_tables import macros
from desk.tables import conversations, messages
from desk.verification.tables import NAME_CHARACTERS, suggestion_citations, suggestions

TEXT_CHARACTERS: Final = 20_000
"""Longest text that is kept as what was sent."""


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A draft as it was shown. What it cites is kept by place; the text is read from the knowledge base."""

    suggestion_id: SuggestionId
    conversation_id: ConversationId
    message_id: MessageId
    kind: DraftKind
    text: str
    source: str
    confidence: float
    internal: bool
    spans: tuple[CitationSpan, ...]
    state: SuggestionState
    edited: str | None
    shown_to: str | None
    shown_at: datetime
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class PreparedText:
    """A macro, as far as it is chosen by."""

    macro_id: int
    name: str
    text: str


class SuggestionStore:
    """Drafts in SQL. Safe from several threads and processes."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def macros(self) -> list[PreparedText]:
        """The macros that agents may use."""
        query = select(macros.c.id, macros.c.name, macros.c.text).where(macros.c.enabled.is_(True))
        with reading(self._engine) as connection:
            return [PreparedText(row.id, row.name, row.text) for row in connection.execute(query.order_by(macros.c.id))]

    def of_message(self, message_id: MessageId) -> list[KeptDraft]:
        """The drafts shown for a customer's message, best first."""
        return self._read(suggestions.c.message_id == message_id)

    def of_conversation(self, conversation_id: ConversationId) -> list[KeptDraft]:
        """All drafts shown in a conversation, in order of the messages."""
        return self._read(suggestions.c.conversation_id == conversation_id)

    def get(self, suggestion_id: SuggestionId) -> KeptDraft:
        """One draft. Raises `NotFound`."""
        found = self._read(suggestions.c.id == suggestion_id)
        if not found:
            raise NotFound("suggestion", suggestion_id)
        return found[0]

    def show(
        self,
        conversation_id: ConversationId,
        message_id: MessageId,
        drafts: Sequence[Draft],
        *,
        shown_to: str | None,
    ) -> list[KeptDraft]:
        """Keep the drafts for a message as shown. If somebody was shown some meanwhile, those are returned.

        Raises:
            NotFound: the conversation has no such message.
        """
        own = select(messages.c.id).where(messages.c.id == message_id, messages.c.conversation_id == conversation_id)
        now = self._clock()
        with writing(self._engine) as connection:
            held = select(conversations.c.id).where(conversations.c.id == conversation_id).with_for_update()
            connection.execute(held)
            if connection.execute(own).one_or_none() is None:
                raise NotFound("message", message_id)
            known = select(suggestions.c.id).where(suggestions.c.message_id == message_id).limit(1)
            if connection.execute(known).one_or_none() is None:
                for position, draft in enumerate(drafts):
                    _add(connection, conversation_id, message_id, position, draft, shown_to, now)
        return self.of_message(message_id)

    def decide(
        self, suggestion_id: SuggestionId, state: SuggestionState, *, text: str | None = None, by: str | None = None
    ) -> KeptDraft:
        """Keep what became of a draft. A text that was sent and differs makes an accepted one an edited one.

        Raises:
            NotFound: no such draft.
            InvalidInput: a draft can't become shown again, or the text is missing or too long.
        """
        known = self.get(suggestion_id)
        state, edited = _outcome(known.text, state, text)
        values = {
            "state": state,
            "edited": edited,
            "decided_by": None if by is None else by[:NAME_CHARACTERS],
            "decided_at": self._clock(),
        }
        with writing(self._engine) as connection:
            connection.execute(update(suggestions).where(suggestions.c.id == suggestion_id).values(**values))
        return self.get(suggestion_id)

    def _read(self, wanted: Any) -> list[KeptDraft]:
        query = select(suggestions).where(wanted).order_by(suggestions.c.id)
        with reading(self._engine) as connection:
            found = connection.execute(query).all()
            cited = select(suggestion_citations).where(
                suggestion_citations.c.suggestion_id.in_([row.id for row in found])
            )
            spans: dict[int, list[CitationSpan]] = {}
            for row in connection.execute(
                cited.order_by(suggestion_citations.c.suggestion_id, suggestion_citations.c.ordinal)
            ):
                spans.setdefault(row.suggestion_id, []).append(_span(row))
        return [_kept(row, spans.get(row.id, ())) for row in found]


def _outcome(draft: str, state: SuggestionState, text: str | None) -> tuple[SuggestionState, str | None]:
    if state is SuggestionState.SHOWN:
        raise InvalidInput("A suggestion is accepted, edited or dismissed; that it was shown is known already.")
    if text is not None and len(text) > TEXT_CHARACTERS:
        raise InvalidInput(f"The text has {len(text)} characters; give at most {TEXT_CHARACTERS}.")
    if state is SuggestionState.DISMISSED:
        return state, None
    if text is None or not text.strip():
        if state is SuggestionState.EDITED:
            raise InvalidInput("An edited suggestion needs the text that was sent.")
        return state, None
    same = text.strip() == draft.strip()
    return (SuggestionState.ACCEPTED, None) if same else (SuggestionState.EDITED, text)


def _add(
    connection: Connection,
    conversation_id: ConversationId,
    message_id: MessageId,
    position: int,
    draft: Draft,
    shown_to: str | None,
    now: datetime,
) -> None:
    try:
        added = connection.execute(
            insert(suggestions).values(
                conversation_id=conversation_id,
                message_id=message_id,
                kind=draft.kind,
                position=position,
                text=draft.text,
                source=draft.source,
                confidence=draft.confidence,
                internal=draft.internal,
                state=SuggestionState.SHOWN,
                shown_to=None if shown_to is None else shown_to[:NAME_CHARACTERS],
                shown_at=now,
            )
        )
    except IntegrityError as error:
        raise StorageError("The suggestions for this message were just made by somebody else. Ask again.") from error
    assert added.inserted_primary_key is not None  # every database gives it after a single insert
    rows = [
        {
            "suggestion_id": added.inserted_primary_key[0],
            "ordinal": ordinal,
            "number": citation.number,
            "passage_id": citation.passage_id,
            "document_id": citation.document_id,
            "document": citation.document,
            "version": citation.version,
            "page": citation.page,
            "span_start": citation.start,
            "span_end": citation.end,
        }
        for ordinal, citation in enumerate(draft.citations)
    ]
    if rows:
        connection.execute(insert(suggestion_citations), rows)


def _kept(row: Row[Any], spans: Sequence[CitationSpan]) -> KeptDraft:
    return KeptDraft(
        SuggestionId(row.id),
        ConversationId(row.conversation_id),
        MessageId(row.message_id),
        row.kind,
        row.text,
        row.source,
        row.confidence,
        row.internal,
        tuple(spans),
        row.state,
        row.edited,
        row.shown_to,
        row.shown_at,
        row.decided_by,
        row.decided_at,
    )


def _span(row: Row[Any]) -> CitationSpan:
    return CitationSpan(
        number=row.number,
        passage_id=PassageId(row.passage_id),
        document_id=DocumentId(row.document_id),
        document=row.document,
        version=row.version,
        page=row.page,
        start=row.span_start,
        end=row.span_end,
    )
