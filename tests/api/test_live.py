"""Streams: what is written reaches whoever listens, from where they left off, and nobody else."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.accounts.audit import OPERATOR
from api.composition import Services
from core.accounts import NewSession, Role
from core.staff import Presence
from tests.api.people import bearer, signed_in

PATIENCE_S = 20


def events(response: httpx.Response) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Id, name and data of each event."""
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "data" in fields:
            yield fields.get("id", ""), fields["event"], json.loads(fields["data"])
            fields = {}


@pytest.fixture(scope="module")
def agent(services: Services) -> NewSession:
    session = signed_in(services.accounts, Role.AGENT, "live-agent")
    services.desk.staff.enrol(session.account.account_id, "live-agent")
    services.desk.staff.set_presence(session.account.account_id, Presence.ONLINE)
    return session


@pytest.fixture
def web(base_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base_url + "/v1", timeout=PATIENCE_S, trust_env=False) as client:
        yield client


@pytest.fixture
def chat(web: httpx.Client, agent: NewSession) -> tuple[str, dict[str, str]]:
    """A conversation that waits for a person, and its header."""
    opened = web.post("/conversations").json()
    headers = {"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"}
    web.post(f"/conversations/{opened['conversation_id']}/messages", json={"text": "转人工"}, headers=headers)
    return opened["conversation_id"], headers


class TestACustomer:
    def test_reads_a_person_s_words_as_they_are_written(
        self, web: httpx.Client, chat: tuple[str, dict[str, str]], agent: NewSession
    ) -> None:
        """Within a second or so, under their name."""
        conversation_id, headers = chat
        at_work = bearer(agent)

        def work() -> None:
            web.post(f"/desk/conversations/{conversation_id}/claim", headers=at_work)
            web.post(f"/desk/conversations/{conversation_id}/notes", json={"text": "内部备注"}, headers=at_work)
            web.post(f"/desk/conversations/{conversation_id}/messages", json={"text": "您好"}, headers=at_work)

        heard = []
        with web.stream("GET", f"/conversations/{conversation_id}/events?after=2", headers=headers) as response:
            threading.Timer(0.2, work).start()
            for event in events(response):
                heard.append(event)
                if event[2].get("text") == "您好":
                    break

        said = [(data["role"], data["author"]) for _, name, data in heard if name == "message"]
        assert said[-1] == ("agent", "live-agent")
        assert "内部备注" not in str(heard)
        assert any(name == "state" and data["with_person"] for _, name, data in heard)

    def test_goes_on_where_a_connection_broke(self, web: httpx.Client, chat: tuple[str, dict[str, str]]) -> None:
        """The last id that was seen brings everything after it, once."""
        conversation_id, headers = chat

        def first(**more: str) -> list[int]:
            path, found = f"/conversations/{conversation_id}/events", []
            with web.stream("GET", path, headers={**headers, **more}) as response:
                for _, name, data in events(response):
                    if name == "state":
                        return found
                    found.append(data["sequence"])
            return found

        assert first() == [1, 2]
        assert first(**{"Last-Event-ID": "1"}) == [2]
        assert first(**{"Last-Event-ID": "2"}) == []

    @pytest.mark.parametrize("token", [None, "x" * 43])
    def test_hears_nothing_of_another_s(
        self, web: httpx.Client, chat: tuple[str, dict[str, str]], token: str | None
    ) -> None:
        """Refused before a stream begins."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}

        assert web.get(f"/conversations/{chat[0]}/events", headers=headers).status_code in {401, 404}


class TestAnAgent:
    def test_hears_of_a_customer_who_waits(self, web: httpx.Client, agent: NewSession) -> None:
        """Which conversation, and what happened to it."""
        opened = web.post("/conversations").json()
        headers = {"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"}
        ask = f"/conversations/{opened['conversation_id']}/messages"

        with web.stream("GET", "/desk/events", headers=bearer(agent)) as response:
            threading.Timer(0.2, lambda: web.post(ask, json={"text": "转人工"}, headers=headers)).start()
            for _, _, data in events(response):
                if data["kind"] == "episode.handed_over":
                    break

        assert data["conversation_id"] == opened["conversation_id"]

    def test_hears_nothing_once_disabled(self, web: httpx.Client, services: Services) -> None:
        """The stream ends with an error by the next change, though it was opened with a valid session."""
        session = signed_in(services.accounts, Role.AGENT, "soon-gone")

        def disable() -> None:
            services.accounts.change(session.account.account_id, by=OPERATOR, disabled=True)
            web.post("/conversations")

        with web.stream("GET", "/desk/events", headers=bearer(session)) as response:
            threading.Timer(0.2, disable).start()
            last = list(events(response))[-1]

        assert last[1] == "error"
        assert last[2]["problem"]["status"] == 401

    @pytest.mark.parametrize("role", [Role.CUSTOMER, Role.KNOWLEDGE_MANAGER])
    def test_without_the_right_hears_nothing(self, web: httpx.Client, services: Services, role: Role) -> None:
        """Refused before a stream begins."""
        session = signed_in(services.accounts, role, f"deaf-{role}")

        assert web.get("/desk/events", headers=bearer(session)).status_code == 403
