"""Everything that is suggested to agents, as one object."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Final, Protocol

from agent.requests import asks_something, wants_person
from agent.suggestions.drafting import Drafter
from agent.suggestions.rewriting import Rewriter
from agent.suggestions.summary import Summarizer
from core.episodes import Episode
from core.errors import NotFound
from core.suggestions import Draft, MacroChoice, Suggestion, SuggestionId, SuggestionState, Summary, Tone
from core.text import sentence_spans
from core.types import (
    Audience,
    Citation,
    ConversationId,
    DocumentId,
    Message,
    MessageId,
    Passage,
    PassageId,
    Role,
)
from desk.records import CitationSpan
from desk.verification.suggestions import KeptDraft, SuggestionStore

AGENTS_READ: Final = Audience.INTERNAL
"""Whoever works at the desk may read everything, so drafts are made of everything. The customer's own replies aren't."""


class Conversations(Protocol):
    """What is read of the desk."""

    def history(self, conversation_id: ConversationId, /) -> list[Message]:
        """The messages, oldest first."""
        ...

    def episode(self, conversation_id: ConversationId, /) -> Episode:
        """The present problem."""
        ...


class Knowledge(Protocol):
    """What is read of the knowledge base."""

    def passage(self, passage_id: PassageId, /) -> Passage:
        """A passage, also of an older version. Raises `NotFound`."""
        ...

    def quote(self, document_id: DocumentId, number: int, start: int, end: int, /) -> str:
        """A part of a version's text. Raises `NotFound`."""
        ...


class Suggestions:
    """Drafts, summaries, tones and macros for the person who has a conversation. Sends nothing."""

    def __init__(
        self,
        conversations: Conversations,
        knowledge: Knowledge,
        drafter: Drafter,
        store: SuggestionStore,
        summarizer: Summarizer,
        *,
        rewriter: Rewriter | None = None,
    ) -> None:
        self._conversations = conversations
        self._knowledge = knowledge
        self._drafter = drafter
        self._store = store
        self._summarizer = summarizer
        self._rewriter = rewriter

    def for_message(
        self, conversation_id: ConversationId, message_id: MessageId | None = None, *, shown_to: str | None = None
    ) -> tuple[Suggestion, ...]:
        """Up to three drafts for a customer's message, made once and kept.

        Without `message_id`, the last that asks something: a call for a person comes after the matter.

        Raises:
            NotFound: no such conversation, or no such message of a customer in it.
        """
        history = self._conversations.history(conversation_id)
        at = _customers(history, message_id)
        if at is None:
            if message_id is not None:
                raise NotFound("message", message_id)
            return ()
        message = history[at]
        kept = self._store.of_message(message.message_id)
        if not kept:
            before = tuple(each for each in history[:at] if each.role is not Role.NOTE)
            drafts = self._drafter.drafts(message.text, before, audience=AGENTS_READ)
            kept = self._store.show(conversation_id, message.message_id, drafts, shown_to=shown_to)
        return tuple(self._suggestion(each) for each in kept)

    def conversation_of(self, suggestion_id: SuggestionId) -> ConversationId:
        """Where a draft was shown, so that a caller's right to it can be checked. Raises `NotFound`."""
        return self._store.get(suggestion_id).conversation_id

    def of_conversation(self, conversation_id: ConversationId) -> list[Suggestion]:
        """All drafts shown in a conversation."""
        return [self._suggestion(each) for each in self._store.of_conversation(conversation_id)]

    def decide(
        self, suggestion_id: SuggestionId, state: SuggestionState, *, text: str | None = None, by: str | None = None
    ) -> Suggestion:
        """Keep what became of a draft; an accepted one that was sent with changes counts as edited.

        Raises:
            NotFound: no such draft.
            InvalidInput: it can't become that.
        """
        return self._suggestion(self._store.decide(suggestion_id, state, text=text, by=by))

    def summary(self, conversation_id: ConversationId) -> Summary | None:
        """The conversation in fixed fields; `None` where the customer has written nothing yet.

        Raises:
            NotFound: no such conversation.
        """
        episode = self._conversations.episode(conversation_id)
        return self._summarizer.summary(self._conversations.history(conversation_id), episode.turns)

    def rewrite(self, text: str, tone: Tone) -> str | None:
        """The text in another tone; `None` without a model, or where the model changed what is said."""
        return self._rewriter.rewrite(text, tone) if self._rewriter is not None and text.strip() else None

    def macro(self, conversation_id: ConversationId) -> MacroChoice | None:
        """The macro that fits; `None` without a model, or where none does."""
        if self._rewriter is None:
            return None
        return self._rewriter.choose(self._conversations.history(conversation_id), self._store.macros())

    def _suggestion(self, kept: KeptDraft) -> Suggestion:
        citations = tuple(each for span in kept.spans if (each := self._cited(span)) is not None)
        return Suggestion(
            suggestion_id=kept.suggestion_id,
            conversation_id=kept.conversation_id,
            message_id=kept.message_id,
            draft=Draft(kept.kind, kept.text, citations, kept.confidence, kept.source, kept.internal),
            state=kept.state,
            edited=kept.edited,
            difference=None if kept.edited is None else difference(kept.text, kept.edited),
            shown_to=kept.shown_to,
            shown_at=kept.shown_at,
            decided_by=kept.decided_by,
            decided_at=kept.decided_at,
        )

    def _cited(self, span: CitationSpan) -> Citation | None:
        """The citation with its text as the knowledge base has it; `None` where that is gone."""
        try:
            quote = self._knowledge.quote(span.document_id, span.version, span.start, span.end)
            heading = self._knowledge.passage(span.passage_id).heading
        except NotFound:
            return None
        return Citation(
            number=span.number,
            passage_id=span.passage_id,
            document_id=span.document_id,
            document=span.document,
            version=span.version,
            page=span.page,
            heading=heading,
            start=span.start,
            end=span.end,
            quote=quote,
        )


def difference(before: str, after: str) -> str:
    """From a draft to what was sent, as a unified diff of sentences and lines."""
    lines = difflib.unified_diff(_pieces(before), _pieces(after), "draft", "sent", lineterm="", n=1)
    return "\n".join(lines)


def _pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def _customers(history: Sequence[Message], message_id: MessageId | None) -> int | None:
    """Position of a customer's message: the one asked for, else the last that asks something, else the last."""
    asked = [at for at, message in enumerate(history) if message.role is Role.CUSTOMER]
    if message_id is not None:
        return next((at for at in asked if history[at].message_id == message_id), None)
    matters = [at for at in asked if asks_something(history[at].text) and not wants_person(history[at].text)]
    return max(matters or asked, default=None)
