"""Drafts that were shown to agents and what became of them, on every database."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from core.errors import InvalidInput, NotFound
from core.suggestions import Draft, DraftKind, SuggestionId, SuggestionState
from core.tickets import CloseReason
from core.types import (
    Audience,
    Citation,
    Clarification,
    DocumentId,
    Handover,
    HandoverCode,
    MessageId,
    PassageId,
    Reply,
)
from desk.store import Desk
from desk.verification.resolved import ResolvedTickets
from desk.verification.suggestions import SuggestionStore
from tests.kb.samples import SetClock

CITATION = Citation(1, PassageId(7), DocumentId("d" * 32), "退货政策.pdf", 2, 3, (), 10, 22, "secret quote")
DRAFTS = (
    Draft(DraftKind.APPROVED, "七天内可退。[1]", (CITATION,), 0.9, "常见问题"),
    Draft(DraftKind.COMPOSED, "见退货政策。", (), 0.4, "退货政策"),
)


class World:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = SetClock()
        self.desk = Desk(engine, clock=self.clock, mask=str)
        self.store = SuggestionStore(engine, clock=self.clock)
        self.conversation, _ = self.desk.open_conversation(audience=Audience.PUBLIC, language=None)
        recorded = self.desk.record(self.conversation, "能退吗？", Reply(Clarification("？", (), 0.0), (), {}))
        self.message = recorded.question.message_id


@pytest.fixture
def world(database: Engine) -> World:
    return World(database)


class TestDrafts:
    def test_are_kept_as_shown_with_where_they_stand(self, world: World) -> None:
        """The cited text itself isn't kept: deleted from the knowledge base is deleted from here."""
        first, second = world.store.show(world.conversation, world.message, DRAFTS, shown_to="lin")

        assert (first.state, first.shown_to, first.shown_at) == (SuggestionState.SHOWN, "lin", world.clock())
        assert [(span.number, span.start, span.end) for span in first.spans] == [(1, 10, 22)]
        assert (second.kind, second.spans) == (DraftKind.COMPOSED, ())

    def test_are_made_once_for_a_message(self, world: World) -> None:
        """A colleague who looks later sees the same ones."""
        shown = world.store.show(world.conversation, world.message, DRAFTS, shown_to="lin")

        assert world.store.show(world.conversation, world.message, DRAFTS[1:], shown_to="wang") == shown

    def test_belong_to_a_message_of_the_conversation(self, world: World) -> None:
        """A stranger's message gets none here."""
        with pytest.raises(NotFound):
            world.store.show(world.conversation, MessageId("0" * 32), DRAFTS, shown_to=None)

    @pytest.mark.parametrize(
        ("state", "text", "kept", "edited"),
        [
            (SuggestionState.ACCEPTED, None, SuggestionState.ACCEPTED, None),
            (SuggestionState.ACCEPTED, "七天内可退。[1] ", SuggestionState.ACCEPTED, None),
            (SuggestionState.ACCEPTED, "十四天内可退。", SuggestionState.EDITED, "十四天内可退。"),
            (SuggestionState.EDITED, "七天内可退。[1]", SuggestionState.ACCEPTED, None),
            (SuggestionState.DISMISSED, "ignored", SuggestionState.DISMISSED, None),
        ],
    )
    def test_count_as_edited_where_something_else_was_sent(
        self, world: World, state: SuggestionState, text: str | None, kept: SuggestionState, edited: str | None
    ) -> None:
        """What was sent decides, not what the page says."""
        first, _ = world.store.show(world.conversation, world.message, DRAFTS, shown_to="lin")

        decided = world.store.decide(first.suggestion_id, state, text=text, by="lin")

        assert (decided.state, decided.edited, decided.decided_by) == (kept, edited, "lin")

    def test_cannot_be_unseen_and_an_edit_needs_its_text(self, world: World) -> None:
        """A figure would count it twice."""
        first, _ = world.store.show(world.conversation, world.message, DRAFTS, shown_to="lin")

        for state in (SuggestionState.SHOWN, SuggestionState.EDITED):
            with pytest.raises(InvalidInput):
                world.store.decide(first.suggestion_id, state)
        with pytest.raises(NotFound):
            world.store.decide(SuggestionId(999), SuggestionState.DISMISSED)


class TestResolvedTickets:
    def test_give_what_a_colleague_wrote_masked(self, world: World) -> None:
        """Another customer's draft must not tell who this one is."""
        handover = Handover(HandoverCode.CUSTOMER_REQUEST, "asked", "好的。", 0.0)
        ticket = world.desk.record(world.conversation, "我是王小明，壶漏水", Reply(handover, (), {})).ticket
        assert ticket is not None
        dialogues = world.desk.dialogues
        dialogues.claim(world.conversation, None)
        dialogues.reply(world.conversation, None, "王小明您好，壶可以免费换新。")
        dialogues.reply(world.conversation, None, "再见！")
        dialogues.resolve(world.conversation, None, CloseReason.AGENT_SOLVED)

        read = ResolvedTickets(world.engine, mask=lambda text: text.replace("王小明", "***"))
        (found,) = read.newest(limit=10)

        assert (found.question, found.answer) == ("我是***，壶漏水", "***您好，壶可以免费换新。")
        assert found.audience is Audience.PUBLIC

    def test_that_nobody_answered_are_left_out(self, world: World) -> None:
        """There is nothing to learn from them."""
        handover = Handover(HandoverCode.CUSTOMER_REQUEST, "asked", "好的。", 0.0)
        ticket = world.desk.record(world.conversation, "壶漏水", Reply(handover, (), {})).ticket
        assert ticket is not None
        world.desk.resolve(ticket.ticket_id)

        assert ResolvedTickets(world.engine, mask=str).newest(limit=10) == []
