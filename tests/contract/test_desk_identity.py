"""Who a visitor is, as far as anybody knows, and what that opens: on every database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from core.accounts import AccountId
from core.actors import CustomerId
from core.analysis import Analysis, Intent, Sentiment, SentimentLabel, SentimentLevel
from core.customers import CONTACT_CHANNEL, KNOWN, UNKNOWN, VERIFIED, VERIFIED_FOR, WEB_CHANNEL, Purpose
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.surveys import SurveyKind
from core.tickets import CloseReason
from core.types import Answer, Audience, ConversationId, Handover, HandoverCode, Language, Reply, Ticket, Tier
from core.visitors import SiteVisitor
from desk.store import Desk
from tests.kb.samples import SetClock

ANNA = AccountId(11)
READ = Analysis(
    Language.ZH, Intent("invoice", 0.9), (), Sentiment(SentimentLabel.NEUTRAL, SentimentLevel(3), 0.9, 0.0), (), 1.0
)
ANSWER = Reply(Answer("退货免费。", (), 0.9, Tier.QUOTED), (), {"total": 1.0}, analysis=READ)
HANDOVER = Reply(
    Handover(HandoverCode.MISSING_KNOWLEDGE, "nothing found", "已转给同事。", 0.1), (), {"total": 1.0}, analysis=READ
)
BOSS = SiteVisitor(visitor_id="B-1", name="Boss", email="boss@customer.example", phone="13800000000")
ADDRESS = "boss@customer.example"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def desk(database: Engine, clock: SetClock) -> Desk:
    desk = Desk(database, clock=clock)
    desk.staff.enrol(ANNA, "Anna")
    return desk


def visit(desk: Desk, visitor: SiteVisitor | None = None) -> ConversationId:
    return desk.open_conversation(audience=Audience.PUBLIC, language=Language.ZH, visitor=visitor)[0]


def handed_over(desk: Desk, conversation: ConversationId) -> Ticket:
    ticket = desk.record(conversation, "发票还没到", HANDOVER).ticket
    assert ticket is not None
    return ticket


def left(desk: Desk, contact: str, **more: dict[Purpose, bool]) -> tuple[ConversationId, Ticket]:
    """An unknown visitor is handed over and leaves a contact."""
    conversation = visit(desk)
    ticket = handed_over(desk, conversation)
    desk.set_contact(conversation, ticket.ticket_id, contact, **more)
    return conversation, ticket


def customer_of(desk: Desk, conversation: ConversationId) -> CustomerId | None:
    return desk.dialogues.view(conversation).customer_id


class TestWhomTheSiteSigns:
    def test_is_a_verified_customer(self, desk: Desk) -> None:
        """With what the site says of them; the second visit is the same customer's."""
        first, second = visit(desk, BOSS), visit(desk, BOSS)
        for each in (first, second):
            desk.record(each, "怎么退货？", ANSWER)

        known = customer_of(desk, first)
        assert known is not None
        found = desk.customers.customer(known)
        assert (found.name, found.email, found.phone) == ("Boss", ADDRESS, "13800000000")
        assert [(each.channel, each.key, each.level) for each in found.identities] == [(WEB_CHANNEL, "B-1", VERIFIED)]
        assert customer_of(desk, second) == known
        assert desk.episode(second).identity_level == VERIFIED

    def test_is_filled_in_and_never_overwritten(self, desk: Desk) -> None:
        """What a colleague corrected stays; what nobody knew comes from the site."""
        first = visit(desk, SiteVisitor(visitor_id="B-1", name="B."))
        desk.record(first, "怎么退货？", ANSWER)
        known = customer_of(desk, first)
        assert known is not None
        desk.customers.edit(known, ANNA, name="Mrs. Boss")

        visit(desk, BOSS)

        found = desk.customers.customer(known)
        assert (found.name, found.email) == ("Mrs. Boss", ADDRESS)

    def test_is_somebody_else_with_another_id(self, desk: Desk) -> None:
        """The site's ids are its own: case matters, and an address in common makes nobody the same person."""
        one, other = visit(desk, BOSS), visit(desk, SiteVisitor(visitor_id="b-1", email=ADDRESS))
        for each in (one, other):
            desk.record(each, "怎么退货？", ANSWER)

        known, same_address = customer_of(desk, one), customer_of(desk, other)
        assert known != same_address
        assert known is not None
        assert [each.customer_id for each in desk.customer_merges.alike(known)] == [same_address]

    def test_is_only_known_when_that_was_long_ago(self, desk: Desk, clock: SetClock) -> None:
        """The next day the conversation gives nothing away, until the site says anew who it is."""
        conversation = visit(desk, BOSS)
        handed_over(desk, conversation)
        clock.pass_by(VERIFIED_FOR.total_seconds() + 1)
        desk.turns.receive(conversation, "还在吗？")

        assert desk.episode(conversation).identity_level == KNOWN
        with pytest.raises(Forbidden):
            desk.own.tickets(conversation)
        desk.verify_again(conversation, BOSS)
        assert desk.episode(conversation).identity_level == VERIFIED
        assert len(desk.own.tickets(conversation)) == 1

    def test_can_t_be_put_into_a_conversation_that_was_begun_otherwise(self, desk: Desk) -> None:
        """Whoever had an unknown visitor's token must not come to read what a verified person writes in it."""
        unknown, boss = visit(desk), visit(desk, BOSS)

        for conversation, visitor in ((unknown, BOSS), (boss, SiteVisitor(visitor_id="C-2"))):
            with pytest.raises(Conflict):
                desk.verify_again(conversation, visitor)

        assert desk.episode(unknown).identity_level == UNKNOWN

    def test_is_not_overruled_by_a_colleague(self, desk: Desk) -> None:
        """A slip would show one customer's tickets to another; two who are one are merged instead."""
        conversation = visit(desk, BOSS)
        other = desk.customers.find_or_create("email", "other@customer.example")

        with pytest.raises(Conflict):
            desk.customers.attach(conversation, other.customer_id, ANNA)


class TestACollegueSWord:
    def test_makes_known_and_never_verified(self, desk: Desk) -> None:
        """Though the customer is verified elsewhere."""
        boss = visit(desk, BOSS)
        handed_over(desk, boss)
        known = customer_of(desk, boss)
        assert known is not None
        conversation = visit(desk)
        desk.record(conversation, "怎么退货？", ANSWER)

        desk.customers.attach(conversation, known, ANNA)

        assert desk.episode(conversation).identity_level == KNOWN
        with pytest.raises(Forbidden):
            desk.own.tickets(conversation)


class TestAContactThatWasLeft:
    @pytest.mark.parametrize(
        ("contact", "key"),
        [
            (" Boss@Customer.Example ", ADDRESS),
            ("138 0000 0000", "13800000000"),
            ("+86 138-0000-0000", "13800000000"),
            ("+49 (30) 1234567", "49301234567"),
        ],
    )
    def test_finds_or_makes_a_customer(self, desk: Desk, contact: str, key: str) -> None:
        """By the address or number, however it is written; nothing of it is verified."""
        conversation, ticket = left(desk, contact)
        again, _ = left(desk, key)

        known = customer_of(desk, conversation)
        assert known is not None
        found = desk.customers.customer(known)
        assert [(each.channel, each.key, each.level) for each in found.identities] == [(CONTACT_CHANNEL, key, UNKNOWN)]
        assert key in {found.email, found.phone}
        assert customer_of(desk, again) == known
        assert desk.ticketing.card(ticket.ticket_id).customer_id == known
        assert desk.episode(conversation).identity_level == UNKNOWN

    def test_that_is_neither_names_nobody(self, desk: Desk) -> None:
        """It stands on the ticket, where a person reads it."""
        conversation, ticket = left(desk, "微信 lin-7")

        assert customer_of(desk, conversation) is None
        assert desk.ticket(ticket.ticket_id).contact == "微信 lin-7"

    def test_may_be_corrected(self, desk: Desk) -> None:
        """A slip of the finger is somebody else's address."""
        conversation, ticket = left(desk, "bos@customer.example")
        first = customer_of(desk, conversation)

        desk.set_contact(conversation, ticket.ticket_id, ADDRESS)

        assert customer_of(desk, conversation) not in {None, first}

    def test_of_a_done_ticket_is_refused(self, desk: Desk) -> None:
        """Nobody would write to it."""
        conversation = visit(desk)
        ticket = handed_over(desk, conversation)
        desk.ticketing.resolve(ticket.ticket_id, ANNA, CloseReason.AGENT_SOLVED)

        with pytest.raises(Conflict):
            desk.set_contact(conversation, ticket.ticket_id, ADDRESS)


class TestWhoLeavesTheBossSAddress:
    """The attack: an unknown visitor types the address of somebody with rights, tickets and a history."""

    @pytest.fixture
    def boss(self, desk: Desk, clock: SetClock) -> CustomerId:
        """A verified VIP with a late ticket, who also writes by e-mail."""
        conversation = visit(desk, BOSS)
        handed_over(desk, conversation)
        known = customer_of(desk, conversation)
        assert known is not None
        desk.customers.edit(known, ANNA, vip=True)
        desk.consents.note(known, ANNA, Purpose.CONTACT, granted=False, source="call")
        clock.pass_by(3 * 86_400)
        desk.tick()
        return known

    def attack(self, desk: Desk) -> ConversationId:
        return left(desk, ADDRESS, consents={Purpose.CONTACT: True})[0]

    def test_gets_no_right_of_theirs(self, desk: Desk, boss: CustomerId) -> None:
        """No VIP, no late ticket, no level, no list, and another customer."""
        conversation = self.attack(desk)

        episode = desk.episode(conversation)
        assert (episode.vip, episode.late_tickets, episode.identity_level) == (False, (), UNKNOWN)
        assert customer_of(desk, conversation) != boss
        with pytest.raises(Forbidden):
            desk.own.conversations(conversation)

    def test_changes_nothing_of_theirs(self, desk: Desk, boss: CustomerId) -> None:
        """Neither what they agreed to nor what is known of them."""
        before = desk.customers.customer(boss)

        self.attack(desk)

        assert desk.customers.customer(boss) == before
        assert not desk.consents.may(boss, Purpose.CONTACT)

    def test_isn_t_found_as_them_when_they_write_by_mail(self, desk: Desk) -> None:
        """Whoever claimed the address first hasn't taken it: the mailbox's owner is a customer of their own."""
        conversation = self.attack(desk)

        writer = desk.customers.find_or_create("email", ADDRESS)

        assert writer.customer_id != customer_of(desk, conversation)

    def test_is_only_hinted_at_for_a_colleague(self, desk: Desk, boss: CustomerId) -> None:
        """Who decides, and can undo it."""
        conversation = self.attack(desk)
        claimed = customer_of(desk, conversation)

        assert claimed in {each.customer_id for each in desk.customer_merges.alike(boss)}

    def test_gets_nothing_from_a_merge_either(self, desk: Desk, boss: CustomerId) -> None:
        """Colleagues joined an earlier claim with the boss. Later claims don't reach them, and theirs isn't listed."""
        first = self.attack(desk)
        claimed = customer_of(desk, first)
        assert claimed is not None
        desk.customer_merges.merge(boss, claimed, ANNA)

        second = self.attack(desk)

        assert customer_of(desk, second) is None
        assert not desk.episode(first).vip
        with pytest.raises(Forbidden):
            desk.own.tickets(first)
        again = visit(desk, BOSS)
        listed = desk.own.conversations(again)
        assert first not in {each.conversation_id for each in listed}
        assert first not in {each.conversation_id for each in desk.own.tickets(again)}

    def test_gets_no_right_that_a_claim_was_given(self, desk: Desk) -> None:
        """A colleague marked the claimed customer as a VIP: who types the same address isn't one."""
        first = self.attack(desk)
        claimed = customer_of(desk, first)
        assert claimed is not None
        desk.customers.edit(claimed, ANNA, vip=True)

        second = self.attack(desk)

        assert customer_of(desk, second) == claimed
        assert not desk.episode(second).vip

    def test_doesn_t_learn_what_the_other_claimant_agreed_to(self, desk: Desk) -> None:
        """Nor by how often that one asked."""
        self.attack(desk)
        conversation, _ = left(desk, ADDRESS)

        assert desk.consents.told(conversation) == []


class TestLateTickets:
    def test_are_the_customer_s_with_what_they_are_about(self, desk: Desk, clock: SetClock) -> None:
        """In whichever conversation a verified customer comes back."""
        ticket = handed_over(desk, visit(desk, BOSS))
        clock.pass_by(3 * 86_400)
        desk.tick()

        conversation = visit(desk, BOSS)
        desk.record(conversation, "您好", ANSWER)

        (late,) = desk.episode(conversation).late_tickets
        assert (late.ticket_id, late.topic) == (ticket.ticket_id, "invoice")


class TestTheThirdContact:
    def test_counts_a_verified_customer_s_visits(self, desk: Desk) -> None:
        """Three conversations about one topic in a week open a ticket by themselves, in the web chat as well."""
        found = [visit(desk, BOSS) for _ in range(3)]
        for conversation in found:
            desk.record(conversation, "发票还没到", ANSWER)

        assert [len(desk.ticketing.search(conversation_id=each)) for each in found] == [0, 0, 1]

    def test_doesn_t_count_claims(self, desk: Desk) -> None:
        """Or whoever types an address would learn how often its owner has asked."""
        for _ in range(3):
            conversation, ticket = left(desk, ADDRESS)
            desk.record(conversation, "发票还没到", ANSWER)

        assert [each.ticket_id for each in desk.ticketing.search(conversation_id=conversation)] == [ticket.ticket_id]
        assert len(desk.ties.causes(ticket.ticket_id)) == 1


class TestOwnThings:
    def test_are_a_verified_customer_s_alone(self, desk: Desk) -> None:
        """From all of their conversations, the newest first; nobody else's."""
        first, second, other = visit(desk, BOSS), visit(desk, BOSS), visit(desk, SiteVisitor(visitor_id="C-2"))
        one, two = handed_over(desk, first), handed_over(desk, second)
        handed_over(desk, other)
        empty = visit(desk, BOSS)

        assert [each.ticket_id for each in desk.own.tickets(empty)] == [two.ticket_id, one.ticket_id]
        found = desk.own.conversations(empty)
        assert {each.conversation_id for each in found} == {first, second}
        assert {each.question for each in found} == {"发票还没到"}

    def test_are_shown_to_nobody_else(self, desk: Desk) -> None:
        """An unknown visitor has none, and a conversation that doesn't exist isn't one."""
        with pytest.raises(Forbidden):
            desk.own.tickets(visit(desk))
        with pytest.raises(NotFound):
            desk.own.tickets(ConversationId("f" * 32))


class TestConsent:
    def test_comes_with_the_contact(self, desk: Desk) -> None:
        """Purpose by purpose, with where and when it was said."""
        conversation, _ = left(desk, ADDRESS, consents={Purpose.CONTACT: True, Purpose.SURVEYS: False})

        known = customer_of(desk, conversation)
        assert known is not None
        assert desk.consents.may(known, Purpose.CONTACT)
        assert not desk.consents.may(known, Purpose.SURVEYS)
        assert [(each.source, each.conversation_id) for each in desk.consents.of(known)] == [("chat", conversation)] * 2

    def test_is_withdrawn_as_easily(self, desk: Desk) -> None:
        """By the visitor, and by a colleague who was told."""
        conversation, _ = left(desk, ADDRESS, consents={Purpose.CONTACT: True})
        known = customer_of(desk, conversation)
        assert known is not None

        said = desk.consents.say(conversation, Purpose.CONTACT, granted=False)

        assert [each.granted for each in said] == [True, False]
        assert not desk.consents.may(known, Purpose.CONTACT)

    def test_of_nobody_is_refused(self, desk: Desk) -> None:
        """And a colleague says where the customer said so."""
        with pytest.raises(Conflict):
            desk.consents.say(visit(desk), Purpose.CONTACT, granted=True)
        known = desk.customers.find_or_create("email", ADDRESS)
        with pytest.raises(InvalidInput):
            desk.consents.note(known.customer_id, ANNA, Purpose.CONTACT, granted=True, source=" ")

    def test_withdrawn_stops_surveys(self, desk: Desk, clock: SetClock) -> None:
        """That is written down, so that nobody counts it as unanswered. Silence is asked as before."""
        asked = {}
        for visitor in (BOSS, SiteVisitor(visitor_id="C-2")):
            conversation = visit(desk, visitor)
            desk.record(conversation, "怎么退货？", ANSWER)
            if visitor is BOSS:
                desk.consents.say(conversation, Purpose.SURVEYS, granted=False)
            asked[visitor.visitor_id] = desk.surveys.ask(conversation, ANNA, SurveyKind.NPS)
        clock.pass_by(timedelta(hours=25).total_seconds())
        desk.tick()

        assert (asked["B-1"].delivered, asked["C-2"].delivered) == (False, True)
        assert asked["B-1"].reason == "the customer doesn't want to be asked"

    def test_of_a_merged_claim_gives_nothing_and_takes_all(self, desk: Desk) -> None:
        """A yes may rest on an address that nobody checked; a no is respected whoever it turned out to be."""
        for granted in (True, False):
            claimed, _ = left(desk, f"{granted}@customer.example", consents={Purpose.CONTACT: granted})
            kept = desk.customers.find_or_create("email", f"kept-{granted}@customer.example").customer_id
            merged = customer_of(desk, claimed)
            assert merged is not None
            desk.consents.note(kept, ANNA, Purpose.CONTACT, granted=not granted, source="form")
            desk.customer_merges.merge(kept, merged, ANNA)

            assert not desk.consents.may(kept, Purpose.CONTACT)
