"""A customer's way through the API: ask, read on, look at the source, leave a contact."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.client import Client, Conversation, ConversationReply, FinalReply, Restart, TextPiece
from api.composition import Replacements, Services
from api.limits import Limits, Rate
from core.errors import InvalidInput, ModelUnavailable, NotFound, RateLimited, Unauthorized
from core.settings import Secret
from core.types import Answer, Audience, Handover, HandoverCode, MessageId, Role, TicketId, TicketStatus, Tier
from models.fake_encoder import FakeEncoder
from tests.api.shop import KEY, Serve, add


class TestAsking:
    def test_an_approved_answer_comes_word_for_word(self, customer: Client) -> None:
        """With its citation, and recorded: the same words stand in the conversation."""
        conversation = customer.open_conversation()

        reply = customer.ask(conversation, "下单后多久发货？")

        assert isinstance(reply.outcome, Answer)
        assert reply.outcome.tier is Tier.VERBATIM
        assert "付款后 24 小时内发货。" in reply.outcome.text
        assert reply.ticket_id is None
        assert reply.ms["total"] > 0
        messages = customer.messages(conversation)
        assert [message.role for message in messages] == [Role.CUSTOMER, Role.ASSISTANT]
        assert messages[0].text == "下单后多久发货？"
        assert messages[1].text == reply.outcome.text
        assert messages[1].message_id == reply.message_id

    def test_a_stream_says_the_same_piece_by_piece(self, customer: Client) -> None:
        """The pieces put together are the text of the last event."""
        conversation = customer.open_conversation()

        events = list(customer.ask_stream(conversation, "下单后多久发货？"))

        *pieces, last = events
        assert isinstance(last, FinalReply)
        assert "".join(piece.text for piece in pieces if isinstance(piece, TextPiece)) == last.reply.outcome.text

    def test_what_nobody_knows_opens_a_ticket(self, customer: Client, manager: Client) -> None:
        """The customer is told its number and may leave a contact; the desk sees both."""
        conversation = customer.open_conversation()

        reply = customer.ask(conversation, "转人工")

        assert isinstance(reply.outcome, Handover)
        assert reply.ticket_id is not None
        receipt = customer.leave_contact(conversation, reply.ticket_id, "lin@customer.example")
        ticket = manager.ticket(reply.ticket_id)
        assert receipt.contact == ticket.contact == "lin@customer.example"
        assert ticket.question == "转人工"
        assert ticket.ticket_id in {one.ticket_id for one in manager.tickets()}

    def test_one_conversation_has_one_open_ticket(self, customer: Client, manager: Client) -> None:
        """Asking again doesn't fill the desk; once it is resolved, the next problem opens another."""
        conversation = customer.open_conversation()
        first = customer.ask(conversation, "转人工")
        again = customer.ask(conversation, "转人工")
        assert first.ticket_id is not None

        resolved = manager.resolve(first.ticket_id)
        next_one = customer.ask(conversation, "转人工")

        assert again.ticket_id == first.ticket_id
        assert resolved.status is TicketStatus.RESOLVED
        assert next_one.ticket_id != first.ticket_id

    @pytest.mark.parametrize("text", ["", "   ", "长" * 2001, "\ud83d"])
    def test_an_unusable_message_is_refused(self, customer: Client, text: str) -> None:
        """Nothing is recorded of it."""
        conversation = customer.open_conversation()

        with pytest.raises(InvalidInput):
            customer.ask(conversation, text)
        with pytest.raises(InvalidInput):
            list(customer.ask_stream(conversation, text))

        assert customer.messages(conversation) == []

    def test_a_token_opens_its_own_conversation_only(self, customer: Client) -> None:
        """Another conversation looks like none."""
        mine, other = customer.open_conversation(), customer.open_conversation()

        with pytest.raises(NotFound):
            customer.ask(Conversation(other.conversation_id, mine.token), "运费多少？")

    def test_a_caller_that_leaves_loses_nothing(self, customer: Client) -> None:
        """The reply is recorded although nobody waited for it."""
        conversation = customer.open_conversation()

        with closing(customer.ask_stream(conversation, "下单后多久发货？")) as events:  # type: ignore[type-var]
            next(events)

        assert eventually(lambda: len(customer.messages(conversation)) == 2)


def eventually(holds: Callable[[], bool], *, within_s: float = 30.0) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return False


class TestSources:
    def test_show_the_passage_with_the_quote_marked(self, customer: Client) -> None:
        """The offsets count inside the passage, so a page needs nothing else to mark it."""
        conversation = customer.open_conversation()
        reply = customer.ask(conversation, "下单后多久发货？")
        assert isinstance(reply.outcome, Answer)
        citation = reply.outcome.citations[0]

        source = customer.source(conversation, reply.message_id, citation.number)

        assert source.text[source.quote_start : source.quote_end] == citation.quote
        assert source.document == "常见问题.jsonl"
        assert source.current

    def test_that_nobody_cited_don_t_exist(self, customer: Client) -> None:
        """A number that the reply hasn't, and a message that the conversation hasn't."""
        conversation = customer.open_conversation()
        reply = customer.ask(conversation, "下单后多久发货？")

        with pytest.raises(NotFound):
            customer.source(conversation, reply.message_id, 9)
        with pytest.raises(NotFound):
            customer.source(conversation, MessageId("f" * 32), 1)

    def test_of_a_deleted_document_are_gone(self, shop: Services, serve: Serve) -> None:
        """Neither the quote nor the passage is kept anywhere, and the customer is told so."""
        with Client(serve(create_app(shop)), KEY) as client:
            conversation, reply = asked(client)
            document = shop.kb.find("常见问题.jsonl")
            assert document is not None

            client.delete_document(document.document_id)

            with pytest.raises(NotFound, match="removed"):
                client.source(conversation, reply.message_id, 1)

    def test_of_a_document_that_became_internal_are_hidden(self, shop: Services, serve: Serve) -> None:
        """What a customer may no longer read isn't shown from an old reply either."""
        with Client(serve(create_app(shop)), KEY) as client:
            conversation, reply = asked(client)

            pair = '{"question": "下单后多久发货？", "answer": "付款后 24 小时内发货。"}\n'
            add(shop, "常见问题.jsonl", pair.encode(), audience=Audience.INTERNAL)

            with pytest.raises(NotFound, match="removed"):
                client.source(conversation, reply.message_id, 1)

    def test_of_an_older_version_say_so(self, shop: Services, serve: Serve) -> None:
        """The text is that of the cited version, not of the newer one."""
        with Client(serve(create_app(shop)), KEY) as client:
            conversation, reply = asked(client)

            add(shop, "常见问题.jsonl", '{"question": "下单后多久发货？", "answer": "当天发货。"}\n'.encode())

            source = client.source(conversation, reply.message_id, 1)
            assert not source.current
            assert "24 小时" in source.text


def asked(client: Client) -> tuple[Conversation, ConversationReply]:
    """A conversation with an answer that cites the frequent questions."""
    conversation = client.open_conversation()
    return conversation, client.ask(conversation, "下单后多久发货？")


class TestLimits:
    def test_messages_of_a_conversation(self, serve: Serve, open_app: Callable[[Limits], FastAPI]) -> None:
        """Beyond the rate the customer is told when to go on; others aren't slowed down."""
        app = open_app(Limits(messages_per_conversation=Rate(2, 60)))
        with Client(serve(app)) as client:
            busy, quiet = client.open_conversation(), client.open_conversation()
            for _ in range(2):
                client.ask(busy, "运费多少？")

            with pytest.raises(RateLimited) as refused:
                client.ask(busy, "运费多少？")

            assert refused.value.retry_after_s == 30
            client.ask(quiet, "运费多少？")

    def test_new_conversations_of_an_address(self, serve: Serve, open_app: Callable[[Limits], FastAPI]) -> None:
        """One address can't fill the database with conversations."""
        with Client(serve(open_app(Limits(conversations_per_address=Rate(2, 60))))) as client:
            for _ in range(2):
                client.open_conversation()

            with pytest.raises(RateLimited):
                client.open_conversation()

    def test_contacts_of_a_ticket(self, serve: Serve, open_app: Callable[[Limits], FastAPI]) -> None:
        """A thousand attempts end as the configured few; the rest is refused."""
        with Client(serve(open_app(Limits(contacts_per_conversation=Rate(2, 600))))) as client:
            conversation = client.open_conversation()
            ticket = client.ask(conversation, "转人工").ticket_id
            assert ticket is not None
            for attempt in range(2):
                client.leave_contact(conversation, ticket, f"me{attempt}@example.org")

            with pytest.raises(RateLimited):
                client.leave_contact(conversation, TicketId(ticket), "more@example.org")

    def test_wrong_keys_of_an_address(self, serve: Serve, open_app: Callable[[Limits], FastAPI]) -> None:
        """Guessing ends after a few attempts."""
        base_url = serve(open_app(Limits(wrong_keys_per_address=Rate(3, 60))))
        with Client(base_url, Secret("guess")) as client:
            for _ in range(3):
                with pytest.raises(Unauthorized):
                    client.documents()

            with pytest.raises(RateLimited):
                client.documents()


@dataclass
class Slow:
    """A language model's stand-in: an assistant that waits until the test lets it go on."""

    inner: Any
    go_on: threading.Event
    fails: bool = False
    went_on: list[str] = field(default_factory=list)
    """The messages whose replies didn't wait any longer."""

    def reply(self, turn: Any, *, on_text: Callable[[str], None], on_restart: Callable[[], None]) -> Any:
        on_text("请稍等")
        assert self.go_on.wait(60)
        self.went_on.append(turn.text)
        if self.fails:
            raise RuntimeError("secret detail")
        on_restart()
        return self.inner.reply(turn, on_text=on_text)


@pytest.fixture
def slow_shop(tmp_path_factory: pytest.TempPathFactory, services: Services) -> Iterator[tuple[FastAPI, Slow]]:
    slow = Slow(services.assistant, threading.Event())
    held = Services(services.settings, Replacements(encoder=FakeEncoder()))
    vars(held).update(vars(services), assistant=slow)
    yield create_app(held, Limits(replies_at_once_per_conversation=1)), slow
    slow.go_on.set()


class TestStreams:
    def test_words_arrive_before_the_reply_is_complete(self, slow_shop: tuple[FastAPI, Slow], serve: Serve) -> None:
        """The customer reads while the rest is still being written."""
        app, slow = slow_shop
        with Client(serve(app)) as client:
            events = client.ask_stream(client.open_conversation(), "运费多少？")

            first = next(events)
            slow.go_on.set()

            assert first == TextPiece("请稍等")
            assert isinstance(list(events)[-1], FinalReply)

    def test_words_that_don_t_count_are_taken_back(self, slow_shop: tuple[FastAPI, Slow], serve: Serve) -> None:
        """What comes after the restart is the whole reply."""
        app, slow = slow_shop
        slow.go_on.set()
        with Client(serve(app)) as client:
            events = list(client.ask_stream(client.open_conversation(), "运费多少？"))

        at = events.index(Restart())
        last = events[-1]
        assert isinstance(last, FinalReply)
        assert "".join(one.text for one in events[at:] if isinstance(one, TextPiece)) == last.reply.outcome.text

    def test_a_reply_that_fails_midway_goes_to_a_person(self, slow_shop: tuple[FastAPI, Slow], serve: Serve) -> None:
        """What was sent of it doesn't count; the customer is told honestly, and what went wrong stays on the server."""
        app, slow = slow_shop
        slow.fails = True
        with Client(serve(app)) as client:
            conversation = client.open_conversation()
            events = client.ask_stream(conversation, "运费多少？")
            next(events)
            slow.go_on.set()

            rest = list(events)

            last = rest[-1]
            assert rest[0] == Restart()
            assert isinstance(last, FinalReply)
            assert isinstance(last.reply.outcome, Handover)
            assert last.reply.outcome.code is HandoverCode.TOOL_FAILURE
            assert last.reply.ticket_id is not None
            assert "secret" not in f"{last.reply.outcome}"
            assert [message.role for message in client.messages(conversation)] == [Role.CUSTOMER, Role.ASSISTANT]

    def test_a_conversation_waits_for_its_own_replies(self, slow_shop: tuple[FastAPI, Slow], serve: Serve) -> None:
        """One impatient customer doesn't take all the threads."""
        app, slow = slow_shop
        with Client(serve(app)) as client:
            conversation = client.open_conversation()
            events = client.ask_stream(conversation, "运费多少？")
            next(events)

            with pytest.raises(RateLimited, match="still being answered"):
                client.ask(conversation, "在吗？")

            slow.go_on.set()
            list(events)
            client.ask(conversation, "运费多少？")

    def test_a_stopping_server_says_goodbye(self, slow_shop: tuple[FastAPI, Slow], serve: Serve) -> None:
        """An open stream ends with an error event, not with silence."""
        app, slow = slow_shop
        with Client(serve(app)) as client:
            events = client.ask_stream(client.open_conversation(), "运费多少？")
            next(events)

            app.state.answering.interrupt()
            client.healthy()  # wakes the loop, which the call above came from outside of

            with pytest.raises(ModelUnavailable, match="stopping"):
                next(events)
            slow.go_on.set()

    def test_health_is_answered_while_replies_wait(self, slow_shop: tuple[FastAPI, Slow], serve: Serve) -> None:
        """A slow model holds threads of its own, not those of the other routes."""
        app, slow = slow_shop
        with Client(serve(app)) as client:
            streams = [client.ask_stream(client.open_conversation(), "运费多少？") for _ in range(20)]
            for stream in streams:
                next(stream)

            healthy, ready = client.healthy(), client.ready()
            waited_for = list(slow.went_on)

            assert healthy
            assert ready
            assert waited_for == []
            slow.go_on.set()
            for stream in streams:
                list(stream)


class TestProtocol:
    def test_the_stream_is_plain_server_sent_events(self, base_url: str) -> None:
        """A browser's own parser reads it: names, one line of JSON each, a blank line after each."""
        opened = httpx.post(f"{base_url}/v1/conversations").json()
        url = f"{base_url}/v1/conversations/{opened['conversation_id']}/messages"
        headers = {"Authorization": f"Bearer {opened['token']}"}

        response = httpx.post(url, json={"text": "运费多少？"}, headers=headers)

        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        blocks = response.text.strip().split("\n\n")
        assert all(block.startswith("event: ") and block.count("\n") == 1 for block in blocks)
        assert blocks[-1].startswith("event: reply\ndata: {")

    def test_json_is_given_to_who_asks_for_it(self, http: TestClient) -> None:
        """The same object as the stream's last event."""
        opened = http.post("/v1/conversations").json()
        headers = {"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"}

        reply = http.post(
            f"/v1/conversations/{opened['conversation_id']}/messages", json={"text": "运费多少？"}, headers=headers
        )

        assert reply.headers["content-type"] == "application/json"
        assert {"outcome", "text", "citations", "confidence", "tier", "ms", "message_id", "ticket_id"} <= set(
            reply.json()
        )
