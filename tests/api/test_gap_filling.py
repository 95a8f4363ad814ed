"""From a gap to an approved pair in one step, and when a gap counts as filled, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.client import Client
from api.client_learning import BoardGap
from api.composition import Services
from core.errors import Conflict, PairConflict
from core.learning import CandidateStatus, Filling, GapStatus
from core.types import ConversationId, MessageId, Role
from tests.api.shop import KEY, Serve, add, lines
from tests.api.test_learning import ANSWER, ASKED, answer_by_hand, ask, learn

OTHERWISE = "意式咖啡机能不能寄回来修？"


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


def fillings(gap: BoardGap) -> set[Filling | None]:
    """What the gap's questions were worth in the last round."""
    return {each.filling for each in gap.asked}


def test_an_answer_written_on_the_board_fills_the_gap_and_is_kept_as_gold(
    http: TestClient, client: Client, shop: Services
) -> None:
    """Written, published, asked again, closed, and from then on watched; withdrawn, it opens again."""
    ask(http, ASKED)
    learn(shop)
    gap = client.gaps().items[0]
    with pytest.raises(Conflict, match="no right answer"):
        client.keep_gap_as_gold(gap.gap_id)

    sent = client.answer_gap(gap.gap_id, ANSWER)
    learn(shop)
    filled = client.gap(gap.gap_id)

    assert [pair.status for pair in sent.pairs] == [CandidateStatus.APPROVED]
    assert (filled.status, filled.rightly, filled.tested) == (GapStatus.CLOSED, filled.tested, filled.tested)
    assert fillings(filled) == {Filling.PAIR}
    assert all(each.told_from and ANSWER in each.told_from.quote for each in filled.asked)
    assert ask(http, ASKED)[1][0]["outcome"] == "answer"

    kept = client.keep_gap_as_gold(gap.gap_id, facts=["七个工作日"])
    assert (kept.text, kept.sources[0].quote, kept.facts) == (gap.question, gap.question, ("七个工作日",))

    document = filled.pairs[0].document_id
    assert document is not None
    shop.kb.delete(document)
    learn(shop)
    again = client.gap(gap.gap_id)
    assert (again.status, again.reopened) == (GapStatus.OPEN, 1)
    assert all(each.told_from is None for each in again.asked)


def test_what_an_agent_answered_is_at_hand_and_isn_t_reviewed_twice(
    http: TestClient, client: Client, shop: Services
) -> None:
    """The conversation and the answer are read without personal data; the mined candidate becomes this pair."""
    conversation, _ = ask(http, ASKED, "我的电话是 13912345678")
    answer_by_hand(shop, conversation)
    learn(shop)
    gap = client.gaps().items[0]

    found = client.gap_material(gap.gap_id)
    client.answer_gap(gap.gap_id, found.answers[0].answer.replace("[phone]", "客服电话"))
    learn(shop)

    assert ANSWER in found.answers[0].answer
    assert found.passages
    (dialogue,) = found.dialogues
    assert {line.role for line in dialogue.lines} >= {Role.CUSTOMER, Role.AGENT}
    assert "13912345678" not in str(found)
    assert "13800138000" not in str(found)
    (pair,) = client.candidates().items
    assert (pair.status, pair.gap_id) == (CandidateStatus.PUBLISHED, gap.gap_id)
    assert client.gap(gap.gap_id).status is GapStatus.CLOSED


def test_an_answer_that_a_customer_rejected_closes_nothing_until_a_person_says_so(
    http: TestClient, client: Client, shop: Services
) -> None:
    """It is answered as before, so «answered» alone says nothing."""
    question = "下单后多久发货？"
    conversation, (reply,) = ask(http, question)
    assert reply["outcome"] == "answer"
    shop.desk.turns.rate(ConversationId(conversation), MessageId(reply["message_id"]), helpful=False)
    learn(shop)
    gap = client.gaps().items[0]

    doubted = client.try_gap(gap.gap_id)
    confirmed = client.confirm_gap(gap.gap_id, doubted.asked[0].message_id)

    assert (doubted.status, doubted.answered, doubted.rightly) == (GapStatus.OPEN, 1, 0)
    assert fillings(doubted) == {Filling.DOUBTFUL}
    assert confirmed.status is GapStatus.CLOSED
    assert fillings(confirmed) == {Filling.CONFIRMED}
    assert client.keep_gap_as_gold(gap.gap_id).sources[0].quote


def test_beside_the_gaps_pair_another_answer_waits_for_a_look(http: TestClient, client: Client, shop: Services) -> None:
    """A pair was written for it; what else answers the question may be right, and somebody has to say so."""
    ask(http, ASKED)
    learn(shop)
    gap = client.gaps().items[0]
    client.answer_gap(gap.gap_id, ANSWER)
    learn(shop)
    document = client.gap(gap.gap_id).pairs[0].document_id
    assert document is not None

    add(shop, "维修.jsonl", lines({"question": ASKED, "answer": "一律不修。"}))
    shop.kb.delete(document)
    learn(shop)

    # The pair was withdrawn, so what was added since fills the gap
    assert client.gap(gap.gap_id).pairs[0].status is CandidateStatus.WITHDRAWN
    assert fillings(client.gap(gap.gap_id)) == {Filling.NEWER}


def test_an_answer_that_contradicts_an_approved_pair_waits_for_a_second_word(
    http: TestClient, client: Client, shop: Services
) -> None:
    """As in the review queue."""
    ask(http, ASKED)
    learn(shop)
    gap = client.gaps().items[0]

    with pytest.raises(PairConflict, match="运费多少"):
        client.answer_gap(gap.gap_id, "一律免运费。", question="运费多少？")

    assert client.answer_gap(gap.gap_id, "一律免运费。", question="运费多少？", confirm=True).pairs


def test_gaps_are_merged_and_taken_apart_by_hand(http: TestClient, client: Client, shop: Services) -> None:
    """And what was decided is remembered."""
    ask(http, ASKED)
    ask(http, "企业团购五十台有专属折扣吗？")
    learn(shop)
    one, other = (each.gap_id for each in client.gaps().items)

    assert [each.gap_id for each in client.gap_material(one).near] == [other]
    client.keep_gaps_apart(one, other)
    assert client.gap_material(one).near == ()

    merged = client.merge_gap(one, other)
    assert merged.questions == 2
    parted = client.split_gap(one, [merged.asked[0].message_id])
    assert (parted.questions, client.gap(one).questions) == (1, 1)
    assert client.gap_material(one).near == ()
