"""Specification of what is the customer's own: code looks it up in their words, and only for who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from agent.assistant import Assistant
from agent.handover.judge import unread
from agent.tools.runner import ToolRunner, filled
from agent.tools.wishes import asks_orders, asks_tickets, wants_ticket
from core.actors import CustomerId
from core.analysis import Analysis, Intent, NamedEntity
from core.clock import utc_now
from core.episodes import Episode
from core.errors import ConnectorFailed
from core.tools import OwnOrder, ToolName
from core.types import Answer, Clarification, Handover, HandoverCode, Language, Reply, Rule, Tier, Turn
from models.fake_encoder import FakeEncoder
from nlu.entities.references import find_references
from tests.agent.handover.episodes import past
from tests.agent.own import CONVERSATION, SECRET, VERIFIED_EPISODE, Drawer, Shipping, ask
from tests.agent.shop import ShelfFinder

ASKED_ORDERS = (
    "我的订单到哪了",
    "我的快递什么时候到？",
    "帮我查一下我的订单",
    "我上周买的东西怎么还没到",
    "查一下訂單",
    "where is my order",
    "Where's my package?",
    "can you check on my order please",
    "has my parcel shipped",
    "my delivery is late",
)
NOT_ASKED_ORDERS = (
    "怎么查我的订单？",
    "How can I track my order?",
    "我的订单退款到哪了",
    "帮我取消我的订单",
    "我的快递显示签收但是没收到",
    "我的订单少发了一件，什么时候补",
    "他的订单到哪了，我帮他问",
    "where is my refund",
    "I want to return my order",
    "满多少包邮",
    "发货要多久",
)


class Reads:
    """An analyzer that knows references and nothing else."""

    def analyze(self, text: str, *, vector: object = None) -> Analysis:
        found = [
            NamedEntity(each.type.value, each.start, each.end, text[each.start : each.end], each.value)
            for each in find_references(text, utc_now())
        ]
        return replace(unread(text), entities=tuple(found))


class Broken:
    """An order system that is down."""

    def orders(self, customer_id: CustomerId, /, *, number: str | None, language: Language) -> Sequence[OwnOrder]:
        raise ConnectorFailed("The order system can't be asked (ConnectError).")


def say(
    encoder: FakeEncoder,
    text: str,
    *,
    orders: Shipping | Broken | None = None,
    connected: bool = True,
    episode: Episode = VERIFIED_EPISODE,
    finder: ShelfFinder | None = None,
) -> Reply:
    """A message of a verified customer, to an assistant without a language model."""
    finder = finder or ShelfFinder(encoder)
    tools = ToolRunner(finder, Drawer(), (orders or Shipping()) if connected else None)
    assistant = Assistant(finder, encoder, analyzer=Reads(), tools=tools)
    return assistant.reply(Turn(text=text, conversation_id=CONVERSATION, episode=episode))


class TestOrders:
    @pytest.mark.parametrize(
        ("text", "told"), [("我的订单到哪了", "订单 1001：已发货"), ("where is my order 1001", "Order 1001: 已发货")]
    )
    def test_are_shown_to_a_verified_customer_at_once(self, encoder: FakeEncoder, text: str, told: str) -> None:
        """By code: nothing is searched for, and nothing is cited, since no document says it."""
        finder = ShelfFinder(encoder)
        reply = say(encoder, text, finder=finder)

        assert isinstance(reply.outcome, Answer)
        assert (reply.outcome.text, reply.outcome.tier, reply.outcome.citations) == (told, Tier.LOOKED_UP, ())
        assert reply.decision is not None
        assert reply.decision.rule is Rule.LOOKED_UP
        assert [(each.name, each.allowed, each.by_model) for each in reply.tools] == [(ToolName.ORDERS, True, False)]
        assert finder.queries == []

    @pytest.mark.parametrize("known", [{"identity_level": 1}, {"identity_level": 0, "customer_id": None}])
    def test_of_an_unverified_one_stay_with_rule_4(self, encoder: FakeEncoder, known: dict[str, int | None]) -> None:
        """A person checks who it is; the system isn't asked."""
        orders = Shipping()
        reply = say(encoder, "我的订单到哪了", orders=orders, episode=replace(VERIFIED_EPISODE, **known))  # type: ignore[arg-type]

        assert isinstance(reply.outcome, Handover)
        assert reply.outcome.code is HandoverCode.IDENTITY_REQUIRED
        assert (orders.asked, reply.tools) == ([], ())

    def test_are_not_shown_to_somebody_else_who_writes_in_the_conversation(self, encoder: FakeEncoder) -> None:
        """Rule 15 goes first, and without it they are nobody."""
        orders = Shipping()
        say(encoder, "我的订单到哪了", orders=orders, episode=replace(VERIFIED_EPISODE, primary_contact=False))

        assert orders.asked == []

    def test_without_a_connected_system_go_the_way_of_any_question(self, encoder: FakeEncoder) -> None:
        """The documents are searched, as before."""
        finder = ShelfFinder(encoder)
        reply = say(encoder, "我的订单到哪了", connected=False, finder=finder)

        assert reply.tools == ()
        assert len(finder.queries) == 1

    def test_of_somebody_else_are_not_found(self, encoder: FakeEncoder) -> None:
        """It is said with an offer; the second time a person looks for it. It is no gap of the documents."""
        first = say(encoder, "查一下我的订单 2002")
        assert isinstance(first.outcome, Clarification)
        assert "没有查到" in first.outcome.text
        assert first.outcome.code is HandoverCode.UNSUPPORTED_REQUEST
        assert first.offer is not None

        turn = past(1, "查一下我的订单 2002", "clarification", first.outcome.text, code=first.outcome.code)
        again = say(encoder, "2002", episode=replace(VERIFIED_EPISODE, turns=(turn,)))

        assert isinstance(again.outcome, Handover)
        assert again.outcome.code is HandoverCode.UNSUPPORTED_REQUEST
        assert SECRET not in first.outcome.text + again.outcome.text

    def test_are_found_by_a_number_that_comes_alone_after_the_question(self, encoder: FakeEncoder) -> None:
        """«订单号是 1001» says nothing by itself."""
        orders = Shipping()
        turn = past(1, "我的订单到哪了", "clarification", "没有查到", code=HandoverCode.UNSUPPORTED_REQUEST)
        reply = say(encoder, "订单号是 1001", orders=orders, episode=replace(VERIFIED_EPISODE, turns=(turn,)))

        assert reply.outcome.text == "订单 1001：已发货"
        assert orders.asked == [(1, "1001")]

    def test_of_a_system_that_is_down_end_with_a_person_and_an_honest_sentence(self, encoder: FakeEncoder) -> None:
        """What was tried is logged; why it failed is for colleagues, in words that say the step."""
        reply = say(encoder, "我的订单到哪了", orders=Broken())

        assert isinstance(reply.outcome, Handover)
        assert reply.outcome.code is HandoverCode.TOOL_FAILURE
        assert "系统现在出了问题" in reply.outcome.text
        assert reply.outcome.reason == "查询订单系统失败：ConnectorFailed。"
        assert [(record.name, record.allowed) for record in reply.tools] == [(ToolName.ORDERS, True)]

    def test_do_not_calm_somebody_whom_a_person_must_speak_to(self, encoder: FakeEncoder) -> None:
        """Danger, a call for a person and a third time the same come before any look-up."""
        assert say(encoder, "转人工，我的订单到哪了").outcome.code is HandoverCode.CUSTOMER_REQUEST  # type: ignore[union-attr]
        turns = tuple(past(at, "我的订单到哪了", "answer", "订单 1001：已发货") for at in range(2))
        again = say(encoder, "我的订单到哪了", episode=replace(VERIFIED_EPISODE, turns=turns))

        assert isinstance(again.outcome, Handover)
        assert again.outcome.code is HandoverCode.LOOP


class TestTickets:
    def test_of_the_customer_are_shown_with_their_state(self, encoder: FakeEncoder) -> None:
        """In the customer's own words, and the state in those that customers read."""
        assert say(encoder, "我的工单怎么样了").outcome.text == "工单 #1（处理中）：我的水壶坏了"
        assert say(encoder, "what's the status of my ticket?").outcome.text == "Ticket #1 (In progress): 我的水壶坏了"

    def test_of_a_visitor_are_those_of_the_conversation(self, encoder: FakeEncoder) -> None:
        """Where there are none, the question is answered as any other."""
        nobody = replace(VERIFIED_EPISODE, customer_id=None, identity_level=0)

        assert say(encoder, "我的工单怎么样了", episode=nobody).tools == ()

    def test_are_the_same_for_a_model_and_for_code(self, encoder: FakeEncoder) -> None:
        """One text for both."""
        assert ask(encoder, Turn(text="我的工单怎么样了")).outcome.text == "工单 #1（处理中）：我的水壶坏了"


class TestWishes:
    @pytest.mark.parametrize("text", ASKED_ORDERS)
    def test_for_orders_are_told_by_words(self, text: str) -> None:
        """Without any model."""
        assert asks_orders(text, unread(text))

    @pytest.mark.parametrize("text", NOT_ASKED_ORDERS)
    def test_for_something_else_are_not_taken_for_them(self, text: str) -> None:
        """How to do it oneself, what went wrong, what is to be done, other people's."""
        assert not asks_orders(text, unread(text))

    def test_for_orders_are_told_by_a_sure_intent_as_well(self) -> None:
        """But not where something has gone wrong."""
        sure = replace(unread("x"), intent=Intent("track_order", 0.9))

        assert asks_orders("都五天了还没有动静", sure)
        assert not asks_orders("都五天了，我要退款", sure)

    @pytest.mark.parametrize(
        "text",
        [
            "我的工单怎么样了",
            "工单 20231 处理到哪了",
            "any update on my ticket",
            "has my complaint been looked at",
            "what's happening with ticket 20981",
        ],
    )
    def test_for_tickets(self, text: str) -> None:
        """By words."""
        assert asks_tickets(text)

    @pytest.mark.parametrize("text", ["怎么查工单进度", "工单是什么", "How do I check my ticket?", "ticket prices"])
    def test_that_only_speak_of_tickets(self, text: str) -> None:
        """Ask for nothing of the customer's."""
        assert not asks_tickets(text)

    @pytest.mark.parametrize(
        "text",
        ["请帮我登记一个工单", "我要报修", "给我开个工单", "please open a ticket", "I'd like to file a complaint"],
    )
    def test_that_a_ticket_opens(self, text: str) -> None:
        """In the customer's own words."""
        assert wants_ticket(text)

    @pytest.mark.parametrize(
        "text",
        [
            "怎么报修",
            "不要登记工单",
            "我的工单怎么样了",
            "how do I open a ticket",
            "don't open a ticket",
            "where can I file a complaint",
        ],
    )
    def test_that_none_opens(self, text: str) -> None:
        """Neither a question nor a refusal is a wish."""
        assert not wants_ticket(text)


class TestFilling:
    def test_leaves_nothing_that_a_page_could_load_or_a_reader_take_for_a_source(self) -> None:
        """What a company's system says is data as well."""
        shown = filled("订单 {number}：{status}", number="{status}", status="![x](http://e)\n<img>[1]\u202e")

        assert shown == "订单 {status}：[x] (http://e) ＜img>［1］"
