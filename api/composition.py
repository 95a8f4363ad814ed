"""The composition root: the one place that joins the concrete classes."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from core.clock import Clock, utc_now
from core.errors import ModelMismatch, StorageError
from core.settings import Settings

if TYPE_CHECKING:  # each is imported where it is first needed, since a command needs few of them
    from sqlalchemy import Engine

    from agent.assistant import Assistant
    from agent.staleness import StaleFinder
    from agent.suggestions.service import Suggestions
    from agent.tools.runner import ToolRunner
    from analytics.service import Analytics
    from api.accounts.passwords import Passwords
    from api.accounts.store import Accounts
    from api.forgetting.erasing import Forgetting
    from api.learning import Learning
    from api.visitor_keys import VisitorKeys
    from core.types import DocumentVersion
    from desk.attachments.store import Attachments
    from desk.handover.packages import HandoverPackages
    from desk.handover.store import HandoverRuleStore
    from desk.store import Desk
    from desk.verification.reviews import AnswerReviews
    from ingest.sandbox import Sandbox
    from ingest.worker import Worker
    from kb.following import FollowingIndexes
    from kb.gold import GoldStore
    from kb.prepared import PreparedVersion
    from kb.store import KnowledgeBase
    from models.chat import ChatModel
    from models.encoder import Encoder
    from models.lac_tagger import LacTagger
    from nlu.analyzer import Analyzer
    from nlu.personal_data.finder import PersonalDataRecogniser
    from nlu.personal_data.masking import Masker
    from retrieval.calibration.keeper import RiskKeeper
    from retrieval.inquiry import Inquiry
    from retrieval.review import PairReview
    from retrieval.search import Retriever

Progress = Callable[[int, int], None]
"""Called with how many of how many are done."""

MIB: Final = 1024 * 1024


def unheard(_done: int, _of: int) -> None:
    """For callers that don't show progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacements:
    """Parts to use instead of those that the settings name, e.g. the fake encoder."""

    encoder: Encoder | None = None
    model: ChatModel | None = None
    passwords: Passwords | None = None
    clock: Clock = utc_now


class Services:
    """Everything that runs in one process. A part is made when it is first asked for.

    Opening a knowledge base takes longer than most commands run; `zhida documents list` shouldn't
    wait for an encoder. `open_services` makes what answering needs at once.
    """

    def __init__(self, settings: Settings, replacements: Replacements | None = None) -> None:
        self.settings = settings
        self._replacements = replacements or Replacements()

    @cached_property
    def engine(self) -> Engine:
        """The database, with all its tables."""
        from core.database import open_engine
        from core.migrations import migrate

        _make_home(self.settings)
        engine = open_engine(self.settings.database_url)
        migrate(engine)
        return engine

    @cached_property
    def kb(self) -> KnowledgeBase:
        """Documents, passages, Q&A pairs."""
        from core.blobs import BlobStore
        from kb.store import KnowledgeBase

        blobs = BlobStore(self.settings.blobs, max_bytes=self.settings.max_upload_mb * MIB)
        return KnowledgeBase(self.engine, blobs, clock=self._replacements.clock)

    @cached_property
    def desk(self) -> Desk:
        """Conversations and tickets."""
        from desk.store import Desk

        return Desk(self.engine, clock=self._replacements.clock, mask=lambda text: self.masker.masked(text))

    @cached_property
    def attachments(self) -> Attachments:
        """Files that come with messages."""
        from core.attachments import AttachmentLimits
        from core.blobs import BlobStore
        from desk.attachments.scanning import make_scan
        from desk.attachments.store import Attachments
        from kb.rows import UPLOADS, take_turn

        given = self.settings.attachments
        limits = AttachmentLimits(
            file_bytes=given.file_mb * MIB,
            per_message=given.per_message,
            conversation_bytes=given.conversation_mb * MIB,
        )
        return Attachments(
            self.engine,
            BlobStore(self.settings.attachment_files, max_bytes=limits.file_bytes, advice="Send a smaller one."),
            turn=lambda connection: take_turn(connection, UPLOADS),
            limits=limits,
            scan=make_scan(given.scan, timeout_s=given.scan_s),
            clock=self._replacements.clock,
        )

    @cached_property
    def accounts(self) -> Accounts:
        """The people who work here."""
        from api.accounts.store import Accounts

        return Accounts(self.engine, passwords=self._replacements.passwords, clock=self._replacements.clock)

    @cached_property
    def forgetting(self) -> Forgetting:
        """Gives out what is known of a person, and erases it."""
        from api.forgetting.erasing import Forgetting
        from api.forgetting.files import erase_files

        return Forgetting(
            self.engine,
            erase_files=lambda conversation_id: erase_files(self.attachments, conversation_id),
            afterwards=self.analytics.forget,
            clock=self._replacements.clock,
        )

    @cached_property
    def visitors(self) -> VisitorKeys:
        """How the company's own site says who its visitors are."""
        from api.visitor_keys import VisitorKeys

        return VisitorKeys(self.settings, clock=self._replacements.clock)

    @cached_property
    def gold(self) -> GoldStore:
        """The gold set: questions with known answers, and its runs."""
        from kb.gold import GoldStore

        return GoldStore(self.engine, clock=self._replacements.clock)

    @cached_property
    def analytics(self) -> Analytics:
        """Figures of the service."""
        from analytics.service import Analytics
        from analytics.suggestions import SuggestionsRead

        shown = SuggestionsRead(self.engine).facts
        return Analytics(self.engine, lambda: self.encoder, shown=shown, clock=self._replacements.clock)

    @cached_property
    def suggestions(self) -> Suggestions:
        """Drafts, summaries and tones for agents."""
        from api.suggesting import make_suggestions

        return make_suggestions(self, self._replacements.clock)

    @cached_property
    def answer_reviews(self) -> AnswerReviews:
        """Past answers that a change of the knowledge makes wrong."""
        from desk.verification.reviews import AnswerReviews

        return AnswerReviews(self.engine, mask=lambda text: self.masker.masked(text), clock=self._replacements.clock)

    @cached_property
    def stale_finder(self) -> StaleFinder:
        """Looks for them."""
        from agent.instruments import instruments_for
        from agent.staleness import StaleFinder

        instruments = instruments_for(self.encoder)
        return StaleFinder(self.kb, self.answer_reviews, instruments, clock=self._replacements.clock)

    @cached_property
    def learning(self) -> Learning:
        """Unanswered questions, and what people's work teaches."""
        from api.learning import Learning

        return Learning(self, self._replacements.clock)

    @cached_property
    def encoder(self) -> Encoder:
        """The text encoder."""
        if self._replacements.encoder is not None:
            return self._replacements.encoder
        from models.loading import load_encoder

        return load_encoder(self.settings)

    @cached_property
    def indexes(self) -> FollowingIndexes:
        """The derived indexes. `open_services` opens them."""
        from kb.choosing import choose_indexes

        url = self.settings.index_url
        return choose_indexes(
            self.kb,
            self.encoder.identity,
            folder=self.settings.indexes,
            url=None if url is None else url.reveal(),
            threads=self.settings.threads,
        )

    @cached_property
    def retriever(self) -> Retriever:
        """Search."""
        from models.loading import load_cross_encoder
        from retrieval.search import Retriever
        from retrieval.understanding.rewriting import Rewriter
        from retrieval.understanding.understander import Understander

        rewriter = Rewriter(self.model) if self.model is not None else None
        understander = Understander(self.indexes, self.kb.vocabulary, rewriter=rewriter)
        return Retriever(
            self.kb,
            self.indexes,
            self.encoder,
            cross_encoder=load_cross_encoder(self.settings),
            understander=understander,
            clock=self._replacements.clock,
        )

    @cached_property
    def inquiry(self) -> Inquiry:
        """Managers' questions about a search."""
        from retrieval.inquiry import Inquiry

        return Inquiry(self.kb, self.indexes, self.encoder, self.retriever, clock=self._replacements.clock)

    @cached_property
    def pair_review(self) -> PairReview:
        """Which Q&A pairs get in each other's way."""
        from retrieval.review import PairReview

        return PairReview(self.kb, self.encoder, indexes=self.indexes, clock=self._replacements.clock)

    @cached_property
    def assistant(self) -> Assistant:
        """Answers."""
        from agent.assistant import Assistant
        from agent.policy import AnswerPolicy
        from retrieval.reading import EvidenceReader

        reader = EvidenceReader(self.kb, clock=self._replacements.clock)
        policy = AnswerPolicy(model_deadline_s=self.settings.model_deadline_s)
        return Assistant(
            self.retriever,
            self.encoder,
            model=self.model,
            policy=policy,
            limit=self.risk.limit,
            reader=reader,
            analyzer=self.analyzer,
            rules=lambda: self.handover_rules.current().rules,
            tools=self.tools,
            model_calls=self.settings.model_tools,
        )

    @cached_property
    def tools(self) -> ToolRunner:
        """What may be looked up for a customer: documents, their tickets, and their orders where a system is connected."""
        from agent.policy import AnswerPolicy
        from agent.tools.desk_tickets import DeskTickets
        from agent.tools.http_orders import HttpOrders
        from agent.tools.runner import ToolRunner

        settings, orders = self.settings, None
        if settings.orders_url is not None and settings.orders_secret is not None:
            orders = HttpOrders(
                settings.orders_url,
                settings.orders_secret,
                lambda customer_id: self.desk.customers.customer(customer_id).identities,
                timeout_s=settings.orders_timeout_s,
            )
        tickets = DeskTickets(self.desk.ticketing)
        return ToolRunner(self.retriever, tickets, orders, candidates=AnswerPolicy().candidates)

    @cached_property
    def handover_rules(self) -> HandoverRuleStore:
        """When a person is needed: the table that the service manager edits."""
        from desk.handover.store import HandoverRuleStore

        return HandoverRuleStore(self.engine, clock=self._replacements.clock)

    @cached_property
    def handover_packages(self) -> HandoverPackages:
        """What people were given with hand-overs."""
        from desk.handover.packages import HandoverPackages

        return HandoverPackages(self.engine)

    @cached_property
    def analyzer(self) -> Analyzer:
        """What is told of a message before anything is searched for."""
        from api.understanding import make_analyzer

        return make_analyzer(
            self.encoder,
            self.tagger,
            self.personal_data,
            self.kb.vocabulary,
            home=self.settings.home,
            clock=self._replacements.clock,
        )

    @cached_property
    def tagger(self) -> LacTagger:
        """Chinese words and names. Its weights are read with the first use."""
        from api.understanding import make_tagger

        return make_tagger()

    @cached_property
    def personal_data(self) -> PersonalDataRecogniser:
        """What tells who somebody is."""
        from api.understanding import make_recogniser

        return make_recogniser(self.tagger)

    @cached_property
    def masker(self) -> Masker:
        """Hides personal data."""
        from nlu.personal_data.masking import Masker

        return Masker(self.personal_data)

    @cached_property
    def risk(self) -> RiskKeeper:
        """From which confidence on the assistant may answer."""
        from kb.calibration import CalibrationStore
        from retrieval.calibration.keeper import RiskKeeper

        clock = self._replacements.clock
        return RiskKeeper(CalibrationStore(self.engine, clock=clock), lambda: self.encoder.identity.key, clock=clock)

    @cached_property
    def sandbox(self) -> Sandbox:
        """Where files are parsed."""
        from ingest.sandbox import Sandbox

        return Sandbox()

    @cached_property
    def worker(self) -> Worker:
        """The server's own worker. Its name stays the same, so that it takes up again what it left when it died."""
        place = sha256(f"{socket.gethostname()}:{self.settings.home}".encode()).hexdigest()[:16]
        return self.make_worker(f"server@{place}")

    def make_worker(self, owner: str) -> Worker:
        """A worker that makes passages of uploads. `owner` tells its leases from those of others."""
        from ingest.worker import Worker

        return Worker(
            self.kb,
            self.encoder,
            self.sandbox,
            owner=owner,
            review=self._review_upload,
            personal_data=self.personal_data,
        )

    def _review_upload(self, version: DocumentVersion, prepared: PreparedVersion) -> tuple[str, ...]:
        """What is wrong between the Q&A pairs of an upload and others. Commands have no open indexes for that."""
        from retrieval.review import PairReview, told

        return told(PairReview(self.kb, self.encoder, clock=self._replacements.clock).of_upload(version, prepared))

    def close(self) -> None:
        """Close what was opened."""
        made = vars(self)  # a cached property stands there once it was made
        for part in ("retriever", "indexes", "sandbox"):
            if part in made:
                made[part].close()
        if "engine" in made:
            self.engine.dispose()

    @cached_property
    def model(self) -> ChatModel | None:
        """The language model, if one is configured. One outside this process never sees personal data."""
        if self._replacements.model is None and self.settings.model is None and self.settings.model_base_url is None:
            return None  # spares the import of the language model's libraries
        from models.loading import load_chat_model, runs_here
        from models.masked_chat import MaskedChatModel

        model = self._replacements.model or load_chat_model(self.settings)
        if model is None or runs_here(self.settings):
            return model
        return MaskedChatModel(model, lambda known: self.masker.masking(known=known))


def open_services(
    settings: Settings, replacements: Replacements | None = None, *, progress: Progress = unheard
) -> Services:
    """Make everything that answering needs: tables, vectors of the current encoder, open indexes.

    A knowledge base whose vectors another encoder made is embedded anew, which `progress` reports.

    Raises:
        ZhidaError: a part can't be opened; the message says which and what to do.
    """
    services = Services(settings, replacements)
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="zhida-load") as beside:
            # Weights are read beside everything else, which saves a command a fifth of its time.
            loaded = beside.submit(services.encoder.encode_questions, ["预热"])
            open_indexes(services, progress=progress)
            loaded.result()
    except BaseException:
        services.close()
        raise
    return services


def open_indexes(services: Services, *, progress: Progress = unheard) -> None:
    """Open the indexes. Only if they can't be filled is every stored text looked at for a missing vector."""
    try:
        services.indexes.open()
    except ModelMismatch:
        ensure_vectors(services, progress=progress)
        services.indexes.open()


def warm_up(services: Services) -> None:
    """Search once, so that the first customer doesn't wait for weights and dictionaries to be read."""
    from core.types import Query

    services.retriever.find(Query(text="warm up 预热 yure"))  # pinyin, so that its table is read as well
    services.analyzer.analyze("warm up 预热")


def ensure_vectors(services: Services, *, progress: Progress = unheard) -> int:
    """Compute the vectors that the configured encoder lacks, and drop those of others; returns how many."""
    from kb.reembedding import reembed
    from models.encoder import TokenEncoder

    encoder = services.encoder
    tokens_key = encoder.tokens_key if isinstance(encoder, TokenEncoder) else None
    if not services.kb.missing_vectors(encoder.identity.key, tokens_key=tokens_key, limit=1):
        return 0
    return reembed(services.kb, services.encoder, progress=progress)


def _make_home(settings: Settings) -> None:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"The folder {settings.home} can't be made. Choose another with --home.") from error
