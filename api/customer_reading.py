"""A conversation as its customer sees it. Notes, moods, rules, internal names and figures have no place in these classes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from api.client_desk_values import CustomerState, NewMessageForCustomer
from core.dialogues import DialogueView, Line
from core.episodes import EpisodeState
from core.errors import NotFound
from core.text import detect_language
from core.tickets import CUSTOMER_LABELS
from core.types import Language, Role, TicketId

if TYPE_CHECKING:
    from desk.details import Details
    from desk.store import Conversation, Desk

WITH_PEOPLE: Final = frozenset({EpisodeState.QUEUED, EpisodeState.AGENT, EpisodeState.SNOOZED, EpisodeState.TICKETED})

VISIBLE: Final = frozenset({Role.CUSTOMER, Role.ASSISTANT, Role.AGENT, Role.SYSTEM})
"""Whose lines a customer reads. A new role is invisible until it is named here."""

ANSWER: Final = "answer"
"""The outcome of a turn that a customer can rate."""

NOBODY_WROTE: Final = CustomerState(
    sequence=0,
    with_person=False,
    waiting=False,
    agent=None,
    ticket_id=None,
    label=None,
    ask_solved=False,
    survey=None,
)


@dataclass(frozen=True, slots=True)
class CustomerReader:
    """Reads for the holder of a conversation's token."""

    desk: Desk
    details: Details
    conversation: Conversation

    def state(self) -> CustomerState:
        """Who has the turn, and what the customer may be asked."""
        conversation_id = self.conversation.conversation_id
        try:
            view = self.desk.dialogues.view(conversation_id)
        except NotFound:
            return NOBODY_WROTE
        lines = visible(self.desk.dialogues.lines_after(conversation_id, 0))
        ticket = view.tickets[-1] if view.tickets else None
        asked = [each for each in self.desk.surveys.of_conversation(conversation_id) if each.delivered]
        open_questions = [each.kind for each in asked if each.score is None]
        return CustomerState(
            sequence=lines[-1].number if lines else 0,
            with_person=view.state in WITH_PEOPLE,
            waiting=view.state is EpisodeState.QUEUED,
            agent=self._agent(view),
            ticket_id=ticket,
            label=self._label(ticket, lines) if ticket is not None else None,
            ask_solved=view.state is EpisodeState.CONFIRMING,
            survey=open_questions[0] if open_questions and view.state.ended and ticket is None else None,
        )

    def updates(self, after: int) -> list[NewMessageForCustomer]:
        """What was written after line number `after`."""
        lines = visible(self.desk.dialogues.lines_after(self.conversation.conversation_id, after))
        names = {each.account_id: each.name for each in self.desk.staff.agents()} if lines else {}
        replied = any(line.role is Role.ASSISTANT for line in lines)
        known = self.details.messages(self.conversation.conversation_id) if replied else {}
        return [
            NewMessageForCustomer(
                message_id=line.message_id,
                sequence=line.number,
                role=line.role,
                text=line.text,
                created_at=line.created_at,
                author=names.get(line.author_id) if line.author_id is not None else None,
                answer=line.message_id in known and known[line.message_id].outcome == ANSWER,
                helpful=known[line.message_id].helpful if line.message_id in known else None,
            )
            for line in lines
        ]

    def _agent(self, view: DialogueView) -> str | None:
        if view.state is not EpisodeState.AGENT or view.owner_id is None:
            return None
        try:
            return self.desk.staff.agent(view.owner_id).name
        except NotFound:
            return None

    def _label(self, ticket_id: TicketId, lines: list[Line]) -> str:
        chinese, english = CUSTOMER_LABELS[self.desk.ticket(ticket_id).status]
        said = next((line.text for line in reversed(lines) if line.role is Role.CUSTOMER), "")
        language = self.conversation.language or detect_language(said)
        return chinese if language is Language.ZH else english


def visible(lines: Iterable[Line]) -> list[Line]:
    """The lines that a customer may read."""
    return [line for line in lines if line.role in VISIBLE]
