"""The client, against servers that don't behave."""

from __future__ import annotations

import httpx
import pytest

from api.client import Client, Conversation, FinalReply
from core.errors import NotFound, RateLimited, StorageError, TooLarge, ZhidaError
from core.settings import Secret
from core.types import ConversationId

CONVERSATION = Conversation(ConversationId("c"), Secret("token"))

REPLY = (
    'event: reply\ndata: {"outcome": "handover", "text": "t", "citations": [], "confidence": 0.1, "tier": null, '
    '"code": "missing_knowledge", "reason": "r", "ms": {"total": 1.0}, "message_id": "m", "ticket_id": 3}\n\n'
)


def client(text: str, status: int = 200, **headers: str) -> Client:
    """A client of a server that always says the same."""

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, text=text, headers={"Content-Type": "text/event-stream", **headers})

    return Client("http://server", transport=httpx.MockTransport(answer))


class TestStream:
    def test_signs_of_life_are_not_events(self) -> None:
        """Comments only keep the connection open."""
        (event,) = client(": still there\n\n" + REPLY).ask_stream(CONVERSATION, "?")

        assert isinstance(event, FinalReply)
        assert event.reply.ticket_id == 3

    def test_what_follows_the_reply_is_not_read(self) -> None:
        """The reply is the last event."""
        assert len(list(client(REPLY + REPLY).ask_stream(CONVERSATION, "?"))) == 1

    @pytest.mark.parametrize(
        "text",
        [
            "",
            'event: text\ndata: {"text": "half"}\n\n',
            "event: text\ndata: {broken\n\n",
            "event: text\ndata: {}\n\n",
            "event: text\ndata: []\n\n",
            "event: news\ndata: {}\n\n",
            'event: reply\ndata: {"outcome": "answer"}\n\n',
            'event: error\ndata: {"problem": null}\n\n',
            "<html>a proxy's page</html>",
        ],
        ids=["nothing", "no end", "no JSON", "no text", "a list", "unknown", "half a reply", "no problem", "a page"],
    )
    def test_anything_else_is_one_error_of_ours(self, text: str) -> None:
        """A stream that doesn't end with a whole reply is never taken for one."""
        with pytest.raises(StorageError):
            list(client(text).ask_stream(CONVERSATION, "?"))

    def test_an_error_event_is_the_error_that_the_server_had(self) -> None:
        """By its code, as with a status."""
        problem = '{"problem": {"code": "not_found", "status": 404, "detail": "gone"}}'

        with pytest.raises(NotFound, match="gone"):
            list(client(f"event: error\ndata: {problem}\n\n").ask_stream(CONVERSATION, "?"))


class TestRefusal:
    @pytest.mark.parametrize(
        ("status", "text", "kind"),
        [
            (413, "<html>too large</html>", TooLarge),
            (429, "", RateLimited),
            (502, "<html>bad gateway</html>", StorageError),
            (404, "[]", NotFound),
            (404, '{"code": "nonsense"}', NotFound),
        ],
    )
    def test_of_a_proxy_goes_by_its_status(self, status: int, text: str, kind: type[ZhidaError]) -> None:
        """Not everything between here and the server speaks in problems."""
        with pytest.raises(kind):
            client(text, status).open_conversation()

    def test_without_json_is_one_error_of_ours(self) -> None:
        """A page with status 200 is a proxy's login form, not a conversation."""
        with pytest.raises(StorageError):
            client("<html>log in</html>").open_conversation()


def test_keys_are_hidden_where_a_client_is_shown() -> None:
    """A traceback of a page must not tell the key."""
    shown = repr(vars(Client("http://server", Secret("the-secret-key"))))

    assert "the-secret-key" not in shown
