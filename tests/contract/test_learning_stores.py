"""The board and the review queue: what is put together, what opens and closes, what is counted, on every database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from analytics.learning.candidates import CandidateStore
from analytics.learning.gaps import GapStore
from analytics.learning.gathering import Gathered, Gatherer
from analytics.service import Analytics
from analytics.transcripts import Transcripts
from core.accounts import AccountId
from core.errors import Conflict, InvalidInput, NotFound
from core.learning import CandidateId, CandidateStatus, Finding, GapId, GapQuestion, GapStatus, Origin, Trial
from core.staff import Presence
from core.tickets import CloseReason
from core.types import Audience, ConversationId, Handover, HandoverCode, Language, MessageId, Reply
from desk.store import Desk
from models.fake_encoder import FakeEncoder
from tests.analytics.samples import at
from tests.kb.samples import SetClock


@pytest.fixture
def engine(database: Engine) -> Engine:
    return database


@pytest.fixture
def board(engine: Engine) -> GapStore:
    return GapStore(engine, FakeEncoder(), clock=SetClock())


@pytest.fixture
def queue(engine: Engine) -> CandidateStore:
    return CandidateStore(engine, FakeEncoder(), clock=SetClock())


def question(number: int, text: str, customer: str = "") -> GapQuestion:
    """What a customer, somebody else each time, asked in vain."""
    return GapQuestion(
        message_id=MessageId(f"m{number}"),
        conversation_id=ConversationId(f"c{number}"),
        episode_id=str(number),
        customer=customer or f"customer {number}",
        text=text,
        audience=Audience.PUBLIC,
        code=HandoverCode.MISSING_KNOWLEDGE,
        asked_at=at(number),
    )


def finding(number: int, asked: str, answer: str = "可以寄修。", customer: str = "") -> Finding:
    """What a person answered."""
    return Finding(
        origin=Origin.RESOLVED,
        key=str(number),
        conversation_id=ConversationId(f"c{number}"),
        message_ids=(MessageId(f"q{number}"), MessageId(f"a{number}")),
        customer=customer or f"customer {number}",
        question=asked,
        answer=answer,
        audience=Audience.PUBLIC,
        found_at=at(number),
    )


ANNA = AccountId(11)
REPAIR = "你们的咖啡机坏了可以维修吗"


class TestTheBoard:
    def test_groups_by_meaning_and_counts_customers_not_messages(self, board: GapStore) -> None:
        """One customer who asks three times is one customer."""
        board.take_in(
            [
                question(1, REPAIR, "customer 1"),
                question(2, REPAIR + "？", "customer 1"),
                question(3, REPAIR + "呢", "customer 2"),
                question(4, "发票抬头写错了怎么改"),
            ]
        )

        assert [(gap.customers, gap.questions) for gap in board.gaps()] == [(2, 3), (1, 1)]

    def test_the_same_message_is_taken_in_once(self, board: GapStore) -> None:
        """The log is read again after a crash."""
        assert board.take_in([question(1, REPAIR)], up_to=5) == 1
        assert board.take_in([question(1, REPAIR)], up_to=9) == 0
        assert board.read_up_to() == 9
        assert board.gaps()[0].questions == 1

    def test_other_models_and_opposites_stay_apart(self, board: GapStore) -> None:
        """However near they seem."""
        board.take_in(
            [
                question(1, "怎么开通自动续费功能"),
                question(2, "怎么关闭自动续费功能"),
                question(3, "X100 怎么清洗"),
                question(4, "X200 怎么清洗"),
            ]
        )

        assert len(board.gaps()) == 4

    def test_closes_when_every_wording_is_answered_and_not_before(self, board: GapStore) -> None:
        """Half an answer is shown as half an answer."""
        board.take_in([question(1, REPAIR), question(2, REPAIR + "呢")])
        gap_id = board.gaps()[0].gap_id

        half = board.tried(gap_id, {MessageId("m1"): True, MessageId("m2"): False})
        full = board.tried(gap_id, {MessageId("m1"): True, MessageId("m2"): True})

        assert (half.status, half.answered, half.tested) == (GapStatus.OPEN, 1, 2)
        assert (full.status, full.answered) == (GapStatus.CLOSED, 2)
        assert full.closed_at is not None

    def test_opens_again_when_a_trial_fails_or_a_customer_meets_it(self, board: GapStore) -> None:
        """Filled once isn't filled for ever."""
        board.take_in([question(1, REPAIR)])
        gap_id = board.gaps()[0].gap_id
        board.tried(gap_id, {MessageId("m1"): True})

        failed = board.tried(gap_id, {MessageId("m1"): False})
        board.tried(gap_id, {MessageId("m1"): True})
        board.take_in([question(2, REPAIR + "？")])

        assert (failed.status, failed.reopened) == (GapStatus.OPEN, 1)
        assert (board.gap(gap_id).status, board.gap(gap_id).reopened) == (GapStatus.OPEN, 2)

    def test_a_gap_that_isnt_ours_stays_dismissed_and_goes_on_counting(self, board: GapStore) -> None:
        """Nobody is bothered, and nothing is forgotten."""
        board.take_in([question(1, REPAIR)])
        gap_id = board.gaps()[0].gap_id
        board.edit(gap_id, owner="", due_on=None, note="不卖咖啡机", dismissed=True)

        board.take_in([question(2, REPAIR)])

        assert (board.gap(gap_id).status, board.gap(gap_id).customers) == (GapStatus.DISMISSED, 2)
        assert board.tried(gap_id, {MessageId("m1"): True}).status is GapStatus.DISMISSED
        assert board.edit(gap_id, owner="", due_on=None, note="", dismissed=False).status is GapStatus.OPEN

    def test_has_an_owner_and_a_day(self, board: GapStore) -> None:
        """Who fills it, and until when."""
        board.take_in([question(1, REPAIR)])
        told = board.edit(board.gaps()[0].gap_id, owner=" 王敏 ", due_on=date(2026, 4, 1), note="", dismissed=False)

        assert (told.owner, told.due_on) == ("王敏", date(2026, 4, 1))
        with pytest.raises(InvalidInput, match="100"):
            board.edit(told.gap_id, owner="x" * 101, due_on=None, note="", dismissed=False)
        with pytest.raises(NotFound):
            board.gap(GapId(99))

    def test_is_tried_in_a_few_different_wordings(self, board: GapStore) -> None:
        """The same words once, in both audiences apart."""
        same = [question(n, REPAIR) for n in range(1, 4)]
        board.take_in([*same, question(4, REPAIR + "呢"), replace(question(5, REPAIR), audience=Audience.INTERNAL)])

        found = board.wordings(board.gaps()[0].gap_id)

        assert [each.message_id for each in found] == ["m5", "m4", "m3"]

    def test_vectors_of_another_encoder_are_made_anew(self, engine: Engine, board: GapStore) -> None:
        """Vectors of two models never mix."""
        board.take_in([question(1, REPAIR)])
        other = GapStore(engine, FakeEncoder(dimension=32, name="other"))

        other.take_in([question(2, REPAIR + "？")])

        assert [gap.questions for gap in other.gaps()] == [2]


class TestTheReviewQueue:
    def test_merges_the_same_question_and_keeps_its_wordings(self, queue: CandidateStore) -> None:
        """Two customers of one question make one candidate, and the second wording helps to find it."""
        queue.take_in([finding(1, REPAIR), finding(2, REPAIR + "呢", customer="customer 1"), finding(3, "怎么开发票")])

        first, second = queue.candidates()
        assert {first.question, second.question} == {REPAIR, "怎么开发票"}
        merged = next(each for each in (first, second) if each.question == REPAIR)
        assert (merged.customers, len(merged.findings), merged.similar) == (1, 2, (REPAIR + "呢",))

    def test_the_same_episode_counts_once(self, queue: CandidateStore) -> None:
        """However often its log is read."""
        assert queue.take_in([finding(1, REPAIR)]) == 1
        assert queue.take_in([finding(1, REPAIR)]) == 0

    def test_is_edited_until_it_is_approved(self, queue: CandidateStore) -> None:
        """What is on its way into the knowledge base is changed there."""
        queue.take_in([finding(1, REPAIR)])
        number = queue.candidates()[0].candidate_id
        queue.edit(number, question="咖啡机能修吗？", answer="能。", similar=["修咖啡机", " "])
        approved = queue.approve(number, by="王敏")

        assert (approved.status, approved.question, approved.similar) == (
            CandidateStatus.APPROVED,
            "咖啡机能修吗？",
            ("修咖啡机",),
        )
        refused: tuple[Callable[[], object], ...] = (
            lambda: queue.edit(number, question="x", answer="y", similar=[]),
            lambda: queue.approve(number, by=""),
            lambda: queue.dismiss(number, by=""),
        )
        for change in refused:
            with pytest.raises(Conflict, match="approved"):
                change()

    def test_a_pair_needs_words_and_not_too_many(self, queue: CandidateStore) -> None:
        """Each refusal says which."""
        queue.take_in([finding(1, REPAIR)])
        number = queue.candidates()[0].candidate_id

        with pytest.raises(InvalidInput, match="needs a question"):
            queue.edit(number, question=" ", answer="能。", similar=[])
        with pytest.raises(InvalidInput, match="500"):
            queue.edit(number, question="问" * 501, answer="能。", similar=[])
        with pytest.raises(InvalidInput, match="10 other"):
            queue.edit(number, question="问", answer="能。", similar=[str(n) for n in range(11)])
        with pytest.raises(NotFound):
            queue.edit(CandidateId(99), question="问", answer="答", similar=[])

    def test_a_dismissed_one_comes_back_only_by_hand(self, queue: CandidateStore) -> None:
        """More of the same joins it silently."""
        queue.take_in([finding(1, REPAIR)])
        number = queue.candidates()[0].candidate_id
        queue.dismiss(number, by="王敏")

        queue.take_in([finding(2, REPAIR)])

        assert [(each.status, each.customers) for each in queue.candidates()] == [(CandidateStatus.DISMISSED, 2)]
        assert queue.approve(number, by="王敏").status is CandidateStatus.APPROVED

    def test_keeps_how_its_question_was_answered_afterwards(self, queue: CandidateStore) -> None:
        """Published and not found is worth a look."""
        queue.take_in([finding(1, REPAIR)])
        number = queue.candidates()[0].candidate_id
        trial = Trial(False, "handover", "我没有把握", at(9))

        queue.tried(number, trial)

        assert queue.candidate(number).trial == trial


class TestTheLoop:
    def test_learns_from_a_desk(self, engine: Engine) -> None:
        """What nobody could answer comes on the board, what a person answered into the queue; twice is once."""
        clock = SetClock()
        desk = Desk(engine, clock=clock)
        board = GapStore(engine, FakeEncoder(), clock=clock)
        queue = CandidateStore(engine, FakeEncoder(), clock=clock)
        gatherer = Gatherer(desk.events, Transcripts(engine), board, queue, mask=str, clock=clock)
        desk.staff.enrol(ANNA, "Anna")
        desk.staff.set_presence(ANNA, Presence.ONLINE)
        conversation, _ = desk.open_conversation(audience=Audience.PUBLIC, language=Language.ZH)
        nothing = Handover(HandoverCode.MISSING_KNOWLEDGE, "nothing found", "已转给同事。", 0.1)
        desk.record(conversation, REPAIR, Reply(nothing, (), {"total": 1.0}))
        desk.dialogues.claim(conversation, ANNA)
        desk.dialogues.reply(conversation, ANNA, "可以，请寄到维修中心，三天内修好。")
        desk.dialogues.resolve(conversation, ANNA, CloseReason.AGENT_SOLVED)
        clock.pass_by(60)

        assert gatherer.step() == Gathered(questions=1, findings=1)
        assert gatherer.step() == Gathered()
        assert [gap.question for gap in board.gaps()] == [REPAIR]
        assert [each.answer for each in queue.candidates()] == ["可以，请寄到维修中心，三天内修好。"]
        facts = Analytics(engine, FakeEncoder, clock=clock).facts()
        assert [bool(each.handed) for each in facts.episodes] == [True]
        assert len(facts.tickets) == 1
