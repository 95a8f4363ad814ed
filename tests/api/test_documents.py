"""The knowledge manager's way through the API: upload, follow, look, roll back, delete."""

from __future__ import annotations

import os
from datetime import date
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.client import Client, NewPair
from api.composition import Services
from core.errors import Conflict, InvalidInput, NotFound, PairConflict, TooLarge, Unauthorized
from core.pair_warnings import PairWarningKind
from core.types import (
    Answer,
    Audience,
    DocumentId,
    DocumentKind,
    Handover,
    QAPairId,
    QAStatus,
    QuestionKind,
    VersionStatus,
)
from tests.api.shop import KEY, Serve, add

WARRANTY = "# 保修政策\n\n净水器 X100-Pro 整机保修三年，滤芯不保修。\n"


@pytest.mark.usefixtures("worker")
class TestUpload:
    def test_becomes_a_version_that_can_be_asked_about(self, manager: Client) -> None:
        """From the file to the search, with everything that came along with it."""
        uploaded = manager.upload(
            WARRANTY.encode(),
            name="保修政策.md",
            audience=Audience.INTERNAL,
            effective_from=date(2020, 1, 1),
            expires_on=date(2999, 1, 1),
        )

        ready = manager.wait(uploaded)

        assert ready.status is VersionStatus.READY
        assert ready.live
        assert ready.audience is Audience.INTERNAL
        assert (ready.effective_from, ready.expires_on) == (date(2020, 1, 1), date(2999, 1, 1))
        assert ready.size == len(WARRANTY.encode())
        hits = manager.search("X100-Pro 保修", audience=Audience.INTERNAL)
        assert hits[0].passage.document == "保修政策.md"
        assert hits[0].passage.heading == ("保修政策",)
        assert manager.passages(ready.document_id)[0].text in WARRANTY

    def test_of_a_path_takes_the_file_s_name(self, manager: Client, tmp_path: Path) -> None:
        """As a person who uploads a file expects."""
        file = tmp_path / "说明书.txt"
        file.write_text("水壶容量 1.7 升。")

        version = manager.wait(manager.upload(file))

        assert version.name == "说明书.txt"
        assert manager.document(version.document_id).passages == 1

    def test_of_the_same_name_is_the_next_version(self, manager: Client) -> None:
        """Numbers count up, and an earlier one can be made live again."""
        first = manager.wait(manager.upload("价格 100 元。".encode(), name="价格.txt"))
        second = manager.wait(manager.upload("价格 120 元。".encode(), name="价格.txt"))

        restored = manager.rollback(first.document_id, 1)

        assert second.document_id == first.document_id
        assert [version.number for version in manager.versions(first.document_id)] == [2, 1]
        assert restored.live_version == 1
        assert manager.passages(first.document_id)[0].text == "价格 100 元。"
        assert manager.passages(first.document_id, version=2)[0].text == "价格 120 元。"

    def test_that_can_t_be_read_says_why(self, manager: Client) -> None:
        """The reason is for the person who uploaded it; the server goes on."""
        version = manager.wait(manager.upload(b"%PDF-1.7\nbroken", name="坏.pdf"))

        assert version.status is VersionStatus.FAILED
        assert version.reason
        assert manager.document(version.document_id).live_version is None

    def test_shows_its_progress(self, manager: Client) -> None:
        """Each yielded version differs from the one before; the last is finished."""
        seen = list(manager.progress(manager.upload("进度条。".encode(), name="进度.txt")))

        assert seen[-1].status is VersionStatus.READY
        assert len(seen) == len(set(seen))


class TestUploadRefused:
    @pytest.mark.parametrize(
        ("sent", "name"),
        [
            ("../../etc/passwd.txt", "passwd.txt"),
            ("C:\\Users\\me\\报价.txt", "报价.txt"),
            ("a/b/c.txt", "c.txt"),
            ("夜\u202etxt.exe.txt", "夜txt.exe.txt"),
        ],
    )
    def test_a_name_keeps_no_path_and_no_tricks(self, manager: Client, sent: str, name: str) -> None:
        """What is left of it is a label; it never names a file on the server."""
        version = manager.upload(b"text", name=sent)

        assert version.name == name

    @pytest.mark.parametrize("name", ["", "..", "/", "\u200b", "n" * 4096])
    def test_a_name_of_nothing_or_too_much(self, manager: Client, name: str) -> None:
        """A document must be called something."""
        with pytest.raises(InvalidInput):
            manager.upload(b"text", name=name)

    def test_a_file_over_the_limit(self, shop: Services, serve: Serve, tmp_path: Path) -> None:
        """Refused before it is stored; no part of it stays."""
        shop.settings.blobs.mkdir(exist_ok=True)
        before = sorted(shop.settings.blobs.rglob("*"))
        limit = shop.settings.max_upload_mb * 1024 * 1024
        with Client(serve(create_app(shop)), KEY) as client:
            with pytest.raises(TooLarge):
                client.upload(BytesIO(bytes(limit + 1)), name="大.txt")
            with pytest.raises(TooLarge):
                client.upload(BytesIO(bytes(limit + 1024 * 1024)), name="大.txt")

        assert sorted(shop.settings.blobs.rglob("*")) == before
        assert shop.kb.find("大.txt") is None

    def test_an_empty_file(self, manager: Client) -> None:
        """There is nothing to answer from."""
        with pytest.raises(InvalidInput):
            manager.upload(b"", name="空.txt")

    def test_dates_the_wrong_way_round(self, manager: Client) -> None:
        """It would never be in force."""
        with pytest.raises(InvalidInput):
            manager.upload(b"x", name="a.txt", effective_from=date(2026, 2, 1), expires_on=date(2026, 1, 1))

    @pytest.mark.parametrize(
        "form",
        [
            {"data": {"audience": "public"}},
            {"files": {"file": ("a.txt", b"x")}, "data": {"audience": "everybody"}},
            {"files": {"file": ("a.txt", b"x")}, "data": {"owner": "me"}},
            {"files": {"file": ("a.txt", b"x")}, "data": {"effective_from": "tomorrow"}},
            {"files": {"file": ("a.txt", b"x")}, "data": {"audience": ["public", "internal"]}},
            {"files": [("file", ("a.txt", b"x")), ("file", ("b.txt", b"y"))]},
            {"files": {"file": ("a.txt", b"x")}, "data": {f"f{n}": "1" for n in range(10_000)}},
            {"files": {"file": ("a.txt", b"x")}, "data": {"audience": "x" * 100_000}},
            {"json": {"file": "a.txt"}},
            {"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
        ],
        ids=[
            "no file", "unknown audience", "unknown field", "no date", "twice the same field", "two files",
            "10,000 fields", "long field", "JSON", "broken", "no boundary",
        ],
    )  # fmt: skip
    def test_a_form_that_isn_t_as_described(
        self, http: TestClient, admin: dict[str, str], form: dict[str, object]
    ) -> None:
        """With a problem that says what is wrong, and nothing is stored."""
        headers = {**admin, **form.pop("headers", {})}  # type: ignore[dict-item]

        response = http.post("/v1/documents", headers=headers, **form)  # type: ignore[arg-type]

        assert response.status_code in {400, 413, 422}
        assert response.headers["content-type"] == "application/problem+json"


class TestDelete:
    def test_takes_everything_away_at_once(self, shop: Services, serve: Serve) -> None:
        """From the next request on nothing finds it, cites it or lists it."""
        with Client(serve(create_app(shop)), KEY) as client:
            document = next(one for one in client.documents() if one.name == "退换货政策.md")
            assert client.search("退货期限")[0].passage.document_id == document.document_id

            client.delete_document(document.document_id)

            assert all(hit.passage.document_id != document.document_id for hit in client.search("退货期限"))
            assert all(hit.passage.document_id != document.document_id for hit in client.test_question("退货期限").hits)
            for ask in (client.document, client.versions, client.passages, client.delete_document):
                with pytest.raises(NotFound):
                    ask(document.document_id)

    def test_of_nothing_says_so(self, manager: Client) -> None:
        """An id that was never given."""
        with pytest.raises(NotFound):
            manager.delete_document(DocumentId("f" * 32))


class TestRollback:
    def test_to_a_version_that_failed_is_a_conflict(self, services: Services, manager: Client) -> None:
        """There is nothing to answer from in it."""
        add(services, "手册.txt", "第一版。".encode())
        failed = add(services, "手册.txt", b"\x00\x01\x02\x03" * 50, kind=DocumentKind.QA)
        assert failed.status is VersionStatus.FAILED

        with pytest.raises(Conflict):
            manager.rollback(failed.document_id, failed.number)

        assert manager.document(failed.document_id).live_version == 1


class TestPairs:
    @pytest.mark.usefixtures("worker")
    def test_are_added_as_a_document(self, manager: Client) -> None:
        """They take the same way as an uploaded file, and answer customers at once."""
        new = NewPair(
            question="可以开专票吗？",
            answer="可以，请在下单时填写税号。",
            similar=("能开增值税专用发票吗？",),
            product="净水器",
        )

        version = manager.wait(manager.add_pairs([new], name="发票"))

        assert version.name == "发票.jsonl"
        (pair,) = manager.pairs(document_id=version.document_id)
        assert pair.answer == new.answer
        assert pair.status is QAStatus.APPROVED
        assert [question.kind for question in pair.questions] == [QuestionKind.STANDARD, QuestionKind.SIMILAR]
        assert manager.pair(pair.pair_id) == pair
        reply = manager.test_question("可以开专票吗？")
        assert isinstance(reply.outcome, Answer)
        assert new.answer in reply.outcome.text

    def test_of_past_tickets_wait_for_a_person(self, shop: Services, serve: Serve) -> None:
        """Only an approved one answers; a rejected one never does."""
        with Client(serve(create_app(shop)), KEY) as client:
            (candidate,) = client.pairs(status=QAStatus.CANDIDATE)
            question = candidate.question
            assert "关闭进水阀" not in client.test_question(question, audience=candidate.audience).outcome.text

            approved = client.approve(candidate.pair_id)
            answered = client.test_question(question, audience=candidate.audience)
            rejected = client.reject(candidate.pair_id)
            refused = client.test_question(question, audience=candidate.audience)

            assert approved.status is QAStatus.APPROVED
            assert "关闭进水阀" in answered.outcome.text
            assert rejected.status is QAStatus.REJECTED
            assert "关闭进水阀" not in refused.outcome.text

    def test_that_contradict_an_approved_one_are_approved_only_on_confirmation(
        self, shop: Services, serve: Serve
    ) -> None:
        """Which of them says so, and what to do; nothing is approved by accident, and nothing is lost."""
        with Client(serve(create_app(shop)), KEY) as client:
            (candidate,) = client.pairs(status=QAStatus.CANDIDATE)
            other = NewPair(question=candidate.question, answer="保修期外每次 77 元。")
            client.add_pairs([other], name="另一份", audience=candidate.audience)
            shop.worker.run_all()
            (warning,) = client.pair_warnings([candidate.pair_id])
            with pytest.raises(PairConflict, match="confirm"):
                client.approve(candidate.pair_id)
            waiting = client.pair(candidate.pair_id)
            approved = client.approve(candidate.pair_id, confirm=True)

            assert warning.kind is PairWarningKind.CONFLICT
            assert (warning.other_document, warning.other_answer) == ("另一份.jsonl", other.answer)
            assert waiting.status is QAStatus.CANDIDATE
            assert approved.status is QAStatus.APPROVED
            assert {each.other_id for each in client.pair_warnings([warning.other_id])} == {candidate.pair_id}
            assert client.pair_warnings([]) == []

    @pytest.mark.usefixtures("worker")
    def test_that_contradict_another_document_are_published_with_a_warning(self, manager: Client) -> None:
        """The person who uploads reads it; what was uploaded answers at once."""
        known = manager.pairs(status=QAStatus.APPROVED)[0]
        added = manager.add_pairs([NewPair(question=known.question, answer="以前是 77 天。")], name="旧答案")
        version = manager.wait(added)

        assert any("答案却不同" in warning and known.document in warning for warning in version.warnings)
        assert len(manager.pairs(document_id=version.document_id)) == 1
        manager.delete_document(version.document_id)

    def test_that_don_t_exist_can_t_be_decided(self, manager: Client) -> None:
        """Nor shown."""
        with pytest.raises(NotFound):
            manager.approve(QAPairId(10**9))
        with pytest.raises(NotFound):
            manager.pair(QAPairId(10**9))


class TestTrying:
    def test_a_question_gets_what_a_customer_gets(self, manager: Client, customer: Client) -> None:
        """The very same call: same outcome, same words."""
        tried = manager.test_question("下单后多久发货？")
        told = customer.ask(customer.open_conversation(), "下单后多久发货？")

        assert tried.outcome == told.outcome

    def test_it_leaves_no_trace(self, manager: Client) -> None:
        """No ticket, whatever the outcome."""
        before = manager.tickets()

        reply = manager.test_question("转人工")

        assert isinstance(reply.outcome, Handover)
        assert manager.tickets() == before

    def test_a_search_says_why(self, manager: Client) -> None:
        """Words that match, and both ranks."""
        hits = manager.search("退货期限", k=3)

        assert 0 < len(hits) <= 3
        assert "退货" in hits[0].why.matched
        assert hits[0].why.lexical_rank == 1 or hits[0].why.dense_rank == 1
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


class TestClientErrors:
    def test_without_a_key_nothing_is_managed(self, customer: Client) -> None:
        """The client sends none, the server lets nobody in."""
        with pytest.raises(Unauthorized):
            customer.documents()

    def test_a_server_that_isn_t_there(self) -> None:
        """One error of ours, whatever the network said."""
        from core.errors import StorageError

        with Client("http://127.0.0.1:9") as client:
            assert not client.healthy()
            with pytest.raises(StorageError, match="can't be reached"):
                client.open_conversation()

    def test_a_server_of_something_else(self) -> None:
        """A page where JSON was expected is an error of ours too."""
        from core.errors import StorageError

        def other(_request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json={"welcome": "nginx"})

        with Client("http://server", KEY, httpx.MockTransport(other)) as client, pytest.raises(StorageError):
            client.documents()


def test_memory_stays_small_during_a_large_upload(shop: Services, serve: Serve) -> None:
    """A file goes to disk as it comes; it is never in memory as a whole."""
    base_url = serve(create_app(shop))
    with Client(base_url, KEY) as client:
        client.upload(b"warm", name="w.txt")
        before = resident()

        client.upload(BytesIO(os.urandom(40 * 1024 * 1024)), name="大.bin")

        assert resident() - before < 110 * 1024 * 1024  # the test's own copy, of which httpx makes another


def resident() -> int:
    """Bytes of memory that this process has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
