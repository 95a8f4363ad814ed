"""What opens a ticket or raises one by itself, on every database."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from core.accounts import AccountId
from core.analysis import Analysis, Intent, Sentiment, SentimentLabel, SentimentLevel
from core.episodes import EpisodeState
from core.staff import Presence
from core.tickets import Priority, TicketCard, TriggerFamily
from core.types import (
    Answer,
    Audience,
    ConversationId,
    Handover,
    HandoverCode,
    Language,
    Outcome,
    Reply,
    TicketStatus,
    Tier,
)
from desk.store import Desk
from tests.kb.samples import SetClock

ANNA = AccountId(11)
ANSWERED = Answer("七天内可以退货。", (), 0.9, Tier.QUOTED)
PASSED_ON = Handover(HandoverCode.CUSTOMER_REQUEST, "wants a person", "已转给同事。", 0.1)


def reply(intent: str | None, *, mood: int = 3, anger: float = 0.0, outcome: Outcome = ANSWERED) -> Reply:
    sentiment = Sentiment(SentimentLabel.NEUTRAL, SentimentLevel(mood), 0.9, anger)
    analysis = Analysis(Language.ZH, Intent(intent, 0.9), (), sentiment, (), 1.0)
    return Reply(outcome, (), {"total": 1.0}, analysis=analysis)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def desk(database: Engine, clock: SetClock) -> Desk:
    desk = Desk(database, clock=clock)
    desk.staff.enrol(ANNA, "Anna")
    desk.staff.set_presence(ANNA, Presence.ONLINE)
    return desk


def visit(desk: Desk) -> ConversationId:
    return desk.open_conversation(audience=Audience.PUBLIC, language=Language.ZH)[0]


def tickets(desk: Desk, conversation: ConversationId) -> list[TicketCard]:
    return desk.ticketing.search(conversation_id=conversation)


class TestAComplaint:
    @pytest.mark.parametrize(("mood", "anger"), [(2, 0.0), (1, 0.9), (3, 0.6)])
    def test_opens_a_ticket_though_it_was_answered(self, desk: Desk, mood: int, anger: float) -> None:
        """The assistant goes on; somebody looks at it all the same."""
        conversation = visit(desk)

        desk.record(conversation, "我要投诉你们的快递！", reply("complaint", mood=mood, anger=anger))

        (card,) = tickets(desk, conversation)
        assert (card.family, card.priority, card.status) == (
            TriggerFamily.COMPLAINT,
            Priority.HIGH,
            TicketStatus.NEW,
        )
        assert desk.episode(conversation).state is EpisodeState.CONFIRMING
        assert desk.clocks.of_ticket(card.ticket_id)

    def test_without_a_bad_mood_opens_none(self, desk: Desk) -> None:
        """«How do I file a complaint?»"""
        conversation = visit(desk)

        desk.record(conversation, "怎么投诉？", reply("complaint", mood=3, anger=0.1))
        desk.record(conversation, "太贵了！", reply("price_discount", mood=1, anger=0.9))

        assert tickets(desk, conversation) == []

    def test_again_in_the_same_episode_joins_the_ticket(self, desk: Desk) -> None:
        """One for an episode and family. A priority that a person has raised isn't lowered."""
        conversation = visit(desk)
        desk.record(conversation, "我要投诉！", reply("complaint", mood=1))
        (card,) = tickets(desk, conversation)
        desk.ticketing.set_priority(card.ticket_id, ANNA, Priority.URGENT)

        desk.record(conversation, "我还是要投诉！", reply("complaint", mood=1))

        (card,) = tickets(desk, conversation)
        assert card.priority is Priority.URGENT
        assert [cause.family for cause in desk.ties.causes(card.ticket_id)] == [TriggerFamily.COMPLAINT] * 2

    def test_that_is_handed_over_has_one_ticket_which_says_both(self, desk: Desk) -> None:
        """One message is one matter; the ticket is as urgent as the worse of both."""
        conversation = visit(desk)

        recorded = desk.record(conversation, "投诉！叫人来！", reply("complaint", mood=1, outcome=PASSED_ON))

        (card,) = tickets(desk, conversation)
        assert recorded.ticket is not None
        assert recorded.ticket.ticket_id == card.ticket_id
        assert card.priority is Priority.HIGH
        families = [cause.family for cause in desk.ties.causes(card.ticket_id)]
        assert families == [TriggerFamily.HELP, TriggerFamily.COMPLAINT]


class TestTheThirdContact:
    def contact(self, desk: Desk, clock: SetClock, who: str, topic: str, *, days: int = 2) -> ConversationId:
        clock.pass_by(days * 86_400)
        conversation = visit(desk)
        customer = desk.customers.find_or_create("email", who)
        desk.customers.attach(conversation, customer.customer_id)
        desk.record(conversation, "发票还没到", reply(topic))
        return conversation

    def test_about_one_topic_within_a_week_opens_a_ticket(self, desk: Desk, clock: SetClock) -> None:
        """On whichever day and in whichever conversation."""
        found = [self.contact(desk, clock, "a@example.org", "invoice") for _ in range(3)]

        assert [len(tickets(desk, conversation)) for conversation in found] == [0, 0, 1]
        (card,) = tickets(desk, found[-1])
        assert (card.family, card.priority) == (TriggerFamily.REPEAT, Priority.HIGH)
        assert card.reason == "Contact 3 about «invoice» within 7 days."

    def test_is_written_down_once_an_episode(self, desk: Desk, clock: SetClock) -> None:
        """Three more messages of the third contact are no fourth one."""
        last = [self.contact(desk, clock, "a@example.org", "invoice") for _ in range(3)][-1]

        desk.record(last, "发票呢？", reply("invoice"))

        (card,) = tickets(desk, last)
        assert len(desk.ties.causes(card.ticket_id)) == 1

    @pytest.mark.parametrize(
        ("who", "topics", "days"),
        [
            ("aaa", ("invoice", "invoice", "track_order"), 2),
            ("abc", ("invoice", "invoice", "invoice"), 2),
            ("aaa", ("invoice", "invoice", "invoice"), 5),
            ("aaa", ("thanks", "thanks", "thanks"), 1),
        ],
        ids=["another topic", "other customers", "longer ago", "no topic"],
    )
    def test_is_none_otherwise(self, desk: Desk, clock: SetClock, who: str, topics: tuple[str, ...], days: int) -> None:
        """Another topic, other customers, contacts of long ago, thanks."""
        found = [
            self.contact(desk, clock, f"{name}@example.org", topic, days=days)
            for name, topic in zip(who, topics, strict=True)
        ]

        assert tickets(desk, found[-1]) == []


class TestAWait:
    def test_raises_the_ticket_once_by_a_step(self, desk: Desk, clock: SetClock) -> None:
        """At the time that its priority gives, and once for each wait."""
        conversation = visit(desk)
        desk.record(conversation, "叫人来", reply("human_agent", outcome=PASSED_ON))
        desk.dialogues.claim(conversation, ANNA)
        (card,) = tickets(desk, conversation)
        before = card.priority

        clock.pass_by(14 * 60)
        desk.staff.alive(ANNA)
        desk.tick()
        early = desk.ticketing.card(card.ticket_id).priority
        clock.pass_by(2 * 60)
        desk.staff.alive(ANNA)
        desk.tick()
        clock.pass_by(10)
        desk.tick()

        late = desk.ticketing.card(card.ticket_id)
        assert (before, early, late.priority) == (Priority.MEDIUM, Priority.MEDIUM, Priority.HIGH)
        assert [cause.family for cause in desk.ties.causes(card.ticket_id)] == [
            TriggerFamily.HELP,
            TriggerFamily.WAIT,
        ]

    def test_without_a_ticket_opens_one(self, desk: Desk, clock: SetClock) -> None:
        """An agent had taken over from the assistant, and then said nothing."""
        conversation = visit(desk)
        desk.record(conversation, "怎么退货？", reply("return_item"))
        desk.dialogues.claim(conversation, ANNA)
        desk.turns.receive(conversation, "还在吗？")

        clock.pass_by(16 * 60)
        desk.staff.alive(ANNA)
        desk.tick()

        (card,) = tickets(desk, conversation)
        assert (card.family, card.priority) == (TriggerFamily.WAIT, Priority.HIGH)

    def test_that_a_person_ended_raises_nothing(self, desk: Desk, clock: SetClock) -> None:
        """The customer waits no more."""
        conversation = visit(desk)
        desk.record(conversation, "叫人来", reply("human_agent", outcome=PASSED_ON))
        desk.dialogues.claim(conversation, ANNA)
        desk.dialogues.reply(conversation, ANNA, "您好")

        clock.pass_by(60 * 60)
        desk.staff.alive(ANNA)
        desk.tick()

        (card,) = tickets(desk, conversation)
        assert card.priority is Priority.MEDIUM

    def test_beyond_a_clock_of_the_ticket_raises_it_at_once(self, desk: Desk, clock: SetClock) -> None:
        """A stricter service level than the waits of the policy."""
        desk.clocks.save_policy("strict", first_s=60, next_s=None, resolution_s=None)
        conversation = visit(desk)
        desk.record(conversation, "叫人来", reply("human_agent", outcome=PASSED_ON))
        desk.dialogues.claim(conversation, ANNA)

        clock.pass_by(90)
        desk.tick()

        (card,) = tickets(desk, conversation)
        assert card.priority is Priority.HIGH
