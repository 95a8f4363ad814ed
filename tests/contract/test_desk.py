"""What the desk promises, on every database."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select

from core.database import reading
from core.errors import InvalidInput, NotFound
from core.types import (
    Answer,
    Audience,
    Citation,
    Clarification,
    ConversationId,
    DocumentId,
    Handover,
    HandoverCode,
    Language,
    MessageId,
    ModelFailure,
    Outcome,
    PassageId,
    Reply,
    Role,
    TicketId,
    TicketStatus,
    Tier,
)
from desk.store import CitationSpan, Desk
from desk.tables import replies, timings
from nlu.personal_data.finder import PersonalDataRecogniser
from nlu.personal_data.masking import Masker
from tests.kb.samples import SetClock, everything_in

DOCUMENT = DocumentId("d" * 32)
CITATION = Citation(1, PassageId(7), DOCUMENT, "退货政策.pdf", 2, 3, ("secret heading",), 10, 22, "secret quote")
ANSWER = Answer("退货免费 [1]。", (CITATION,), 0.9, Tier.QUOTED)
HANDOVER = Handover(HandoverCode.MISSING_KNOWLEDGE, "nothing found", "I'll ask.", 0.1, (PassageId(7), PassageId(9)))


def reply(outcome: Outcome, failure: ModelFailure | None = None) -> Reply:
    """A reply with this outcome."""
    return Reply(outcome, (), {"total": 12.5, "search": 8.25}, failure)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def desk(database: Engine, clock: SetClock) -> Desk:
    return Desk(database, clock=clock, mask=Masker(PersonalDataRecogniser()).masked)


@pytest.fixture
def conversation(desk: Desk) -> ConversationId:
    return desk.open_conversation(audience=Audience.PUBLIC, language=None)[0]


class TestAConversation:
    def test_is_open_to_the_holder_of_its_token(self, desk: Desk, clock: SetClock) -> None:
        """The token was told once and opens this conversation only."""
        first, token = desk.open_conversation(audience=Audience.INTERNAL, language=Language.ZH)
        second, other = desk.open_conversation(audience=Audience.PUBLIC, language=None)

        found = desk.authorize(first, token.reveal())

        assert (found.conversation_id, found.audience, found.language) == (first, Audience.INTERNAL, Language.ZH)
        assert found.created_at == clock()
        assert desk.authorize(second, other.reveal()).language is None

    def test_looks_to_others_as_if_it_were_not_there(self, desk: Desk) -> None:
        """A wrong token and an unknown conversation get the same words."""
        known, _ = desk.open_conversation(audience=Audience.PUBLIC, language=None)
        _, other = desk.open_conversation(audience=Audience.PUBLIC, language=None)
        unknown = ConversationId("0" * 32)

        def refusal(conversation_id: ConversationId, token: str) -> str:
            with pytest.raises(NotFound) as raised:
                desk.authorize(conversation_id, token)
            return str(raised.value).replace(conversation_id, "…")

        assert refusal(known, other.reveal()) == refusal(unknown, other.reveal()) == refusal(known, "\ud800")

    def test_keeps_no_token(self, desk: Desk, database: Engine) -> None:
        """Who reads the database can't continue anybody's conversation."""
        _, token = desk.open_conversation(audience=Audience.PUBLIC, language=None)

        assert token.reveal() not in everything_in(database)

    def test_has_its_messages_in_order(self, desk: Desk, conversation: ConversationId) -> None:
        """Question and answer alternate, also within one instant."""
        for n in range(3):
            desk.record(conversation, f"question {n}", reply(Clarification(f"which {n}?", ("a", "b"), 0.4)))

        history = desk.history(conversation)

        assert [message.text for message in history] == [
            f"{w} {n}{e}" for n in range(3) for w, e in (("question", ""), ("which", "?"))
        ]
        assert [message.role for message in history] == [Role.CUSTOMER, Role.ASSISTANT] * 3
        assert desk.history(ConversationId("0" * 32)) == []

    def test_takes_two_turns_at_once_one_after_the_other(self, desk: Desk, conversation: ConversationId) -> None:
        """Each answer follows its own question."""
        gate = threading.Barrier(4)

        def turn(n: int) -> None:
            gate.wait()
            desk.record(
                conversation, f"question {n}", reply(Handover(HandoverCode.TOOL_FAILURE, "x", f"answer {n}", 0))
            )

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(turn, range(4), timeout=60))

        texts = [message.text for message in desk.history(conversation)]
        assert [text.split()[1] for text in texts[::2]] == [text.split()[1] for text in texts[1::2]]
        assert len(texts) == 8
        assert len(desk.tickets()) == 1

    def test_takes_any_character(self, desk: Desk, conversation: ConversationId) -> None:
        """What some database refuses is replaced, alike in the reply and in the history."""
        recorded = desk.record(conversation, "a\x00b\ud800😀" + "长" * 70_000, reply(ANSWER))

        assert recorded.question.text.startswith("a\ufffdb\ufffd😀长")
        assert desk.history(conversation)[0] == recorded.question


class TestARecordedReply:
    def test_has_the_citations_as_places(self, desk: Desk, conversation: ConversationId, database: Engine) -> None:
        """Document, version, page and span; neither quote nor heading, so that deleting them is final."""
        recorded = desk.record(conversation, "怎么退货？", reply(ANSWER))

        spans = desk.citations(conversation, recorded.answer.message_id)

        assert spans == [CitationSpan(1, PassageId(7), DOCUMENT, "退货政策.pdf", 2, 3, 10, 22)]
        assert "secret" not in everything_in(database)
        assert desk.citations(conversation, recorded.question.message_id) == []

    def test_shows_its_citations_in_its_own_conversation_only(self, desk: Desk, conversation: ConversationId) -> None:
        """Somebody else's message isn't found."""
        recorded = desk.record(conversation, "怎么退货？", reply(ANSWER))
        other, _ = desk.open_conversation(audience=Audience.PUBLIC, language=None)

        for owner, message_id in ((other, recorded.answer.message_id), (conversation, MessageId("0" * 32))):
            with pytest.raises(NotFound):
                desk.citations(owner, message_id)

    def test_keeps_how_it_came_about(self, desk: Desk, conversation: ConversationId, database: Engine) -> None:
        """Outcome, confidence, what the model did wrong, and how long each step took."""
        desk.record(conversation, "one", reply(ANSWER, ModelFailure("timeout", "20 s")))
        desk.record(conversation, "two", reply(Clarification("which?", ("a", "b"), 0.4)))
        desk.record(conversation, "three", reply(HANDOVER))

        with reading(database) as connection:
            rows = {row.outcome: row for row in connection.execute(select(replies))}
            steps = {(row.step, row.ms) for row in connection.execute(select(timings))}

        answer, clarification, handover = rows["answer"], rows["clarification"], rows["handover"]
        assert (answer.tier, answer.confidence) == (Tier.QUOTED, 0.9)
        assert (answer.model_failure, answer.model_failure_detail) == ("timeout", "20 s")
        assert (clarification.options, clarification.tier) == (("a", "b"), None)
        assert (handover.code, handover.reason) == (HandoverCode.MISSING_KNOWLEDGE, "nothing found")
        assert handover.nearest == ("7", "9")
        assert steps == {("total", 12.5), ("search", 8.25)}

    def test_needs_a_conversation(self, desk: Desk) -> None:
        """Nothing is written for an unknown one."""
        with pytest.raises(NotFound):
            desk.record(ConversationId("0" * 32), "hello", reply(HANDOVER))

        assert desk.tickets() == []


class TestWhatCustomersAsked:
    def test_is_listed_newest_first_with_its_reply(
        self, desk: Desk, conversation: ConversationId, clock: SetClock
    ) -> None:
        """From all conversations; who asked isn't told."""
        other, _ = desk.open_conversation(audience=Audience.INTERNAL, language=None)
        desk.record(conversation, "one", reply(ANSWER))
        clock.pass_by(1)
        desk.record(other, "two", reply(HANDOVER))

        newest, oldest = desk.customer_messages()

        assert (newest.text, newest.outcome, newest.audience, newest.tier) == (
            "two",
            "handover",
            Audience.INTERNAL,
            None,
        )
        assert (oldest.text, oldest.outcome, oldest.answer, oldest.tier) == ("one", "answer", ANSWER.text, Tier.QUOTED)
        assert (oldest.confidence, newest.created_at) == (0.9, clock())
        assert [each.text for each in desk.customer_messages(unanswered=True)] == ["two"]
        assert [each.text for each in desk.customer_messages(offset=1, limit=1)] == ["one"]
        assert conversation not in str(oldest)

    def test_is_masked_where_it_names_a_person(self, desk: Desk, conversation: ConversationId) -> None:
        """In the question and in the reply; the conversation keeps it."""
        said = Answer("已登记 138-1234-5678。", (), 0.9, Tier.QUOTED)
        desk.record(conversation, "我是 lin@customer.example，订单 TH20260418，13812345678", reply(said))

        (found,) = desk.customer_messages()

        assert (found.text, found.answer) == ("我是 [email]，订单 TH20260418，[phone]", "已登记 [phone]。")
        assert "13812345678" in desk.history(conversation)[0].text

    def test_comes_with_what_was_cited(self, desk: Desk, conversation: ConversationId) -> None:
        """By the number of the customer's own message; the assistant's isn't one."""
        recorded = desk.record(conversation, "怎么退货？", reply(ANSWER))

        message, spans = desk.customer_message(recorded.question.message_id)

        assert message.text == "怎么退货？"
        assert [(span.document, span.start, span.end) for span in spans] == [("退货政策.pdf", 10, 22)]
        for unknown in (recorded.answer.message_id, MessageId("0" * 32)):
            with pytest.raises(NotFound):
                desk.customer_message(unknown)


class TestATicket:
    def test_is_opened_by_a_handover(self, desk: Desk, conversation: ConversationId, clock: SetClock) -> None:
        """It says what the customer asked and why nobody answered."""
        recorded = desk.record(conversation, "Do you mend bicycles?", reply(HANDOVER))

        ticket = recorded.ticket
        assert ticket is not None
        assert (ticket.question, ticket.code) == ("Do you mend bicycles?", HandoverCode.MISSING_KNOWLEDGE)
        assert (ticket.conversation_id, ticket.message_id) == (conversation, recorded.question.message_id)
        assert (ticket.status, ticket.contact, ticket.created_at) == (TicketStatus.NEW, None, clock())
        assert desk.ticket(ticket.ticket_id) == ticket

    def test_is_opened_by_nothing_else(self, desk: Desk, conversation: ConversationId) -> None:
        """An answer is the end of it."""
        assert desk.record(conversation, "怎么退货？", reply(ANSWER)).ticket is None
        assert desk.tickets() == []

    def test_is_the_only_open_one_of_its_conversation(self, desk: Desk, conversation: ConversationId) -> None:
        """A second handover joins the open ticket; after it is resolved, a new one is opened."""
        first = desk.record(conversation, "one", reply(HANDOVER)).ticket
        assert first is not None
        assert desk.record(conversation, "two", reply(HANDOVER)).ticket == first
        desk.resolve(first.ticket_id)

        third = desk.record(conversation, "three", reply(HANDOVER)).ticket

        assert third is not None
        assert third.ticket_id > first.ticket_id
        assert [ticket.ticket_id for ticket in desk.tickets()] == [third.ticket_id, first.ticket_id]
        assert desk.tickets(offset=1, limit=1) == [desk.ticket(first.ticket_id)]

    def test_takes_a_contact_from_its_own_customer(self, desk: Desk, conversation: ConversationId) -> None:
        """Trimmed; from another conversation the ticket isn't found."""
        ticket = desk.record(conversation, "one", reply(HANDOVER)).ticket
        other, _ = desk.open_conversation(audience=Audience.PUBLIC, language=None)
        assert ticket is not None

        changed = desk.set_contact(conversation, ticket.ticket_id, " 138 1234 5678 ")

        assert changed.contact == "138 1234 5678"
        assert desk.set_contact(conversation, ticket.ticket_id, "138 1234 5678") == changed
        with pytest.raises(NotFound):
            desk.set_contact(other, ticket.ticket_id, "x")
        for unusable in ("  ", "x" * 201):
            with pytest.raises(InvalidInput):
                desk.set_contact(conversation, ticket.ticket_id, unusable)

    def test_is_resolved_once(self, desk: Desk, conversation: ConversationId) -> None:
        """Closing it again changes nothing; an unknown one isn't found."""
        ticket = desk.record(conversation, "one", reply(HANDOVER)).ticket
        assert ticket is not None

        assert desk.resolve(ticket.ticket_id).status is TicketStatus.RESOLVED
        assert desk.resolve(ticket.ticket_id) == desk.ticket(ticket.ticket_id)
        with pytest.raises(NotFound):
            desk.resolve(TicketId(ticket.ticket_id + 1))
        with pytest.raises(NotFound):
            desk.ticket(TicketId(ticket.ticket_id + 1))
