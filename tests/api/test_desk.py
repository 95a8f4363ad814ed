"""The desk over HTTP: who sees and does what, and what customers never learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.composition import Services
from core.accounts import Role
from core.staff import Presence
from tests.api.people import bearer, signed_in

PHONE = "13812345678"
SECRET_NOTE = "内部：客户情绪很差，退款权限上限二百"


@dataclass
class Person:
    """Somebody at the desk."""

    headers: dict[str, str]
    account_id: int


@dataclass
class Chat:
    """A customer's conversation."""

    conversation_id: str
    headers: dict[str, str]

    @property
    def own(self) -> str:
        return f"/v1/conversations/{self.conversation_id}"

    @property
    def desk(self) -> str:
        return f"/v1/desk/conversations/{self.conversation_id}"


@pytest.fixture(scope="module")
def people(services: Services) -> dict[str, Person]:
    """Two agents of two teams, a lead of the first, a service manager, an auditor."""
    roles = {
        "lin": Role.AGENT,
        "mei": Role.AGENT,
        "lead": Role.LEAD,
        "manager": Role.SERVICE_MANAGER,
        "auditor": Role.AUDITOR,
        "knowledge": Role.KNOWLEDGE_MANAGER,
    }
    found = {}
    for name, role in roles.items():
        session = signed_in(services.accounts, role, name)
        found[name] = Person(bearer(session), session.account.account_id)
        services.desk.staff.enrol(session.account.account_id, name.title())
    return found


@pytest.fixture
def present(services: Services, people: dict[str, Person]) -> None:
    """Lin is there, so conversations wait in the queue instead of becoming tickets."""
    services.desk.staff.set_presence(people["lin"].account_id, Presence.ONLINE)  # type: ignore[arg-type]


@pytest.fixture
def chat(http: TestClient, present: None) -> Chat:
    """A customer who gave a phone number and wants a person."""
    opened = http.post("/v1/conversations", json={"language": "zh"}).json()
    headers = {"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"}
    made = Chat(opened["conversation_id"], headers)
    say(http, made, "下单后多久发货？")
    say(http, made, f"我的电话是{PHONE}")
    say(http, made, "转人工")
    return made


def say(http: TestClient, chat: Chat, text: str) -> dict[str, Any]:
    said: dict[str, Any] = http.post(f"{chat.own}/messages", json={"text": text}, headers=chat.headers).json()
    return said


class TestTheQueue:
    def test_shows_who_waits(self, http: TestClient, chat: Chat, people: dict[str, Person]) -> None:
        """With the reason, the last words and since when."""
        found = http.get("/v1/desk/queue", headers=people["lin"].headers).json()

        item = next(each for each in found if each["conversation_id"] == chat.conversation_id)
        assert item["state"] == "queued"
        assert item["code"] == "customer_request"
        assert item["ticket_id"] is not None
        assert item["waiting_since"] is not None
        assert item["due_at"] is not None
        assert item["owner"] is None

    def test_follows_a_conversation_to_its_end(self, http: TestClient, chat: Chat, people: dict[str, Person]) -> None:
        """Waiting, mine, ended: in one list at a time."""
        headers = people["lin"].headers

        def shows() -> set[str]:
            return {
                show
                for show in ("waiting", "mine", "assistant", "ended")
                if chat.conversation_id
                in {each["conversation_id"] for each in http.get(f"/v1/desk/queue?show={show}", headers=headers).json()}
            }

        assert shows() == {"waiting"}
        http.post(f"{chat.desk}/claim", headers=headers)
        assert shows() == {"mine"}
        http.post(f"{chat.desk}/resolve", json={"reason": "agent_solved"}, headers=headers)
        assert shows() == {"ended"}

    def test_masks_what_isn_t_one_s_own(self, http: TestClient, chat: Chat, people: dict[str, Person]) -> None:
        """The phone number is read by whoever has the conversation, and by nobody before."""
        headers = people["lin"].headers
        before = http.get(chat.desk, headers=headers)
        http.post(f"{chat.desk}/claim", headers=headers)
        after = http.get(chat.desk, headers=headers)

        assert PHONE not in before.text
        assert PHONE in after.text
        assert PHONE not in http.get(chat.desk, headers=people["auditor"].headers).text
        assert PHONE in http.get(chat.desk, headers=people["manager"].headers).text


class TestAConversation:
    def test_has_everything_that_a_person_needs(self, http: TestClient, chat: Chat, people: dict[str, Person]) -> None:
        """Messages, the hand-over package, the ticket, who it is, and what may be done."""
        http.post(f"{chat.desk}/claim", headers=people["lin"].headers)
        found = http.get(chat.desk, headers=people["lin"].headers).json()

        assert [each["role"] for each in found["messages"]][:4] == ["customer", "assistant", "customer", "assistant"]
        assert [each["sequence"] for each in found["messages"]] == list(range(1, len(found["messages"]) + 1))
        assert found["package"]["code"] == "customer_request"
        assert found["package"]["wanted"]["messages"]
        assert found["tickets"][0]["status"] in {"new", "open"}
        assert found["messages"][1]["citations"][0]["quote"]
        assert found["customer"]["identity_level"] == 0
        assert found["mine"]
        assert found["may_work"]

    def test_is_taken_by_one(self, http: TestClient, chat: Chat, people: dict[str, Person]) -> None:
        """The second one learns that a colleague was faster, and can't write."""
        first = http.post(f"{chat.desk}/claim", headers=people["lin"].headers)
        second = http.post(f"{chat.desk}/claim", headers=people["mei"].headers)
        wrote = http.post(f"{chat.desk}/messages", json={"text": "我来"}, headers=people["mei"].headers)

        assert first.json()["episode"]["owner"] == "lin"
        assert second.status_code in {403, 409}
        assert wrote.status_code in {403, 409}

    def test_is_taken_from_a_colleague_by_a_lead(self, http: TestClient, chat: Chat, people: dict[str, Person]) -> None:
        """Then it is the lead's, and the colleague can't write any more."""
        http.post(f"{chat.desk}/claim", headers=people["lin"].headers)

        taken = http.post(f"{chat.desk}/claim", headers=people["lead"].headers)
        late = http.post(f"{chat.desk}/messages", json={"text": "我来"}, headers=people["lin"].headers)

        assert taken.json()["episode"]["owner"] == "lead"
        assert late.status_code == 403

    def test_reaches_the_customer_and_back(self, http: TestClient, chat: Chat, people: dict[str, Person]) -> None:
        """A person's words arrive under their name; the assistant keeps silent from then on."""
        headers = people["lin"].headers
        http.post(f"{chat.desk}/claim", headers=headers)
        seen = http.get(f"{chat.own}/state", headers=chat.headers).json()["sequence"]

        http.post(f"{chat.desk}/messages", json={"text": "您好，我来处理。"}, headers=headers)
        arrived = http.get(f"{chat.own}/updates?after={seen}", headers=chat.headers).json()
        answered = say(http, chat, "下单后多久发货？")

        assert [(each["role"], each["author"], each["text"]) for each in arrived] == [
            ("agent", "lin", "您好，我来处理。")
        ]
        assert answered["outcome"] == "silent"
        assert http.get(chat.desk, headers=headers).json()["messages"][-1]["text"] == "下单后多久发货？"

    def test_goes_back_to_the_assistant_only_by_a_person(
        self, http: TestClient, chat: Chat, people: dict[str, Person]
    ) -> None:
        """Handed back, the next question is answered by the program again."""
        headers = people["lin"].headers
        http.post(f"{chat.desk}/claim", headers=headers)
        http.post(f"{chat.desk}/hand-back", headers=headers)

        assert say(http, chat, "下单后多久发货？")["outcome"] == "answer"

    def test_is_resolved_with_a_reason(self, http: TestClient, chat: Chat, people: dict[str, Person]) -> None:
        """Without one it isn't; with one the customer is told and asked how it was."""
        headers = people["lin"].headers
        http.post(f"{chat.desk}/claim", headers=headers)

        without = http.post(f"{chat.desk}/resolve", json={}, headers=headers)
        resolved = http.post(f"{chat.desk}/resolve", json={"reason": "agent_solved"}, headers=headers).json()
        asked = http.get(f"{chat.own}/state", headers=chat.headers).json()
        rated = http.post(f"{chat.own}/survey", json={"score": 5, "comment": "快"}, headers=chat.headers).json()
        again = http.post(f"{chat.own}/survey", json={"score": 1}, headers=chat.headers)

        assert without.status_code == 422
        assert resolved["tickets"][0]["close_reason"] == "agent_solved"
        assert asked["survey"] == "csat"
        assert rated["survey"] is None
        assert again.status_code == 409

    @pytest.mark.usefixtures("present")
    def test_asks_nobody_how_it_was_who_waits_with_something_new(self, http: TestClient) -> None:
        """A first problem was solved by the assistant; the survey about it goes when a second one is handed over."""
        opened = http.post("/v1/conversations", json={"language": "zh"}).json()
        headers = {"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"}
        chat = Chat(opened["conversation_id"], headers)
        say(http, chat, "下单后多久发货？")
        solved = http.post(f"{chat.own}/solved", json={"solved": True}, headers=headers).json()
        handed_over = say(http, chat, "转人工")
        waiting = http.get(f"{chat.own}/state", headers=headers).json()

        assert solved["survey"] == "csat"
        assert handed_over["outcome"] == "handover"
        assert (waiting["survey"], waiting["waiting"]) == (None, True)

    def test_keeps_what_the_customer_thinks_of_an_answer(self, http: TestClient, chat: Chat) -> None:
        """A reloaded page finds it again; only answers can be rated on it."""
        lines = http.get(f"{chat.own}/updates", headers=chat.headers).json()
        answers = [line for line in lines if line["answer"]]
        http.post(
            f"{chat.own}/messages/{answers[0]['message_id']}/rating", json={"helpful": False}, headers=chat.headers
        )
        again = http.get(f"{chat.own}/updates", headers=chat.headers).json()

        assert {line["role"] for line in answers} == {"assistant"}
        assert len(answers) < sum(line["role"] == "assistant" for line in lines)
        assert next(line["helpful"] for line in again if line["answer"]) is False

    def test_of_another_team_is_out_of_sight(
        self, http: TestClient, services: Services, chat: Chat, people: dict[str, Person]
    ) -> None:
        """For agents and leads of other teams it looks as if there were none; managers and auditors see it."""
        mine = services.desk.staff.save_team(f"队 {chat.conversation_id[:6]}")
        services.desk.staff.set_members(mine.team_id, [people["lin"].account_id])  # type: ignore[list-item]
        http.post(f"{chat.desk}/claim", headers=people["lin"].headers)
        http.post(f"{chat.desk}/transfer", json={"team_id": mine.team_id}, headers=people["lin"].headers)

        seen = {name: http.get(chat.desk, headers=person.headers).status_code for name, person in people.items()}
        missing = http.get("/v1/desk/conversations/" + "f" * 32, headers=people["mei"].headers)
        foreign = http.get(chat.desk, headers=people["mei"].headers)

        assert seen == {
            "lin": 200,
            "mei": 404,
            "lead": 404,
            "manager": 200,
            "auditor": 200,
            "knowledge": 403,
        }
        assert http.post(f"{chat.desk}/claim", headers=people["mei"].headers).status_code == 404
        assert http.post(f"{chat.desk}/notes", json={"text": "x"}, headers=people["mei"].headers).status_code == 404
        assert foreign.text.replace(chat.conversation_id, "f" * 32).count("conversation") == missing.text.count(
            "conversation"
        )

    def test_is_only_read_by_an_auditor(self, http: TestClient, chat: Chat, people: dict[str, Person]) -> None:
        """Every act is refused."""
        acts = {
            "claim": None,
            "messages": {"text": "x"},
            "notes": {"text": "x"},
            "resolve": {"reason": "agent_solved"},
            "hand-back": None,
        }
        headers = people["auditor"].headers

        assert {
            http.post(f"{chat.desk}/{act}", json=body, headers=headers).status_code for act, body in acts.items()
        } == {403}


class TestCustomers:
    @pytest.fixture
    def worked_on(self, http: TestClient, chat: Chat, people: dict[str, Person]) -> Chat:
        """With a note, a reply, a mood and a package."""
        headers = people["lin"].headers
        http.post(f"{chat.desk}/claim", headers=headers)
        http.post(f"{chat.desk}/notes", json={"text": SECRET_NOTE}, headers=headers)
        http.post(f"{chat.desk}/messages", json={"text": "正在查询。"}, headers=headers)
        return chat

    @pytest.mark.parametrize("path", ["/messages", "/updates", "/state"])
    def test_learn_nothing_internal(self, http: TestClient, worked_on: Chat, path: str) -> None:
        """No note, no mood, no reason, no team, no priority: neither the words nor the fields."""
        found = http.get(worked_on.own + path, headers=worked_on.headers)

        internal = (
            "sentiment",
            "anger",
            "intent",
            "entities",
            "priority",
            "team",
            "package",
            "reason",
            "owner_id",
            "code",
        )
        assert found.status_code == 200
        assert SECRET_NOTE not in found.text
        assert "note" not in found.text
        assert [field for field in internal if f'"{field}"' in found.text] == []

    def test_learn_nothing_internal_from_a_reply(self, http: TestClient, worked_on: Chat) -> None:
        """Also what comes back when they write while a person has the turn."""
        assert SECRET_NOTE not in str(say(http, worked_on, "有结果了吗？"))

    def test_say_whether_an_answer_helped(self, http: TestClient, present: None) -> None:
        """Yes ends the problem as confirmed; it is thanked for."""
        opened = http.post("/v1/conversations").json()
        chat = Chat(
            opened["conversation_id"], {"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"}
        )
        say(http, chat, "下单后多久发货？")
        before = http.get(f"{chat.own}/state", headers=chat.headers).json()

        after = http.post(f"{chat.own}/solved", json={"solved": True}, headers=chat.headers).json()

        assert before["ask_solved"]
        assert not after["ask_solved"]

    def test_leave_the_queue_when_they_want_to(self, http: TestClient, chat: Chat) -> None:
        """Then the assistant answers again."""
        assert http.get(f"{chat.own}/state", headers=chat.headers).json()["waiting"]

        after = http.post(f"{chat.own}/withdrawal", headers=chat.headers).json()

        assert not after["with_person"]
        assert say(http, chat, "下单后多久发货？")["outcome"] == "answer"


class TestPeople:
    def test_say_whether_they_are_there(self, http: TestClient, people: dict[str, Person]) -> None:
        """Under the name of their account; the admin key is nobody."""
        found = http.put("/v1/desk/me/presence", json={"presence": "online"}, headers=people["mei"].headers).json()

        assert (found["name"], found["presence"]) == ("mei", "online")

    def test_teams_are_the_service_manager_s(self, http: TestClient, people: dict[str, Person]) -> None:
        """With members who needn't have been at the desk before."""
        body = {"name": "技术", "topics": ["bug"], "members": [people["mei"].account_id]}
        made = http.post("/v1/desk/teams", json=body, headers=people["manager"].headers)

        agents = http.get("/v1/desk/agents", headers=people["lin"].headers).json()
        assert made.status_code == 201
        assert made.json()["team_id"] in next(each["teams"] for each in agents if each["name"].lower() == "mei")
        assert http.post("/v1/desk/teams", json=body, headers=people["lead"].headers).status_code == 403


class TestTickets:
    @pytest.fixture
    def ticket(self, http: TestClient, chat: Chat, people: dict[str, Person]) -> str:
        found = http.get(chat.desk, headers=people["manager"].headers).json()
        return f"/v1/desk/tickets/{found['tickets'][0]['ticket_id']}"

    def test_move_by_steps_with_a_reason(self, http: TestClient, ticket: str, people: dict[str, Person]) -> None:
        """Hold, resume, resolve, open again; a step that isn't there is refused."""
        headers = people["lin"].headers

        def move(act: str, **more: str) -> tuple[int, str]:
            reply = http.post(f"{ticket}/moves", json={"act": act, **more}, headers=headers)
            return reply.status_code, reply.json().get("status", "")

        assert move("hold") == (200, "on_hold")
        assert move("resume") == (200, "open")
        assert move("resolve")[0] == 422
        assert move("resolve", reason="workaround") == (200, "resolved")
        assert move("hold")[0] == 409
        assert move("reopen") == (200, "open")

    def test_clocks_follow_the_priority(self, http: TestClient, ticket: str, people: dict[str, Person]) -> None:
        """More urgent means sooner due."""
        headers = people["lin"].headers
        before = {each["kind"]: each["due_at"] for each in http.get(f"{ticket}/clocks", headers=headers).json()}

        http.put(f"{ticket}/priority", json={"priority": "urgent"}, headers=headers)
        after = {each["kind"]: each["due_at"] for each in http.get(f"{ticket}/clocks", headers=headers).json()}

        assert after["resolution"] < before["resolution"]

    @pytest.mark.parametrize("path", ["", "/handovers"])
    def test_are_masked_until_they_are_one_s_own(
        self, http: TestClient, chat: Chat, ticket: str, people: dict[str, Person], path: str
    ) -> None:
        """The phone number stands in the customer's words, which every view of the ticket quotes."""
        say(http, chat, f"转人工，我的电话是{PHONE}")
        url = "/v1/tickets/" + ticket.rpartition("/")[2] + path

        read = {name: http.get(url, headers=people[name].headers).text for name in ("auditor", "manager", "mei")}
        assert PHONE not in read["auditor"] + read["mei"]
        if path:
            assert PHONE in read["manager"]

    def test_of_another_team_are_out_of_sight(
        self, http: TestClient, services: Services, ticket: str, people: dict[str, Person]
    ) -> None:
        """In lists, alone, with their packages, and for every act."""
        other = services.desk.staff.save_team(f"外队 {ticket}")
        number = int(ticket.rpartition("/")[2])
        services.desk.ticketing.transfer(number, None, other.team_id)  # type: ignore[arg-type]
        headers, short = people["mei"].headers, f"/v1/tickets/{number}"

        for path in (ticket, f"{ticket}/clocks", f"{ticket}/links", short, f"{short}/handovers"):
            assert http.get(path, headers=headers).status_code == 404, path
        assert http.post(f"{short}/resolve", headers=headers).status_code == 404
        assert http.put(f"{ticket}/priority", json={"priority": "low"}, headers=headers).status_code == 404
        for path in ("/v1/tickets", "/v1/desk/tickets"):
            assert number not in {each["ticket_id"] for each in http.get(path, headers=headers).json()}

    def test_of_a_colleague_is_out_of_reach(self, http: TestClient, ticket: str, people: dict[str, Person]) -> None:
        """An agent works on the own ones; a lead on all of the team."""
        body = {"account_id": people["lin"].account_id}
        http.put(f"{ticket}/assignee", json=body, headers=people["lin"].headers)

        priority = {"priority": "low"}
        assert http.put(f"{ticket}/priority", json=priority, headers=people["mei"].headers).status_code == 403
        assert http.put(f"{ticket}/priority", json=priority, headers=people["lead"].headers).status_code == 200


class TestRepeating:
    def test_a_message_sent_twice_arrives_once(self, http: TestClient, chat: Chat, people: dict[str, Person]) -> None:
        """The same `client_key` again, as after a lost connection, writes nothing."""
        headers = people["lin"].headers
        http.post(f"{chat.desk}/claim", headers=headers)
        body = {"text": "只说一次。", "client_key": "b1946ac92492d234"}

        first = http.post(f"{chat.desk}/messages", json=body, headers=headers).json()
        second = http.post(f"{chat.desk}/messages", json=body, headers=headers).json()

        texts = [each["text"] for each in http.get(chat.desk, headers=headers).json()["messages"]]
        assert texts.count("只说一次。") == 1
        assert first["message_id"] == second["message_id"]

    def test_nor_does_a_customer_s(self, http: TestClient, chat: Chat, people: dict[str, Person]) -> None:
        """A question sent again after a broken connection is stored and answered once."""
        body = {"text": "还有人在吗？", "client_key": "0f343b0931126a20"}

        for _ in range(2):
            http.post(f"{chat.own}/messages", json=body, headers=chat.headers)

        texts = [each["text"] for each in http.get(chat.desk, headers=people["manager"].headers).json()["messages"]]
        assert texts.count("还有人在吗？") == 1


class TestKnownCustomers:
    def test_are_found_again_by_what_a_channel_knows_of_them(
        self, http: TestClient, people: dict[str, Person], chat: Chat
    ) -> None:
        """An agent says whose conversation it is; the same address is the same person however it is written."""
        headers = people["lin"].headers
        http.post(f"{chat.desk}/claim", headers=headers).raise_for_status()
        given = {"channel": "email", "key": "Wang@Customer.example", "name": "王"}

        first = http.post("/v1/desk/customers", json=given, headers=headers).json()
        again = http.post(
            "/v1/desk/customers", json={**given, "key": " wang@customer.example "}, headers=headers
        ).json()
        http.put(
            f"{chat.desk}/customer", json={"customer_id": first["customer_id"]}, headers=headers
        ).raise_for_status()

        assert again["customer_id"] == first["customer_id"]
        assert http.get(chat.desk, headers=headers).json()["customer"]["name"] == "王"

    def test_need_a_key(self, http: TestClient, people: dict[str, Person]) -> None:
        """Nothing is no way to know somebody."""
        empty = {"channel": "email", "key": "  "}

        assert http.post("/v1/desk/customers", json=empty, headers=people["lin"].headers).status_code == 422
