"""What people do at the desk, on every database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine

from core.accounts import AccountId
from core.actors import ActorKind
from core.analysis import Analysis, Intent, NamedEntity, Sentiment, SentimentLabel, SentimentLevel
from core.customers import Identity, Purpose
from core.desk_events import EventKind, Subject
from core.episodes import EpisodeState
from core.errors import Conflict, InvalidInput, NotFound
from core.sla import ClockKind
from core.staff import Presence
from core.surveys import Involvement, SurveyKind
from core.tickets import CloseReason, LinkKind, Priority, TicketCategory, TriggerFamily
from core.types import (
    Answer,
    Audience,
    ConversationId,
    Handover,
    HandoverCode,
    Language,
    Reply,
    Role,
    Ticket,
    TicketStatus,
    Tier,
)
from desk.policy import DeskPolicy
from desk.store import Desk
from tests.kb.samples import SetClock

ANNA, BO = AccountId(11), AccountId(12)
ANSWER = Reply(Answer("退货免费。", (), 0.9, Tier.QUOTED), (), {"total": 1.0})


def handover(code: HandoverCode = HandoverCode.MISSING_KNOWLEDGE) -> Reply:
    return Reply(Handover(code, "nothing found", "已转给同事。", 0.1), (), {"total": 1.0})


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def desk(database: Engine, clock: SetClock) -> Desk:
    desk = Desk(database, clock=clock)
    for account_id, name in ((ANNA, "Anna"), (BO, "Bo")):
        desk.staff.enrol(account_id, name)
        desk.staff.set_presence(account_id, Presence.ONLINE)
    return desk


@pytest.fixture
def conversation(desk: Desk) -> ConversationId:
    return desk.open_conversation(audience=Audience.PUBLIC, language=Language.ZH)[0]


def queued(desk: Desk, conversation: ConversationId, code: HandoverCode = HandoverCode.MISSING_KNOWLEDGE) -> Ticket:
    ticket = desk.record(conversation, "你们修自行车吗？", handover(code)).ticket
    assert ticket is not None
    return ticket


def texts(desk: Desk, conversation: ConversationId) -> list[tuple[Role, str]]:
    return [(message.role, message.text) for message in desk.history(conversation)]


class TestTheTurn:
    def test_goes_to_one_of_many_who_claim_at_once(self, desk: Desk, conversation: ConversationId) -> None:
        """The others hear that a colleague was faster."""
        queued(desk, conversation)
        gate = Barrier(6)

        def claim(n: int) -> bool:
            gate.wait()
            try:
                return desk.dialogues.claim(conversation, AccountId(20 + n)).owner_id == 20 + n
            except Conflict:
                return False

        with ThreadPoolExecutor(6) as pool:
            got = list(pool.map(claim, range(6), timeout=60))

        assert sum(got) == 1
        assert desk.dialogues.view(conversation).owner_id == AccountId(20 + got.index(True))

    def test_taken_over_or_written_into_meanwhile_discards_the_reply(
        self, desk: Desk, conversation: ConversationId
    ) -> None:
        """Whether a person or another message came first."""
        first = desk.turns.receive(conversation, "怎么退货？")
        second = desk.turns.receive(conversation, "水壶坏了")
        assert desk.turns.commit(first, ANSWER) is None
        desk.dialogues.claim(conversation, ANNA)

        assert desk.turns.commit(second, ANSWER) is None

        assert Role.ASSISTANT not in [role for role, _ in texts(desk, conversation)]
        assert len(desk.events.page(kinds=[EventKind.REPLY_DISCARDED])) == 2

    def test_of_a_person_reaches_the_customer_and_notes_dont(self, desk: Desk, conversation: ConversationId) -> None:
        """In one timeline, numbered so that a reader can ask for what is newer."""
        queued(desk, conversation)
        desk.dialogues.claim(conversation, ANNA)
        seen = desk.dialogues.lines_after(conversation, 0)[-1].number

        desk.dialogues.note(conversation, BO, "knows him")
        desk.dialogues.reply(conversation, ANNA, "可以修。")

        new = desk.dialogues.lines_after(conversation, seen)
        assert [(line.role, line.text, line.author_id) for line in new] == [(Role.AGENT, "可以修。", ANNA)]
        assert [line.role for line in desk.dialogues.timeline(conversation, after=seen)] == [Role.NOTE, Role.AGENT]
        assert Role.NOTE not in [role for role, _ in texts(desk, conversation)]

    def test_belongs_to_its_owner_alone(self, desk: Desk, conversation: ConversationId) -> None:
        """Others can't write to the customer, pass it on or end it."""
        queued(desk, conversation)
        desk.dialogues.claim(conversation, ANNA)

        for act in (
            lambda: desk.dialogues.reply(conversation, BO, "x"),
            lambda: desk.dialogues.transfer(conversation, BO),
            lambda: desk.dialogues.resolve(conversation, BO, CloseReason.AGENT_SOLVED),
            lambda: desk.dialogues.claim(conversation, BO),
        ):
            with pytest.raises(Conflict):
                act()

    def test_goes_back_to_the_assistant_when_a_person_says_so(self, desk: Desk, conversation: ConversationId) -> None:
        """And the customer is told."""
        queued(desk, conversation)
        desk.dialogues.claim(conversation, ANNA)

        desk.dialogues.hand_back(conversation, ANNA)

        assert "智能助手" in texts(desk, conversation)[-1][1]
        assert desk.record(conversation, "怎么退货？", ANSWER).answer.text == "退货免费。"

    def test_passed_on_waits_in_the_queue_or_is_the_colleagues(self, desk: Desk, conversation: ConversationId) -> None:
        """With its ticket."""
        ticket = queued(desk, conversation)
        desk.dialogues.claim(conversation, ANNA)
        team = desk.staff.save_team("Repairs")

        assert desk.dialogues.transfer(conversation, ANNA, to=BO).owner_id == BO
        waiting = desk.dialogues.transfer(conversation, BO, team_id=team.team_id)

        assert (waiting.state, waiting.team_id) == (EpisodeState.QUEUED, team.team_id)
        card = desk.ticketing.card(ticket.ticket_id)
        assert (card.assignee_id, card.team_id) == (None, team.team_id)

    def test_is_told_by_what_was_read_of_the_messages(self, desk: Desk, conversation: ConversationId) -> None:
        """The assistant's rules see how the customer felt and what was wanted."""
        mood = Sentiment(SentimentLabel.NEGATIVE, SentimentLevel.VERY_NEGATIVE, 0.9, 0.8)
        entity = NamedEntity("order", 0, 2, "A1", "A1")
        analysis = Analysis(Language.ZH, Intent("complain", 0.9), (entity,), mood, (), 1.0)
        desk.record(conversation, "A1 太差了", Reply(ANSWER.outcome, (), {"total": 1.0}, analysis=analysis))

        turn = desk.episode(conversation).turns[0]

        assert (turn.intent, turn.sentiment, turn.anger) == ("complain", 1, pytest.approx(0.8))
        assert (turn.text, turn.reply, turn.outcome) == ("A1 太差了", "退货免费。", "answer")


class TestTheQueue:
    def test_has_the_most_urgent_first_then_who_waits_longest(self, desk: Desk, clock: SetClock) -> None:
        """Not who came last."""
        opened = [desk.open_conversation(audience=Audience.PUBLIC, language=None)[0] for _ in range(3)]
        codes = (HandoverCode.MISSING_KNOWLEDGE, HandoverCode.CUSTOMER_REQUEST, HandoverCode.SAFETY_LEGAL)
        for conversation, code in zip(opened, codes, strict=True):
            clock.pass_by(10)
            queued(desk, conversation, code)

        found = [view.conversation_id for view in desk.dialogues.queue()]

        assert found == [opened[2], opened[0], opened[1]]

    def test_shows_what_was_said_last_and_not_what_the_desk_told(
        self, desk: Desk, conversation: ConversationId
    ) -> None:
        """A queue of «your message was received» tells nobody what to take first."""
        queued(desk, conversation)
        desk.turns.receive(conversation, "在吗？我的自行车等着用")

        view = desk.dialogues.queue()[0]

        assert texts(desk, conversation)[-1][0] is Role.SYSTEM
        assert (view.last_role, view.last_text) == (Role.CUSTOMER, "在吗？我的自行车等着用")

    def test_is_left_for_a_ticket_when_nobody_is_there(self, desk: Desk, conversation: ConversationId) -> None:
        """The customer may go on asking the assistant: that is another episode."""
        for account_id in (ANNA, BO):
            desk.staff.set_presence(account_id, Presence.OFFLINE)

        queued(desk, conversation)

        assert desk.episode(conversation).state is EpisodeState.TICKETED
        desk.record(conversation, "怎么退货？", ANSWER)
        assert desk.episode(conversation).number == 2
        assert desk.dialogues.queue()[0].state is EpisodeState.TICKETED

    def test_becomes_a_ticket_after_too_long_a_wait(
        self, desk: Desk, conversation: ConversationId, clock: SetClock
    ) -> None:
        """The customer is told its number instead of being left to wait."""
        ticket = queued(desk, conversation)
        clock.pass_by(601)
        desk.staff.alive(ANNA)

        assert desk.tick() > 0

        assert desk.episode(conversation).state is EpisodeState.TICKETED
        assert f"#{ticket.ticket_id}" in texts(desk, conversation)[-1][1]

    def test_is_served_by_itself_where_the_policy_says_so(self, database: Engine, clock: SetClock) -> None:
        """By who has the least to do, never beyond the cap nor to the absent."""
        desk = Desk(database, clock=clock, policy=DeskPolicy(auto_assign=True))
        desk.staff.enrol(ANNA, "Anna", cap=1)
        desk.staff.enrol(BO, "Bo")
        desk.staff.set_presence(ANNA, Presence.ONLINE)
        opened = [desk.open_conversation(audience=Audience.PUBLIC, language=None)[0] for _ in range(2)]
        for conversation in opened:
            queued(desk, conversation)

        owners = [desk.dialogues.view(conversation).owner_id for conversation in opened]

        assert owners == [ANNA, None]

    def test_gets_back_what_somebody_who_leaves_hasnt_answered(self, desk: Desk) -> None:
        """What they have begun stays theirs."""
        opened = [desk.open_conversation(audience=Audience.PUBLIC, language=None)[0] for _ in range(2)]
        for conversation in opened:
            queued(desk, conversation)
            desk.dialogues.claim(conversation, ANNA)
        desk.dialogues.reply(opened[0], ANNA, "a moment")

        desk.staff.set_presence(ANNA, Presence.AWAY)

        assert [desk.dialogues.view(each).state for each in opened] == [EpisodeState.AGENT, EpisodeState.QUEUED]

    def test_gets_it_back_as_well_from_a_closed_laptop(
        self, desk: Desk, conversation: ConversationId, clock: SetClock
    ) -> None:
        """Whoever gives no sign of life isn't there, whatever they said last."""
        queued(desk, conversation)
        desk.dialogues.claim(conversation, ANNA)
        clock.pass_by(181)
        desk.staff.alive(BO)

        desk.tick()

        assert desk.dialogues.view(conversation).state is EpisodeState.QUEUED


class TestTimers:
    def test_tell_who_left_from_who_was_helped(self, desk: Desk, clock: SetClock) -> None:
        """Silence after an answer is assumed to be a solution a day later; silence after anything else never."""
        helped, left = (desk.open_conversation(audience=Audience.PUBLIC, language=None)[0] for _ in range(2))
        desk.record(helped, "怎么退货？", ANSWER)
        desk.record(left, "怎么退货？", Reply(ANSWER.outcome, (), {"total": 1.0}))
        desk.turns.rate(left, desk.history(left)[-1].message_id, helpful=False)
        clock.pass_by(31 * 60)
        desk.tick()

        assert desk.episode(left).state is EpisodeState.ABANDONED
        assert desk.episode(helped).state is EpisodeState.CONFIRMING
        clock.pass_by(24 * 3600)
        desk.tick()
        moved = desk.events.page(kinds=[EventKind.EPISODE_MOVED], subject=Subject(conversation_id=helped))[-1]
        assert (moved.new, moved.reason, moved.actor.kind) == ("resolved", "assumed_no_reply", ActorKind.SYSTEM)

    def test_wake_what_was_put_aside(self, desk: Desk, conversation: ConversationId, clock: SetClock) -> None:
        """For whoever did it if they are there, else for the queue."""
        queued(desk, conversation)
        desk.dialogues.claim(conversation, ANNA)
        desk.dialogues.snooze(conversation, ANNA, clock() + timedelta(minutes=1))
        clock.pass_by(61)

        desk.tick()

        assert desk.dialogues.view(conversation).owner_id == ANNA
        desk.dialogues.snooze(conversation, ANNA, clock() + timedelta(hours=1))
        clock.pass_by(3601)
        desk.tick()
        assert desk.dialogues.view(conversation).owner_id is None

    def test_rescue_a_message_whose_reply_was_lost(
        self, desk: Desk, conversation: ConversationId, clock: SetClock
    ) -> None:
        """The process that made it died; the customer hears of it and a person gets it."""
        desk.turns.receive(conversation, "怎么退货？")
        clock.pass_by(181)

        desk.tick()

        assert "抱歉" in texts(desk, conversation)[-1][1]
        assert desk.tickets()[0].code is HandoverCode.TOOL_FAILURE

    def test_close_what_wasnt_opened_again_and_later_begin_anew(
        self, desk: Desk, conversation: ConversationId, clock: SetClock
    ) -> None:
        """After a week the next one is a new ticket that follows the old one."""
        first = queued(desk, conversation)
        desk.dialogues.claim(conversation, ANNA)
        desk.dialogues.resolve(conversation, ANNA, CloseReason.AGENT_SOLVED)
        clock.pass_by(7 * 24 * 3600 + 1)
        desk.tick()
        assert desk.ticketing.card(first.ticket_id).status is TicketStatus.CLOSED

        second = queued(desk, conversation)

        assert desk.ticketing.card(second.ticket_id).follow_up_of == first.ticket_id
        assert [link.kind for link in desk.ties.links(first.ticket_id)] == [LinkKind.FOLLOW_UP]

    def test_warn_and_tell_of_a_breach_once(self, desk: Desk, conversation: ConversationId, clock: SetClock) -> None:
        """A breach that is met later stays one."""
        ticket = queued(desk, conversation, HandoverCode.SAFETY_LEGAL)
        for seconds in (16 * 60, 15 * 60, 60, 60):
            clock.pass_by(seconds)
            desk.tick()

        told = desk.events.page(kinds=[EventKind.SLA_WARNED, EventKind.SLA_BREACHED])
        assert [(event.kind, event.rule) for event in told] == [
            (EventKind.SLA_WARNED, "first"),
            (EventKind.SLA_BREACHED, "first"),
        ]
        desk.staff.alive(ANNA)
        desk.dialogues.claim(conversation, ANNA)
        desk.dialogues.reply(conversation, ANNA, "here")
        first = desk.clocks.of_ticket(ticket.ticket_id)[0]
        assert first.met_at is not None
        assert first.breached_at is not None
        assert [each.ticket_id for each in desk.episode(conversation).late_tickets] == [ticket.ticket_id]


class TestTickets:
    def test_join_what_is_open_and_only_rise(self, desk: Desk, conversation: ConversationId) -> None:
        """A second hand-over in an episode adds to its ticket; another family is another ticket."""
        for account_id in (ANNA, BO):
            desk.staff.set_presence(account_id, Presence.OFFLINE)
        first = queued(desk, conversation)
        again = queued(desk, conversation, HandoverCode.NEGATIVE_SENTIMENT)
        calm = queued(desk, conversation, HandoverCode.CUSTOMER_REQUEST)
        danger = queued(desk, conversation, HandoverCode.SAFETY_LEGAL)

        assert first.ticket_id == again.ticket_id == calm.ticket_id != danger.ticket_id
        assert desk.ticketing.card(first.ticket_id).priority is Priority.HIGH
        assert [cause.code for cause in desk.ties.causes(first.ticket_id)] == [
            HandoverCode.MISSING_KNOWLEDGE,
            HandoverCode.NEGATIVE_SENTIMENT,
            HandoverCode.CUSTOMER_REQUEST,
        ]

    def test_know_who_solved_them_and_when_first(
        self, desk: Desk, conversation: ConversationId, clock: SetClock
    ) -> None:
        """Also after they were opened again."""
        ticket = queued(desk, conversation)
        desk.dialogues.claim(conversation, ANNA)
        desk.dialogues.resolve(conversation, ANNA, CloseReason.AGENT_SOLVED, text="修好了。")
        first = desk.ticketing.card(ticket.ticket_id)
        clock.pass_by(60)
        desk.turns.receive(conversation, "还是不行")
        again = desk.ticketing.card(ticket.ticket_id)
        clock.pass_by(60)
        last = desk.ticketing.resolve(ticket.ticket_id, BO, CloseReason.WORKAROUND)

        assert (first.closed_by, first.close_reason) == (ActorKind.AGENT, CloseReason.AGENT_SOLVED)
        assert first.assignee_at_resolution == ANNA
        assert (again.status, again.close_reason) == (TicketStatus.OPEN, None)
        assert last.first_resolved_at == first.last_resolved_at
        assert last.last_resolved_at == clock()
        assert len(desk.events.page(kinds=[EventKind.TICKET_REOPENED])) == 1

    def test_that_a_customer_says_arent_solved_go_back_to_people(
        self, desk: Desk, conversation: ConversationId
    ) -> None:
        """«Thanks» doesn't."""
        ticket = queued(desk, conversation)
        desk.dialogues.claim(conversation, ANNA)
        desk.dialogues.resolve(conversation, ANNA, CloseReason.AGENT_SOLVED)

        desk.turns.receive(conversation, "谢谢！")
        assert desk.ticketing.card(ticket.ticket_id).status is TicketStatus.RESOLVED
        desk.turns.receive(conversation, "没解决")

        assert desk.ticketing.card(ticket.ticket_id).category is TicketCategory.ACTIVE
        assert desk.episode(conversation).state is EpisodeState.QUEUED

    def test_wait_for_the_customer_until_they_write(self, desk: Desk, conversation: ConversationId) -> None:
        """And their clocks with them."""
        ticket = queued(desk, conversation)
        desk.dialogues.claim(conversation, ANNA)
        desk.dialogues.reply(conversation, ANNA, "哪个型号？", asks=True)
        waiting = desk.clocks.of_ticket(ticket.ticket_id)
        desk.turns.receive(conversation, "K2")

        assert all(state.due_at is None for state in waiting)
        assert desk.ticketing.card(ticket.ticket_id).status is TicketStatus.OPEN
        assert any(state.kind is ClockKind.NEXT and state.due_at for state in desk.clocks.of_ticket(ticket.ticket_id))

    def test_are_merged_and_parted_again(self, desk: Desk, clock: SetClock) -> None:
        """The kept one takes the higher priority; the other is what it was before, if it is taken back in time."""
        one, two = (queued(desk, desk.open_conversation(audience=Audience.PUBLIC, language=None)[0]) for _ in range(2))
        desk.ticketing.set_priority(two.ticket_id, ANNA, Priority.URGENT)

        assert desk.ties.merge(one.ticket_id, two.ticket_id, ANNA).priority is Priority.URGENT
        merged = desk.ticketing.card(two.ticket_id)
        assert (merged.status, merged.merged_into) == (TicketStatus.MERGED, one.ticket_id)
        with pytest.raises(Conflict):
            desk.ticketing.resolve(two.ticket_id, ANNA, CloseReason.AGENT_SOLVED)
        assert desk.ties.unmerge(two.ticket_id, ANNA).status is TicketStatus.NEW
        desk.ties.merge(one.ticket_id, two.ticket_id, ANNA)
        clock.pass_by(25 * 3600)
        with pytest.raises(Conflict, match="too late"):
            desk.ties.unmerge(two.ticket_id, ANNA)

    def test_are_split_and_linked(self, desk: Desk, conversation: ConversationId) -> None:
        """A second problem gets a ticket of its own."""
        ticket = queued(desk, conversation)
        other = desk.turns.receive(conversation, "另外发票也错了").message

        made = desk.ties.split(ticket.ticket_id, other.message_id, ANNA, reason="invoice")

        assert (made.question, made.status) == ("另外发票也错了", TicketStatus.NEW)
        assert [link.kind for link in desk.ties.links(ticket.ticket_id)] == [LinkKind.SPLIT]
        desk.ties.unlink(made.ticket_id, ticket.ticket_id, ANNA)
        assert desk.ties.links(ticket.ticket_id) == []

    def test_refuse_what_was_decided_on_an_old_view(self, desk: Desk, conversation: ConversationId) -> None:
        """Two colleagues at once: the second one looks again."""
        seen = desk.ticketing.card(queued(desk, conversation).ticket_id)
        desk.ticketing.assign(seen.ticket_id, ANNA, ANNA, version=seen.version)

        with pytest.raises(Conflict, match="meanwhile"):
            desk.ticketing.assign(seen.ticket_id, BO, BO, version=seen.version)

    def test_are_found_by_what_they_mean(self, desk: Desk, conversation: ConversationId) -> None:
        """By category, assignee and team; own names stand for one of the fixed statuses."""
        ticket = queued(desk, conversation)
        work = desk.ticketing.open(conversation, ANNA, reason="send a new one")
        desk.ticketing.assign(work.ticket_id, ANNA, BO)
        desk.ticketing.hold(work.ticket_id, BO, note="courier")
        desk.states.save("courier", TicketStatus.ON_HOLD, label_zh="等快递", label_en="With the courier")

        assert desk.ticketing.set_state(work.ticket_id, BO, "courier").state == "courier"
        with pytest.raises(Conflict):
            desk.ticketing.set_state(ticket.ticket_id, BO, "courier")
        assert [card.ticket_id for card in desk.ticketing.search(assignee_id=BO)] == [work.ticket_id]
        assert [c.ticket_id for c in desk.ticketing.search(categories=[TicketCategory.ACTIVE])] == [ticket.ticket_id]
        assert work.family is TriggerFamily.WORK


class TestClocks:
    def test_go_by_the_first_policy_that_fits(self, desk: Desk, conversation: ConversationId, clock: SetClock) -> None:
        """Editing it changes later tickets only; another priority applies one anew."""
        office = desk.clocks.save_calendar(
            "Office", time_zone="Asia/Shanghai", intervals=["sun 00:00-24:00"], holidays=[date(2026, 5, 1)]
        )
        policy = desk.clocks.save_policy(
            "Medium", priority=Priority.MEDIUM, first_s=600, next_s=None, resolution_s=3600,
            calendar_id=office.calendar_id,
        )  # fmt: skip
        ticket = queued(desk, conversation)
        desk.clocks.save_policy("Medium", policy_id=policy.policy_id, first_s=60, next_s=None, resolution_s=60)

        first = desk.clocks.of_ticket(ticket.ticket_id)[0]

        assert first.due_at == clock() + timedelta(seconds=600)  # a Sunday
        desk.ticketing.set_priority(ticket.ticket_id, ANNA, Priority.URGENT)
        assert desk.clocks.of_ticket(ticket.ticket_id)[0].due_at == clock() + timedelta(seconds=60)
        assert len(desk.events.page(kinds=[EventKind.SLA_APPLIED])) == 2

    def test_refuse_a_calendar_that_cant_be(self, desk: Desk) -> None:
        """An unknown zone, a time that can't be read, no time at all; one in use isn't removed."""
        for zone, intervals in (("Mars/Base", ["mon 09:00-10:00"]), ("Asia/Shanghai", ["x"]), ("Asia/Shanghai", [])):
            with pytest.raises(InvalidInput):
                desk.clocks.save_calendar("C", time_zone=zone, intervals=intervals)
        made = desk.clocks.save_calendar("C", time_zone="UTC", intervals=["mon 09:00-10:00"])
        desk.clocks.save_policy("P", first_s=60, next_s=None, resolution_s=None, calendar_id=made.calendar_id)
        with pytest.raises(Conflict):
            desk.clocks.remove_calendar(made.calendar_id)


class TestCustomers:
    def test_are_found_by_what_a_channel_knows(self, desk: Desk, conversation: ConversationId) -> None:
        """The same key is the same customer, whatever its case."""
        first = desk.customers.find_or_create("email", " Lin@Customer.example ", name="Lin")
        desk.customers.attach(conversation, first.customer_id)
        desk.customers.edit(first.customer_id, ANNA, vip=True)

        assert desk.customers.find_or_create("email", "lin@customer.example").customer_id == first.customer_id
        assert [each.customer_id for each in desk.customers.search("LIN@")] == [first.customer_id]
        desk.record(conversation, "怎么退货？", ANSWER)
        assert desk.episode(conversation).vip

    def test_are_merged_and_parted_again(self, desk: Desk, conversation: ConversationId) -> None:
        """Identities, conversations and tags go over and come back; nobody is destroyed."""
        mail = desk.customers.find_or_create("email", "lin@customer.example", name="Lin")
        chat = desk.customers.find_or_create("wecom", "lin-7", name="林")
        desk.customers.attach(conversation, chat.customer_id)
        desk.customers.tag(chat.customer_id, ANNA, "Loyal")
        desk.customers.edit(chat.customer_id, ANNA, phone="13800000000")
        before = desk.customers.customer(chat.customer_id)

        merge = desk.customer_merges.merge(mail.customer_id, chat.customer_id, ANNA, take=["name"])

        kept = desk.customers.customer(mail.customer_id)
        assert (kept.name, kept.phone, kept.tags) == ("林", "13800000000", ("loyal",))
        assert {identity.channel for identity in kept.identities} == {"email", "wecom"}
        assert desk.customers.find_or_create("wecom", "lin-7").customer_id == mail.customer_id
        desk.customer_merges.undo(merge.merge_id, ANNA)
        assert desk.customers.customer(mail.customer_id) == mail
        assert desk.customers.customer(chat.customer_id) == before
        with pytest.raises(Conflict):
            desk.customer_merges.undo(merge.merge_id, ANNA)

    def test_are_suggested_as_one_but_never_merged_unasked(self, desk: Desk) -> None:
        """The same address is a hint for a person."""
        one, two = (desk.customers.find_or_create("web", key) for key in "ab")
        for each in (one, two):
            desk.customers.edit(each.customer_id, ANNA, email="lin@customer.example")

        assert [each.customer_id for each in desk.customer_merges.alike(one.customer_id)] == [two.customer_id]
        assert desk.customers.customer(two.customer_id).merged_into is None

    def test_agree_and_take_it_back(self, desk: Desk) -> None:
        """Every word is kept, the last one holds, silence is no."""
        lin = desk.customers.find_or_create("web", "a").customer_id

        assert not desk.consents.may(lin, Purpose.CONTACT)
        desk.consents.note(lin, ANNA, Purpose.CONTACT, granted=True, source="form")
        assert desk.consents.may(lin, Purpose.CONTACT)
        assert not desk.consents.may(lin, Purpose.SURVEYS)
        said = desk.consents.note(lin, ANNA, Purpose.CONTACT, granted=False, source="mail")
        assert [(each.granted, each.source) for each in said] == [(True, "form"), (False, "mail")]
        assert not desk.consents.may(lin, Purpose.CONTACT)

    def test_have_a_key_of_one_customer_only(self, desk: Desk) -> None:
        """Two people with one key would be read each other's messages."""
        desk.customers.find_or_create("email", "lin@customer.example")
        other = desk.customers.find_or_create("web", "b")

        with pytest.raises(InvalidInput):
            desk.customers.identify(other.customer_id, ANNA, Identity("email", "LIN@customer.example", 1))


class TestSurveys:
    def test_ask_once_and_rate_who_solved_it(self, desk: Desk, conversation: ConversationId) -> None:
        """Whoever has the conversation when the customer answers."""
        queued(desk, conversation)
        desk.dialogues.claim(conversation, ANNA)
        desk.dialogues.reply(conversation, ANNA, "修好了。")
        desk.dialogues.resolve(conversation, ANNA, CloseReason.AGENT_SOLVED)

        rated = desk.surveys.rate(conversation, SurveyKind.CSAT, 5, comment="好")

        assert (rated.score, rated.assignee_at_resolution, rated.involvement) == (5, ANNA, Involvement.ASSISTED)
        with pytest.raises(Conflict):
            desk.surveys.rate(conversation, SurveyKind.CSAT, 1)
        desk.dialogues.claim(conversation, BO)
        desk.dialogues.resolve(conversation, BO, CloseReason.AGENT_SOLVED)
        assert len(desk.surveys.of_conversation(conversation)) == 1

    def test_that_came_too_late_for_the_channel_werent_sent(self, database: Engine, clock: SetClock) -> None:
        """And don't count as unanswered."""
        desk = Desk(database, clock=clock, policy=DeskPolicy(survey_window=timedelta(hours=1)))
        conversation, _ = desk.open_conversation(audience=Audience.PUBLIC, language=None)
        desk.record(conversation, "怎么退货？", ANSWER)
        clock.pass_by(25 * 3600)
        desk.tick()

        assert [each.delivered for each in desk.surveys.of_conversation(conversation)] == [False]
        with pytest.raises(NotFound):
            desk.surveys.rate(conversation, SurveyKind.CSAT, 5)

    def test_ask_for_a_recommendation_once_in_a_quarter(self, desk: Desk) -> None:
        """The same customer, in whatever conversation."""
        lin = desk.customers.find_or_create("web", "a").customer_id
        for n in range(2):
            conversation, _ = desk.open_conversation(audience=Audience.PUBLIC, language=None)
            desk.customers.attach(conversation, lin)
            desk.record(conversation, "怎么退货？", ANSWER)
            if n == 0:
                desk.surveys.ask(conversation, ANNA, SurveyKind.NPS)
                assert desk.surveys.rate(conversation, SurveyKind.NPS, 9).score == 9
            else:
                with pytest.raises(Conflict):
                    desk.surveys.ask(conversation, ANNA, SurveyKind.NPS)

    def test_refuse_a_score_off_the_scale(self, desk: Desk, conversation: ConversationId) -> None:
        """1 to 5, or 0 to 10."""
        for kind, score in ((SurveyKind.CSAT, 0), (SurveyKind.CSAT, 6), (SurveyKind.NPS, 11), (SurveyKind.NPS, -1)):
            with pytest.raises(InvalidInput):
                desk.surveys.rate(conversation, kind, score)


class TestTheRest:
    def test_a_macro_is_filled_in(self, desk: Desk, conversation: ConversationId) -> None:
        """With what is known of the conversation; those used most come first."""
        ticket = queued(desk, conversation)
        desk.macros.save("other", "x")
        macro = desk.macros.save("hello", "您好，我是{agent}，工单 {ticket}。{name}", language=Language.ZH)

        assert desk.macros.fill(macro.macro_id, conversation, ANNA) == f"您好，我是Anna，工单 #{ticket.ticket_id}。"
        assert [each.name for each in desk.macros.every(language=Language.ZH)] == ["hello", "other"]

    def test_the_same_message_twice_is_one(self, desk: Desk, conversation: ConversationId) -> None:
        """Channels send again what wasn't acknowledged."""
        first = desk.turns.receive(conversation, "怎么退货？", client_key="m-1")

        again = desk.turns.receive(conversation, "怎么退货？", client_key="m-1")

        assert (again.repeated, again.message.message_id) == (True, first.message.message_id)
        assert len(desk.history(conversation)) == 1

    def test_an_automatic_reply_is_kept_and_nothing_more(self, desk: Desk, conversation: ConversationId) -> None:
        """It opens nothing again and gets no answer."""
        ticket = queued(desk, conversation)
        desk.dialogues.claim(conversation, ANNA)
        desk.dialogues.resolve(conversation, ANNA, CloseReason.AGENT_SOLVED)

        received = desk.turns.receive(conversation, "我不在办公室，没解决", automatic=True)

        assert not received.assistant_replies
        assert desk.ticketing.card(ticket.ticket_id).status is TicketStatus.RESOLVED
        assert desk.episode(conversation).number == 1

    def test_who_withdraws_goes_on_with_the_assistant(self, desk: Desk, conversation: ConversationId) -> None:
        """And leaves nobody with work that isn't wanted."""
        ticket = queued(desk, conversation)

        assert desk.turns.withdraw(conversation).state is EpisodeState.ASSISTANT
        assert desk.ticketing.card(ticket.ticket_id).closed_by is ActorKind.CUSTOMER
        with pytest.raises(Conflict):
            desk.turns.withdraw(conversation)

    def test_one_act_has_one_correlation_id(self, desk: Desk, conversation: ConversationId) -> None:
        """All that a hand-over brought about can be found together."""
        queued(desk, conversation)

        happened = desk.events.page(kinds=[EventKind.HANDED_OVER])[0]

        together = [event for event in desk.events.every() if event.correlation_id == happened.correlation_id]
        assert {EventKind.MESSAGE_ADDED, EventKind.TICKET_CREATED, EventKind.SLA_APPLIED} <= {e.kind for e in together}
