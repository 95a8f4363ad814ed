"""The page of nouns. Who knows these types knows Zhida.

A **Document** (a file or record somebody uploaded) has **DocumentVersion**s. A ready version is
one canonical text, cut into **Passage**s, the unit that is retrieved. A **QAPair** is an approved
answer to a question. A **Query** is answered by ranked **Hit**s. A **Turn** (what the customer
wrote) ends in an **Outcome**: an **Answer** with **Citation**s, a **Clarification**, or a
**Handover** to a person, which opens a **Ticket**.

Every character position in this module is a code-point offset into the text of one document
version, start inclusive and end exclusive, so `version.text[start:end]` is what is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:  # these modules import this one
    from core.analysis import Analysis
    from core.episodes import Episode
    from core.handover import HandoverEvidence, HandoverOffer, HandoverPackage

DocumentId = NewType("DocumentId", str)
"""128 random bits in hex. Not a secret, and not guessable either."""

PassageId = NewType("PassageId", int)
"""Positive 63-bit integer, given by SQL in rising order and never used twice."""

QAPairId = NewType("QAPairId", int)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
TicketId = NewType("TicketId", int)


class Language(StrEnum):
    """The languages Zhida speaks. A text that is neither counts as the nearer one."""

    ZH = "zh"
    EN = "en"


class Audience(StrEnum):
    """Who may read a document. `INTERNAL` readers see public documents as well."""

    PUBLIC = "public"
    INTERNAL = "internal"

    def readable(self) -> tuple[Audience, ...]:
        """The audiences of the documents that a reader of this audience may see."""
        return (Audience.PUBLIC, Audience.INTERNAL) if self is Audience.INTERNAL else (Audience.PUBLIC,)


class DocumentKind(StrEnum):
    """What a document's passages are: running text, Q&A pairs, or solved tickets to learn from."""

    TEXT = "text"
    QA = "qa"
    TICKETS = "tickets"


class VersionStatus(StrEnum):
    """The life of a version: `QUEUED` → `PROCESSING` → `READY` or `FAILED`."""

    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class QAStatus(StrEnum):
    """`CANDIDATE` waits for a person; only `APPROVED` pairs are ever shown to a customer."""

    CANDIDATE = "candidate"
    APPROVED = "approved"
    REJECTED = "rejected"


class QuestionKind(StrEnum):
    """How a question belongs to a pair. A `NEGATIVE` one looks alike but must *not* get this answer."""

    STANDARD = "standard"
    SIMILAR = "similar"
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class Document:
    """A source with its versions. `live_version` is what customers see; `None` until one is ready."""

    document_id: DocumentId
    name: str
    kind: DocumentKind
    audience: Audience
    live_version: int | None
    latest_version: int
    status: VersionStatus
    """Of the latest version."""
    reason: str | None
    """Why the latest version failed, in words a person understands."""
    passages: int
    """Published passages of the live version."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """One upload of a document. Numbers count from 1 for each document and are never reused."""

    document_id: DocumentId
    number: int
    name: str
    media_type: str
    blob_sha256: str
    size: int
    """Bytes of the uploaded file."""
    audience: Audience
    status: VersionStatus
    reason: str | None
    progress: float
    """Share of the work done, 0.0 to 1.0."""
    passages: int
    warnings: tuple[str, ...]
    """What the parser wants a person to know, e.g. text that was hidden in the file."""
    live: bool
    effective_from: date | None
    """First day on which the version may be used for an answer; `None` means always."""
    expires_on: date | None
    """First day on which it may no longer be used; `None` means never."""
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is retrieved. `text` is exactly `version.text[start:end]`."""

    passage_id: PassageId
    document_id: DocumentId
    document: str
    """Name of the document, as people know it."""
    version: int
    ordinal: int
    """Position among the version's passages, from 0."""
    heading: tuple[str, ...]
    """Path of headings from the outermost to the nearest; empty when there is none."""
    page: int | None
    """Page, slide or sheet number from 1; `None` for formats without pages."""
    start: int
    end: int
    text: str
    context: str
    """What a reader of the document knows on reaching the passage: title and headings. Indexed, not quoted."""
    audience: Audience
    since: date | None = None
    """First day on which it holds: that of its Q&A pair or version, or the day on which that was published."""

    @property
    def indexed_text(self) -> str:
        """What the indexes and the encoder read."""
        return indexed_text(self.context, self.text)


def indexed_text(context: str, text: str) -> str:
    """Join a passage with its context, as the indexes and the encoder read it."""
    return f"{context}\n{text}" if context else text


@dataclass(frozen=True, slots=True)
class Question:
    """One wording of a Q&A pair's question."""

    text: str
    kind: QuestionKind


@dataclass(frozen=True, slots=True)
class QAPair:
    """A question with its approved answer. The answer is shown to customers word for word."""

    pair_id: QAPairId
    document_id: DocumentId
    document: str
    version: int
    passage_id: PassageId
    questions: tuple[Question, ...]
    """The standard question comes first."""
    answer: str
    answer_start: int
    """Offset of the answer in the version's text."""
    status: QAStatus
    audience: Audience
    valid_from: date | None
    valid_until: date | None
    """First day on which the answer is no longer valid."""
    product: str | None = None

    @property
    def question(self) -> str:
        """The standard question."""
        return self.questions[0].text


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked, by whom and as of when. Filters apply before ranking."""

    text: str
    audience: Audience = Audience.PUBLIC
    as_of: date | None = None
    """Day for which documents must be valid; `None` means today."""
    history: tuple[Message, ...] = ()
    """Earlier messages of the conversation, oldest first; a follow-up is understood with them."""


class CorrectionKind(StrEnum):
    """How a word was misspelt."""

    PINYIN = "pinyin"
    """Typed in letters: «tuikuan»."""
    SOUND = "sound"
    """A character that sounds alike: «发漂»."""
    SPELLING = "spelling"
    """A slip in a word of letters: «refnud»."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that the knowledge base doesn't know, and the known one that was searched for instead."""

    written: str
    read_as: str
    kind: CorrectionKind


@dataclass(frozen=True, slots=True)
class Expansion:
    """Words that are searched for as well."""

    text: str
    weight: float
    """How much they count beside the question's own words, which count 1.0."""
    of: str
    """The words of the question that they stand for."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question was taken to mean before anything was searched for."""

    asked: str
    """The customer's own words."""
    searched: str
    """What was encoded and searched for."""
    corrections: tuple[Correction, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    """From synonyms, and other forms of numbers and dates; searched for by words only."""
    whole: tuple[str, ...] = ()
    """Words of the knowledge manager's dictionary that the question holds."""
    from_history: bool = False
    """The message was completed from earlier ones of the conversation."""


class Closeness(StrEnum):
    """How close in meaning a passage is to a question, in words instead of a cosine."""

    VERY_CLOSE = "very_close"
    CLOSE = "close"
    LOOSE = "loose"
    FAR = "far"


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one reason added to a hit's score, or took from it. A hit's contributions add up to its score."""

    part: str
    """`meaning`, `words`, or another feature of the ranking."""
    points: float


@dataclass(frozen=True, slots=True)
class Why:
    """Why a passage was found. Ranks count from 1; `None` means that side didn't find it."""

    matched: tuple[str, ...]
    """Words of the question that the passage contains."""
    dense_rank: int | None
    dense_score: float | None
    """Cosine similarity, -1.0 to 1.0."""
    lexical_rank: int | None
    lexical_score: float | None
    """BM25, 0.0 and up; compares only within one query."""
    closeness: Closeness | None = None
    """`dense_score` in words."""
    contributions: tuple[Contribution, ...] = ()
    """What pushed the passage up or down, the strongest first."""
    weakest: float | None = None
    """How well the passage meets the question's least met tokens, -1.0 to 1.0; `None` if it wasn't looked at closely."""
    highlights: tuple[tuple[int, int], ...] = ()
    """Where the matched words stand in the passage's text, in order: `text[start:end]`."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and its score. Higher is better; scores of two retrievers never compare."""

    passage: Passage
    score: float
    why: Why


@dataclass(frozen=True, slots=True)
class QAHit:
    """A Q&A pair and how near the asked question is to one of its wordings."""

    pair: QAPair
    matched: Question
    score: float
    """Cosine of the asked question and `matched`, -1.0 to 1.0."""
    meaning: float = 0.0
    """How close the question is to the pair as a whole: the mean of `score` and the cosine with all wordings' mean."""
    probability: float = 0.0
    """Calibrated: that the pair's answer is the one asked for."""
    either: float = 0.0
    """The same, whichever of the pairs that are about as near is meant."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a part of an answer stands, to the character.

    `quote` is `text[start:end]` of that document version; the server takes it from SQL
    and never from a language model.
    """

    number: int
    """As shown in the answer, `[1]`."""
    passage_id: PassageId
    document_id: DocumentId
    document: str
    version: int
    page: int | None
    heading: tuple[str, ...]
    start: int
    end: int
    quote: str


class Tier(StrEnum):
    """Which step of the cascade answered, cheapest first."""

    VERBATIM = "verbatim"
    GENERATED = "generated"
    QUOTED = "quoted"


class HandoverCode(StrEnum):
    """Why a person is needed. The customer always gets an honest sentence as well."""

    SAFETY_LEGAL = "safety_legal"
    CUSTOMER_REQUEST = "customer_request"
    POLICY_RESTRICTION = "policy_restriction"
    IDENTITY_REQUIRED = "identity_required"
    MISSING_KNOWLEDGE = "missing_knowledge"
    UNSUPPORTED_REQUEST = "unsupported_request"
    NEGATIVE_SENTIMENT = "negative_sentiment"
    LOOP = "loop"
    USER_REJECTED = "user_rejected"
    TURN_BUDGET = "turn_budget"
    TOOL_FAILURE = "tool_failure"
    VIP_OR_OPEN_TICKET = "vip_or_open_ticket"
    PENDING_CLARIFICATION = "pending_clarification"
    USAGE_LIMIT = "usage_limit"
    OTHER_PARTICIPANT = "other_participant"


class Check(StrEnum):
    """What a part of an answer is checked for against the passages that it rests on."""

    EVIDENCE = "evidence"
    """It names a passage, or one clearly says it."""
    NUMBERS = "numbers"
    UNITS = "units"
    DATES = "dates"
    ADDRESSES = "addresses"
    NAMES = "names"
    NEGATION = "negation"
    MATTER = "matter"
    """It speaks of what was asked about, and so does its source."""
    WORDS = "words"
    MEANING = "meaning"
    INSTRUCTIONS = "instructions"
    """It gives nothing away of what the model was told."""
    JUDGE = "judge"
    """A language model says that the source supports it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a generated answer with what was found when it was checked."""

    text: str
    """What it says, without marks."""
    start: int | None
    """Where it stands in the answer's text: `answer.text[start:end]`, marks included; `None` if it was dropped."""
    end: int | None
    citations: tuple[int, ...]
    """Numbers of the answer's citations that it rests on."""
    failed: tuple[Check, ...] = ()
    """The checks that it didn't pass; none for a part that is shown."""
    cover: float | None = None
    """Share of its words that its sources have, 0.0 to 1.0; `None` across languages."""
    similarity: float | None = None
    """Cosine with what it is cited to, -1.0 to 1.0; `None` where no encoder was asked."""

    @property
    def holds(self) -> bool:
        """Its sources support it."""
        return not self.failed


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that the sources support. `text` marks its citations as `[1]`."""

    text: str
    citations: tuple[Citation, ...]
    confidence: float
    """Probability that the evidence answers the question, 0.0 to 1.0."""
    tier: Tier
    segments: tuple[Segment, ...] = ()
    """Of a generated answer, in order; parts that were dropped among them."""


@dataclass(frozen=True, slots=True)
class Clarification:
    """A question back to the customer: which of two readings is meant, or what else tells what is wanted."""

    text: str
    options: tuple[str, ...]
    confidence: float
    code: HandoverCode | None = None
    """The hand-over rule that would be next: `pending_clarification` after a question about readings, `missing_knowledge`
    where nothing was found. `None` for small talk."""
    nearest: tuple[PassageId, ...] = ()
    """The best passages that were not good enough, best first."""


@dataclass(frozen=True, slots=True)
class Handover:
    """A person should take over. `text` says so to the customer, `reason` to the colleague."""

    code: HandoverCode
    reason: str
    text: str
    confidence: float
    """Probability that the evidence would have answered, for the record."""
    nearest: tuple[PassageId, ...] = ()
    """The best passages that were not good enough, best first."""
    evidence: HandoverEvidence | None = None
    """What the rule saw."""
    package: HandoverPackage | None = None
    """What the person is given."""


Outcome = Answer | Clarification | Handover


@dataclass(frozen=True, slots=True)
class Silence:
    """The assistant says nothing: a person has the turn, or what was written later is answered together with this."""

    text: str
    """What the desk told the customer instead, e.g. that a colleague will reply; mostly empty."""


class Role(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    ASSISTANT = "assistant"
    AGENT = "agent"
    """A person at the desk."""
    SYSTEM = "system"
    """The desk itself: a ticket's number, a waiting time."""
    NOTE = "note"
    """Among colleagues; customers and the assistant never see it."""


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a conversation."""

    message_id: MessageId
    role: Role
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the customer just wrote, and what the assistant knows about the conversation."""

    text: str
    history: tuple[Message, ...] = ()
    """Earlier messages, oldest first, without this one."""
    audience: Audience = Audience.PUBLIC
    language: Language | None = None
    """The reply's language; `None` means that of the message."""
    as_of: date | None = None
    episode: Episode | None = None
    """The problem so far; `None` means that nothing was said before."""
    message_id: MessageId | None = None
    """Of what the customer just wrote, where it is stored already."""


@dataclass(frozen=True, slots=True)
class ModelFailure:
    """A language model was asked and its reply could not be used. Recorded with the turn."""

    kind: str
    """`timeout`, `error`, `truncated`, `empty` or `ungrounded`."""
    detail: str


class Rule(StrEnum):
    """Which rule of the cascade decided a reply."""

    PERSON_REQUESTED = "person_requested"
    SMALL_TALK = "small_talk"
    SEARCH_FAILED = "search_failed"
    AMBIGUOUS = "ambiguous"
    """Two approved answers fit equally well."""
    APPROVED_ANSWER = "approved_answer"
    NOTHING_FOUND = "nothing_found"
    BELOW_THRESHOLD = "below_threshold"
    MODEL_WROTE = "model_wrote"
    MODEL_DECLINED = "model_declined"
    MODEL_FAILED = "model_failed"
    """A language model was asked in vain, so the sources are quoted."""
    QUOTED = "quoted"
    """No language model is set, so the sources are quoted."""
    HANDOVER_RULE = "handover_rule"
    """Another rule of the table of hand-over rules; the outcome's code tells which."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a reply is what it is."""

    rule: Rule
    question: str = ""
    """What was searched for, where anything was; with the message before it for a follow-up."""
    probability: float | None = None
    """That the evidence answers the question; `None` where nothing was searched for."""
    threshold: float | None = None
    """Probability from which the assistant answers."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An outcome with its record: what was found, how long each step took, what went wrong."""

    outcome: Outcome
    hits: tuple[Hit, ...]
    ms: Mapping[str, float]
    """Milliseconds by step; `total` is always present."""
    model_failure: ModelFailure | None = None
    decision: Decision | None = None
    understood: Understood | None = None
    """What the question was taken to mean; `None` where nothing was searched for."""
    analysis: Analysis | None = None
    """What one pass over the message told; `None` where it wasn't analysed."""
    offer: HandoverOffer | None = None
    """A person is offered beside the reply."""


class TicketStatus(StrEnum):
    """States of a ticket. `core.tickets.CATEGORY` says what each means."""

    NEW = "new"
    OPEN = "open"
    PENDING_CUSTOMER = "pending_customer"
    ON_HOLD = "on_hold"
    """Waits for a third party or a colleague."""
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    """Done, but a reply of the customer opens it again for some days."""
    CLOSED = "closed"
    MERGED = "merged"
    SPAM = "spam"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A customer's problem that waits for a person."""

    ticket_id: TicketId
    conversation_id: ConversationId
    message_id: MessageId
    code: HandoverCode
    reason: str
    question: str
    contact: str | None
    status: TicketStatus
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """Which model made a vector. Vectors of two identities never mix."""

    name: str
    sha256: str
    dimension: int

    @property
    def key(self) -> str:
        """Short text that is stored with every vector: name, first 16 digits of the hash, dimension."""
        return f"{self.name}@{self.sha256[:16]}/{self.dimension}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `zhida check` found wrong, and what mends it."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Whether SQL and the derived indexes agree. `findings` is empty when they do."""

    sequence: int
    documents: int
    passages: int
    questions: int
    indexes: Mapping[str, int] = field(default_factory=dict)
    """Entries by index name."""
    findings: tuple[Finding, ...] = ()

    @property
    def clean(self) -> bool:
        """Nothing was found wrong."""
        return not self.findings
