"""From a question without an answer, by way of a person, to the same question answered: the whole loop over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.client import Client
from api.composition import Services
from api.learning import LearningRunner
from core.accounts import Role
from core.errors import PairConflict
from core.learning import CandidateStatus, GapStatus
from core.tickets import CloseReason
from tests.api.people import bearer, signed_in
from tests.api.shop import KEY, Serve, add, lines

ASKED = "你们的意式咖啡机坏了能寄回维修吗？"
PEOPLE = {"ann": Role.AGENT, "bo": Role.AGENT, "lead": Role.LEAD, "manager": Role.SERVICE_MANAGER}
ANSWER = "意式咖啡机可以寄修，来回运费由我们承担，七个工作日内寄回。"


@pytest.fixture
def app(shop: Services) -> FastAPI:
    return create_app(shop)


@pytest.fixture
def http(app: FastAPI) -> TestClient:
    return TestClient(app)


@pytest.fixture
def client(app: FastAPI, serve: Serve) -> Iterator[Client]:
    with Client(serve(app), KEY) as opened:
        yield opened


def ask(http: TestClient, *texts: str) -> tuple[str, list[dict[str, Any]]]:
    """A new customer writes; returns the conversation and the replies."""
    opened = http.post("/v1/conversations").json()
    headers = {"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"}
    path = f"/v1/conversations/{opened['conversation_id']}/messages"
    return opened["conversation_id"], [http.post(path, json={"text": text}, headers=headers).json() for text in texts]


def answer_by_hand(services: Services, conversation_id: Any) -> None:
    """A person takes the conversation, answers and resolves it."""
    desk = services.desk.dialogues
    desk.claim(conversation_id, None)
    desk.reply(conversation_id, None, f"您好！{ANSWER}如有疑问请打 13800138000。")
    desk.reply(conversation_id, None, "不客气，祝您生活愉快！")
    desk.resolve(conversation_id, None, CloseReason.AGENT_SOLVED)


def learn(services: Services) -> None:
    """As the server's threads do: take in, publish, read what was published, try again."""
    runner = LearningRunner(services)
    for _ in range(3):
        runner.step(threading.Event(), patient=False)
        services.worker.run_all()


def test_what_a_person_answered_once_is_answered_to_the_next_customer(
    http: TestClient, client: Client, shop: Services
) -> None:
    """Asked in vain, answered by a person, mined, approved, published, tried again, closed."""
    conversation, replies = ask(http, ASKED, ASKED)
    assert all(reply["outcome"] != "answer" for reply in replies)
    answer_by_hand(shop, conversation)

    learn(shop)
    gap, pair = client.gaps().items[0], client.candidates().items[0]

    assert (gap.status, gap.customers, gap.questions >= 1) == (GapStatus.OPEN, 1, True)
    assert gap.handovers == 1
    assert gap.agent_minutes >= 1
    assert (pair.status, pair.customers, pair.question) == (CandidateStatus.OPEN, 1, ASKED)
    assert "13800138000" not in pair.answer

    client.change_candidate(pair.candidate_id, question=ASKED, answer=ANSWER)
    approved = client.decide_candidate(pair.candidate_id, approve=True)
    assert approved.status is CandidateStatus.APPROVED
    assert approved.document_id is not None
    learn(shop)

    published = client.candidate(pair.candidate_id)
    assert published.status is CandidateStatus.PUBLISHED
    assert published.trial is not None
    assert published.trial.passed
    assert client.gap(gap.gap_id).status is GapStatus.CLOSED
    _, after = ask(http, ASKED)
    assert after[0]["outcome"] == "answer"
    assert ANSWER in after[0]["text"]


def test_a_document_that_fills_the_gap_closes_it_and_its_deletion_opens_it_again(
    http: TestClient, client: Client, shop: Services
) -> None:
    """Whoever fills it, and however."""
    ask(http, ASKED)
    learn(shop)
    gap = client.gaps().items[0]
    version = add(shop, "维修.jsonl", lines({"question": ASKED, "answer": ANSWER}))

    learn(shop)
    assert client.gap(gap.gap_id).status is GapStatus.CLOSED

    shop.kb.delete(version.document_id)
    learn(shop)
    assert (client.gap(gap.gap_id).status, client.gap(gap.gap_id).reopened) == (GapStatus.OPEN, 1)


def test_a_second_approval_keeps_the_first_pair_and_what_people_changed(
    http: TestClient, client: Client, shop: Services
) -> None:
    """The document only grows; a pair that somebody took out isn't brought back."""
    for question in (ASKED, "企业团购五十台有专属折扣吗？"):
        conversation, _ = ask(http, question, "转人工")
        answer_by_hand(shop, conversation)
    learn(shop)
    first, second = client.candidates().items
    client.decide_candidate(first.candidate_id, approve=True)
    learn(shop)
    client.decide_candidate(second.candidate_id, approve=True, confirm=True)
    learn(shop)

    document = client.candidate(second.candidate_id).document_id
    assert document is not None
    assert {pair.question for pair in client.pairs(document_id=document)} == {ASKED, "企业团购五十台有专属折扣吗？"}

    shop.kb.delete(document)
    learn(shop)
    assert {each.status for each in client.candidates().items} == {CandidateStatus.WITHDRAWN}


def test_a_candidate_that_contradicts_an_approved_pair_waits_for_a_second_word(
    http: TestClient, client: Client, shop: Services
) -> None:
    """Two answers to one question would make the assistant guess."""
    conversation, _ = ask(http, ASKED, "转人工")
    answer_by_hand(shop, conversation)
    learn(shop)
    pair = client.candidates().items[0]
    client.change_candidate(pair.candidate_id, question="运费多少？", answer="一律免运费。")

    with pytest.raises(PairConflict, match="运费多少"):
        client.decide_candidate(pair.candidate_id, approve=True)
    confirmed = client.decide_candidate(pair.candidate_id, approve=True, confirm=True)

    assert confirmed.status is CandidateStatus.APPROVED


def test_figures_come_from_what_happened(http: TestClient, client: Client, shop: Services) -> None:
    """Each with its words, its cohort and its number of cases; few cases show no share."""
    conversation, _ = ask(http, ASKED, "转人工")
    answer_by_hand(shop, conversation)
    ask(http, "下单后多久发货？")

    report = client.figures()
    tiles = {tile.figure.name: tile for group in report.groups for tile in group.tiles}

    assert report.whose == "all"
    assert (tiles["containment"].figure.n, tiles["containment"].figure.value) == (2, None)
    assert tiles["containment"].title == ("未转人工率", "Containment")
    assert [case.value for case in client.figure_cases("containment")] == [0.0, 1.0]
    assert sum(day.involved for day in report.days) == 2
    assert sum(day.handed_over for day in report.days) == 1
    assert [tile.figure.hits for tile in report.handovers] == [1]
    assert sum(wait.agent for wait in report.waits) == 1


class TestWhoseFigures:
    def test_an_agent_sees_what_they_had_and_a_lead_what_their_teams_had(
        self, http: TestClient, shop: Services
    ) -> None:
        """The service's own figures are for those who run it."""
        accounts = {name: signed_in(shop.accounts, role, name) for name, role in PEOPLE.items()}
        numbers = {name: each.account.account_id for name, each in accounts.items()}
        staff = shop.desk.staff
        for name in ("ann", "bo", "lead"):
            staff.enrol(numbers[name], name)
        team = staff.save_team("repairs")
        staff.set_members(team.team_id, [numbers["ann"], numbers["lead"]])
        for name in ("ann", "bo"):
            conversation, _ = ask(http, ASKED, "转人工")
            shop.desk.dialogues.claim(conversation, numbers[name])
            shop.desk.dialogues.reply(conversation, numbers[name], ANSWER)
        ask(http, "下单后多久发货？")

        def cases(name: str) -> tuple[str, int]:
            told = http.get("/v1/figures", headers=bearer(accounts[name])).json()
            found = http.get("/v1/figures/assistant_involved/cases", headers=bearer(accounts[name])).json()
            return told["whose"], len(found)

        assert cases("ann") == ("own", 1)
        assert cases("lead") == ("team", 1)
        assert cases("manager") == ("all", 3)

    @pytest.mark.parametrize("days", [{"start": "2026-05-02", "end": "2026-05-01"}, {"start": "2020-01-01"}])
    def test_a_period_that_makes_no_sense_is_refused(
        self, http: TestClient, admin: dict[str, str], days: dict[str, str]
    ) -> None:
        """Backwards, or longer than a year and a bit."""
        assert http.get("/v1/figures", params=days, headers=admin).status_code == 422
