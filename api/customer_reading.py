"""A conversation as its customer sees it. Notes, moods, rules, internal names and figures have no place in these classes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from api.client_desk_values import CustomerState, NewMessageForCustomer
from api.client_own_values import OwnConsent, OwnConversation, OwnTicket
from api.file_access import cards_of
from core.attachments import Attachment
from core.customers import VERIFIED, Purpose
from core.dialogues import DialogueView, Line
from core.episodes import EpisodeState
from core.errors import NotFound
from core.text import detect_language
from core.tickets import CUSTOMER_LABELS
from core.types import ConversationId, Language, Role, TicketId, TicketStatus
from desk.attachments.rows import by_message

if TYPE_CHECKING:
    from desk.attachments.store import Attachments
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
    verified=False,
    contact_left=False,
)


@dataclass(frozen=True, slots=True)
class CustomerReader:
    """Reads for the holder of a conversation's token."""

    desk: Desk
    details: Details
    conversation: Conversation
    attachments: Attachments

    def state(self) -> CustomerState:
        """Who has the turn, and what the customer may be asked."""
        conversation_id = self.conversation.conversation_id
        try:
            view = self.desk.dialogues.view(conversation_id)
        except NotFound:
            return replace(NOBODY_WROTE, verified=self._verified())
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
            verified=self._verified(),
            contact_left=any(self.desk.ticket(each).contact for each in view.tickets),
        )

    def updates(self, after: int) -> list[NewMessageForCustomer]:
        """What was written after line number `after`."""
        lines = visible(self.desk.dialogues.lines_after(self.conversation.conversation_id, after))
        names = {each.account_id: each.name for each in self.desk.staff.agents()} if lines else {}
        files = by_message(self._files()) if lines else {}
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
                files=cards_of(files.get(line.message_id, ())),
            )
            for line in lines
        ]

    def _files(self) -> list[Attachment]:
        """Those that a customer may see."""
        return [each for each in self.attachments.of_conversation(self.conversation.conversation_id) if each.visible]

    def _verified(self) -> bool:
        return self.desk.episode(self.conversation.conversation_id).identity_level >= VERIFIED

    def _agent(self, view: DialogueView) -> str | None:
        if view.state is not EpisodeState.AGENT or view.owner_id is None:
            return None
        try:
            return self.desk.staff.agent(view.owner_id).name
        except NotFound:
            return None

    def _label(self, ticket_id: TicketId, lines: list[Line]) -> str:
        said = next((line.text for line in reversed(lines) if line.role is Role.CUSTOMER), "")
        return _labelled(self.desk.ticket(ticket_id).status, self.conversation, said)


def own_tickets(desk: Desk, conversation: Conversation) -> list[OwnTicket]:
    """The customer's tickets. Errors as with `desk.own.OwnThings.tickets`."""
    return [
        OwnTicket(
            ticket_id=card.ticket_id,
            conversation_id=card.conversation_id,
            question=card.question,
            label=_labelled(card.status, conversation, card.question),
            created_at=card.created_at,
            solved_at=None if card.category.open else card.last_resolved_at,
        )
        for card in desk.own.tickets(conversation.conversation_id)
    ]


def own_conversations(desk: Desk, conversation: Conversation) -> list[OwnConversation]:
    """The customer's conversations. Errors as with `desk.own.OwnThings.conversations`."""
    return [
        OwnConversation(
            conversation_id=each.conversation_id,
            question=each.question,
            started_at=each.started_at,
            last_at=each.last_at,
        )
        for each in desk.own.conversations(conversation.conversation_id)
    ]


def own_consents(desk: Desk, conversation_id: ConversationId) -> list[OwnConsent]:
    """What the customer said last of each purpose. Raises `NotFound`."""
    last = {each.purpose: each for each in desk.consents.told(conversation_id)}
    return [
        OwnConsent(
            purpose=purpose,
            granted=purpose in last and last[purpose].granted,
            at=last[purpose].at if purpose in last else None,
        )
        for purpose in Purpose
    ]


def _labelled(status: TicketStatus, conversation: Conversation, said: str) -> str:
    """What stands for a ticket's state, in the language of the conversation, else of what was said."""
    chinese, english = CUSTOMER_LABELS[status]
    return chinese if (conversation.language or detect_language(said)) is Language.ZH else english


def visible(lines: Iterable[Line]) -> list[Line]:
    """The lines that a customer may read."""
    return [line for line in lines if line.role in VISIBLE]
