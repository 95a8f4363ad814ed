"""What the pages know about one browser, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from api.client import Conversation
from api.client_desk_values import CustomerState
from api.client_file_values import FileCard
from core.accounts import Right
from core.gold import GoldRunId
from core.learning import CandidateStatus, GapId, GapStatus
from core.settings import Secret
from core.types import (
    ConversationId,
    DocumentId,
    DocumentVersion,
    Language,
    MessageId,
    QAStatus,
    Role,
    TicketId,
    Tier,
    VersionStatus,
)


class Progress(StrEnum):
    """How far a reply has come."""

    WAITING = "waiting"
    STREAMING = "streaming"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SourceCard:
    """A numbered source under an answer."""

    number: int
    document: str
    version: int
    page: int | None
    heading: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TicketNote:
    """The ticket that a hand-over opened, and the contact the customer left."""

    ticket_id: TicketId
    contact: str | None = None
    asks: bool = True
    """Whether a contact is asked for: not once one was left, or nobody works on the ticket any more."""
    problem: str | None = None
    """What was wrong with the contact that was entered last."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of the customer and what the assistant made of it."""

    question: str
    progress: Progress = Progress.WAITING
    text: str = ""
    """The reply so far; an honest sentence to the customer when the reply failed."""
    message_id: MessageId | None = None
    sources: tuple[SourceCard, ...] = ()
    tier: Tier | None = None
    options: tuple[str, ...] = ()
    offer: str = ""
    """A person is offered: what stands beside the button."""
    ticket: TicketNote | None = None
    files: tuple[FileCard, ...] = ()
    """What the customer sent with the question."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """What a person, or the desk itself, wrote to the customer."""

    message_id: MessageId
    role: Role
    author: str | None
    text: str
    after: int
    """How many exchanges stood on the page when it came."""
    files: tuple[FileCard, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveView:
    """What happens in a conversation beside questions and replies. Apart from `ChatView`, since it comes by itself."""

    conversation_id: ConversationId | None = None
    seen: int = 0
    """Number of the last line that was looked at."""
    lines: tuple[PersonLine, ...] = ()
    verdicts: Mapping[MessageId, bool | None] = field(default_factory=dict)
    """What the customer said of each answer; `None` means nothing yet."""
    state: CustomerState | None = None
    exchanges: int = 0
    """How many stood on the page when the state was asked for: a later question may have changed it."""
    thanked: bool = False
    """The customer has just said how it was."""


@dataclass(frozen=True, slots=True)
class ChatView:
    """Everything the chat page shows."""

    language: Language
    conversation: Conversation | None = None
    exchanges: tuple[Exchange, ...] = ()
    notice: str | None = None
    """A sentence above the conversation, e.g. that an earlier one has ended."""
    visitor: str = ""
    """Of whom the company's site has signed: `ui.visiting.digest`. Empty for an unknown visitor."""

    @property
    def busy(self) -> bool:
        """A reply is on its way."""
        return bool(self.exchanges) and self.exchanges[-1].progress in {Progress.WAITING, Progress.STREAMING}


class Tab(StrEnum):
    """The parts of the knowledge page, in the order in which they stand."""

    DOCUMENTS = "documents"
    ANSWERS = "qa"
    REVIEW = "review"
    GAPS = "gaps"
    STALE = "stale"
    TRIAL = "ask"
    VOCABULARY = "vocabulary"
    QUALITY = "quality"
    DESK = "tickets"
    RULES = "rules"

    @property
    def right(self) -> Right:
        """What somebody needs who is to see it."""
        return {Tab.DESK: Right.DESK_READ, Tab.RULES: Right.POLICY_READ}.get(self, Right.KNOWLEDGE_READ)


@dataclass(frozen=True, slots=True)
class Upload:
    """A version that this session uploaded, as it was when it was last looked at."""

    document_id: DocumentId
    number: int
    seen: DocumentVersion | None = None

    @property
    def waiting(self) -> bool:
        """Its file is still to be read."""
        return self.seen is None or self.seen.status in {VersionStatus.QUEUED, VersionStatus.PROCESSING}


@dataclass(frozen=True, slots=True)
class ManagerView:
    """What the knowledge page knows about one browser's session."""

    language: Language
    key: Secret | None = None
    """The admin key, or the token of a session."""
    account: str | None = None
    """Who is signed in; `None` with the admin key."""
    rights: frozenset[Right] = frozenset(Right)
    address: str | None = None
    """IP address of the browser, by which the API counts wrong keys."""
    tab: Tab = Tab.DOCUMENTS
    document_id: DocumentId | None = None
    """The opened document."""
    version: int | None = None
    """Whose passages are shown; `None` means the live version's, or the latest one's."""
    passage_offset: int = 0
    qa_status: QAStatus = QAStatus.CANDIDATE
    qa_offset: int = 0
    review_status: CandidateStatus = CandidateStatus.OPEN
    review_offset: int = 0
    gap_status: GapStatus = GapStatus.OPEN
    gap_offset: int = 0
    gap_opened: GapId | None = None
    """The one that the reader is at work on."""
    gap_draft: str = ""
    """Its answer as it stands in the form."""
    stale_offset: int = 0
    ticket_offset: int = 0
    words_offset: int = 0
    gold_show: str = "all"
    """Which gold questions are listed, see `ui.render_gold_questions.SHOWS`."""
    gold_offset: int = 0
    gold_run: GoldRunId | None = None
    """Whose changes are shown; `None` means the last run's."""
    gold_seen: str = ""
    """How far the runs were when they were last shown."""
    asked_unanswered: bool = True
    """Whether only customers' messages that weren't answered are listed."""
    asked_offset: int = 0


@dataclass(frozen=True, slots=True)
class FiguresView:
    """What the figures page knows about one browser's session."""

    language: Language
    key: Secret | None = None
    address: str | None = None
    account: str | None = None
    """Name of who has signed in; `None` with the admin key."""
    days: int = 30
    """Of the period, up to today."""
