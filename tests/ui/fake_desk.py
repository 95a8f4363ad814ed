"""A desk without a server: one conversation that tests change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from api.client import Conversation
from api.client_desk import QueueShow
from api.client_desk_values import (
    CitedSource,
    CustomerCard,
    CustomerState,
    DeskConversation,
    DeskMessage,
    EntityCard,
    EpisodeCard,
    NewMessageForCustomer,
    PackageCard,
    PackageLine,
    QueueItem,
    SuggestionCard,
    TicketNote,
)
from api.client_file_values import DeskFileShelf
from api.client_lookups import LookUp
from core.accounts import AccountId
from core.attachments import AttachmentId
from core.episodes import EpisodeId, EpisodeState
from core.errors import Conflict, NotFound, ZhidaError
from core.staff import DeskAgent, Presence, Team, TeamId
from core.suggestions import DraftKind, SuggestionId, SuggestionState
from core.surveys import SurveyKind
from core.tickets import CloseReason, Priority
from core.types import ConversationId, HandoverCode, Language, MessageId, Role, TicketId, TicketStatus
from tests.ui.fakes import FILE_LIMITS

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
EMPTY = DeskFileShelf(files=(), waiting=(), waiting_for_note=(), limits=FILE_LIMITS)
EVIL = "<script>alert(1)</script>"
SOURCE = CitedSource(number=1, document=f"退换货{EVIL}.pdf", version=2, page=3, quote=f"三十天内{EVIL}")


def message(number: int, role: Role, text: str, **more: Any) -> DeskMessage:
    """A line of the conversation."""
    known = {
        "author": None,
        "intent": None,
        "sentiment": None,
        "anger": None,
        "entities": (),
        "outcome": None,
        "helpful": None,
        "citations": (),
    }
    return DeskMessage(
        message_id=MessageId(f"m{number}"), sequence=number, role=role, text=text, created_at=NOW, **{**known, **more}
    )


def conversation(state: EpisodeState = EpisodeState.QUEUED, *, mine: bool = False) -> DeskConversation:
    """An angry customer who wants a person."""
    line = PackageLine(text=f"退货{EVIL}", messages=(MessageId("m1"),))
    episode = EpisodeCard(
        episode_id=EpisodeId(1),
        number=1,
        state=state,
        owner_id=AccountId(7) if mine else None,
        owner=f"王敏{EVIL}" if mine else None,
        team_id=None,
        team=None,
        code=HandoverCode.CUSTOMER_REQUEST,
        started_at=NOW,
        waiting_since=NOW,
        wake_at=None,
        close_reason=None,
    )
    package = PackageCard(
        code=HandoverCode.CUSTOMER_REQUEST,
        reason=f"想要人工{EVIL}",
        words=(f"转人工{EVIL}",),
        wanted=line,
        tried=line,
        open_question=line,
        shown=(SOURCE,),
        rejected=(SOURCE,),
        suggestion=f"可以退{EVIL}",
        suggestion_sources=(SOURCE,),
        team=f"售后{EVIL}",
        tags=(),
        priority=Priority.HIGH,
        priority_reason=f"生气{EVIL}",
    )
    entity = EntityCard(type=f"order{EVIL}", start=0, end=3, text=f"123{EVIL}", value=f"123{EVIL}")
    return DeskConversation(
        conversation_id=ConversationId("c1"),
        version=1,
        language=Language.ZH,
        channel="web",
        customer=CustomerCard(
            customer_id=None,
            name=f"林{EVIL}",
            identity_level=1,
            vip=True,
            tags=(f"批发{EVIL}",),
            contact=f"lin@example.org{EVIL}",
            conversations=2,
            since=NOW,
        ),
        episode=episode,
        episodes=(episode,),
        tickets=(
            TicketNote(
                ticket_id=TicketId(12),
                status=TicketStatus.OPEN,
                priority=Priority.HIGH,
                code=HandoverCode.CUSTOMER_REQUEST,
                reason=f"想要人工{EVIL}",
                question=f"转人工{EVIL}",
                assignee=None,
                due_at=NOW,
                breached=False,
                close_reason=None,
            ),
        ),
        package=package,
        entities=(entity,),
        messages=(
            message(1, Role.CUSTOMER, f"太差了{EVIL}", sentiment=1, anger=0.93, intent=f"complain{EVIL}"),
            message(2, Role.ASSISTANT, f"抱歉。[1]{EVIL}", citations=(SOURCE,), helpful=False),
            message(3, Role.NOTE, f"备注{EVIL}", author=f"王敏{EVIL}"),
        ),
        mine=mine,
        may_work=True,
        lookups=(
            LookUp(
                tool=None,
                allowed=False,
                by_model=True,
                reason=f"There is no such tool.{EVIL}",
                asked=EVIL,
                message_id=MessageId("m2"),
                at=NOW,
            ),
        ),
    )


def suggestion(number: int = 3, text: str = "三十天内可以退货。[1]", *, internal: bool = False) -> SuggestionCard:
    """A draft."""
    return SuggestionCard(
        suggestion_id=SuggestionId(number),
        message_id=MessageId("m1"),
        kind=DraftKind.APPROVED,
        text=text,
        confidence=0.93,
        source=f"常见问题{EVIL}",
        internal=internal,
        state=SuggestionState.SHOWN,
        citations=(SOURCE,),
    )


@dataclass
class FakeDesk:
    """Answers from fields that a test sets. `failure` is raised by the next call, where it is set."""

    shown: DeskConversation = field(default_factory=conversation)
    shelf: DeskFileShelf = EMPTY
    drafts: list[SuggestionCard] = field(default_factory=lambda: [suggestion()])
    failure: ZhidaError | None = None
    done: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[NewMessageForCustomer] = field(default_factory=list)
    state: CustomerState | None = None

    def queue(self, show: QueueShow) -> list[QueueItem]:
        self._may_fail()
        last = self.shown.messages[0]
        return [
            QueueItem(
                conversation_id=self.shown.conversation_id,
                version=1,
                state=EpisodeState.QUEUED,
                customer=self.shown.customer.name,
                language=None,
                code=HandoverCode.CUSTOMER_REQUEST,
                priority=Priority.URGENT,
                ticket_id=TicketId(12),
                owner_id=None,
                owner=None,
                team_id=None,
                team=None,
                waiting_since=NOW,
                due_at=NOW,
                breached=True,
                last_role=last.role,
                last_text=last.text,
                last_at=NOW,
            )
        ]

    def desk_conversation(self, conversation_id: ConversationId) -> DeskConversation:
        self._may_fail()
        if conversation_id != self.shown.conversation_id:
            raise NotFound("conversation", conversation_id)
        return self.shown

    def claim(self, conversation_id: ConversationId) -> DeskConversation:
        self._may_fail()
        self.shown = replace(conversation(EpisodeState.AGENT, mine=True), messages=self.shown.messages)
        return self.shown

    def desk_files(self, conversation_id: ConversationId) -> DeskFileShelf:
        self._may_fail()
        return self.shelf

    def reply_as_agent(
        self, conversation_id: ConversationId, text: str, *, files: Sequence[AttachmentId] = ()
    ) -> DeskMessage:
        self._may_fail()
        if not self.shown.mine:
            raise Conflict("A colleague has it.")
        said = message(len(self.shown.messages) + 1, Role.AGENT, text, author="王敏")
        self.shown = replace(self.shown, messages=(*self.shown.messages, said))
        return said

    def resolve_conversation(self, conversation_id: ConversationId, reason: CloseReason) -> DeskConversation:
        self.done.append(("resolved", reason))
        self.shown = replace(conversation(EpisodeState.RESOLVED), messages=self.shown.messages)
        return self.shown

    def suggestions(self, conversation_id: ConversationId) -> list[SuggestionCard]:
        self.done.append(("suggestions",))
        return list(self.drafts)

    def decide_suggestion(self, suggestion_id: SuggestionId, state: SuggestionState, text: str | None = None) -> None:
        self._may_fail()
        self.done.append((suggestion_id, state, text))

    def set_presence(self, presence: Presence) -> None:
        self._may_fail()
        self.done.append(("presence", presence))

    def teams(self) -> list[Team]:
        return [Team(team_id=TeamId(2), name=f"技术{EVIL}", topics=(), fallback=False, calendar_id=None)]

    def agents(self) -> list[DeskAgent]:
        return []

    # Customers

    def new_messages(self, conversation: Conversation, *, after: int) -> list[NewMessageForCustomer]:
        self._may_fail()
        return [each for each in self.lines if each.sequence > after]

    def conversation_state(self, conversation: Conversation) -> CustomerState:
        return self.state or customer_state(len(self.lines))

    def rate_answer(self, conversation: Conversation, message_id: MessageId, helpful: bool) -> CustomerState:
        self._may_fail()
        self.done.append(("judged", message_id, helpful))
        return self.conversation_state(conversation)

    def say_solved(self, conversation: Conversation, solved: bool) -> CustomerState:
        self._may_fail()
        self.done.append(("solved", solved))
        self.state = customer_state(len(self.lines))
        return self.state

    def rate(self, conversation: Conversation, score: int, *, comment: str = "") -> CustomerState:
        self._may_fail()
        self.done.append(("rated", score, comment))
        self.state = customer_state(len(self.lines))
        return self.state

    def _may_fail(self) -> None:
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure


def customer_state(sequence: int, **more: Any) -> CustomerState:
    """Nothing special, but for what is given."""
    known: dict[str, Any] = {
        "with_person": False,
        "waiting": False,
        "agent": None,
        "ticket_id": None,
        "label": None,
        "ask_solved": False,
        "survey": None,
    }
    return CustomerState(sequence=sequence, **{**known, **more})


def survey_state(sequence: int) -> CustomerState:
    """The customer is asked how it was."""
    return customer_state(sequence, survey=SurveyKind.CSAT)


def line(
    number: int, role: Role, text: str, author: str | None = None, *, answer: bool = False, helpful: bool | None = None
) -> NewMessageForCustomer:
    """A line as its customer sees it."""
    return NewMessageForCustomer(
        message_id=MessageId(f"m{number}"),
        sequence=number,
        role=role,
        text=text,
        created_at=NOW,
        author=author,
        answer=answer,
        helpful=helpful,
    )
