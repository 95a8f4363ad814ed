"""Which past answers a change of the knowledge makes wrong, on every database."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from agent.citations import best_span, cite, cite_pair
from agent.staleness import StaleFinder
from agent.verification import Verifier
from core.blobs import BlobStore
from core.errors import NotFound
from core.segments import StaleReason
from core.types import Answer, Audience, ConversationId, MessageId, QAStatus, Reply, Tier
from desk.store import Desk
from desk.verification.reviews import AnswerReviews
from kb.store import KnowledgeBase
from tests.kb.samples import Pair, SetClock, publish

OLD = "自签收之日起 7 天内可以申请无理由退货。特价商品不支持退货。运费由买家承担。"


class World:
    """A knowledge base, a desk, and what looks at past answers."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.clock = SetClock()
        self.kb = KnowledgeBase(engine, BlobStore(folder, max_bytes=1 << 20), clock=self.clock)
        self.desk = Desk(engine, clock=self.clock, mask=str)
        self.reviews = AnswerReviews(engine, mask=str, clock=self.clock)
        self.finder = StaleFinder(self.kb, self.reviews, clock=self.clock)

    def answered(self, question: str, text: str) -> tuple[ConversationId, MessageId]:
        """An answer that a model wrote from the live version of the policy, checked and recorded."""
        document = self.kb.find("退货政策.md")
        assert document is not None
        verifier = Verifier(self.kb.passages(document.document_id), question="", min_support=0.3)
        shown = [*verifier.take(text), *verifier.finish()]
        citations = tuple(citation for each in shown for citation in each.citations)
        answer = Answer("".join(each.text for each in shown), citations, 0.9, Tier.GENERATED, tuple(verifier.segments))
        return self.record(question, answer)

    def record(self, question: str, answer: Answer) -> tuple[ConversationId, MessageId]:
        conversation, _ = self.desk.open_conversation(audience=Audience.PUBLIC, language=None)
        recorded = self.desk.record(conversation, question, Reply(answer, (), {"total": 1.0}))
        return conversation, recorded.answer.message_id


@pytest.fixture
def world(database: Engine, tmp_path: Path) -> World:
    made = World(database, tmp_path)
    publish(made.kb, "退货政策.md", OLD)
    return made


class TestAfterAChange:
    def test_an_answer_with_another_number_is_stale_and_names_both_sides(self, world: World) -> None:
        """The list says what was said, what is said now, and in which conversation."""
        conversation, message = world.answered("几天能退？", "自签收之日起 7 天内可以申请无理由退货[1]。")
        publish(world.kb, "退货政策.md", OLD.replace("7 天", "14 天"))

        assert world.finder.look() == 1
        (stale,) = world.reviews.stale()

        assert (stale.message_id, stale.conversation_id, stale.question) == (message, conversation, "几天能退？")
        (change,) = stale.changes
        assert change.reason is StaleReason.NUMBERS
        assert (change.cited_version, change.live_version) == (1, 2)
        assert "7 天" in change.said
        assert change.now == "自签收之日起 14 天内可以申请无理由退货。"

    def test_an_answer_that_still_stands_word_for_word_is_not_stale(self, world: World) -> None:
        """Another sentence changed, in another place."""
        world.answered("特价能退吗？", "特价商品不支持退货[1]。")
        publish(world.kb, "退货政策.md", "新的开头，很长的一段话。\n" + OLD.replace("7 天", "14 天"))

        assert world.finder.look() == 0
        assert world.reviews.stale() == []

    def test_an_answer_that_the_document_denies_now_is_stale(self, world: World) -> None:
        """The words are nearly the same, the meaning is the opposite."""
        world.answered("特价能退吗？", "特价商品不支持退货[1]。")
        publish(world.kb, "退货政策.md", OLD.replace("特价商品不支持退货", "特价商品支持退货"))

        world.finder.look()

        assert world.reviews.stale()[0].changes[0].reason is StaleReason.NEGATED

    def test_an_answer_whose_sentence_was_taken_out_is_stale(self, world: World) -> None:
        """Nothing says it any more."""
        world.answered("运费谁出？", "运费由买家承担[1]。")
        publish(world.kb, "退货政策.md", "本店营业时间为早上九点到晚上六点。")

        world.finder.look()

        assert world.reviews.stale()[0].changes[0].reason is StaleReason.REMOVED

    def test_an_answer_from_a_deleted_document_is_stale(self, world: World) -> None:
        """Its text is gone for good; what the answer said is known from the answer."""
        world.answered("运费谁出？", "运费由买家承担[1]。")
        document = world.kb.find("退货政策.md")
        assert document is not None
        world.kb.delete(document.document_id)

        world.finder.look()

        (change,) = world.reviews.stale()[0].changes
        assert (change.reason, change.live_version, change.said) == (StaleReason.DELETED, None, "运费由买家承担。")

    def test_a_quoted_answer_is_judged_by_what_it_quotes(self, world: World) -> None:
        """It has no segments, its citation is the claim."""
        document = world.kb.find("退货政策.md")
        assert document is not None
        (passage,) = world.kb.passages(document.document_id)
        span = best_span("自签收之日起 7 天内可以申请无理由退货", passage.text)
        world.record("几天能退？", Answer("自签收之日起 7 天内… [1]", (cite(1, passage, *span),), 0.9, Tier.QUOTED))
        publish(world.kb, "退货政策.md", OLD.replace("7 天", "14 天"))

        assert world.finder.look() == 1

    def test_an_approved_answer_that_is_withdrawn_is_stale(self, world: World) -> None:
        """No version changed, only the pair's status."""
        publish(world.kb, "问答.csv", pairs=[Pair("运费谁出？", "运费由商家承担。")])
        (pair,) = world.kb.pairs(status=QAStatus.APPROVED)
        world.record("运费谁出", Answer("运费由商家承担。[1]", (cite_pair(1, pair, ()),), 0.9, Tier.VERBATIM))
        assert world.finder.look() == 0

        world.kb.decide(pair.pair_id, QAStatus.REJECTED)

        assert world.finder.look() == 1
        assert world.finder.look() == 0

    def test_rolled_back_it_holds_again(self, world: World) -> None:
        """The verdict follows the version that is live, not the newest."""
        world.answered("几天能退？", "自签收之日起 7 天内可以申请无理由退货[1]。")
        changed = publish(world.kb, "退货政策.md", OLD.replace("7 天", "14 天"))
        world.finder.look()

        world.kb.rollback(changed.document_id, 1)
        world.finder.look()

        assert world.reviews.stale() == []


class TestTheList:
    def test_is_looked_at_once_for_each_version(self, world: World) -> None:
        """Looking again finds nothing new."""
        world.answered("几天能退？", "自签收之日起 7 天内可以申请无理由退货[1]。")
        publish(world.kb, "退货政策.md", OLD.replace("7 天", "14 天"))

        assert [world.finder.look(), world.finder.look()] == [1, 0]
        assert world.reviews.count() == 1

    def test_keeps_what_somebody_has_seen_to_apart(self, world: World) -> None:
        """With the note that was left."""
        _, message = world.answered("几天能退？", "自签收之日起 7 天内可以申请无理由退货[1]。")
        publish(world.kb, "退货政策.md", OLD.replace("7 天", "14 天"))
        world.finder.look()

        handled = world.reviews.handle(message, "已电话告知")

        assert (handled.note, handled.handled_at) == ("已电话告知", world.clock())
        assert world.reviews.stale() == []
        assert [each.message_id for each in world.reviews.stale(open_only=False)] == [message]

    def test_knows_no_answer_that_is_not_stale(self, world: World) -> None:
        """There is nothing to see to."""
        _, message = world.answered("几天能退？", "自签收之日起 7 天内可以申请无理由退货[1]。")

        with pytest.raises(NotFound):
            world.reviews.handle(message)
