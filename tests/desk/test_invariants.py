"""Whatever customers, the assistant, agents and time do, in whatever order: the desk keeps its promises."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.accounts import AccountId
from core.actors import ActorKind
from core.analysis import Analysis, Intent, Sentiment, SentimentLabel, SentimentLevel
from core.database import open_engine, reading
from core.desk_events import DeskEvent, EventKind
from core.episodes import EpisodeState
from core.errors import Conflict, InvalidInput, NotFound
from core.migrations import migrate
from core.staff import Presence
from core.surveys import SurveyKind
from core.tickets import CATEGORY, CloseReason, Priority, TicketCategory, TriggerFamily
from core.types import (
    Answer,
    Audience,
    Clarification,
    Handover,
    HandoverCode,
    Language,
    Reply,
    Role,
    TicketStatus,
    Tier,
)
from desk.episode_states import TRANSITIONS, Trigger
from desk.episodes import EpisodeRecord, all_episodes, current
from desk.records import Received
from desk.store import Desk
from tests.kb.samples import SetClock

AGENTS = (AccountId(1), AccountId(2))
ANSWER = Reply(Answer("yes [1]", (), 0.9, Tier.QUOTED), (), {"total": 1.0})
BACK = Reply(Clarification("which?", ("a", "b"), 0.4), (), {"total": 1.0})
FURIOUS = Analysis(
    Language.ZH, Intent("complaint", 0.9), (), Sentiment(SentimentLabel.NEGATIVE, SentimentLevel(1), 0.9, 0.9), (), 1.0
)
SOOTHING = replace(ANSWER, analysis=FURIOUS)
CODES = st.sampled_from([HandoverCode.MISSING_KNOWLEDGE, HandoverCode.CUSTOMER_REQUEST, HandoverCode.SAFETY_LEGAL])


class DeskMachine(RuleBasedStateMachine):
    """One conversation, two agents, one assistant, and a clock."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.engine = open_engine(f"sqlite:///{Path(self.folder.name) / 'zhida.db'}")
        migrate(self.engine)
        self.clock = SetClock()
        self.desk = Desk(self.engine, clock=self.clock)
        self.conversation, _ = self.desk.open_conversation(audience=Audience.PUBLIC, language=None)
        self.pending: Received | None = None
        self.priorities: dict[int, int] = {}
        for account_id in AGENTS:
            self.desk.staff.enrol(account_id, f"agent {account_id}")

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
            self.folder.cleanup()

    def attempt(self, act: Callable[[], Any]) -> Any:
        """Do something that may be refused; a refusal changes nothing."""
        try:
            return act()
        except (Conflict, NotFound, InvalidInput):
            return None

    @rule(
        text=st.sampled_from(["怎么退货？", "谢谢", "解决了", "没解决", "Where is it?", "转人工"]),
        automatic=st.booleans(),
    )
    def customer_writes(self, text: str, automatic: bool) -> None:
        self.clock.pass_by(5)
        before = self.waiting()
        received = self.desk.turns.receive(self.conversation, text, automatic=automatic)
        if received.assistant_replies:
            self.pending = received
        if automatic or text == "谢谢":
            assert self.waiting() == before, "what says nothing starts no clock"

    @rule(reply=st.sampled_from([ANSWER, BACK, SOOTHING]))
    def assistant_replies(self, reply: Reply) -> None:
        if self.pending is None:
            return
        speaks = self.speaks()
        version = self.desk.episode(self.conversation).version
        recorded = self.desk.turns.commit(self.pending, reply)
        assert (recorded is not None) == (speaks and version == self.pending.version)
        self.pending = None

    @rule(code=CODES, read=st.sampled_from([None, FURIOUS]))
    def assistant_hands_over(self, code: HandoverCode, read: Analysis | None) -> None:
        if self.pending is None:
            return
        reply = Reply(Handover(code, "r", "sorry", 0.1), (), {"total": 1.0}, analysis=read)
        recorded = self.desk.turns.commit(self.pending, reply)
        if recorded is not None:
            assert recorded.ticket is not None
            assert self.desk.history(self.conversation)[-1].text == "sorry", "the customer always reads something"
        self.pending = None

    @rule(by=st.sampled_from(AGENTS), presence=st.sampled_from(Presence))
    def agent_comes_or_goes(self, by: AccountId, presence: Presence) -> None:
        self.desk.staff.set_presence(by, presence)

    @rule(by=st.sampled_from(AGENTS))
    def agent_claims(self, by: AccountId) -> None:
        self.attempt(lambda: self.desk.dialogues.claim(self.conversation, by))

    @rule(by=st.sampled_from(AGENTS), asks=st.booleans())
    def agent_replies(self, by: AccountId, asks: bool) -> None:
        if self.attempt(lambda: self.desk.dialogues.reply(self.conversation, by, "hello", asks=asks)) is not None:
            assert self.waiting() is None

    @rule(by=st.sampled_from(AGENTS))
    def agent_notes(self, by: AccountId) -> None:
        before = self.waiting()
        self.attempt(lambda: self.desk.dialogues.note(self.conversation, by, "internal"))
        assert self.waiting() == before

    @rule(by=st.sampled_from(AGENTS), reason=st.sampled_from(CloseReason))
    def agent_resolves(self, by: AccountId, reason: CloseReason) -> None:
        self.attempt(lambda: self.desk.dialogues.resolve(self.conversation, by, reason))

    @rule(by=st.sampled_from(AGENTS), to=st.none() | st.sampled_from(AGENTS))
    def agent_passes_on(self, by: AccountId, to: AccountId | None) -> None:
        self.attempt(lambda: self.desk.dialogues.transfer(self.conversation, by, to=to))

    @rule(by=st.sampled_from(AGENTS))
    def agent_hands_back(self, by: AccountId) -> None:
        self.attempt(lambda: self.desk.dialogues.hand_back(self.conversation, by))

    @rule(by=st.sampled_from(AGENTS))
    def agent_snoozes(self, by: AccountId) -> None:
        until = self.clock() + timedelta(hours=1)
        self.attempt(lambda: self.desk.dialogues.snooze(self.conversation, by, until))

    @rule(by=st.sampled_from(AGENTS), step=st.sampled_from(["hold", "resume", "wake", "spam", "not_spam", "reopen"]))
    def agent_moves_a_ticket(self, by: AccountId, step: str) -> None:
        found = self.desk.ticketing.search(limit=1)
        if found:
            self.attempt(lambda: getattr(self.desk.ticketing, step)(found[0].ticket_id, by))

    @rule(by=st.sampled_from(AGENTS))
    def agent_opens_a_ticket(self, by: AccountId) -> None:
        self.attempt(lambda: self.desk.ticketing.open(self.conversation, by, reason="send a new one"))

    @rule(score=st.integers(1, 5))
    def customer_rates(self, score: int) -> None:
        self.attempt(lambda: self.desk.surveys.rate(self.conversation, SurveyKind.CSAT, score))

    @rule()
    def customer_withdraws(self) -> None:
        self.attempt(lambda: self.desk.turns.withdraw(self.conversation))

    @rule(passes=st.sampled_from([timedelta(minutes=1), timedelta(minutes=11), timedelta(hours=2), timedelta(days=8)]))
    def time_passes(self, passes: timedelta) -> None:
        self.clock.pass_by(passes.total_seconds())
        self.desk.tick()
        assert self.desk.tick() == 0, "what is done is done"

    def waiting(self) -> Any:
        episodes = self.episodes()
        now = current(episodes)
        return now.waiting_since if now is not None else None

    def episodes(self) -> list[EpisodeRecord]:
        with reading(self.engine) as connection:
            return all_episodes(connection, self.conversation)

    def speaks(self) -> bool:
        now = current(self.episodes())
        return now is not None and (now.state.assistant_speaks or now.state.ended)

    def events(self, *kinds: EventKind) -> list[DeskEvent]:
        return list(self.desk.events.every(kinds=kinds))

    @invariant()
    def the_turn_has_one_owner(self) -> None:
        """A person owns it exactly in the states of a person; never two episodes at once."""
        for episode in self.episodes():
            if episode.owner_id is not None:
                assert episode.state in {EpisodeState.AGENT, EpisodeState.SNOOZED}
        owned = [each for each in self.episodes() if each.state in {EpisodeState.AGENT, EpisodeState.SNOOZED}]
        assert len(owned) <= 1
        assert all(each.owner_id is not None for each in owned)

    @invariant()
    def one_open_ticket_for_an_episode_and_family(self) -> None:
        """Later triggers join it."""
        seen: set[tuple[int | None, TriggerFamily]] = set()
        reopened = {event.subject.ticket_id for event in self.events(EventKind.TICKET_REOPENED)}
        for card in self.desk.ticketing.search(categories=[TicketCategory.ACTIVE, TicketCategory.WAITING]):
            back = card.ticket_id in reopened or card.status_before is not None
            if not back:  # a person may open an old one again beside a new one
                assert (card.episode_id, card.family) not in seen
                seen.add((card.episode_id, card.family))

    @invariant()
    def triggers_never_lower_a_priority(self) -> None:
        """Only people may."""
        for event in self.events(EventKind.TICKET_PRIORITY):
            if event.actor.kind is not ActorKind.AGENT:
                assert Priority(event.new).rank > Priority(event.old).rank

    @invariant()
    def every_step_stands_in_the_table_and_in_the_log(self) -> None:
        """The states of now follow from the log alone."""
        states: dict[Any, EpisodeState] = {}
        for event in self.events(EventKind.EPISODE_OPENED, EventKind.EPISODE_MOVED):
            key, new = event.subject.episode_id, EpisodeState(event.new)
            if event.kind is EventKind.EPISODE_MOVED:
                assert states[key] is EpisodeState(event.old)
                assert TRANSITIONS[states[key]][Trigger(event.rule)] is new
                assert bool(event.reason) == (new is EpisodeState.RESOLVED)
            states[key] = new
        assert states == {each.episode_id: each.state for each in self.episodes()}
        statuses: dict[Any, TicketStatus] = {}
        for event in self.events(EventKind.TICKET_CREATED, EventKind.TICKET_MOVED):
            if event.kind is EventKind.TICKET_MOVED:
                assert statuses[event.subject.ticket_id] is TicketStatus(event.old)
                done = CATEGORY[TicketStatus(event.new)] is TicketCategory.DONE
                assert bool(event.reason) == done
            statuses[event.subject.ticket_id] = TicketStatus(event.new)
        assert statuses == {card.ticket_id: card.status for card in self.desk.ticketing.search()}

    @invariant()
    def the_assistant_never_speaks_while_people_have_the_turn(self) -> None:
        """Read from the log: between the hand-over and the way back there is no word of the assistant's."""
        assistant_has: dict[Any, bool] = {}
        for event in self.events(EventKind.EPISODE_OPENED, EventKind.EPISODE_MOVED, EventKind.MESSAGE_ADDED):
            key = event.subject.episode_id
            if event.kind is EventKind.MESSAGE_ADDED:
                if event.new == Role.ASSISTANT.value:
                    assert assistant_has[key]
            else:
                state = EpisodeState(event.new)
                assistant_has[key] = state.assistant_speaks or state.ended

    @invariant()
    def a_breach_is_told_once(self) -> None:
        """For each ticket, clock and cycle."""
        told = [(e.subject.ticket_id, e.rule, e.detail["cycle"]) for e in self.events(EventKind.SLA_BREACHED)]
        assert len(told) == len(set(told))

    @invariant()
    def a_customer_is_asked_once(self) -> None:
        """However often the conversation is resolved."""
        assert len(self.events(EventKind.SURVEY_SENT, EventKind.SURVEY_NOT_SENT)) <= 1


DeskMachine.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestDesk = DeskMachine.TestCase


def test_one_tick_does_all_for_a_conversation_whose_alarm_rings_late() -> None:
    """The colleague who put it aside is long gone: it comes back to the queue and goes on from there at once."""
    machine = DeskMachine()
    machine.begin()
    machine.customer_writes("怎么退货？", False)
    machine.agent_claims(AGENTS[0])
    machine.agent_opens_a_ticket(AGENTS[0])
    machine.agent_snoozes(AGENTS[0])

    machine.time_passes(timedelta(days=8))

    assert machine.episodes()[-1].state is EpisodeState.TICKETED
    machine.teardown()
