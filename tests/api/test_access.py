"""Who may do what: every route, for every role, as one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from api.app import create_app
from api.composition import Services
from api.limits import Limits, Rate
from core.gold import GoldEntry
from core.types import Audience, QAStatus
from core.vocabulary import VocabularyKind

ROLES = ("anonymous", "owner", "stranger", "admin", "wrong key")


@dataclass(frozen=True)
class Row:
    """A route, a request that would succeed, and who succeeds with it."""

    method: str
    path: str
    access: str
    """`open`: anybody. `visitor`: anybody, but no wrong key. `customer`: the conversation's owner. `admin`."""
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


CONVERSATION = "/v1/conversations/{conversation_id}"

TABLE = (
    Row("POST", "/v1/conversations", "visitor", {"language": "zh"}),
    Row("POST", f"{CONVERSATION}/messages", "customer", {"text": "运费多少？"}),
    Row("GET", f"{CONVERSATION}/messages", "customer"),
    Row("GET", CONVERSATION + "/messages/{message_id}/sources/{number}", "customer"),
    Row("POST", CONVERSATION + "/tickets/{ticket_id}/contact", "customer", {"contact": "me@example.org"}),
    Row("POST", "/v1/documents", "admin", form={"files": {"file": ("新.txt", b"text")}}),
    Row("GET", "/v1/documents", "admin"),
    Row("GET", "/v1/documents/{document_id}", "admin"),
    Row("GET", "/v1/documents/{document_id}/versions", "admin"),
    Row("GET", "/v1/documents/{document_id}/versions/{number}", "admin"),
    Row("GET", "/v1/documents/{document_id}/passages", "admin"),
    Row("POST", "/v1/documents/{document_id}/rollback", "admin", {"version": 1}),
    Row("POST", "/v1/qa", "admin", {"name": "新", "pairs": [{"question": "问？", "answer": "答。"}]}),
    Row("GET", "/v1/qa", "admin"),
    Row("GET", "/v1/qa/warnings", "admin"),
    Row("GET", "/v1/qa/{pair_id}", "admin"),
    Row("POST", "/v1/qa/{pair_id}/decision", "admin", {"decision": "approve"}),
    Row("POST", "/v1/search", "admin", {"text": "退货"}),
    Row("POST", "/v1/ask", "admin", {"text": "运费多少？"}),
    Row("POST", "/v1/why-not", "admin", {"text": "运费多少？", "passage_id": 1}),
    Row(
        "PUT",
        "/v1/documents/{document_id}/versions/{number}/dates",
        "admin",
        {"effective_from": None, "expires_on": None},
    ),
    Row("GET", "/v1/risk", "admin"),
    Row("PUT", "/v1/risk", "admin", {"share": 0.05, "of": "questions"}),
    Row("POST", "/v1/risk/calibration", "admin"),
    Row("GET", "/v1/gold", "admin"),
    Row("POST", "/v1/gold", "admin", {"text": "店里有洗碗机吗？", "answerable": False}),
    Row("POST", "/v1/gold/import", "admin", {"question": "退货几天？", "facts": ["三十天"]}),
    Row("GET", "/v1/gold/export", "admin"),
    Row("GET", "/v1/gold/messages", "admin"),
    Row("GET", "/v1/gold/messages/{asked_id}", "admin"),
    Row("GET", "/v1/gold/runs", "admin"),
    Row("POST", "/v1/gold/runs", "admin"),
    Row("GET", "/v1/gold/runs/{run_id}", "admin"),
    Row("GET", "/v1/gold/runs/{run_id}/results", "admin"),
    Row("GET", "/v1/gold/{gold_id}", "admin"),
    Row("PUT", "/v1/gold/{gold_id}", "admin", {"text": "运费多少？", "facts": ["99"]}),
    Row("DELETE", "/v1/gold/{gold_id}", "admin"),
    Row("GET", "/v1/vocabulary", "admin"),
    Row("POST", "/v1/vocabulary", "admin", {"kind": "synonyms", "terms": ["退款", "退钱"]}),
    Row("GET", "/v1/vocabulary/export", "admin"),
    Row("POST", "/v1/vocabulary/import", "admin", {"csv": "word,净享Pro"}),
    Row("POST", "/v1/vocabulary/trial", "admin", {"text": "退钱要几天"}),
    Row("GET", "/v1/vocabulary/{entry_id}", "admin"),
    Row("PUT", "/v1/vocabulary/{entry_id}", "admin", {"kind": "word", "terms": ["净享Max"]}),
    Row("DELETE", "/v1/vocabulary/{entry_id}", "admin"),
    Row("GET", "/v1/tickets", "admin"),
    Row("GET", "/v1/tickets/{ticket_id}", "admin"),
    Row("POST", "/v1/tickets/{ticket_id}/resolve", "admin"),
    Row("GET", "/v1/health", "open"),
    Row("GET", "/v1/ready", "open"),
    Row("GET", "/openapi.json", "admin"),
    Row("DELETE", "/v1/documents/{document_id}", "admin"),  # last, since it deletes what the others ask for
)

EXPECTED = {
    "open": {role: "ok" for role in ROLES},
    "visitor": {"anonymous": "ok", "admin": "ok", "owner": "401", "stranger": "401", "wrong key": "401"},
    "admin": {"anonymous": "401", "admin": "ok", "owner": "401", "stranger": "401", "wrong key": "401"},
    "customer": {"anonymous": "401", "owner": "ok", "stranger": "404", "admin": "404", "wrong key": "404"},
}


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every method and address that the application answers to."""
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or ()):
            yield method, str(route.path)


@pytest.fixture(scope="module")
def app(services: Services) -> FastAPI:
    """The table holds more wrong keys than one address may try."""
    return create_app(services, Limits(wrong_keys_per_address=Rate(10_000, 1)))


@dataclass
class World:
    """Things that the addresses name, and what each role sends along."""

    values: dict[str, Any]
    headers: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def world(http: TestClient, services: Services, admin: dict[str, str]) -> World:
    owner, stranger = (http.post("/v1/conversations").json() for _ in range(2))
    headers = {"Authorization": f"Bearer {owner['token']}", "Accept": "application/json"}
    own = f"/v1/conversations/{owner['conversation_id']}/messages"
    answered = http.post(own, json={"text": "下单后多久发货？"}, headers=headers).json()
    handed_over = http.post(own, json={"text": "转人工"}, headers=headers).json()
    returns = services.kb.find("退换货政策.md")
    assert returns is not None
    asked = services.desk.history(owner["conversation_id"])[0]
    question = services.gold.add(GoldEntry(text="多久发货？", facts=("24",)))
    services.gold.add(GoldEntry(text="退货期限是多久？", facts=("三十天",)))
    values = {
        "entry_id": services.kb.vocabulary.add(VocabularyKind.WORD, ["净享"]).entry_id,
        "conversation_id": owner["conversation_id"],
        "message_id": answered["message_id"],
        "number": 1,
        "ticket_id": handed_over["ticket_id"],
        "document_id": returns.document_id,
        "asked_id": asked.message_id,
        "gold_id": question.gold_id,
        "run_id": services.gold.request().run_id,
        "pair_id": services.kb.pairs(status=QAStatus.CANDIDATE)[0].pair_id,
    }
    bearer = {"owner": owner["token"], "stranger": stranger["token"], "wrong key": "x" * 43}
    sent = {role: {"Authorization": f"Bearer {token}"} for role, token in bearer.items()}
    return World(values, {"anonymous": {}, "admin": admin, **sent})


def send(http: TestClient, world: World, row: Row, role: str, **changed: Any) -> Any:
    request = {"json": row.body, **row.form} if row.body is not None or row.form else {}
    path = row.path.format(**world.values)
    return http.request(row.method, path, params=row.query, headers=world.headers[role], **{**request, **changed})


def outcome(status: int) -> str:
    return "ok" if status < 400 else str(status)


class TestMatrix:
    def test_names_every_route(self, app: FastAPI) -> None:
        """A route without a row fails here; so does a row whose route is gone."""
        assert set(routes(app)) == {(row.method, row.path) for row in TABLE}

    @pytest.mark.parametrize("row", TABLE, ids=str)
    def test_lets_in_exactly_those_it_should(self, http: TestClient, world: World, row: Row) -> None:
        """The refused come first, so that what the admitted change can't explain a refusal."""
        roles = sorted(ROLES, key=lambda role: EXPECTED[row.access][role] == "ok")

        found = {role: outcome(send(http, world, row, role).status_code) for role in roles}

        assert found == EXPECTED[row.access]

    @pytest.mark.parametrize("row", [row for row in TABLE if row.access in {"admin", "customer"} and row.body], ids=str)
    def test_refuses_before_it_reads(self, http: TestClient, world: World, row: Row) -> None:
        """Whoever isn't let in doesn't learn whether the body would have been right."""
        broken = {"json": None, "content": b'{"broken', "headers": {"Content-Type": "application/json"}}

        found = http.request(row.method, row.path.format(**world.values), **broken)  # type: ignore[arg-type]

        assert found.status_code == 401

    @pytest.mark.parametrize("row", [row for row in TABLE if row.access == "customer"], ids=str)
    def test_a_stranger_can_t_tell_a_conversation_from_none(self, http: TestClient, world: World, row: Row) -> None:
        """The same status, headers and words, but for the id that the stranger sent."""
        unknown = World({**world.values, "conversation_id": "f" * 32}, world.headers)

        existing, missing = send(http, world, row, "stranger"), send(http, unknown, row, "stranger")

        assert existing.status_code == missing.status_code == 404
        assert existing.text.replace(world.values["conversation_id"], "f" * 32) == missing.text
        assert existing.headers == missing.headers


class TestForeignThings:
    def test_a_customer_reaches_only_the_own_messages(self, http: TestClient, world: World) -> None:
        """The token of one conversation opens nothing of another, also when the id in the address is right."""
        other = http.post("/v1/conversations").json()
        headers = {"Authorization": f"Bearer {other['token']}"}
        message, ticket = world.values["message_id"], world.values["ticket_id"]
        own = f"/v1/conversations/{other['conversation_id']}"

        source = http.get(f"{own}/messages/{message}/sources/1", headers=headers)
        contact = http.post(f"{own}/tickets/{ticket}/contact", json={"contact": "evil@example.org"}, headers=headers)

        assert source.status_code == 404
        assert contact.status_code == 404

    def test_internal_documents_need_the_key(self, http: TestClient, admin: dict[str, str]) -> None:
        """Asking for the internal audience is refused, whatever else the body says."""
        refused = http.post("/v1/conversations", json={"audience": "internal"})
        granted = http.post("/v1/conversations", json={"audience": "internal"}, headers=admin)

        assert refused.status_code == 401
        assert granted.status_code == 201

    @pytest.mark.parametrize("question", ["OWL-77", "一线客服可以给多少补偿券？", "投诉升级手册 补偿权限"])
    def test_customers_get_nothing_of_internal_documents(
        self, http: TestClient, services: Services, question: str
    ) -> None:
        """Neither as an answer nor as a passage that was looked at."""
        from core.types import Query

        opened = http.post("/v1/conversations").json()
        headers = {"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"}

        reply = http.post(
            f"/v1/conversations/{opened['conversation_id']}/messages", json={"text": question}, headers=headers
        )
        internal = services.retriever.search(Query(text=question, audience=Audience.INTERNAL))
        public = services.retriever.search(Query(text=question, audience=Audience.PUBLIC))

        assert "五十元" not in reply.text
        assert any(hit.passage.audience is Audience.INTERNAL for hit in internal)
        assert all(hit.passage.audience is Audience.PUBLIC for hit in public)


def test_every_route_says_for_whom_it_is(app: FastAPI) -> None:
    """By its class; a plain route of the framework would be open without anybody having said so."""
    plain = [route.path for route in iter_route_contexts(app.routes) if type(route.original_route) in {APIRoute}]

    assert plain == []
