"""Asking why: of a reply, of a hit, of a passage that isn't there; and answers as of another day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.client import Client
from api.composition import Services
from core.errors import InvalidInput, NotFound
from core.explanations import Absence, Barrier
from core.types import Audience, DocumentId, PassageId, Rule
from kb.records import Upload
from tests.api.inside import client_inside
from tests.api.shop import KEY, add

QUESTION = "退货期限是多少天？"


@pytest.fixture
def manager(services: Services) -> Client:
    """A client of the application, without a network."""
    return client_inside(TestClient(create_app(services)), KEY)


def document_id(services: Services, name: str) -> DocumentId:
    found = services.kb.find(name)
    assert found is not None
    return found.document_id


class TestAReply:
    def test_comes_with_the_rule_that_decided_it(self, manager: Client) -> None:
        """And the probability beside the threshold, on one scale."""
        told = manager.test_question("下单后多久发货？")

        assert told.decision is not None
        assert told.decision.rule is Rule.APPROVED_ANSWER
        assert told.decision.question == "下单后多久发货？"
        assert told.decision.probability is not None
        assert 0.0 <= told.decision.probability <= 1.0
        assert told.decision.threshold is not None

    def test_without_a_search_says_so(self, manager: Client) -> None:
        """Nothing was found because nothing was looked for."""
        told = manager.test_question("转人工")

        assert told.decision is not None
        assert (told.decision.rule, told.decision.probability) == (Rule.PERSON_REQUESTED, None)
        assert told.understood is None

    def test_tells_what_was_kept_from_the_asker(self, manager: Client) -> None:
        """A manager learns that an internal document would have fitted; a colleague sees it as a hit."""
        asked = "一线客服可以给予多少元以内的补偿券？"

        public = manager.test_question(asked)
        internal = manager.test_question(asked, audience=Audience.INTERNAL)

        assert public.withheld[0].standing.passage.document == "投诉升级手册.md"
        assert public.withheld[0].standing.barriers == (Barrier.INTERNAL,)
        assert "投诉升级手册.md" not in {each.standing.passage.document for each in internal.withheld}
        assert internal.hits[0].passage.document == "投诉升级手册.md"

    def test_of_a_conversation_says_nothing_of_all_that(self, services: Services) -> None:
        """Customers get neither hits nor reasons nor names of internal documents."""
        with TestClient(create_app(services)) as http:
            opened = http.post("/v1/conversations").json()
            headers = {"Authorization": f"Bearer {opened['token']}", "Accept": "application/json"}
            path = f"/v1/conversations/{opened['conversation_id']}/messages"

            reply = http.post(path, json={"text": "一线客服可以给多少补偿券？"}, headers=headers)

        assert {"hits", "decision", "withheld", "understood"}.isdisjoint(reply.json())
        assert "投诉升级手册" not in reply.text


class TestAHit:
    def test_says_in_words_why_it_was_found(self, manager: Client) -> None:
        """Closeness, contributions that add up, and where the matched words stand."""
        hit = manager.search(QUESTION, k=1)[0]

        assert hit.why.closeness is not None
        assert sum(each.points for each in hit.why.contributions) == pytest.approx(hit.score)
        assert hit.why.matched
        for start, end in hit.why.highlights:
            assert hit.passage.text[start:end] in hit.passage.text
        assert "退货" in "".join(hit.passage.text[start:end] for start, end in hit.why.highlights)


class TestWhyNot:
    def test_tells_where_a_document_stands(self, manager: Client, services: Services) -> None:
        """By its passage that comes nearest."""
        found = manager.why_not(QUESTION, document_id=document_id(services, "退换货政策.md"))

        assert found.absence is Absence.SHOWN
        assert found.document == "退换货政策.md"
        assert found.rank is not None
        assert found.passage is not None
        assert found.passage.heading

    def test_tells_that_the_asker_may_not_see_it(self, manager: Client, services: Services) -> None:
        """With the reason."""
        found = manager.why_not(QUESTION, document_id=document_id(services, "投诉升级手册.md"))

        assert found.absence is Absence.WITHHELD
        assert found.standing is not None
        assert found.standing.barriers == (Barrier.INTERNAL,)

    def test_takes_a_passage_as_well(self, manager: Client) -> None:
        """Its place among those shown."""
        second = manager.search(QUESTION, k=2)[1].passage

        found = manager.why_not(QUESTION, passage_id=second.passage_id, k=1)

        assert (found.absence, found.rank, found.shown) == (Absence.RANKED_LOWER, 2, 1)

    def test_wants_one_of_the_two(self, manager: Client) -> None:
        """Neither both nor none; the message says what to send."""
        with pytest.raises(InvalidInput, match="passage_id or document_id"):
            manager.why_not(QUESTION)
        with pytest.raises(InvalidInput, match="passage_id or document_id"):
            manager.why_not(QUESTION, passage_id=PassageId(1), document_id=DocumentId("f" * 32))

    def test_of_nothing_is_not_found(self, manager: Client) -> None:
        """An id that isn't there."""
        with pytest.raises(NotFound):
            manager.why_not(QUESTION, document_id=DocumentId("f" * 32))


class TestAsOf:
    def test_questions_are_answered_with_what_held_on_the_day(self, shop: Services) -> None:
        """Search, test question and why-not agree."""
        upload = Upload(name="双十一.md", effective_from=date(2026, 11, 1), expires_on=date(2026, 11, 12))
        shop.kb.accept(upload, ["双十一活动期间全场八折优惠。".encode()])
        shop.worker.run_all()
        client = client_inside(TestClient(create_app(shop)), KEY)
        asked, during, after = "双十一活动有什么优惠？", date(2026, 11, 11), date(2026, 11, 12)

        def names(day: date) -> set[str]:
            searched = {hit.passage.document for hit in client.search(asked, as_of=day)}
            told = {hit.passage.document for hit in client.test_question(asked, as_of=day).hits}
            assert searched == told
            return searched

        assert "双十一.md" in names(during)
        assert "双十一.md" not in names(after)
        missing = client.why_not(asked, document_id=document_id(shop, "双十一.md"), as_of=after)
        assert missing.standing is not None
        assert missing.standing.barriers == (Barrier.EXPIRED,)
        kept_back = client.test_question(asked, as_of=after).withheld[0]
        assert kept_back.standing.valid_until == after

    @pytest.mark.parametrize("day", ["11.11.2026", "2026-02-30", "soon"])
    def test_wants_a_day(self, http: TestClient, admin: dict[str, str], day: str) -> None:
        """The message names the field."""
        refused = http.post("/v1/search", json={"text": QUESTION, "as_of": day}, headers=admin)

        assert refused.status_code == 422
        assert "as_of" in refused.text


class TestDates:
    def test_are_changed_without_reading_the_file_again(self, shop: Services) -> None:
        """The next question follows them."""
        client = client_inside(TestClient(create_app(shop)), KEY)
        version = add(shop, "公告.md", "仓库搬迁期间暂停发货，请留意公告。".encode())

        def found() -> bool:
            return any(hit.passage.document == "公告.md" for hit in client.search("仓库搬迁期间发货吗？"))

        assert found()

        changed = client.set_dates(version.document_id, 1, effective_from=None, expires_on=date(2020, 1, 1))

        assert changed.expires_on == date(2020, 1, 1)
        assert not found()

        client.set_dates(version.document_id, 1, effective_from=None, expires_on=None)

        assert found()
        assert len(client.versions(version.document_id)) == 1

    def test_between_which_no_day_lies_are_refused(self, manager: Client, services: Services) -> None:
        """The message says what to correct."""
        document, day = document_id(services, "退换货政策.md"), date(2026, 1, 1)

        with pytest.raises(InvalidInput, match="Correct a date"):
            manager.set_dates(document, 1, effective_from=day, expires_on=day)

    def test_come_with_an_upload(self, http: TestClient, admin: dict[str, str]) -> None:
        """As fields of the form."""
        fields: dict[str, Any] = {"effective_from": "2030-01-01", "expires_on": "2031-01-01"}
        uploaded = http.post("/v1/documents", data=fields, files={"file": ("later.txt", b"later")}, headers=admin)

        assert uploaded.json()["effective_from"] == "2030-01-01"
        assert uploaded.json()["expires_on"] == "2031-01-01"
