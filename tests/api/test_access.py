"""Who may do what: every route, for every role, as one table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from api.accounts.audit import OPERATOR
from api.app import create_app
from api.client_own import visitor_body
from api.composition import Services
from api.limits import Limits, Rate
from core.accounts import Role
from core.gold import GoldEntry
from core.learning import Finding, GapQuestion, Origin
from core.types import Audience, ConversationId, HandoverCode, MessageId, QAStatus
from core.visitors import SiteVisitor, sign
from core.vocabulary import VocabularyKind
from desk.handover.form import to_json
from desk.handover.store import shipped_rules
from tests.api.people import PASSWORD, bearer, signed_in
from tests.api.shop import VISITOR_SECRET

NOBODYS = ("anonymous", "owner", "stranger", "wrong key", "ended session", "disabled")
"""Who has no account that counts."""

ROLES = (*NOBODYS, "admin key", *Role)

READERS = {"agent", "lead", "knowledge_manager", "service_manager", "auditor"}
PERMITTED: Mapping[str, frozenset[str]] = {
    "admin": frozenset(),
    "knowledge.read": frozenset(READERS),
    "knowledge.write": frozenset({"knowledge_manager"}),
    "desk.read": frozenset({"agent", "lead", "service_manager", "auditor"}),
    "desk.work": frozenset({"agent", "lead", "service_manager"}),
    "policy.read": frozenset(READERS),
    "policy.write": frozenset({"service_manager"}),
    "figures.read": frozenset(READERS),
    "accounts.read": frozenset({"service_manager", "auditor"}),
    "audit.read": frozenset({"auditor"}),
    "personal.read": frozenset({"agent", "lead", "service_manager"}),
    "leads": frozenset({"lead", "service_manager"}),
    "signed in": frozenset(Role),
    "own account": frozenset(Role),
}
"""Whom each kind of access lets in beside the admin key and the role `admin`, written down a second time on purpose."""


@dataclass(frozen=True)
class Row:
    """A route, a request that would succeed, and who succeeds with it."""

    method: str
    path: str
    access: str
    """`open`: anybody. `visitor`: anybody, but no wrong key. `customer`: the conversation's owner. Else see `PERMITTED`."""
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    """Which other thing a name in the address stands for here."""
    also: frozenset[int] = frozenset()
    """Statuses beyond success that only those meet who are let in."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


CONVERSATION = "/v1/conversations/{conversation_id}"
DIALOGUE = "/v1/desk/conversations/{dialogue_id}"

DESK_TICKET = "/v1/desk/tickets/{ticket_id}"
FILES, DESK_FILES = f"{CONVERSATION}/attachments", f"{DIALOGUE}/attachments"
CALENDAR = {"name": "新", "time_zone": "Asia/Shanghai", "intervals": ["mon 09:00-18:00"]}

STREAMS = {("GET", f"{CONVERSATION}/events"), ("GET", "/v1/desk/events")}
"""These never end, so `tests/api/test_live.py` looks at who may open them."""

OWNER = visitor_body(
    sign(SiteVisitor(visitor_id="4711", name="林"), int(datetime.now(UTC).timestamp()) + 1800, VISITOR_SECRET)
)
"""The conversation's owner is known by the company's own site."""

TABLE = (
    Row("POST", "/v1/conversations", "visitor", {"language": "zh"}),
    Row("POST", f"{CONVERSATION}/messages", "customer", {"text": "运费多少？"}),
    Row("GET", f"{CONVERSATION}/messages", "customer"),
    Row("GET", CONVERSATION + "/messages/{message_id}/sources/{number}", "customer"),
    Row("POST", CONVERSATION + "/tickets/{ticket_id}/contact", "customer", {"contact": "me@example.org"}),
    Row("POST", "/v1/documents", "knowledge.write", form={"files": {"file": ("新.txt", b"text")}}),
    Row("GET", "/v1/documents", "knowledge.read"),
    Row("GET", "/v1/documents/{document_id}", "knowledge.read"),
    Row("GET", "/v1/documents/{document_id}/versions", "knowledge.read"),
    Row("GET", "/v1/documents/{document_id}/versions/{number}", "knowledge.read"),
    Row("GET", "/v1/documents/{document_id}/passages", "knowledge.read"),
    Row("POST", "/v1/documents/{document_id}/rollback", "knowledge.write", {"version": 1}),
    Row("POST", "/v1/qa", "knowledge.write", {"name": "新", "pairs": [{"question": "问？", "answer": "答。"}]}),
    Row("GET", "/v1/qa", "knowledge.read"),
    Row("GET", "/v1/qa/warnings", "knowledge.read"),
    Row("GET", "/v1/qa/{pair_id}", "knowledge.read"),
    Row("POST", "/v1/qa/{pair_id}/decision", "knowledge.write", {"decision": "approve"}),
    Row("POST", "/v1/search", "knowledge.read", {"text": "退货"}),
    Row("POST", "/v1/ask", "knowledge.read", {"text": "运费多少？"}),
    Row("POST", "/v1/why-not", "knowledge.read", {"text": "运费多少？", "passage_id": 1}),
    Row(
        "PUT",
        "/v1/documents/{document_id}/versions/{number}/dates",
        "knowledge.write",
        {"effective_from": None, "expires_on": None},
    ),
    Row("GET", "/v1/risk", "knowledge.read"),
    Row("PUT", "/v1/risk", "knowledge.write", {"share": 0.05, "of": "questions"}),
    Row("POST", "/v1/risk/calibration", "knowledge.write"),
    Row("GET", "/v1/figures", "figures.read"),
    Row("GET", "/v1/figures/{name}/cases", "figures.read"),
    Row("GET", "/v1/gaps", "knowledge.read"),
    Row("GET", "/v1/gaps/{gap_id}", "knowledge.read"),
    Row("PUT", "/v1/gaps/{gap_id}", "knowledge.write", {"owner": "Lin", "due_on": "2026-05-01"}),
    Row("POST", "/v1/gaps/{gap_id}/trial", "knowledge.write"),
    Row("GET", "/v1/gaps/{gap_id}/material", "knowledge.read"),
    Row("POST", "/v1/gaps/{gap_id}/confirmation", "knowledge.write", {"message_id": "m" * 32}, also=frozenset({409})),
    Row("POST", "/v1/gaps/{gap_id}/gold", "knowledge.write", {"facts": ["寄修"]}, also=frozenset({409})),
    Row("POST", "/v1/gaps/{gap_id}/answer", "knowledge.write", {"answer": "可以寄修。", "confirm": True}),
    Row("POST", "/v1/gaps/{gap_id}/merge", "knowledge.write", {"other": 999_999}, also=frozenset({404})),
    Row("POST", "/v1/gaps/{gap_id}/apart", "knowledge.write", {"other": 999_999}, also=frozenset({404})),
    Row("POST", "/v1/gaps/{gap_id}/split", "knowledge.write", {"message_ids": ["m" * 32]}, also=frozenset({422})),
    Row("POST", "/v1/persons/export", "admin", {"key": "email:a@example.org"}),
    Row("POST", "/v1/persons/erasure", "admin", {"key": "email:a@example.org", "dry_run": True}),
    Row("GET", "/v1/persons/tombstones", "admin"),
    Row("GET", "/v1/candidates", "knowledge.read"),
    Row("GET", "/v1/candidates/{candidate_id}", "knowledge.read"),
    Row("PUT", "/v1/candidates/{candidate_id}", "knowledge.write", {"question": "能修吗？", "answer": "能。"}),
    Row("POST", "/v1/candidates/{candidate_id}/decision", "knowledge.write", {"decision": "dismiss"}),
    Row("GET", "/v1/gold", "knowledge.read"),
    Row("POST", "/v1/gold", "knowledge.write", {"text": "店里有洗碗机吗？", "answerable": False}),
    Row("POST", "/v1/gold/import", "knowledge.write", {"question": "退货几天？", "facts": ["三十天"]}),
    Row("GET", "/v1/gold/export", "knowledge.read"),
    Row("GET", "/v1/gold/messages", "knowledge.read"),
    Row("GET", "/v1/gold/messages/{asked_id}", "knowledge.read"),
    Row("GET", "/v1/gold/runs", "knowledge.read"),
    Row("POST", "/v1/gold/runs", "knowledge.write"),
    Row("GET", "/v1/gold/runs/{run_id}", "knowledge.read"),
    Row("GET", "/v1/gold/runs/{run_id}/results", "knowledge.read"),
    Row("GET", "/v1/gold/{gold_id}", "knowledge.read"),
    Row("PUT", "/v1/gold/{gold_id}", "knowledge.write", {"text": "运费多少？", "facts": ["99"]}),
    Row("DELETE", "/v1/gold/{gold_id}", "knowledge.write"),
    Row("GET", "/v1/vocabulary", "knowledge.read"),
    Row("POST", "/v1/vocabulary", "knowledge.write", {"kind": "synonyms", "terms": ["退款", "退钱"]}),
    Row("GET", "/v1/vocabulary/export", "knowledge.read"),
    Row("POST", "/v1/vocabulary/import", "knowledge.write", {"csv": "word,净享Pro"}),
    Row("POST", "/v1/vocabulary/trial", "knowledge.read", {"text": "退钱要几天"}),
    Row("GET", "/v1/vocabulary/{entry_id}", "knowledge.read"),
    Row("PUT", "/v1/vocabulary/{entry_id}", "knowledge.write", {"kind": "word", "terms": ["净享Max"]}),
    Row("DELETE", "/v1/vocabulary/{entry_id}", "knowledge.write"),
    Row("GET", "/v1/handover-rules", "policy.read"),
    Row("PUT", "/v1/handover-rules", "policy.write", {"table": json.loads(to_json(shipped_rules().rules))}),
    Row("GET", "/v1/handover-rules/versions", "policy.read"),
    Row("GET", "/v1/handover-rules/versions/{rules_version}", "policy.read"),
    Row("GET", "/v1/tickets/{ticket_id}/handovers", "desk.read"),
    Row("GET", f"{CONVERSATION}/state", "customer"),
    Row("GET", f"{CONVERSATION}/updates", "customer"),
    Row("POST", CONVERSATION + "/messages/{message_id}/rating", "customer", {"helpful": True}),
    Row("POST", f"{CONVERSATION}/solved", "customer", {"solved": True}),
    Row("POST", f"{CONVERSATION}/withdrawal", "customer", also=frozenset({409})),
    Row("POST", FILES, "customer", form={"files": {"file": ("漏水.txt", b"drip")}}),
    Row("GET", FILES, "customer"),
    Row("POST", FILES + "/{attachment_id}/link", "customer"),
    Row("DELETE", FILES + "/{attachment_id}", "customer", named={"attachment_id": "waiting_id"}),
    Row("GET", "/v1/files/{link}", "open"),
    Row("POST", DESK_FILES, "desk.work", form={"files": {"file": ("说明.txt", b"manual")}}),
    Row("GET", DESK_FILES, "desk.read"),
    Row("POST", DESK_FILES + "/{attachment_id}/link", "personal.read", also=frozenset({409})),  # masked until claimed
    Row("DELETE", DESK_FILES + "/{attachment_id}", "desk.work", named={"attachment_id": "erased_id"}),
    Row("GET", f"{DESK_TICKET}/attachments", "desk.read"),
    Row("GET", "/v1/desk/queue", "desk.read"),
    Row("GET", f"{DIALOGUE}", "desk.read"),
    Row("POST", f"{DIALOGUE}/claim", "desk.work"),
    Row("POST", f"{DIALOGUE}/messages", "desk.work", {"text": "您好。"}),
    Row("POST", f"{DIALOGUE}/notes", "desk.work", {"text": "备注"}),
    Row("POST", f"{DIALOGUE}/snooze", "desk.work", {"until": "2999-01-01T00:00:00Z"}),
    Row("POST", f"{DIALOGUE}/wake", "desk.work"),
    Row("POST", f"{DIALOGUE}/resolve", "desk.work", {"reason": "agent_solved"}),
    Row("PUT", f"{CONVERSATION}/visitor", "customer", OWNER),
    Row("GET", f"{CONVERSATION}/own/tickets", "customer"),
    Row("GET", f"{CONVERSATION}/own/conversations", "customer"),
    Row("GET", f"{CONVERSATION}/own/consents", "customer"),
    Row("PUT", CONVERSATION + "/own/consents/{purpose}", "customer", {"granted": True}),
    Row("POST", f"{CONVERSATION}/survey", "customer", {"score": 5}),
    Row("POST", f"{DIALOGUE}/hand-back", "desk.work", also=frozenset({409})),
    Row("POST", f"{DIALOGUE}/transfer", "desk.work", {"team_id": 1}, also=frozenset({409})),
    Row("GET", "/v1/desk/tickets", "desk.read"),
    Row("GET", DESK_TICKET, "desk.read"),
    Row("GET", f"{DESK_TICKET}/links", "desk.read"),
    Row("GET", f"{DESK_TICKET}/clocks", "desk.read"),
    Row("PUT", f"{DESK_TICKET}/priority", "desk.work", {"priority": "high"}),
    Row("PUT", f"{DESK_TICKET}/assignee", "desk.work", {}),
    Row("POST", f"{DESK_TICKET}/moves", "desk.work", {"act": "hold"}),
    Row("POST", f"{DESK_TICKET}/links", "desk.work", {"other": 1}, also=frozenset({404, 409, 422})),
    Row("POST", f"{DESK_TICKET}/merge", "desk.work", {"into": 1}, also=frozenset({404, 409, 422})),
    Row("POST", f"{DESK_TICKET}/unmerge", "desk.work", also=frozenset({409})),
    Row("GET", "/v1/desk/customers", "personal.read"),
    Row("POST", "/v1/desk/customers", "desk.work", {"channel": "email", "key": "new@example.org"}),
    Row("GET", "/v1/desk/customers/{customer_id}", "personal.read"),
    Row("PATCH", "/v1/desk/customers/{customer_id}", "desk.work", {"name": "林"}),
    Row("POST", "/v1/desk/customers/{customer_id}/tags", "desk.work", {"tag": "新"}),
    Row("DELETE", "/v1/desk/customers/{customer_id}/tags/{tag}", "desk.work"),
    Row("PUT", f"{DIALOGUE}/customer", "desk.work", {"customer_id": 1}, also=frozenset({409})),
    Row("GET", "/v1/desk/customers/{customer_id}/consents", "personal.read"),
    Row(
        "PUT",
        "/v1/desk/customers/{customer_id}/consents/{purpose}",
        "desk.work",
        {"granted": False, "source": "来电"},
    ),
    Row("POST", "/v1/desk/customers/{customer_id}/merge", "leads", {"into": 1}),
    Row("POST", "/v1/desk/customer-merges/{merge_id}/undo", "leads"),
    Row("GET", "/v1/desk/macros", "policy.read"),
    Row("POST", "/v1/desk/macros", "policy.write", {"name": "新", "text": "您好。"}),
    Row("PUT", "/v1/desk/macros/{macro_id}", "policy.write", {"name": "旧", "text": "您好。"}),
    Row("POST", f"{DIALOGUE}/macros/{{macro_id}}", "desk.work"),
    Row("GET", "/v1/desk/policy", "policy.read"),
    Row("PUT", "/v1/desk/policy", "policy.write", {"policy": {"queue_wait_s": 300}}),
    Row("GET", "/v1/desk/policy/versions", "policy.read"),
    Row("GET", "/v1/desk/policy/versions/{policy_version}", "policy.read"),
    Row("GET", "/v1/desk/sla-policies", "policy.read"),
    Row("POST", "/v1/desk/sla-policies", "policy.write", {"name": "新", "first_s": 60}, also=frozenset({422})),
    Row("PUT", "/v1/desk/sla-policies/{policy_id}", "policy.write", {"name": "旧", "first_s": 60}),
    Row("DELETE", "/v1/desk/sla-policies/{policy_id}", "policy.write"),
    Row("GET", "/v1/desk/sla-preview", "policy.read"),
    Row("GET", "/v1/desk/calendars", "policy.read"),
    Row("POST", "/v1/desk/calendars", "policy.write", CALENDAR, also=frozenset({422})),
    Row("PUT", "/v1/desk/calendars/{calendar_id}", "policy.write", CALENDAR | {"name": "旧"}, also=frozenset({422})),
    Row("DELETE", "/v1/desk/calendars/{calendar_id}", "policy.write"),
    Row("GET", f"{DESK_TICKET}/causes", "desk.read"),
    Row(
        "POST",
        f"{DESK_TICKET}/split",
        "desk.work",
        {"message_id": "m" * 32, "reason": "发票"},
        also=frozenset({404, 409}),
    ),
    Row("PUT", f"{DESK_TICKET}/subject", "desk.work", {"subject": "发票"}),
    Row("PUT", f"{DESK_TICKET}/state", "desk.work", {"state": None}),
    Row("POST", f"{DESK_TICKET}/snooze", "desk.work", {"until": "2126-01-01T00:00:00Z"}, also=frozenset({409})),
    Row("POST", f"{DESK_TICKET}/notes", "desk.work", {"text": "已联系仓库。"}),
    Row("POST", f"{DESK_TICKET}/referrals", "desk.work", {"whom": "厂家"}),
    Row("GET", f"{DESK_TICKET}/collaborators", "desk.read"),
    Row("PUT", DESK_TICKET + "/collaborators/{account_id}", "desk.work", also=frozenset({404})),
    Row("DELETE", DESK_TICKET + "/links/{other}", "desk.work", also=frozenset({404})),
    Row("GET", "/v1/desk/ticket-states", "policy.read"),
    Row(
        "PUT", "/v1/desk/ticket-states/{key}", "policy.write", {"status": "open", "label_zh": "等", "label_en": "Wait"}
    ),
    Row("PUT", "/v1/desk/me/presence", "own desk", {"presence": "online"}),
    Row("GET", "/v1/desk/agents", "desk.read"),
    Row("PUT", "/v1/desk/agents/{account_id}", "policy.write", {"cap": 3}),
    Row("GET", "/v1/desk/teams", "desk.read"),
    Row("POST", "/v1/desk/teams", "policy.write", {"name": "新队"}, also=frozenset({422})),
    Row("PUT", "/v1/desk/teams/{team_id}", "policy.write", {"name": "售后"}),
    Row("GET", f"{DIALOGUE}/suggestions", "desk.read"),
    Row("GET", f"{DIALOGUE}/summary", "desk.read"),
    Row("GET", f"{DIALOGUE}/macro", "desk.read"),
    Row("POST", "/v1/desk/suggestions/{suggestion_id}", "desk.work", {"state": "dismissed"}),
    Row("POST", "/v1/desk/rewrite", "desk.work", {"text": "不能退。", "tone": "polite"}),
    Row("GET", "/v1/stale-answers", "knowledge.read"),
    Row("POST", "/v1/stale-answers/{message_id}", "knowledge.write", {"note": ""}, also=frozenset({404})),
    Row("GET", "/v1/tickets", "desk.read"),
    Row("GET", "/v1/tickets/{ticket_id}", "desk.read"),
    Row("POST", "/v1/tickets/{ticket_id}/resolve", "desk.work"),
    Row("POST", "/v1/sessions", "open", {"name": "the-agent", "password": PASSWORD.reveal()}),
    Row("GET", "/v1/me", "signed in"),
    Row(
        "PUT",
        "/v1/me/password",
        "own account",
        {"present": PASSWORD.reveal(), "password": "short"},
        also=frozenset({422}),
    ),
    Row("GET", "/v1/accounts", "accounts.read"),
    Row("POST", "/v1/accounts", "admin", {"name": "new", "role": "agent", "password": PASSWORD.reveal()}),
    Row("GET", "/v1/accounts/{account_id}", "accounts.read"),
    Row("PATCH", "/v1/accounts/{account_id}", "admin", {"display_name": "Lin"}),
    Row("PUT", "/v1/accounts/{account_id}/password", "admin", {"password": PASSWORD.reveal()}),
    Row("GET", "/v1/audit", "audit.read"),
    Row("GET", "/v1/health", "open"),
    Row("GET", "/v1/ready", "open"),
    Row("GET", "/openapi.json", "admin"),
    Row("DELETE", "/v1/documents/{document_id}", "knowledge.write"),  # last, since it deletes what the others ask for
    Row("DELETE", "/v1/sessions/current", "signed in"),  # nobody is signed in any more
)


def expected(access: str, role: str) -> str:
    """What a role meets at an address. Whoever is let in may still find nothing left to do there."""
    match access:
        case "open":
            return "in"
        case "visitor":
            return "in" if role in {"anonymous", "admin key", *Role} else "401"
        case "customer":
            return {"anonymous": "401", "owner": "in"}.get(role, "404")
        case _ if role in NOBODYS:
            return "401"
        case "own account" | "own desk" if role == "admin key":
            return "403"
        case "own desk":
            return "in" if role in {"admin", *PERMITTED["desk.work"]} else "403"
        case "own account":
            return "in"
        case _:
            return "in" if role in {"admin key", "admin", *PERMITTED[access]} else "403"


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
    owner = http.post("/v1/conversations", json={"visitor": OWNER}).json()
    stranger = http.post("/v1/conversations").json()
    headers = {"Authorization": f"Bearer {owner['token']}", "Accept": "application/json"}
    own = f"/v1/conversations/{owner['conversation_id']}/messages"
    answered = http.post(own, json={"text": "下单后多久发货？"}, headers=headers).json()
    handed_over = http.post(own, json={"text": "转人工"}, headers=headers).json()
    returns = services.kb.find("退换货政策.md")
    assert returns is not None
    asked = services.desk.history(owner["conversation_id"])[0]
    question = services.gold.add(GoldEntry(text="多久发货？", facts=("24",)))
    services.gold.add(GoldEntry(text="退货期限是多久？", facts=("三十天",)))
    customers = [services.desk.customers.find_or_create("email", f"{name}@example.org") for name in "abcd"]
    values = {
        "policy_version": 0,
        "rules_version": services.handover_rules.save(shipped_rules().rules).number,
        "entry_id": services.kb.vocabulary.add(VocabularyKind.WORD, ["净享"]).entry_id,
        "purpose": "surveys",
        "conversation_id": owner["conversation_id"],
        "dialogue_id": owner["conversation_id"],
        "team_id": services.desk.staff.save_team("售后").team_id,
        "customer_id": customers[0].customer_id,
        "merge_id": services.desk.customer_merges.merge(
            customers[2].customer_id, customers[3].customer_id, None
        ).merge_id,
        "tag": "批发",
        "key": "parts",
        "other": 999_999,
        "macro_id": services.desk.macros.save("问候", "您好。").macro_id,
        "policy_id": services.desk.clocks.save_policy("普通", first_s=60, next_s=None, resolution_s=None).policy_id,
        "calendar_id": services.desk.clocks.save_calendar(
            "工作日", time_zone="Asia/Shanghai", intervals=["mon 09:00-18:00"]
        ).calendar_id,
        **uploaded(http, owner),
        "message_id": answered["message_id"],
        "number": 1,
        "ticket_id": handed_over["ticket_id"],
        "document_id": returns.document_id,
        "asked_id": asked.message_id,
        "gold_id": question.gold_id,
        "name": "containment",
        **learnt(services),
        "run_id": services.gold.request().run_id,
        "pair_id": services.kb.pairs(status=QAStatus.CANDIDATE)[0].pair_id,
        "suggestion_id": services.suggestions.for_message(owner["conversation_id"], asked.message_id)[0].suggestion_id,
    }
    added = services.accounts.add("somebody", Role.AGENT, PASSWORD, by=OPERATOR)
    values["account_id"] = added.account_id
    sessions = {role: signed_in(services.accounts, role) for role in Role}
    ended = services.accounts.sign_in("the-agent", PASSWORD)
    services.accounts.sign_out(ended.token.reveal(), by=OPERATOR)
    disabled = signed_in(services.accounts, Role.ADMIN, "the-disabled")
    services.accounts.change(disabled.account.account_id, by=OPERATOR, disabled=True)
    tokens = {"owner": owner["token"], "stranger": stranger["token"], "wrong key": "x" * 43}
    sent = {role: {"Authorization": f"Bearer {token}"} for role, token in tokens.items()}
    staff = {role: bearer(session) for role, session in sessions.items()}
    out = {"ended session": bearer(ended), "disabled": bearer(disabled)}
    return World(values, {"anonymous": {}, "admin key": admin, **sent, **staff, **out})


def learnt(services: Services) -> dict[str, Any]:
    """A gap and a candidate."""
    loop, conversation = services.learning, ConversationId("c" * 32)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    asked = GapQuestion(
        message_id=MessageId("m" * 32), conversation_id=conversation, episode_id="", customer="visitor", text="能修吗？",
        audience=Audience.PUBLIC, code=HandoverCode.MISSING_KNOWLEDGE, asked_at=now,
    )  # fmt: skip
    said = Finding(
        origin=Origin.RESOLVED, key="1", conversation_id=ConversationId("d" * 32), message_ids=(), customer="visitor",
        question="发票抬头怎么改？", answer="在订单页里改。", audience=Audience.PUBLIC, found_at=now,
    )  # fmt: skip
    loop.gaps.take_in([asked])
    loop.candidates.take_in([said])
    return {"gap_id": loop.gaps.gaps()[0].gap_id, "candidate_id": loop.candidates.candidates()[0].candidate_id}


def uploaded(http: TestClient, owner: dict[str, str]) -> dict[str, Any]:
    """Files that were sent, one that waits, and a link."""
    own, headers = f"/v1/conversations/{owner['conversation_id']}", {"Authorization": f"Bearer {owner['token']}"}

    def upload(content: bytes) -> str:
        made = http.post(f"{own}/attachments", files={"file": ("x.txt", content)}, headers=headers)
        return str(made.json()["attachment_id"])

    sent = [upload(b"one"), upload(b"two")]
    http.post(f"{own}/messages", json={"text": "看附件", "attachments": sent}, headers=headers)
    link = http.post(f"{own}/attachments/{sent[0]}/link", headers=headers).json()["url"].rpartition("/")[2]
    return {"attachment_id": sent[0], "erased_id": sent[1], "waiting_id": upload(b"three"), "link": link}


def send(http: TestClient, world: World, row: Row, role: str, **changed: Any) -> Any:
    request = {"json": row.body, **row.form} if row.body is not None or row.form else {}
    path = row.path.format(**world.values | {name: world.values[other] for name, other in row.named.items()})
    return http.request(row.method, path, params=row.query, headers=world.headers[role], **{**request, **changed})


DONE_ALREADY = frozenset({404, 409})
"""What the second one meets who is let in to delete or resolve."""


class TestMatrix:
    def test_names_every_route(self, app: FastAPI) -> None:
        """A route without a row fails here; so does a row whose route is gone."""
        assert set(routes(app)) == {(row.method, row.path) for row in TABLE} | STREAMS

    @pytest.mark.parametrize("row", TABLE, ids=str)
    def test_lets_in_exactly_those_it_should(self, http: TestClient, world: World, row: Row) -> None:
        """The refused come first, so that what the admitted change can't explain a refusal."""
        roles = sorted(ROLES, key=lambda role: expected(row.access, role) == "in")

        found: dict[str, str] = {}
        for role in roles:
            status = send(http, world, row, role).status_code
            passed = status < 400 or status in row.also or ("in" in found.values() and status in DONE_ALREADY)
            found[role] = "in" if passed else str(status)

        assert found == {role: expected(row.access, role) for role in roles}

    @pytest.mark.parametrize(
        "row", [row for row in TABLE if row.access not in {"open", "visitor"} and row.body], ids=str
    )
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
