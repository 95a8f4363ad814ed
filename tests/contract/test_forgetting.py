"""One person is given out whole or erased: afterwards no table and no file holds a word of theirs, on every database."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, update

from analytics.learning.candidates import CandidateStore
from analytics.learning.gaps import GapStore
from analytics.learning.gathering import Gatherer
from analytics.learning.tables import candidate_findings, gap_questions
from analytics.report import report
from analytics.service import Analytics
from analytics.suggestions import SuggestionsRead
from analytics.transcripts import Transcripts
from api.accounts.audit import OPERATOR, AuditLog
from api.forgetting.erasing import Forgetting
from api.forgetting.person import Person, rows_about
from core.accounts import AccountId
from core.customers import Customer
from core.database import metadata, reading, writing
from core.errors import Conflict, InvalidInput, NotFound
from core.figures import Period
from core.gold import GoldEntry, GoldOrigin
from core.learning import CandidateStatus
from core.staff import Presence
from core.suggestions import Draft, DraftKind, SuggestionState
from core.surveys import SurveyKind
from core.tickets import CloseReason
from core.types import Audience, ConversationId, Handover, HandoverCode, Language, Reply, Role
from desk.customer_tables import customer_consents
from desk.store import Desk
from desk.verification.suggestions import SuggestionStore
from kb.gold import GoldStore
from models.fake_encoder import FakeEncoder
from tests.kb.samples import SetClock

ANNA = AccountId(11)
MARK = "Zq7 heimlich"
"""In every text of the person who is erased."""
KEY = "zq7 heimlich@example.org"
NEVER_THEIRS = frozenset(
    {
        "accounts", "agents", "audit_head", "audit_log", "calibrations", "candidates", "changes", "counters", "desk_policies",
        "documents", "gap_apart", "gap_sources", "gaps", "gold_citations", "gold_published", "gold_results", "gold_runs",
        "gold_sources", "handover_rules", "learning_marks", "macros", "pairs", "passages", "questions", "sessions",
        "sla_calendars", "sla_policies", "snapshots", "team_members", "teams", "ticket_states", "token_vectors",
        "tolerances", "tombstones", "vectors", "version_texts", "versions", "vocabulary",
    }
)  # fmt: skip
"""Tables that name no conversation, message, ticket or customer. What of them may hold words of a person (gaps,
candidates, gold results) is looked after by `api.forgetting.learnt`."""


class World:
    """A desk with one customer who will be erased and one who stays."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = SetClock()
        self.desk = Desk(engine, clock=self.clock, mask=str)
        self.desk.staff.enrol(ANNA, "Anna")
        self.desk.staff.set_presence(ANNA, Presence.ONLINE)
        self.board = GapStore(engine, FakeEncoder(), clock=self.clock)
        self.queue = CandidateStore(engine, FakeEncoder(), clock=self.clock)
        self.gold = GoldStore(engine, clock=self.clock)
        self.drafts = SuggestionStore(engine, clock=self.clock)
        self.files: list[ConversationId] = []
        self.forgetting = Forgetting(engine, erase_files=self._files, clock=self.clock)

    def _files(self, conversation_id: ConversationId) -> int:
        self.files.append(conversation_id)
        return 1

    def served(self, customer: Customer | None, asked: str, answer: str) -> ConversationId:
        """Asks in vain, is answered by a person, rates; everything says `asked`."""
        conversation, _ = self.desk.open_conversation(audience=Audience.PUBLIC, language=Language.ZH)
        if customer is not None:
            self.desk.customers.attach(conversation, customer.customer_id)
        reply = Reply(Handover(HandoverCode.MISSING_KNOWLEDGE, f"no {asked}", "已转给同事。", 0.1), (), {"total": 1.0})
        recorded = self.desk.record(conversation, asked, reply)
        message, ticket = recorded.question.message_id, recorded.ticket
        assert ticket is not None
        self.desk.dialogues.claim(conversation, ANNA)
        self.desk.dialogues.note(conversation, ANNA, f"note {asked}")
        self.desk.ticketing.set_subject(ticket.ticket_id, ANNA, f"about {asked}"[:200])
        self.desk.ticketing.refer(ticket.ticket_id, ANNA, f"maker {asked}")
        draft = Draft(DraftKind.COMPOSED, f"draft {asked}", (), 0.5, "source")
        (shown,) = self.drafts.show(conversation, message, [draft], shown_to="anna")
        self.drafts.decide(shown.suggestion_id, SuggestionState.EDITED, text=f"edited {asked}", by="anna")
        self.desk.dialogues.reply(conversation, ANNA, answer)
        self.desk.dialogues.resolve(conversation, ANNA, CloseReason.AGENT_SOLVED)
        self.desk.surveys.rate(conversation, SurveyKind.CSAT, 5, comment=f"thanks {asked}")
        self.gold.add(GoldEntry(text=f"gold {asked}", facts=("x",)), origin=GoldOrigin.CONVERSATION, message_id=message)
        self.clock.pass_by(60)
        return conversation

    def learn(self) -> None:
        """Fill board and queue from the log."""
        edited = SuggestionsRead(self.engine).edited
        transcripts = Transcripts(self.engine)
        Gatherer(
            self.desk.events, transcripts, self.board, self.queue, mask=str, edited=edited, clock=self.clock
        ).step()

    def figures(self) -> str:
        """All figures of the service."""
        analytics = Analytics(self.engine, FakeEncoder, clock=self.clock)
        start = datetime(2020, 1, 1, tzinfo=UTC)
        return json.dumps(str(report(analytics.facts(), Period(start, start + timedelta(days=4000)))))


@pytest.fixture
def world(database: Engine) -> World:
    return World(database)


@pytest.fixture
def secret(world: World) -> Customer:
    """The person, known by two channels, one of them by a merge, in two conversations; a bystander asks the same once."""
    desk = world.desk
    person = desk.customers.find_or_create("email", KEY, name=f"{MARK} Anna")
    other = desk.customers.find_or_create("web", f"{MARK} visitor".lower())
    desk.customers.edit(person.customer_id, ANNA, phone=f"{MARK} 139", email=KEY)
    desk.customers.tag(person.customer_id, ANNA, MARK)
    with writing(world.engine) as connection:
        said = {"purpose": "learning", "granted": True, "source": f"said {MARK}", "at": world.clock()}
        connection.execute(insert(customer_consents).values(customer_id=person.customer_id, **said))
    world.served(other, f"{MARK} 咖啡机坏了能修吗", f"{MARK} 可以寄修，运费由我们承担。")
    desk.customer_merges.merge(person.customer_id, other.customer_id, ANNA)
    world.served(person, f"{MARK} 发票抬头怎么改", f"{MARK} 请联系客服修改抬头。")
    bystander = desk.customers.find_or_create("email", "ben@example.org", name="Ben")
    world.served(bystander, "包裹几天能送到上海", "一般两到三天送到上海。")
    world.learn()
    return person


def places(engine: Engine, text: str) -> list[str]:
    """Columns of any table in which a text stands, vectors and other bytes among them."""
    found = []
    with reading(engine) as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                for name, value in row._mapping.items():
                    held = bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    if text.lower() in held.lower():
                        found.append(f"{table.name}.{name}: {held[:80]}")
    return found


class TestErasing:
    def test_leaves_no_word_in_any_table_or_file(self, world: World, secret: Customer) -> None:
        """Not in the log, not in what was learnt, not in SQLite's free pages; the bystander loses nothing."""
        before = {place.split(":")[0] for place in places(world.engine, MARK)}
        assert {"messages.text", "gap_questions.text", "candidates.question", "gold_questions.text", "surveys.comment",
                "suggestions.edited", "desk_events.new", "customers.name", "tickets.subject"} <= before  # fmt: skip
        kept = places(world.engine, "上海")

        done = world.forgetting.erase(f"email:{KEY}", by=OPERATOR)

        assert places(world.engine, MARK) == []
        assert places(world.engine, "咖啡机") == []
        assert places(world.engine, "抬头") == []
        assert places(world.engine, "上海") == kept
        assert {"customers", "messages", "gap_questions", "candidates", "gold_questions", "surveys"} <= set(done.erased)
        assert len(world.files) == 2
        if world.engine.url.database and world.engine.dialect.name == "sqlite":
            folder = Path(world.engine.url.database).parent
            assert not [file.name for file in folder.iterdir() if MARK.encode() in file.read_bytes()]

    def test_keeps_the_figures(self, world: World, secret: Customer) -> None:
        """They are counted from the log, which has lost its texts and nothing else."""
        before = world.figures()

        world.forgetting.erase("customer:" + str(secret.customer_id), by=OPERATOR)

        assert world.figures().replace("'", "") == before.replace("'", "")

    def test_leaves_a_tombstone_and_a_line_in_the_audit_log(self, world: World, secret: Customer) -> None:
        """With counts and a hash; whoever has the key can find it, whoever reads it learns nobody's name."""
        done = world.forgetting.erase(KEY, by=OPERATOR)

        assert [each.key_hash for each in world.forgetting.tombstones()] == [done.key_hash]
        assert world.forgetting.tombstones()[0].erased == done.erased
        log = AuditLog(world.engine)
        assert (log.entries()[0].action, log.entries()[0].target) == ("person.erased", done.key_hash[:16])
        assert log.broken_at() is None
        with pytest.raises(NotFound):
            world.forgetting.erase(KEY, by=OPERATOR)

    def test_is_only_counted_in_a_dry_run(self, world: World, secret: Customer) -> None:
        """The counts are those of the real thing, but for the files."""
        before = places(world.engine, MARK)

        would = world.forgetting.erase(KEY, by=OPERATOR, dry_run=True)

        assert places(world.engine, MARK) == before
        assert world.forgetting.tombstones() == []
        assert world.files == []
        did = world.forgetting.erase(KEY, by=OPERATOR)
        assert {**would.erased, "attachments": 2} == did.erased

    def test_waits_until_nothing_is_open(self, world: World, secret: Customer) -> None:
        """A colleague may be writing to them; what is open is named."""
        conversation, _ = world.desk.open_conversation(audience=Audience.PUBLIC, language=None)
        world.desk.customers.attach(conversation, secret.customer_id)
        reply = Reply(Handover(HandoverCode.MISSING_KNOWLEDGE, "x", "已转给同事。", 0.1), (), {})
        world.desk.record(conversation, "在吗？怎么退货", reply)

        with pytest.raises(Conflict, match=f"conversation {conversation}"):
            world.forgetting.erase(KEY, by=OPERATOR)
        assert places(world.engine, MARK)

    def test_of_a_visitor_goes_by_the_conversation(self, world: World) -> None:
        """Nobody knows who it was, so that is all there is."""
        conversation = world.served(None, f"{MARK} 能修吗", f"{MARK} 可以寄修到我们的维修中心。")
        world.learn()

        world.forgetting.erase(f"conversation:{conversation}", by=OPERATOR)

        assert places(world.engine, MARK) == []

    def test_what_others_asked_as_well_stays_in_their_words(self, world: World) -> None:
        """A gap and a candidate that two people share lose the one's wording and keep the other's."""
        person = world.desk.customers.find_or_create("email", KEY)
        bystander = world.desk.customers.find_or_create("email", "ben@example.org")
        world.served(person, f"{MARK}，意式咖啡机坏了可以寄回维修吗", "可以寄修，运费由我们承担。")
        world.served(bystander, "意式咖啡机坏了可以寄回维修吗", "可以寄修，运费我们出，七天修好。")
        world.learn()
        with writing(world.engine) as connection:  # the fake encoder would keep them apart
            first = min(connection.execute(select(gap_questions.c.gap_id)).scalars())
            connection.execute(update(gap_questions).values(gap_id=first))
            one = min(connection.execute(select(candidate_findings.c.candidate_id)).scalars())
            connection.execute(update(candidate_findings).values(candidate_id=one))

        world.forgetting.erase(KEY, by=OPERATOR)

        assert places(world.engine, MARK) == []
        gap = world.board.gap(first)  # type: ignore[arg-type]
        assert (gap.questions, gap.question) == (1, "意式咖啡机坏了可以寄回维修吗")
        assert world.queue.candidate(one).customers == 1  # type: ignore[arg-type]

    def test_an_approved_pair_stays_and_forgets_whom_it_was_learnt_from(self, world: World, secret: Customer) -> None:
        """It is the company's text by then; the report counts it, so that somebody can look."""
        number = next(each for each in world.queue.candidates() if MARK in each.question).candidate_id
        world.queue.edit(number, question="怎么改发票抬头？", answer="请联系客服。", similar=[])
        world.queue.approve(number, by="anna")

        done = world.forgetting.erase(KEY, by=OPERATOR)

        pair = world.queue.candidate(number)
        assert (pair.status, pair.findings, pair.answer) == (CandidateStatus.APPROVED, (), "请联系客服。")
        assert done.erased["approved pairs untied"] == 1
        assert places(world.engine, MARK) == []


class TestExport:
    def test_gives_everything_by_table_without_vectors_and_secrets(self, world: World, secret: Customer) -> None:
        """Of both channels and the merge; of nobody else; and the audit log says that it was given out."""
        found = world.forgetting.export(f"email:{KEY}", by=OPERATOR)
        told = json.dumps(found, ensure_ascii=False)

        assert {"customers", "customer_identities", "messages", "tickets", "surveys", "gap_questions", "suggestions",
                "candidate_findings", "customer_consents", "desk_events", "gold_questions"} <= set(found["tables"])  # fmt: skip
        assert len(found["tables"]["conversations"]) == 2
        assert "上海" not in told
        assert "token_sha256" not in told
        assert "vector" not in told
        assert Role.NOTE.value in {row["role"] for row in found["tables"]["messages"]}
        assert AuditLog(world.engine).entries()[0].action == "person.exported"

    def test_asks_which_one_is_meant(self, world: World) -> None:
        """One key at two channels may be two people; nobody at all is said, too."""
        for channel in ("web", "wecom"):
            world.desk.customers.find_or_create(channel, "u-17")

        with pytest.raises(InvalidInput, match="web:…, wecom:…"):
            world.forgetting.export("u-17", by=OPERATOR)
        assert world.forgetting.export("web:u-17", by=OPERATOR)["tables"]["customers"]
        for nobody in ("nobody", "customer:999", "conversation:none", "email:x@example.org"):
            with pytest.raises(NotFound):
                world.forgetting.export(nobody, by=OPERATOR)


def test_every_table_is_looked_after() -> None:
    """A table that is added names a conversation, message, ticket or customer, or somebody says here that it needn't."""
    person = Person("", (1,), ("c",))
    theirs = {table.name for table in metadata.sorted_tables if rows_about(table, person) is not None}

    assert {table.name for table in metadata.sorted_tables} - theirs == NEVER_THEIRS
