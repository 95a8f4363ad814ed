"""The desk's policy and the further acts on tickets, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.composition import Services
from core.accounts import Role
from tests.api.people import bearer, signed_in

POLICY = "/v1/desk/policy"


@pytest.fixture(scope="module")
def manager(services: Services) -> dict[str, str]:
    session = signed_in(services.accounts, Role.SERVICE_MANAGER, "wang")
    services.desk.staff.enrol(session.account.account_id, "Wang")
    return bearer(session)


@pytest.fixture
def ticket(http: TestClient) -> dict[str, Any]:
    """A ticket, and the customer's message that it came of."""
    opened = http.post("/v1/conversations", json={"language": "zh"}).json()
    own = f"/v1/conversations/{opened['conversation_id']}/messages"
    headers = {"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"}
    reply = http.post(own, json={"text": "转人工，还有发票没收到"}, headers=headers).json()
    messages = http.get(own, headers=headers).json()
    asked = next(each["message_id"] for each in messages if each["role"] == "customer")
    return {"url": f"/v1/desk/tickets/{reply['ticket_id']}", "number": reply["ticket_id"], "message_id": asked}


class TestThePolicy:
    def test_is_read_changed_and_kept(self, http: TestClient, manager: dict[str, str]) -> None:
        """Who changed what and why stays known."""
        before = http.get(POLICY, headers=manager).json()
        body = {"policy": {"queue_wait_s": 300}, "note": "午休", "instead_of": before["number"]}

        changed = http.put(POLICY, json=body, headers=manager)
        again = http.put(POLICY, json=body, headers=manager)

        assert changed.status_code == 200
        assert changed.json()["policy"] == before["policy"] | {"queue_wait_s": 300}
        assert (changed.json()["author"], changed.json()["note"]) == ("wang", "午休")
        assert again.status_code == 409
        assert http.get(f"{POLICY}/versions", headers=manager).json()[0] == changed.json()

    @pytest.mark.parametrize(
        ("values", "told"),
        [
            ({"queue_wait_s": 1}, "from 10 to 86400 seconds"),
            ({"good_rating": 1}, "below"),
            ({"nonsense": 1}, "nonsense"),
        ],
        ids=["out of bounds", "contradiction", "unknown"],
    )
    def test_refuses_what_can_t_be(
        self, http: TestClient, manager: dict[str, str], values: dict[str, int], told: str
    ) -> None:
        """With a sentence that says what would do."""
        refused = http.put(POLICY, json={"policy": values}, headers=manager)

        assert refused.status_code == 422
        assert told in refused.text


class TestATicket:
    def test_is_cut_in_two(self, http: TestClient, manager: dict[str, str], ticket: dict[str, Any]) -> None:
        """The new one is tied to the old one and says what it came of."""
        body = {"message_id": ticket["message_id"], "reason": "发票"}

        made = http.post(f"{ticket['url']}/split", json=body, headers=manager)

        assert made.status_code == 201
        number = made.json()["ticket_id"]
        assert (number != ticket["number"], made.json()["reason"]) == (True, "发票")
        links = http.get(f"{ticket['url']}/links", headers=manager).json()
        assert links == [{"ticket_id": number, "other": ticket["number"], "kind": "split"}]
        causes = http.get(f"/v1/desk/tickets/{number}/causes", headers=manager).json()
        assert [cause["reason"] for cause in causes] == ["发票"]

    def test_isn_t_cut_at_a_message_of_somebody_else(
        self, http: TestClient, manager: dict[str, str], ticket: dict[str, Any]
    ) -> None:
        """Nor without a reason."""
        strange = http.post(f"{ticket['url']}/split", json={"message_id": "f" * 32, "reason": "发票"}, headers=manager)
        silent = http.post(
            f"{ticket['url']}/split", json={"message_id": ticket["message_id"], "reason": " "}, headers=manager
        )

        assert (strange.status_code, silent.status_code) == (404, 422)

    def test_is_tied_and_untied(self, http: TestClient, manager: dict[str, str], ticket: dict[str, Any]) -> None:
        """What isn't tied can't be untied."""
        body = {"message_id": ticket["message_id"], "reason": "发票"}
        number = http.post(f"{ticket['url']}/split", json=body, headers=manager).json()["ticket_id"]
        tie = f"/v1/desk/tickets/{number}/links/{ticket['number']}"

        assert [http.delete(tie, headers=manager).status_code for _ in range(2)] == [204, 404]

    def test_gets_a_name_a_state_an_alarm_and_a_colleague(
        self, http: TestClient, services: Services, manager: dict[str, str], ticket: dict[str, Any]
    ) -> None:
        """And a note that its customer never sees."""
        url, mine = ticket["url"], signed_in(services.accounts, Role.AGENT, "zhao").account.account_id
        services.desk.staff.enrol(mine, "Zhao")
        label = {"status": "new", "label_zh": "待分拣", "label_en": "To be sorted"}

        def done(method: str, path: str, body: Any = None) -> Any:
            found = http.request(method, url + path, json=body, headers=manager)
            assert found.status_code in {200, 204}, found.text
            return found.json() if found.content else None

        assert http.put("/v1/desk/ticket-states/sorting", json=label, headers=manager).status_code == 200
        assert done("PUT", "/subject", {"subject": "发票"})["subject"] == "发票"
        assert done("PUT", "/state", {"state": "sorting"})["state"] == "sorting"
        done("POST", "/notes", {"text": "已联系仓库"})
        done("POST", "/referrals", {"whom": "财务"})
        done("PUT", f"/collaborators/{mine}")
        assert done("GET", "/collaborators") == [mine]
        assert done("POST", "/snooze", {"until": "2126-01-01T00:00:00Z"})["status"] == "snoozed"
        past = http.post(f"{url}/snooze", json={"until": "2020-01-01T00:00:00Z"}, headers=manager)
        assert past.status_code == 422
