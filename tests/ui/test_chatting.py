"""A customer's conversation as the page sees it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import cast

import pytest

from api.client import Client, Conversation, ConversationReply
from core.errors import InvalidInput, NotFound, RateLimited, StorageError, ZhidaError
from core.settings import Secret
from core.types import ConversationId, Language, MessageId, Tier
from tests.ui.fakes import FakeClient, answer, citation, clarification, handover
from ui.chatting import MAX_QUESTION, asked, finished, opened_source, restored, saved_form, with_contact, without
from ui.view import ChatView, Exchange, Progress

EMPTY = ChatView(Language.ZH)


def client_of(fake: FakeClient) -> Client:
    return cast("Client", fake)


def asked_all(view: ChatView, text: str, fake: FakeClient) -> list[ChatView]:
    """Every view of a reply; time moves on by a second at each look, so that every piece is drawn."""
    ticks: Iterator[int] = count()
    return list(asked(view, text, client_of(fake), clock=lambda: float(next(ticks))))


class TestAsks:
    def test_shows_the_question_at_once_and_the_reply_as_it_grows(self) -> None:
        """First the question alone, then more and more text, last the whole reply."""
        views = asked_all(EMPTY, " 退货几天？ ", FakeClient(outcomes=[answer("三十天内可以退货。[1]")]))

        texts = [view.exchanges[-1].text for view in views]
        assert views[0].exchanges[-1].question == "退货几天？"
        assert views[0].exchanges[-1].progress is Progress.WAITING
        assert texts[1:-1] == ["三十天", "三十天内可以", "三十天内可以退货。", "三十天内可以退货。[1]"]
        assert views[-1].exchanges[-1].progress is Progress.DONE

    def test_an_answer_comes_with_its_sources_and_tier(self) -> None:
        """What the reply cites can be opened by its number."""
        fake = FakeClient(
            outcomes=[answer(citations=(citation(1), citation(2, document="运费.docx")), tier=Tier.QUOTED)]
        )

        last = asked_all(EMPTY, "问", fake)[-1].exchanges[-1]

        assert [(source.number, source.document) for source in last.sources] == [
            (1, "退换货政策.pdf"),
            (2, "运费.docx"),
        ]
        assert last.tier is Tier.QUOTED

    def test_a_restart_forgets_the_pieces_so_far(self) -> None:
        """A model's text that was withdrawn doesn't stay on the page."""
        views = asked_all(EMPTY, "问", FakeClient(outcomes=[answer("好。[1]")], pieces=["不", "对", None, "好。"]))

        assert [view.exchanges[-1].text for view in views] == ["", "不", "不对", "", "好。", "好。[1]"]

    def test_a_hand_over_brings_its_ticket(self) -> None:
        """The customer sees the number that the desk sees."""
        last = asked_all(EMPTY, "修咖啡机吗？", FakeClient(outcomes=[handover()]))[-1].exchanges[-1]

        assert last.ticket is not None
        assert last.ticket.ticket_id == 7

    def test_a_clarification_brings_its_options(self) -> None:
        """Each option can be asked with a click."""
        last = asked_all(EMPTY, "保修多久", FakeClient(outcomes=[clarification()]))[-1].exchanges[-1]

        assert last.options == ("净水器 X100-Pro", "净水器 A20")

    def test_an_offer_stays_with_its_reply(self) -> None:
        """What stands beside the button comes from the server's table."""
        reply = ConversationReply(answer("好。[1]"), {"total": 1.0}, MessageId("m"), None, "可以转人工。")

        assert finished(Exchange("问", Progress.STREAMING), reply).offer == "可以转人工。"

    def test_the_second_question_goes_on_in_the_same_conversation(self) -> None:
        """One conversation per page, opened with the first question."""
        fake = FakeClient()

        view = asked_all(EMPTY, "一", fake)[-1]
        view = asked_all(view, "二", fake)[-1]

        assert fake.opened == 1
        assert [exchange.question for exchange in view.exchanges] == ["一", "二"]

    @pytest.mark.parametrize("text", ["", "  \n "])
    def test_nothing_is_not_a_question(self, text: str) -> None:
        """Nothing happens."""
        assert asked_all(EMPTY, text, FakeClient()) == []

    def test_a_question_that_is_too_long_is_refused_here(self) -> None:
        """It says how long it may be, and the server isn't asked."""
        fake = FakeClient()

        last = asked_all(EMPTY, "长" * (MAX_QUESTION + 1), fake)[-1].exchanges[-1]

        assert last.progress is Progress.FAILED
        assert str(MAX_QUESTION) in last.text
        assert fake.opened == 0


class TestFails:
    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (RateLimited("slow down", retry_after_s=12), "12 秒"),
            (StorageError("disk /srv/secret is full"), "连接不上"),
            (InvalidInput("too long"), "字以内"),
        ],
    )
    def test_a_refusal_becomes_an_honest_sentence(self, error: ZhidaError, words: str) -> None:
        """The customer reads what to do; the server's own words stay on the server."""
        last = asked_all(EMPTY, "问", FakeClient(failure=error))[-1].exchanges[-1]

        assert last.progress is Progress.FAILED
        assert words in last.text
        assert "secret" not in last.text

    def test_what_nobody_expected_ends_the_reply_all_the_same(self) -> None:
        """The page doesn't wait for ever, and the error goes on to the log."""
        seen: list[ChatView] = []
        views = asked(EMPTY, "问", client_of(FakeClient(pieces=[cast("str", 3)])))

        with pytest.raises(TypeError):
            seen.extend(views)

        assert seen[-1].exchanges[-1].progress is Progress.FAILED
        assert not seen[-1].busy

    def test_a_conversation_that_is_gone_is_started_anew_by_asking_again(self) -> None:
        """The page says so and forgets the old conversation."""
        old = ChatView(Language.ZH, conversation=Conversation(ConversationId("old"), Secret("t")))
        fake = FakeClient(failure=NotFound("conversation", "old"))

        lost = asked_all(old, "问", fake)[-1]
        again = asked_all(without(lost, 0), "问", fake)[-1]

        assert lost.conversation is None
        assert lost.notice
        assert again.exchanges[-1].progress is Progress.DONE


class TestReload:
    def test_finds_the_conversation_with_its_sources(self) -> None:
        """What the browser keeps is enough to show everything again."""
        fake = FakeClient()
        before = asked_all(EMPTY, "退货几天？", fake)[-1]

        after = restored(saved_form(before), client_of(fake), fallback=Language.EN)

        assert after.language is Language.ZH
        assert [exchange.question for exchange in after.exchanges] == ["退货几天？"]
        assert after.exchanges[0].text == before.exchanges[0].text
        assert after.exchanges[0].sources == before.exchanges[0].sources

    def test_a_conversation_that_is_gone_is_dropped_with_a_word(self) -> None:
        """The page starts afresh and says why."""
        saved = {"language": "en", "conversation": "abc", "token": "t"}

        view = restored(saved, client_of(FakeClient(failure=NotFound("conversation", "abc"))), fallback=Language.ZH)

        assert view.conversation is None
        assert view.notice

    @pytest.mark.parametrize(
        "saved",
        [
            None,
            "text",
            [],
            {},
            {"language": "fr", "conversation": 3, "token": []},
            {"conversation": "../tickets", "token": "t"},
            {"conversation": "abc", "token": ""},
        ],
    )
    def test_anything_else_is_a_fresh_start(self, saved: object) -> None:
        """A browser may send anything, and a path of the API is not a conversation."""
        view = restored(saved, client_of(FakeClient(failure=StorageError("must not be called"))), fallback=Language.EN)

        assert view == ChatView(Language.EN)


class TestSource:
    def test_opens_with_the_quote_highlighted(self) -> None:
        """A click on a card shows the passage behind it."""
        fake = FakeClient()
        view = asked_all(EMPTY, "退货几天？", fake)[-1]

        html = opened_source(view, 0, 1, client_of(fake))

        assert "<mark>签收之日起三十天内，商品完好、配件齐全的，可以申请无理由退货。</mark>" in html

    def test_says_so_when_the_document_was_withdrawn(self) -> None:
        """Deleted since the answer: the panel tells, and quotes nothing."""
        fake = FakeClient()
        view = asked_all(EMPTY, "退货几天？", fake)[-1]
        fake.failure = NotFound("citation", 1)

        html = opened_source(view, 0, 1, client_of(fake))

        assert "已更新或撤下" in html
        assert "<mark>" not in html

    @pytest.mark.parametrize(("exchange", "number"), [(0, 2), (5, 1), (-1, 1), (0, -1)])
    def test_a_source_that_was_never_shown_opens_nothing(self, exchange: int, number: int) -> None:
        """The browser may ask for anything."""
        fake = FakeClient()
        view = asked_all(EMPTY, "退货几天？", fake)[-1]

        assert opened_source(view, exchange, number, client_of(fake)) == ""


class TestContact:
    def test_is_left_on_the_ticket(self) -> None:
        """The page shows what was taken down."""
        fake = FakeClient(outcomes=[handover()])
        view = asked_all(EMPTY, "修咖啡机吗？", fake)[-1]

        ticket = with_contact(view, 0, " 13800000000 ", client_of(fake)).exchanges[0].ticket

        assert ticket is not None
        assert ticket.contact == "13800000000"

    @pytest.mark.parametrize("contact", ["", "ab", "x" * 201])
    def test_too_short_or_too_long_is_refused_with_a_word(self, contact: str) -> None:
        """The field stays and says what is wrong."""
        fake = FakeClient(outcomes=[handover()])
        view = asked_all(EMPTY, "修咖啡机吗？", fake)[-1]

        ticket = with_contact(view, 0, contact, client_of(fake)).exchanges[0].ticket

        assert ticket is not None
        assert ticket.contact is None
        assert ticket.problem
