"""The knowledge page: what a manager sees and does."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from api.client import Client
from core.errors import RateLimited, StorageError
from core.pair_warnings import PairWarning, PairWarningKind
from core.settings import Secret
from core.types import Answer, DocumentId, Language, QAPairId, QAStatus, TicketId, VersionStatus
from tests.ui.fakes import RETURNS, FakeClient, answer, document, handover, passage, version
from ui import managing
from ui.view import ManagerView, Upload

VIEW = ManagerView(Language.ZH, key=Secret("k"))
OPEN = managing.opened(VIEW, RETURNS)


def client_of(fake: FakeClient) -> Client:
    return cast("Client", fake)


class TestDocuments:
    def test_are_listed_with_what_a_manager_needs(self) -> None:
        """Name, kind, audience, version, status, passages and time."""
        html = managing.documents(VIEW, client_of(FakeClient()))

        for shown in ("退换货政策.pdf", "文档", "公开", "已发布", "14", "2026-03-02"):
            assert shown in html
        assert f'data-document="{RETURNS}"' in html

    def test_none_yet_says_what_to_do(self) -> None:
        """An empty table would look broken."""
        assert "还没有文档" in managing.documents(VIEW, client_of(FakeClient(all_documents=[])))

    def test_a_hostile_name_stays_text(self) -> None:
        """Names come from whoever made the file."""
        fake = FakeClient(all_documents=[document(name="<img src=http://evil.example/x>.pdf")])

        assert "<img" not in managing.documents(VIEW, client_of(fake))

    @pytest.mark.parametrize(
        ("fake", "words"),
        [
            (FakeClient(key=Secret("wrong")), "密钥不正确"),
            (FakeClient(failure=StorageError("gone")), "连接不上"),
            (FakeClient(failure=RateLimited("slow", retry_after_s=9)), "9 秒"),
        ],
    )
    def test_a_failure_is_said_in_their_place(self, fake: FakeClient, words: str) -> None:
        """A wrong key and a server that is down read differently."""
        assert words in managing.documents(VIEW, client_of(fake))


WATCHING = (Upload(RETURNS, 1),)


class TestUploads:
    def test_show_a_bar_until_they_are_ready(self) -> None:
        """The share while reading, then how many passages came of it."""
        fake = FakeClient(all_versions=[version(1, status=VersionStatus.PROCESSING, progress=0.4)])

        watching, reading = managing.progress(VIEW, WATCHING, client_of(fake))
        fake.all_versions = [version(1)]
        done, ready = managing.progress(VIEW, watching, client_of(fake))

        assert "处理中 40%" in reading
        assert "width:40%" in reading
        assert watching[0].waiting
        assert "已发布 · 14 段落" in ready
        assert not done[0].waiting

    def test_finished_ones_are_not_asked_for_again(self) -> None:
        """A large batch costs a call per file that is still waiting, no more."""
        done = (Upload(RETURNS, 1, version(1)),)

        _, shown = managing.progress(VIEW, done, client_of(FakeClient(failure=StorageError("must not be called"))))

        assert "已发布" in shown

    def test_a_failed_one_says_why(self) -> None:
        """The reason of the parser, for the person who uploaded the file."""
        fake = FakeClient(all_versions=[version(1, status=VersionStatus.FAILED, reason="The file is encrypted.")])

        assert "The file is encrypted." in managing.progress(VIEW, WATCHING, client_of(fake))[1]

    def test_warnings_of_the_parser_are_shown(self) -> None:
        """Hidden text in a file is something to look at."""
        fake = FakeClient(all_versions=[version(1, warnings=("3 hidden lines were left out",))])

        assert "3 hidden lines were left out" in managing.progress(VIEW, WATCHING, client_of(fake))[1]

    def test_one_whose_document_was_deleted_is_left_out(self) -> None:
        """Nothing waits for it for ever."""
        watching, shown = managing.progress(VIEW, (Upload(RETURNS, 9),), client_of(FakeClient()))

        assert watching == ()
        assert "退换货政策" not in shown

    @pytest.mark.parametrize(
        ("text", "uploads"),
        [
            ("ab:1 cd:2", (Upload(DocumentId("ab"), 1), Upload(DocumentId("cd"), 2))),
            ("", ()),
            ("ab", ()),
            ("ab:x ../tickets:1 ab:-1 ab:", ()),
        ],
    )
    def test_a_batch_is_read_without_trust(self, text: str, uploads: tuple[Upload, ...]) -> None:
        """The browser may send anything, and a path of the API is not a document."""
        assert managing.batch(text) == uploads

    def test_what_is_known_of_a_batch_stays_known(self) -> None:
        """Each file that is accepted sends the batch anew."""
        done = Upload(DocumentId("ab"), 1, version(1))

        assert managing.batch("ab:1 cd:2", (done,)) == (done, Upload(DocumentId("cd"), 2))


class TestOpenedDocument:
    def test_shows_versions_and_passages(self) -> None:
        """With page, heading and text; an older version can be made live again."""
        html = managing.panel(OPEN, client_of(FakeClient()))

        assert "使用中" in html
        assert 'data-act="rollback" data-version="1"' in html
        assert "第 3 页 · 退换货 › 无理由退货" in html
        assert "签收之日起三十天内" in html

    def test_passages_come_in_pages(self) -> None:
        """Ten at a time, forward and back."""
        fake = FakeClient(all_passages=[passage(ordinal) for ordinal in range(12)])

        first = managing.panel(OPEN, client_of(fake))
        second = managing.panel(replace(OPEN, passage_offset=10), client_of(fake))

        assert "1–10" in first
        assert 'data-step="1"' in first
        assert 'data-step="-1"' not in first
        assert "11–12" in second
        assert 'data-step="-1"' in second

    def test_rollback_makes_the_version_live(self) -> None:
        """And says so."""
        fake = FakeClient()

        _, html = managing.rolled_back(OPEN, 1, client_of(fake))

        assert "已恢复第 1 版" in html
        assert [each.live for each in fake.all_versions] == [False, True]

    def test_rollback_that_is_refused_says_why(self) -> None:
        """The server's sentence is for people."""
        _, html = managing.rolled_back(OPEN, 9, client_of(FakeClient()))

        assert "isn&#x27;t ready" in html

    def test_delete_asks_first(self) -> None:
        """One click too many deletes nothing."""
        fake = FakeClient()

        html = managing.panel(OPEN, client_of(fake), confirming=True)

        assert "无法恢复" in html
        assert 'data-act="really"' in html
        assert fake.all_documents

    def test_delete_closes_the_panel_and_says_so(self) -> None:
        """The document is gone from the list as well."""
        fake = FakeClient()

        view, panel, said = managing.deleted(OPEN, client_of(fake))

        assert (view.document_id, panel) == (None, "")
        assert "已删除" in said
        assert fake.all_documents == []

    def test_one_that_is_gone_says_so(self) -> None:
        """Deleted elsewhere meanwhile."""
        assert "There is no document" in managing.panel(
            managing.opened(VIEW, DocumentId("gone")), client_of(FakeClient())
        )


class TestPairs:
    def test_candidates_can_be_approved(self) -> None:
        """It leaves the list of those that wait."""
        fake = FakeClient()

        before = managing.pairs(VIEW, client_of(fake))
        after = managing.decided(VIEW, QAPairId(1), QAStatus.APPROVED, client_of(fake))

        assert "怎么申请电子发票？" in before
        assert "发票在哪里开" in before
        assert "怎么申请纸质发票？" in before
        assert "没有待审核的问答" in after
        assert fake.all_pairs[0].status is QAStatus.APPROVED

    def test_approved_ones_can_be_rejected(self) -> None:
        """A wrong answer can be taken back."""
        fake = FakeClient()
        approved = replace(VIEW, qa_status=QAStatus.APPROVED)

        html = managing.decided(approved, QAPairId(2), QAStatus.REJECTED, client_of(fake))

        assert "还没有已通过的问答" in html

    def test_that_contradict_an_approved_one_are_approved_only_on_confirmation(self) -> None:
        """The manager sees what contradicts it and where that stands, and nothing is approved by accident."""
        against = PairWarning(
            PairWarningKind.CONFLICT, QAPairId(1), "怎么申请电子发票？", QAPairId(2), DocumentId("d9"), "旧<问答>.csv",
            "电子发票怎么申请？", "签收后 <b>7</b> 天内申请。", 0.95,
        )  # fmt: skip
        fake = FakeClient(all_pair_warnings=[against])

        listed = managing.pairs(VIEW, client_of(fake))
        asked = managing.decided(VIEW, QAPairId(1), QAStatus.APPROVED, client_of(fake))
        still = fake.all_pairs[0].status
        managing.decided(VIEW, QAPairId(1), QAStatus.APPROVED, client_of(fake), confirmed=True)

        assert "答案冲突" in listed
        assert 'data-document="d9"' in listed
        assert "&lt;b&gt;7" in listed
        assert 'data-act="confirm"' in asked
        assert still is QAStatus.CANDIDATE
        assert fake.all_pairs[0].status is QAStatus.APPROVED


class TestQuestion:
    def test_shows_the_outcome_and_why_each_passage_was_found(self) -> None:
        """Outcome, confidence, tier, time; matched words, both ranks and scores."""
        html = managing.tested(VIEW, "退货几天？", "public", client_of(FakeClient()), day="")

        for shown in (
            "回答",
            "93%",
            "依据资料生成",
            "9.0 ms",
            "<mark>三十天</mark>",
            "意思有些关联",
            "语义第 1 名",
            "字面第 2 名",
            "相似度 0.87 · BM25 11.3",
        ):
            assert shown in html

    def test_a_hand_over_shows_its_reason(self) -> None:
        """The manager sees what the customer doesn't."""
        html = managing.tested(VIEW, "修咖啡机吗？", "public", client_of(FakeClient(outcomes=[handover()])), day="")

        assert "转人工" in html
        assert "no passage supports the question" in html

    def test_an_empty_question_is_not_asked(self) -> None:
        """It says what is missing."""
        assert "请先输入问题" in managing.tested(VIEW, " ", "public", client_of(FakeClient()), day="")

    def test_hostile_answers_stay_text(self) -> None:
        """Also on this page."""
        hostile: Answer = answer("<img src=http://evil.example/x>")

        assert "<img" not in managing.tested(VIEW, "问", "public", client_of(FakeClient(outcomes=[hostile])), day="")


class TestTickets:
    def test_are_listed_and_resolved(self) -> None:
        """An open one has a button, a resolved one none."""
        fake = FakeClient()

        before = managing.tickets(VIEW, client_of(fake))
        after = managing.resolved(VIEW, TicketId(7), client_of(fake))

        assert "你们修咖啡机吗？" in before
        assert 'data-act="resolve"' in before
        assert "已解决" in after
        assert 'data-act="resolve"' not in after
