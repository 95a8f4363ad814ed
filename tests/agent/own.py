"""A verified customer with an order and a ticket, beside somebody else's: what tests of tools stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from agent.assistant import Assistant
from agent.handover.situation import NEW_EPISODE
from agent.policy import AnswerPolicy
from agent.tools.runner import ToolRunner
from core.actors import CustomerId
from core.episodes import Episode
from core.tickets import Priority, TicketCard, TriggerFamily
from core.tools import Caller, OwnOrder
from core.types import (
    ConversationId,
    HandoverCode,
    Language,
    MessageId,
    Passage,
    Reply,
    TicketId,
    TicketStatus,
    Turn,
)
from models.chat import ChatModel
from models.fake_encoder import FakeEncoder
from tests.agent.shop import PASSAGES, ShelfFinder

CONVERSATION = ConversationId("c" * 32)
ME, SOMEBODY = CustomerId(1), CustomerId(2)
SECRET = "已寄往王小明家"
VERIFIED_EPISODE: Episode = replace(NEW_EPISODE, customer_id=ME, identity_level=2)


class Shipping:
    """Orders of two customers, by a system that forgets whose they are."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, str | None]] = []

    def orders(self, customer_id: CustomerId, /, *, number: str | None, language: Language) -> Sequence[OwnOrder]:
        self.asked.append((customer_id, number))
        return (OwnOrder("1001", ME, "已发货"), OwnOrder("2002", SOMEBODY, SECRET))


class Drawer:
    """Tickets of two customers, by a desk that gives all it has."""

    def own(self, caller: Caller, /) -> Sequence[TicketCard]:
        return (ticket(1, ME, "我的水壶坏了"), ticket(2, SOMEBODY, SECRET))


def ticket(number: int, customer_id: CustomerId, question: str) -> TicketCard:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return TicketCard(
        ticket_id=TicketId(number),
        conversation_id=ConversationId(f"{number:032x}"),
        episode_id=None,
        customer_id=customer_id,
        message_id=MessageId("m" * 32),
        question=question,
        code=HandoverCode.CUSTOMER_REQUEST,
        family=TriggerFamily.HELP,
        reason="",
        subject="",
        contact=None,
        status=TicketStatus.OPEN,
        state=None,
        priority=Priority.MEDIUM,
        team_id=None,
        assignee_id=None,
        version=0,
        created_at=now,
        updated_at=now,
        first_resolved_at=None,
        last_resolved_at=None,
        closed_at=None,
        close_reason=None,
        closed_by=None,
        assignee_at_resolution=None,
        status_before=None,
        snoozed_until=None,
        merged_into=None,
        follow_up_of=None,
    )


def runner(finder: ShelfFinder, orders: Shipping | None) -> ToolRunner:
    """The tools over a shelf."""
    return ToolRunner(finder, Drawer(), orders)


def ask(
    encoder: FakeEncoder,
    turn: Turn,
    passages: Sequence[Passage] = PASSAGES,
    model: ChatModel | None = None,
    *,
    episode: Episode = VERIFIED_EPISODE,
    finder: ShelfFinder | None = None,
    orders: Shipping | None = None,
    show: list[str] | None = None,
) -> Reply:
    """A turn of a verified customer, with the assistant that has tools. What was shown goes to `show`."""
    finder = finder or ShelfFinder(encoder, passages=passages)
    tools = runner(finder, orders or Shipping())
    assistant = Assistant(finder, encoder, model=model, policy=AnswerPolicy(candidates=4), tools=tools)
    shown = show if show is not None else []
    turn = replace(turn, conversation_id=CONVERSATION, episode=episode, message_id=MessageId("f" * 32))
    return assistant.reply(turn, on_text=shown.append)
