"""Drafts for agents and stale answers, over HTTP as the pages use it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from agent.citations import cite
from api.client import Client
from api.composition import Services
from api.stale_looking import QUIET_S, StaleRunner
from core.errors import NotFound
from core.segments import StaleReason
from core.suggestions import SuggestionState
from core.types import Answer, Audience, ConversationId, Language, MessageId, Reply, Tier
from tests.api.inside import client_inside
from tests.api.shop import KEY, RETURNS, add
from ui.stale_tab import handled, stale_answers
from ui.view import ManagerView, Tab


@pytest.fixture(scope="module")
def client(http: TestClient) -> Iterator[Client]:
    with client_inside(http, KEY) as made:
        yield made


def said(http: TestClient, text: str) -> tuple[ConversationId, MessageId]:
    """A customer's question in a conversation of its own, answered."""
    begun = http.post("/v1/conversations", json={"language": "zh"}).json()
    address = f"/v1/conversations/{begun['conversation_id']}/messages"
    headers = {"Authorization": f"Bearer {begun['token']}", "Accept": "application/json"}
    reply = http.post(address, json={"text": text}, headers=headers).json()
    return ConversationId(begun["conversation_id"]), MessageId(reply["message_id"])


class TestSuggestions:
    def test_are_read_and_decided(self, http: TestClient, client: Client, admin: dict[str, str]) -> None:
        """The page shows drafts with sources, and tells what was sent."""
        conversation, _ = said(http, "运费多少？")

        first = client.suggestions(conversation)[0]
        client.decide_suggestion(first.suggestion_id, SuggestionState.ACCEPTED, "满 99 元免运费，全国包邮。")

        assert "免运费" in first.text
        assert first.citations[0].quote == "满 99 元免运费。"
        (kept, *_) = http.get(f"/v1/desk/conversations/{conversation}/suggestions", headers=admin).json()["items"]
        assert (kept["state"], kept["edited"]) == ("edited", "满 99 元免运费，全国包邮。")
        assert "+满 99 元免运费，全国包邮。" in kept["difference"]

    def test_are_about_the_matter_and_not_about_the_call_for_a_person(self, http: TestClient, client: Client) -> None:
        """Who takes a conversation over reads «a person, please» last."""
        begun = http.post("/v1/conversations", json={"language": "zh"}).json()
        address = f"/v1/conversations/{begun['conversation_id']}/messages"
        headers = {"Authorization": f"Bearer {begun['token']}", "Accept": "application/json"}
        for text in ("运费多少？", "算了，麻烦给我转人工客服，谢谢"):
            http.post(address, json={"text": text}, headers=headers)

        drafts = client.suggestions(ConversationId(begun["conversation_id"]))

        assert "免运费" in drafts[0].text

    def test_know_what_colleagues_may_read_and_say_so(self, http: TestClient, client: Client) -> None:
        """The customer's own reply knows nothing of it."""
        begun = http.post("/v1/conversations", json={"language": "zh"}).json()
        address = f"/v1/conversations/{begun['conversation_id']}/messages"
        headers = {"Authorization": f"Bearer {begun['token']}", "Accept": "application/json"}
        reply = http.post(address, json={"text": "一线客服可以给予五十元以内的补偿券吗？"}, headers=headers).text

        drafts = client.suggestions(ConversationId(begun["conversation_id"]))

        assert [draft.internal for draft in drafts if "OWL-77" in draft.text] == [True]
        assert "OWL-77" not in reply

    def test_of_a_conversation_that_is_not_there_are_not_there(self, client: Client) -> None:
        """As everywhere at the desk."""
        with pytest.raises(NotFound):
            client.suggestions(ConversationId("0" * 32))

    def test_come_with_a_summary_and_without_a_model_with_no_tone(
        self, http: TestClient, admin: dict[str, str]
    ) -> None:
        """What needs a model says so by giving nothing."""
        conversation, _ = said(http, "下单后多久发货？")

        summary = http.get(f"/v1/desk/conversations/{conversation}/summary", headers=admin).json()
        tone = http.post("/v1/desk/rewrite", json={"text": "不能退。", "tone": "polite"}, headers=admin).json()

        assert (summary["request"]["text"], summary["written_by"]) == ("下单后多久发货？", "rules")
        assert tone == {"text": None}


class TestStaleAnswers:
    def test_are_found_after_a_publication_without_anybody_asking(self, services: Services) -> None:
        """Once nothing more seems to come, once for each change, and again on the next day for what ran out."""
        now, day = [0.0], [datetime(2026, 11, 23, 12, tzinfo=UTC)]
        runner = StaleRunner(services, clock=lambda: now[0], today=lambda: day[0])
        version = add(services, "充电.md", "# 充电\n\n手环充满电需要两小时。".encode())
        passage = next(each for each in services.kb.passages(version.document_id) if "两小时" in each.text)
        answer = Answer("充满电需要两小时。[1]", (cite(1, passage, 0, len(passage.text)),), 0.9, Tier.QUOTED)
        conversation, _ = services.desk.open_conversation(audience=Audience.PUBLIC, language=None)
        services.desk.record(conversation, "充电多久？", Reply(answer, (), {}))

        def steps() -> list[int | None]:
            found = [runner.step(threading.Event())]
            now[0] += QUIET_S
            return [*found, runner.step(threading.Event())]

        before = services.answer_reviews.count()
        assert steps() == [None, 0]
        add(services, "充电.md", "# 充电\n\n手环充满电需要五小时。".encode())
        assert steps() == [None, 1]
        assert services.answer_reviews.count() == before + 1
        assert steps() == [None, None]
        day[0] += timedelta(days=1)
        assert 0 in steps()

    def test_are_listed_shown_and_seen_to(self, http: TestClient, client: Client, services: Services) -> None:
        """From an answer through a changed document to the tab of the knowledge page."""
        document = services.kb.find("退换货政策.md")
        assert document is not None
        passage = next(each for each in services.kb.passages(document.document_id) if "三十天" in each.text)
        answer = Answer("三十天内可以退。[1]", (cite(1, passage, 0, len(passage.text)),), 0.9, Tier.QUOTED)
        conversation, _ = services.desk.open_conversation(audience=Audience.PUBLIC, language=None)
        message = services.desk.record(conversation, "几天能退？", Reply(answer, (), {})).answer.message_id
        add(services, "退换货政策.md", RETURNS.replace("三十天", "十五天").encode())
        view = ManagerView(Language.ZH, key=KEY, tab=Tab.STALE)

        found = client.stale_answers()
        shown = stale_answers(view, client)

        (stale,) = [each for each in found.items if each.message_id == message]
        assert stale.changes[0].reason is StaleReason.NUMBERS
        assert "十五天" in stale.changes[0].now
        assert conversation[:8] in shown
        assert "十五天" in shown
        assert "已标记为处理过" in handled(view, message, client)
        assert message not in {each.message_id for each in client.stale_answers().items}
        assert message in {each.message_id for each in client.stale_answers(open_only=False).items}
