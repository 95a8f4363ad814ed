"""How a company's own site says who its visitor is, from the secret to the desk."""

from __future__ import annotations

import base64
import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli import app as command_line
from api.client_own import visitor_body
from api.composition import Services
from api.visitor_keys import KEY_FILE, VisitorKeys
from core.accounts import Role
from core.errors import ConfigurationError, Conflict, StorageError
from core.settings import Settings, read_settings
from core.visitors import SiteVisitor, sign
from tests.api.people import bearer, signed_in
from tests.api.shop import VISITOR_SECRET

LIN = SiteVisitor(visitor_id="lin-7", name="林", email="lin@customer.example")


def body(visitor: SiteVisitor = LIN, *, ahead: int = 300) -> dict[str, Any]:
    return visitor_body(sign(visitor, int(datetime.now(UTC).timestamp()) + ahead, VISITOR_SECRET))


class Chat:
    """A conversation over HTTP."""

    def __init__(self, http: TestClient, visitor: dict[str, Any] | None = None) -> None:
        opened = http.post("/v1/conversations", json={"language": "zh", "visitor": visitor})
        opened.raise_for_status()
        self.conversation_id = opened.json()["conversation_id"]
        self.http = http
        self.headers = {"Authorization": f"Bearer {opened.json()['token']}", "Accept": "application/json"}

    def call(self, method: str, what: str, **request: Any) -> Any:
        return self.http.request(
            method, f"/v1/conversations/{self.conversation_id}{what}", headers=self.headers, **request
        )

    def handed_over(self) -> int:
        ticket: int = self.call("POST", "/messages", json={"text": "转人工"}).json()["ticket_id"]
        return ticket


@pytest.fixture(scope="module")
def agent(services: Services) -> dict[str, str]:
    session = signed_in(services.accounts, Role.SERVICE_MANAGER, "boss")
    return bearer(session)


def seen(http: TestClient, chat: Chat, agent: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = http.get(f"/v1/desk/conversations/{chat.conversation_id}", headers=agent).json()
    card: dict[str, Any] = found["customer"]
    return card


class TestASignedVisitor:
    def test_is_known_at_the_desk_with_all_they_had(self, http: TestClient, agent: dict[str, str]) -> None:
        """Name, verified mark, and the ticket of an earlier conversation."""
        first = Chat(http, body())
        ticket = first.handed_over()
        second = Chat(http, body())
        second.handed_over()

        card = seen(http, second, agent)
        assert (card["name"], card["identity_level"], card["conversations"]) == ("林", 2, 2)
        assert [each["ticket_id"] for each in card["earlier"]] == [ticket]
        assert second.call("GET", "/state").json()["verified"] is True

    def test_lists_their_own_and_nothing_internal(self, http: TestClient) -> None:
        """From the token of any of their conversations."""
        visitor = SiteVisitor(visitor_id="own-list", name="王")
        earlier = Chat(http, body(visitor))
        ticket = earlier.handed_over()
        chat = Chat(http, body(visitor))

        tickets, talks = chat.call("GET", "/own/tickets"), chat.call("GET", "/own/conversations")

        assert [(each["ticket_id"], each["question"]) for each in tickets.json()] == [(ticket, "转人工")]
        assert set(tickets.json()[0]) == {
            "ticket_id", "conversation_id", "question", "label", "created_at", "solved_at"
        }  # fmt: skip
        assert [each["conversation_id"] for each in talks.json()] == [earlier.conversation_id]
        assert set(talks.json()[0]) == {"conversation_id", "question", "started_at", "last_at"}

    @pytest.mark.parametrize(
        ("changed", "status", "said"),
        [
            ({"signature": ""}, 422, "Have your own server sign"),
            ({"signature": "0" * 64}, 401, "doesn't fit"),
            ({"id": "somebody-else"}, 401, "doesn't fit"),
            ({"email": "boss@customer.example"}, 401, "doesn't fit"),
            ({"expires_at": 1}, 401, "doesn't fit"),
            ({"vip": True}, 422, "vip"),
        ],
    )
    def test_that_isn_t_one_is_refused_in_words(
        self, http: TestClient, changed: dict[str, Any], status: int, said: str
    ) -> None:
        """And no conversation is begun."""
        refused = http.post("/v1/conversations", json={"visitor": body() | changed})

        assert refused.status_code == status
        assert said in refused.json()["detail"]

    def test_of_long_ago_is_refused(self, http: TestClient) -> None:
        """A stolen one dies."""
        refused = http.post("/v1/conversations", json={"visitor": body(ahead=-1)})

        assert refused.status_code == 401
        assert "expired" in refused.json()["detail"]

    def test_renews_only_the_own_conversation(self, http: TestClient) -> None:
        """A conversation of an unknown visitor, or of somebody else, stays what it is."""
        own, other, unknown = Chat(http, body()), Chat(http, body(SiteVisitor(visitor_id="else"))), Chat(http)

        assert own.call("PUT", "/visitor", json=body()).status_code == 204
        assert other.call("PUT", "/visitor", json=body()).status_code == 409
        assert unknown.call("PUT", "/visitor", json=body()).status_code == 409
        assert unknown.call("GET", "/own/tickets").status_code == 403


class TestAnUnknownVisitor:
    def test_who_leaves_somebody_s_address_stays_unknown(self, http: TestClient, agent: dict[str, str]) -> None:
        """The desk sees the claim, and who it may be; the visitor sees nothing of theirs."""
        victim = SiteVisitor(visitor_id="victim", name="陈", email="victim@customer.example")
        Chat(http, body(victim)).handed_over()
        attacker = Chat(http)
        ticket = attacker.handed_over()

        left = attacker.call("POST", f"/tickets/{ticket}/contact", json={"contact": "Victim@customer.example"})

        assert left.status_code == 200
        card = seen(http, attacker, agent)
        assert (card["name"], card["identity_level"], card["earlier"]) == ("", 0, [])
        assert [each["name"] for each in card["alike"]] == ["陈"]
        assert attacker.call("GET", "/own/tickets").status_code == 403
        assert attacker.call("GET", "/own/conversations").status_code == 403
        state = attacker.call("GET", "/state").json()
        assert (state["verified"], state["contact_left"]) == (False, True)

    def test_agrees_and_takes_it_back(self, http: TestClient, agent: dict[str, str]) -> None:
        """With the contact, later in the chat, and by a colleague who was told."""
        chat = Chat(http)
        ticket = chat.handed_over()
        assert chat.call("PUT", "/own/consents/contact", json={"granted": True}).status_code == 409
        asked = {"contact": "consent@customer.example", "consents": {"contact": True}}
        chat.call("POST", f"/tickets/{ticket}/contact", json=asked).raise_for_status()

        said = {each["purpose"]: each["granted"] for each in chat.call("GET", "/own/consents").json()}
        assert said == {"contact": True, "surveys": False}
        chat.call("PUT", "/own/consents/contact", json={"granted": False}).raise_for_status()
        card = seen(http, chat, agent)
        customer = f"/v1/desk/customers/{card['customer_id']}/consents"
        told = {"granted": True, "source": "来电"}
        http.put(f"{customer}/contact", json=told, headers=agent).raise_for_status()

        lines = http.get(customer, headers=agent).json()
        assert [(each["granted"], each["source"]) for each in lines] == [
            (True, "chat"),
            (False, "chat"),
            (True, "来电"),
        ]
        assert chat.call("PUT", "/own/consents/newsletter", json={"granted": True}).status_code == 422


class TestTheSecrets:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return read_settings({}, home=tmp_path / "home")

    def test_are_made_at_first_use_and_private(self, settings: Settings) -> None:
        """The same again from then on; nobody else on the machine can read them."""
        first = VisitorKeys(settings).secrets()

        assert VisitorKeys(settings).secrets() == first
        assert stat.S_IMODE((settings.home / KEY_FILE).stat().st_mode) == 0o600

    def test_are_changed_without_a_gap(self, settings: Settings) -> None:
        """The new one first, the old one beside it until it is retired; more than two never hold."""
        keys = VisitorKeys(settings)
        (old,) = keys.secrets()

        new, beside = keys.rotate()
        assert beside == old
        assert keys.secrets() == (new, old)
        newest, *rest = keys.rotate()
        assert rest == [new]
        assert keys.retire() == (newest,) == keys.secrets()
        assert stat.S_IMODE((settings.home / KEY_FILE).stat().st_mode) == 0o600

    def test_may_come_from_the_environment(self, tmp_path: Path) -> None:
        """Then no file is made, and they are changed there."""
        settings = read_settings({"ZHIDA_VISITOR_SECRETS": f"{'a' * 32}, {'b' * 32}"}, home=tmp_path)
        keys = VisitorKeys(settings)

        assert [each.reveal() for each in keys.secrets()] == ["a" * 32, "b" * 32]
        with pytest.raises(Conflict, match="ZHIDA_VISITOR_SECRETS"):
            keys.rotate()
        assert not (tmp_path / KEY_FILE).exists()

    @pytest.mark.parametrize("given", ["short", ",".join(["x" * 32] * 3)])
    def test_that_can_t_be_used_stop_the_start(self, tmp_path: Path, given: str) -> None:
        """With the setting's name."""
        with pytest.raises(ConfigurationError, match="ZHIDA_VISITOR_SECRETS"):
            read_settings({"ZHIDA_VISITOR_SECRETS": given}, home=tmp_path)

    def test_in_a_damaged_file_aren_t_guessed(self, settings: Settings) -> None:
        """An empty secret would let anybody sign."""
        settings.home.mkdir()
        (settings.home / KEY_FILE).write_text("\n")

        with pytest.raises(StorageError, match="damaged"):
            VisitorKeys(settings).secrets()

    def test_are_shown_and_tried_by_commands(self, settings: Settings) -> None:
        """What `sign` prints is what the server takes."""
        run = CliRunner().invoke
        home = ["--home", str(settings.home), "--json"]

        shown = json.loads(run(command_line, ["visitors", "secret", *home]).stdout)
        rotated = json.loads(run(command_line, ["visitors", "secret", "--rotate", *home]).stdout)
        signed = json.loads(run(command_line, ["visitors", "sign", "--id", "4711", "--name", "林", *home]).stdout)

        assert rotated["secrets"][1:] == shown["secrets"]
        visitor = SiteVisitor(visitor_id="4711", name="林")
        newest = VisitorKeys(settings).secrets()[0]
        assert signed["visitor"] == visitor_body(sign(visitor, signed["visitor"]["expires_at"], newest))
        assert signed["fragment"].startswith("#visitor=")


class TestTheExampleOfTheDocs:
    def test_makes_a_link_that_the_server_takes(self, http: TestClient) -> None:
        """The lines of docs/visitors.md as they stand there."""
        page = (Path(__file__).parents[2] / "docs" / "visitors.md").read_text(encoding="utf-8")
        code = page.split("```python\n", 1)[1].split("```", 1)[0]
        names: dict[str, Any] = {"SECRET": VISITOR_SECRET.reveal()}
        exec(code, names)

        link = names["chat_link"](SimpleNamespace(id=4711, name="林", email="lin@customer.example"))

        packed = link.split("#visitor=", 1)[1]
        visitor = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        assert http.post("/v1/conversations", json={"visitor": visitor}).status_code == 201
