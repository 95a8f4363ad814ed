"""The board and the review queue: what is put together, what opens and closes, what is counted, on every database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from analytics.learning.candidates import CandidateStore
from analytics.learning.gap_ties import GapTies
from analytics.learning.gaps import GapStore
from analytics.learning.gathering import Gathered, Gatherer
from analytics.service import Analytics
from analytics.transcripts import Transcripts
from core.accounts import AccountId
from core.errors import Conflict, InvalidInput, NotFound
from core.learning import (
    CandidateId,
    CandidateStatus,
    Filling,
    Finding,
    GapId,
    GapQuestion,
    GapStatus,
    GapTrial,
    Origin,
    PairWords,
    ToldFrom,
    Trial,
)
from core.staff import Presence
from core.tickets import CloseReason
from core.types import Audience, ConversationId, DocumentId, Handover, HandoverCode, Language, MessageId, Reply
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
PLACE = ToldFrom(DocumentId("d1"), "维修.md", 1, 3, 9)
RIGHT = GapTrial(Filling.PAIR, PLACE, ("k1",))
DOUBTFUL = GapTrial(Filling.DOUBTFUL, PLACE, ("k2",))


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

    def test_closes_when_every_wording_is_answered_rightly_and_not_before(self, board: GapStore) -> None:
        """An answer from what was there all along isn't what was missing."""
        board.take_in([question(1, REPAIR), question(2, REPAIR + "呢")])
        gap_id = board.gaps()[0].gap_id

        half = board.tried(gap_id, {MessageId("m1"): RIGHT, MessageId("m2"): DOUBTFUL})
        full = board.tried(gap_id, {MessageId("m1"): RIGHT, MessageId("m2"): RIGHT})

        assert (half.status, half.rightly, half.answered, half.tested) == (GapStatus.OPEN, 1, 2, 2)
        assert (full.status, full.rightly) == (GapStatus.CLOSED, 2)
        assert full.closed_at is not None

    def test_opens_again_when_a_trial_fails_or_a_customer_meets_it(self, board: GapStore) -> None:
        """Filled once isn't filled for ever."""
        board.take_in([question(1, REPAIR)])
        gap_id = board.gaps()[0].gap_id
        board.tried(gap_id, {MessageId("m1"): RIGHT})

        failed = board.tried(gap_id, {MessageId("m1"): GapTrial(Filling.UNANSWERED)})
        board.tried(gap_id, {MessageId("m1"): RIGHT})
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
        assert board.tried(gap_id, {MessageId("m1"): RIGHT}).status is GapStatus.DISMISSED
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

    def test_says_which_question_is_answered_from_where(self, board: GapStore) -> None:
        """A wording that wasn't tried in the last round says nothing: what it rested on may be gone."""
        board.take_in([question(1, REPAIR), question(2, REPAIR + "呢")])
        gap_id = board.gaps()[0].gap_id
        board.tried(gap_id, {MessageId("m1"): RIGHT, MessageId("m2"): DOUBTFUL})
        both = {each.message_id: (each.filling, each.told_from) for each in board.questions(gap_id)}

        board.tried(gap_id, {MessageId("m2"): GapTrial(Filling.UNANSWERED)})
        after = {each.message_id: (each.filling, each.told_from, each.answered) for each in board.questions(gap_id)}

        assert both == {"m1": (Filling.PAIR, PLACE), "m2": (Filling.DOUBTFUL, PLACE)}
        assert after == {"m1": (None, None, None), "m2": (Filling.UNANSWERED, None, False)}

    def test_remembers_what_a_person_has_confirmed(self, board: GapStore) -> None:
        """Only an answer that was given can be confirmed, and twice is once."""
        board.take_in([question(1, REPAIR), question(2, REPAIR + "呢")])
        gap_id = board.gaps()[0].gap_id
        board.tried(gap_id, {MessageId("m1"): DOUBTFUL})

        for _ in range(2):
            board.confirm(gap_id, MessageId("m1"), by="王敏")

        assert board.confirmed(gap_id) == {"k2"}
        with pytest.raises(Conflict, match="no answer to confirm"):
            board.confirm(gap_id, MessageId("m2"), by="王敏")
        with pytest.raises(NotFound):
            board.confirm(gap_id, MessageId("m9"), by="王敏")


class TestTies:
    @pytest.fixture
    def ties(self, engine: Engine) -> GapTies:
        return GapTies(engine, FakeEncoder(), clock=SetClock())

    def test_merged_gaps_are_one_with_all_that_was_known_of_them(
        self, board: GapStore, queue: CandidateStore, ties: GapTies
    ) -> None:
        """Questions, pairs and confirmed sources come along, and new questions of either join it."""
        board.take_in([question(1, REPAIR), question(2, "发票抬头写错了怎么改"), question(3, "抬头错了")])
        one, other, third = (board.gap_of([MessageId(f"m{n}")]) for n in (1, 2, 3))
        assert one
        assert other
        assert third
        board.tried(other, {MessageId("m2"): RIGHT})
        board.confirm(other, MessageId("m2"), by="王敏")
        queue.write_for(
            other, board.questions(other), PairWords("抬头？", "联系客服。"), audience=Audience.PUBLIC, by=""
        )
        ties.keep_apart(other, third, by="王敏")

        kept = ties.merge(one, other)
        board.take_in([question(4, "发票抬头写错了怎么改")])

        assert (kept.questions, kept.status) == (2, GapStatus.OPEN)
        assert board.gap(one).questions == 3
        assert board.confirmed(one) == {"k1"}
        assert [pair.answer for pair in queue.of_gap(one)] == ["联系客服。"]
        assert ties.apart() == {frozenset({one, third})}
        with pytest.raises(NotFound):
            board.gap(other)
        with pytest.raises(InvalidInput, match="itself"):
            ties.merge(one, one)

    def test_what_was_split_is_never_suggested_again(self, board: GapStore, ties: GapTies) -> None:
        """The questions that were taken out are a gap with a name of its own."""
        board.take_in([question(1, REPAIR), question(2, REPAIR + "呢")])
        before = board.gaps()[0].gap_id

        made = ties.split(before, [MessageId("m2")], by="王敏")

        assert (made.question, made.questions, made.status) == (REPAIR + "呢", 1, GapStatus.OPEN)
        assert (board.gap(before).question, board.gap(before).questions) == (REPAIR, 1)
        assert ties.near(before) == []
        with pytest.raises(InvalidInput, match="at least one"):
            ties.split(before, [MessageId("m1")], by="王敏")
        with pytest.raises(NotFound):
            ties.split(before, [MessageId("m2")], by="王敏")

    def test_the_nearest_others_come_first(self, board: GapStore, ties: GapTies) -> None:
        """Until somebody says that they are something else."""
        board.take_in([question(1, REPAIR), question(2, "咖啡机可以维修"), question(3, "发票抬头写错了怎么改")])
        one, near, far = (board.gap_of([MessageId(f"m{n}")]) for n in (1, 2, 3))
        assert one
        assert near
        assert far

        first = [each.gap.gap_id for each in ties.near(one)]
        ties.keep_apart(near, one, by="王敏")

        assert first == [near, far]
        assert [each.gap.gap_id for each in ties.near(one)] == [far]


class TestTheReviewQueue:
    def test_an_answer_written_for_a_gap_takes_what_was_mined_from_it(self, queue: CandidateStore) -> None:
        """Nobody reviews the same answer a second time; without anything mined it is a pair of its own."""
        queue.take_in([finding(1, REPAIR)])
        words = PairWords("咖啡机能修吗？", "可以寄修，运费我们出。", (REPAIR,))

        taken = queue.write_for(GapId(3), [question(1, REPAIR)], words, audience=Audience.PUBLIC, by="王敏")
        own = queue.write_for(GapId(4), [question(2, REPAIR)], words, audience=Audience.INTERNAL, by="王敏")

        assert len(queue.candidates()) == 2
        assert (taken.status, taken.gap_id, taken.customers) == (CandidateStatus.APPROVED, 3, 1)
        assert (own.status, own.gap_id, own.audience, own.customers) == (
            CandidateStatus.APPROVED,
            4,
            Audience.INTERNAL,
            0,
        )
        assert queue.of_gap(GapId(3)) == [taken]
        with pytest.raises(InvalidInput):
            queue.write_for(GapId(3), [], PairWords("", "x"), audience=Audience.PUBLIC, by="")

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
