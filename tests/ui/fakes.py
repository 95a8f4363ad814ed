"""A small company in memory, behind the same methods as `api.client.Client`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from api.client import (
    Conversation,
    ConversationReply,
    Event,
    FinalReply,
    Restart,
    Source,
    TestedReply,
    TextPiece,
    TicketReceipt,
)
from api.client_file_values import FileCard, FileLimits, FileShelf
from core.attachments import AttachmentId
from core.customers import Purpose
from core.errors import Conflict, InvalidInput, NotFound, PairConflict, Unauthorized, ZhidaError
from core.explanations import Absence, Barrier, Standing, WhyNot, Withheld
from core.pair_warnings import PairWarning, PairWarningKind
from core.settings import Secret
from core.types import (
    Answer,
    Audience,
    Citation,
    Clarification,
    Closeness,
    Contribution,
    ConversationId,
    Decision,
    Document,
    DocumentId,
    DocumentKind,
    DocumentVersion,
    Handover,
    HandoverCode,
    Hit,
    Language,
    Message,
    MessageId,
    Outcome,
    Passage,
    PassageId,
    QAPair,
    QAPairId,
    QAStatus,
    Question,
    QuestionKind,
    Role,
    Rule,
    Ticket,
    TicketId,
    TicketStatus,
    Tier,
    Understood,
    VersionStatus,
    Why,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KEY = "a-key-for-the-tests"
RETURNS = DocumentId("0123456789abcdef0123456789abcdef")
TEXT = "签收之日起三十天内，商品完好、配件齐全的，可以申请无理由退货。退回运费由买家承担；商品有质量问题的，运费由我们承担。"
QUOTE = "签收之日起三十天内，商品完好、配件齐全的，可以申请无理由退货。"


FILE_LIMITS = FileLimits(file_bytes=10 << 20, per_message=5, conversation_bytes=50 << 20)


def file_card(name: str = "漏水<b>.png", *, message_id: str | None = None, inline: bool = True) -> FileCard:
    return FileCard(
        attachment_id=AttachmentId("ab" * 16),
        message_id=None if message_id is None else MessageId(message_id),
        name=name,
        media_type="image/png" if inline else "application/pdf",
        size=482_113,
        inline=inline,
    )


def passage(ordinal: int = 0, text: str = TEXT, *, document: str = "退换货政策.pdf") -> Passage:
    return Passage(
        passage_id=PassageId(ordinal + 1),
        document_id=RETURNS,
        document=document,
        version=2,
        ordinal=ordinal,
        heading=("退换货", "无理由退货"),
        page=3,
        start=100,
        end=100 + len(text),
        text=text,
        context="退换货政策",
        audience=Audience.PUBLIC,
    )


def citation(number: int = 1, *, quote: str = QUOTE, document: str = "退换货政策.pdf") -> Citation:
    return Citation(
        number=number,
        passage_id=PassageId(1),
        document_id=RETURNS,
        document=document,
        version=2,
        page=3,
        heading=("退换货", "无理由退货"),
        start=100,
        end=100 + len(quote),
        quote=quote,
    )


def answer(text: str = "自签收之日起三十天内，商品完好的可以无理由退货。[1]", **changes: Any) -> Answer:
    return replace(Answer(text=text, citations=(citation(),), confidence=0.93, tier=Tier.GENERATED), **changes)


def handover() -> Handover:
    return Handover(
        HandoverCode.MISSING_KNOWLEDGE,
        reason="no passage supports the question",
        text="抱歉，资料里没有这个问题的答案。我已经为您登记，人工同事会尽快回复您。",
        confidence=0.08,
    )


def clarification() -> Clarification:
    return Clarification("您想了解哪一款净水器的保修期？", ("净水器 X100-Pro", "净水器 A20"), 0.5)


def version(number: int = 1, **changes: Any) -> DocumentVersion:
    return replace(
        DocumentVersion(
            document_id=RETURNS,
            number=number,
            name="退换货政策.pdf",
            media_type="application/pdf",
            blob_sha256="0" * 64,
            size=182_300,
            audience=Audience.PUBLIC,
            status=VersionStatus.READY,
            reason=None,
            progress=1.0,
            passages=14,
            warnings=(),
            live=False,
            effective_from=None,
            expires_on=None,
            created_at=NOW,
            published_at=NOW,
        ),
        **changes,
    )


def document(**changes: Any) -> Document:
    return replace(
        Document(
            document_id=RETURNS,
            name="退换货政策.pdf",
            kind=DocumentKind.TEXT,
            audience=Audience.PUBLIC,
            live_version=2,
            latest_version=2,
            status=VersionStatus.READY,
            reason=None,
            passages=14,
            created_at=NOW,
            updated_at=NOW,
        ),
        **changes,
    )


def pair(number: int = 1, status: QAStatus = QAStatus.CANDIDATE) -> QAPair:
    return QAPair(
        pair_id=QAPairId(number),
        document_id=RETURNS,
        document="常见问题.xlsx",
        version=1,
        passage_id=PassageId(number),
        questions=(
            Question("怎么申请电子发票？", QuestionKind.STANDARD),
            Question("发票在哪里开", QuestionKind.SIMILAR),
            Question("怎么申请纸质发票？", QuestionKind.NEGATIVE),
        ),
        answer="在“我的订单”里打开订单，点“申请发票”，两小时内发到您的邮箱。",
        answer_start=0,
        status=status,
        audience=Audience.PUBLIC,
        valid_from=None,
        valid_until=date(2027, 1, 1),
    )


def ticket(number: int = 7, **changes: Any) -> Ticket:
    return replace(
        Ticket(
            ticket_id=TicketId(number),
            conversation_id=ConversationId("c1"),
            message_id=MessageId("m1"),
            code=HandoverCode.MISSING_KNOWLEDGE,
            reason="no passage supports the question",
            question="你们修咖啡机吗？",
            contact=None,
            status=TicketStatus.NEW,
            created_at=NOW,
        ),
        **changes,
    )


def hit() -> Hit:
    why = Why(
        matched=("退货", "三十天"),
        dense_rank=1,
        dense_score=0.87,
        lexical_rank=2,
        lexical_score=11.3,
        closeness=Closeness.LOOSE,
        contributions=(Contribution("meaning", 2.1), Contribution("words", -0.4)),
        highlights=((5, 8),),
    )
    return Hit(passage(), 1.7, why)


def standing(*barriers: Barrier) -> Standing:
    return Standing(passage(document="双十一活动.docx"), barriers, date(2026, 11, 1), date(2026, 11, 12))


def why_not(absence: Absence) -> WhyNot:
    """Of the price list, which ranks fourteenth."""
    nothing = absence is Absence.NO_PASSAGES
    return WhyNot(
        absence=absence,
        document_id=RETURNS,
        document="价目表.xlsx",
        passage=None if nothing else passage(document="价目表.xlsx"),
        standing=None if nothing else standing(*([Barrier.EXPIRED] if absence is Absence.WITHHELD else [])),
        shown=10,
        rank=14,
        score=0.25,
        last_score=0.75,
        dense_rank=12,
        dense_score=0.84,
        closeness=Closeness.FAR,
        lexical_rank=None,
        lexical_score=None,
        matched=("退货",),
    )


@dataclass
class FakeClient:
    """Answers from fields that a test sets. `failure` is raised by the next call, where it is set."""

    outcomes: list[Outcome] = field(default_factory=lambda: [answer()])
    """Given one after the other; the last one again and again."""
    pieces: Sequence[str | None] | None = None
    """What streams before the reply; `None` inside means a restart. By default the text in threes."""
    failure: ZhidaError | None = None
    key: Secret | None = field(default_factory=lambda: Secret(KEY))
    all_documents: list[Document] = field(default_factory=lambda: [document()])
    all_versions: list[DocumentVersion] = field(default_factory=lambda: [version(2, live=True), version(1)])
    all_passages: list[Passage] = field(default_factory=lambda: [passage()])
    all_pair_warnings: list[PairWarning] = field(default_factory=list)
    all_pairs: list[QAPair] = field(default_factory=lambda: [pair(1), pair(2, QAStatus.APPROVED)])
    all_tickets: list[Ticket] = field(default_factory=lambda: [ticket()])
    decision: Decision | None = field(default_factory=lambda: Decision(Rule.MODEL_WROTE, "退货几天？", 0.93, 0.61))
    understood: Understood | None = None
    withheld: Sequence[Withheld] = ()
    absence: Absence = Absence.RANKED_LOWER
    asked_of: list[date | None] = field(default_factory=list)
    """The days for which questions were tried out."""
    log: list[Message] = field(default_factory=list)
    sent_files: tuple[FileCard, ...] = ()
    waiting_files: tuple[FileCard, ...] = ()
    opened: int = 0

    # Customers

    def open_conversation(self) -> Conversation:
        self._may_fail()
        self.opened += 1
        return Conversation(ConversationId(f"c{self.opened}"), Secret("token"))

    def files(self, conversation: Conversation) -> FileShelf:
        self._may_fail()
        return FileShelf(files=self.sent_files, waiting=self.waiting_files, limits=FILE_LIMITS)

    def take_back(self, conversation: Conversation, attachment_id: AttachmentId) -> None:
        self._may_fail()
        self.waiting_files = tuple(each for each in self.waiting_files if each.attachment_id != attachment_id)

    def ask_stream(
        self, conversation: Conversation, text: str, *, files: Sequence[AttachmentId] = ()
    ) -> Iterator[Event]:
        self._may_fail()
        self.waiting_files = tuple(each for each in self.waiting_files if each.attachment_id not in files)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        pieces = self.pieces
        if pieces is None:
            pieces = [outcome.text[start : start + 3] for start in range(0, len(outcome.text), 3)]
        for piece in pieces:
            yield Restart() if piece is None else TextPiece(piece)
        message_id = MessageId(f"m{len(self.log) + 1}")
        self.log.append(Message(MessageId("q"), Role.CUSTOMER, text, NOW))
        self.log.append(Message(message_id, Role.ASSISTANT, outcome.text, NOW))
        ticket_id = TicketId(7) if isinstance(outcome, Handover) else None
        yield FinalReply(ConversationReply(outcome, {"total": 12.5}, message_id, ticket_id))

    def messages(self, conversation: Conversation) -> list[Message]:
        self._may_fail()
        return list(self.log)

    def source(self, conversation: Conversation, message_id: MessageId, number: int) -> Source:
        self._may_fail()
        if number != 1:
            raise NotFound("citation", number)
        return Source(1, RETURNS, "退换货政策.pdf", 2, True, 3, "退换货 > 无理由退货", TEXT, 0, len(QUOTE))

    def leave_contact(
        self, conversation: Conversation, ticket_id: TicketId, contact: str, *, consents: Mapping[Purpose, bool]
    ) -> TicketReceipt:
        self._may_fail()
        return TicketReceipt(ticket_id, TicketStatus.NEW, contact)

    # Managers

    def documents(self) -> list[Document]:
        self._authorized()
        return list(self.all_documents)

    def document(self, document_id: DocumentId) -> Document:
        self._authorized()
        for each in self.all_documents:
            if each.document_id == document_id:
                return each
        raise NotFound("document", document_id)

    def versions(self, document_id: DocumentId) -> list[DocumentVersion]:
        self._authorized()
        return list(self.all_versions)

    def version(self, document_id: DocumentId, number: int) -> DocumentVersion:
        self._authorized()
        for each in self.all_versions:
            if each.number == number:
                return each
        raise NotFound("version", number)

    def passages(
        self, document_id: DocumentId, *, version: int | None = None, offset: int = 0, limit: int = 100
    ) -> list[Passage]:
        self._authorized()
        return self.all_passages[offset : offset + limit]

    def rollback(self, document_id: DocumentId, version: int) -> Document:
        self._authorized()
        if version not in {each.number for each in self.all_versions}:
            raise Conflict(f"Version {version} isn't ready.")
        self.all_versions = [replace(each, live=each.number == version) for each in self.all_versions]
        self.all_documents = [replace(each, live_version=version) for each in self.all_documents]
        return self.document(document_id)

    def delete_document(self, document_id: DocumentId) -> None:
        self._authorized()
        self.all_documents = [each for each in self.all_documents if each.document_id != document_id]

    def pairs(self, *, status: QAStatus | None = None, offset: int = 0, limit: int = 100) -> list[QAPair]:
        self._authorized()
        return [each for each in self.all_pairs if each.status is status][offset : offset + limit]

    def pair_warnings(self, pairs: Sequence[QAPairId]) -> list[PairWarning]:
        self._authorized()
        return [each for each in self.all_pair_warnings if each.pair_id in pairs]

    def approve(self, pair_id: QAPairId, *, confirm: bool = False) -> QAPair:
        against = [each for each in self.pair_warnings([pair_id]) if each.kind is PairWarningKind.CONFLICT]
        if against and not confirm:
            raise PairConflict(f"Pair {against[0].other_id} answers otherwise.")
        return self._decide(pair_id, QAStatus.APPROVED)

    def reject(self, pair_id: QAPairId) -> QAPair:
        return self._decide(pair_id, QAStatus.REJECTED)

    def _decide(self, pair_id: QAPairId, status: QAStatus) -> QAPair:
        self._authorized()
        self.all_pairs = [replace(each, status=status) if each.pair_id == pair_id else each for each in self.all_pairs]
        return next(each for each in self.all_pairs if each.pair_id == pair_id)

    def test_question(
        self,
        text: str,
        *,
        audience: Audience = Audience.PUBLIC,
        language: Language | None = None,
        as_of: date | None = None,
    ) -> TestedReply:
        self._authorized()
        self.asked_of.append(as_of)
        return TestedReply(
            self.outcomes[0],
            (hit(),),
            {"encode": 4.2, "retrieve": 3.1, "compose": 1.0, "total": 9.0},
            decision=self.decision,
            understood=self.understood,
            withheld=tuple(self.withheld),
        )

    def why_not(
        self,
        text: str,
        *,
        document_id: DocumentId,
        audience: Audience = Audience.PUBLIC,
        as_of: date | None = None,
    ) -> WhyNot:
        self._authorized()
        self.asked_of.append(as_of)
        return why_not(self.absence)

    def set_dates(
        self, document_id: DocumentId, version: int, *, effective_from: date | None, expires_on: date | None
    ) -> DocumentVersion:
        self._authorized()
        if effective_from and expires_on and expires_on <= effective_from:
            raise InvalidInput("The document would expire before it is in force. Correct a date.")
        self.all_versions = [
            replace(each, effective_from=effective_from, expires_on=expires_on) if each.number == version else each
            for each in self.all_versions
        ]
        return self.version(document_id, version)

    def tickets(self, *, offset: int = 0, limit: int = 100) -> list[Ticket]:
        self._authorized()
        return self.all_tickets[offset : offset + limit]

    def resolve(self, ticket_id: TicketId) -> Ticket:
        self._authorized()
        self.all_tickets = [
            replace(each, status=TicketStatus.RESOLVED) if each.ticket_id == ticket_id else each
            for each in self.all_tickets
        ]
        return next(each for each in self.all_tickets if each.ticket_id == ticket_id)

    def _may_fail(self) -> None:
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure

    def _authorized(self) -> None:
        self._may_fail()
        if self.key != Secret(KEY):
            raise Unauthorized("No valid admin key came with the request.")
