"""The quality tab: what a manager sees of the gold set, and does with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast

import pytest

from api.client import Client
from api.client_gold import AskedMessage, GoldComparison, GoldCounts, GoldItem, GoldPage
from core.errors import Conflict, InvalidInput, NotFound, StorageError
from core.gold import (
    ChangeKind,
    CitedPlace,
    GoldChange,
    GoldEntry,
    GoldId,
    GoldOrigin,
    GoldQuestion,
    GoldResult,
    GoldRun,
    GoldRunId,
    GoldSource,
    PublishedVersion,
    RunCause,
    RunStatus,
    Verdict,
)
from core.settings import Secret
from core.types import Audience, DocumentId, Language, MessageId, PassageId, Tier
from tests.ui.fakes import FakeClient
from ui import quality
from ui.render_gold_changes import marked_difference
from ui.view import ManagerView

VIEW = ManagerView(Language.ZH, key=Secret("k"))
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PLACE = CitedPlace(
    DocumentId("d"), "退换货政策.pdf", 1, 3, 0, 9, PassageId(1), "a" * 64, "签收之日起三十天内可以退货。"
)
QUESTION = GoldQuestion(
    gold_id=GoldId(7),
    text="退货期限是多久？",
    facts=("三十天 | 30 天",),
    sources=(GoldSource("退换货政策.pdf", "三十天内"),),
    note="常问",
    origin=GoldOrigin.CONVERSATION,
    message_id=MessageId("m"),
    created_at=NOW,
    updated_at=NOW,
)
RIGHT = GoldResult(
    gold_id=GoldId(7),
    text=QUESTION.text,
    audience=Audience.PUBLIC,
    answerable=True,
    asked_as=NOW,
    outcome="answer",
    tier=Tier.QUOTED,
    answer="签收之日起 30 天内。[1]",
    citations=(PLACE,),
    confidence=0.8,
    verdict=Verdict.RIGHT,
    cited=True,
    missing=(),
    found=True,
    stale=False,
    ms=12.0,
)
WRONG = replace(RIGHT, answer="签收之日起 15 天内。[1]", verdict=Verdict.WRONG, missing=("三十天 | 30 天",), stale=True)
RUN = GoldRun(
    run_id=GoldRunId(2),
    cause=RunCause.PUBLISHED,
    published=(PublishedVersion("退换货政策.pdf", 2),),
    status=RunStatus.DONE,
    reason=None,
    requested_at=NOW,
    ended_at=NOW,
    sequence=9,
    questions=10,
    asked=10,
    right=6,
    wrong=1,
    missed=1,
    refused=2,
    settings={},
)
BEFORE = replace(RUN, run_id=GoldRunId(1), right=7, wrong=0, cause=RunCause.REQUESTED, published=())


@dataclass
class FakeGold(FakeClient):
    """The gold set behind the client's methods."""

    items: list[GoldItem] = field(default_factory=lambda: [GoldItem(QUESTION, RIGHT)])
    runs: list[GoldRun] = field(default_factory=lambda: [RUN, BEFORE])
    found: list[GoldChange] = field(default_factory=lambda: [GoldChange(ChangeKind.FELL, RIGHT, WRONG)])
    asked: list[AskedMessage] = field(default_factory=list)
    added: list[tuple[GoldEntry, MessageId | None]] = field(default_factory=list)
    edited: list[tuple[GoldId, GoldEntry]] = field(default_factory=list)
    refuse: Exception | None = None

    def gold(self, *, show: str = "all", offset: int = 0, limit: int = 100) -> GoldPage:
        self._may_fail()
        counts = GoldCounts(questions=len(self.items), right=6, wrong=1, missed=1, refused=2)
        return GoldPage(counts, tuple(self.items[offset : offset + limit]))

    def gold_question(self, gold_id: GoldId) -> GoldItem:
        for item in self.items:
            if item.question.gold_id == gold_id:
                return item
        raise NotFound("gold question", gold_id)

    def gold_runs(self, *, offset: int = 0, limit: int = 50) -> list[GoldRun]:
        self._may_fail()
        return self.runs[offset : offset + limit]

    def gold_run(self, run_id: GoldRunId, *, limit: int = 100) -> GoldComparison:
        run = next((each for each in self.runs if each.run_id == run_id), None)
        if run is None:
            raise NotFound("run", run_id)
        against = next((each for each in self.runs if each.run_id < run_id), None)
        counts = {kind: sum(change.kind is kind for change in self.found) for kind in ChangeKind}
        return GoldComparison(run, against, counts, tuple(self.found) if against else ())

    def run_gold(self) -> GoldRun:
        self._may_fail()
        self.runs.insert(0, replace(RUN, run_id=GoldRunId(3), status=RunStatus.QUEUED))
        return self.runs[0]

    def add_gold(self, entry: GoldEntry, *, message_id: MessageId | None = None) -> None:
        if self.refuse:
            raise self.refuse
        self.added.append((entry, message_id))

    def edit_gold(self, gold_id: GoldId, entry: GoldEntry) -> None:
        self.edited.append((gold_id, entry))

    def delete_gold(self, gold_id: GoldId) -> None:
        self.gold_question(gold_id)
        self.items = [item for item in self.items if item.question.gold_id != gold_id]

    def asked_messages(self, *, unanswered: bool = False, offset: int = 0, limit: int = 50) -> list[AskedMessage]:
        return self.asked[offset : offset + limit]

    def propose_gold(self, message_id: MessageId) -> GoldEntry:
        return GoldEntry(text="修咖啡机吗？")


def client_of(fake: FakeGold) -> Client:
    return cast("Client", fake)


class TestState:
    def test_shows_how_good_the_answers_are(self) -> None:
        """The share, the four counts, and what the last run was for."""
        _, html, _ = quality.state(VIEW, client_of(FakeGold()))

        for shown in ("80.0% 符合预期", "<dd>6</dd>", "<dd>2</dd>", "发布后自动", "《退换货政策.pdf》第 2 版"):
            assert shown in html

    def test_draws_the_history_from_left_to_right(self) -> None:
        """Three lines with a point for each run, and the figures in words for who can't see them."""
        _, html, _ = quality.state(VIEW, client_of(FakeGold()))

        assert html.count("<polyline") == 3
        assert html.index("第 1 次：符合预期 90.0%") < html.index("第 2 次：符合预期 80.0%，答错 10.0%，漏答 10.0%")

    def test_of_one_run_draws_nothing(self) -> None:
        """A line needs two points; the counts are there."""
        _, html, changed = quality.state(VIEW, client_of(FakeGold(runs=[BEFORE])))

        assert "<svg" not in html
        assert "这是第一次运行" in changed

    def test_without_a_run_says_so(self) -> None:
        """And offers one."""
        _, html, changed = quality.state(VIEW, client_of(FakeGold(runs=[])))

        assert "还没有运行过" in html
        assert 'data-act="run"' in html
        assert changed == ""

    @pytest.mark.parametrize(
        ("run", "words"),
        [
            (replace(RUN, run_id=GoldRunId(3), status=RunStatus.QUEUED), "即将开始"),
            (replace(RUN, run_id=GoldRunId(3), status=RunStatus.RUNNING, asked=4), "正在运行：4 / 10"),
            (replace(RUN, run_id=GoldRunId(3), status=RunStatus.FAILED, reason="<b>disk</b>"), "&lt;b&gt;disk"),
        ],
    )
    def test_tells_what_is_going_on(self, run: GoldRun, words: str) -> None:
        """A failure is visible, with its reason as text; meanwhile the figures of the last whole run stay."""
        _, html, _ = quality.state(VIEW, client_of(FakeGold(runs=[run, RUN, BEFORE])))

        assert words in html
        assert "80.0% 符合预期" in html
        assert ("disabled" in html) is (run.status is not RunStatus.FAILED)

    def test_that_can_t_be_read_says_why(self) -> None:
        """In its place."""
        _, html, changed = quality.state(VIEW, client_of(FakeGold(failure=StorageError("gone"))))

        assert "连接不上" in html
        assert changed == ""


class TestChanges:
    def test_stand_side_by_side_with_their_sources(self) -> None:
        """Before and after, what differs marked, why it isn't right, and what was cited."""
        _, _, html = quality.state(VIEW, client_of(FakeGold()))

        for shown in ("变差", "之前", "现在", "<mark>30</mark>", "<mark>15</mark>", "缺少要点：三十天 | 30 天"):
            assert shown in html
        assert html.count("退换货政策.pdf · 第 1 版 · 第 3 页") == 2
        assert "签收之日起三十天内可以退货。" in html
        assert "预期的引文已不在文档中" in html

    def test_of_an_earlier_run_can_be_chosen(self) -> None:
        """The first one has nothing before it; one that is gone shows nothing."""
        fake = FakeGold()

        _, _, first = quality.state(quality.chosen(VIEW, 1), client_of(fake))
        _, _, gone = quality.state(quality.chosen(VIEW, 99), client_of(fake))

        assert "这是第一次运行" in first
        assert gone == ""

    def test_none_is_said(self) -> None:
        """Silence could be taken for an error."""
        assert "没有回答发生变化" in quality.state(VIEW, client_of(FakeGold(found=[])))[2]

    def test_keep_hostile_answers_text(self) -> None:
        """Also where the difference is marked, in quotes and in names."""
        evil = "<img src=http://evil.example/x>"
        place = replace(PLACE, document=evil, quote=evil)
        after = replace(WRONG, answer=evil, text=evil, missing=(evil,), citations=(place,))

        html = quality.state(VIEW, client_of(FakeGold(found=[GoldChange(ChangeKind.FELL, RIGHT, after)])))[2]

        assert "<img" not in html

    @pytest.mark.parametrize(
        ("before", "after", "marked"),
        [
            ("24 小时", "48 小时", ("<mark>24</mark> 小时", "<mark>48</mark> 小时")),
            ("免运费。", "免运费，很好。", ("免运费。", "免运费<mark>，很好</mark>。")),
            ("我不知道", "请送到门店。", ("我不知道", "请送到门店。")),
            ("", "新", ("", "新")),
        ],
    )
    def test_are_marked_word_by_word(self, before: str, after: str, marked: tuple[str, str]) -> None:
        """A number differs whole; two answers that share little are shown without marks."""
        assert marked_difference(before, after) == marked


class TestNews:
    def test_come_when_a_run_moves_on_or_ends(self) -> None:
        """So that nothing on the page is made anew for nothing."""
        fake = FakeGold()
        view, _, _ = quality.state(VIEW, client_of(fake))

        still = quality.news(view, client_of(fake))
        fake.runs.insert(0, replace(RUN, run_id=GoldRunId(3), status=RunStatus.RUNNING, asked=4))
        moving = quality.news(view, client_of(fake))
        view, _, _ = quality.state(view, client_of(fake))
        fake.runs[0] = replace(fake.runs[0], status=RunStatus.DONE)

        assert (still, moving, quality.news(view, client_of(fake))) == ((False, False), (True, False), (True, True))

    def test_are_none_while_the_server_can_t_be_reached(self) -> None:
        """What is shown stays; nor is anything asked without a key."""
        down = FakeGold(failure=StorageError("gone"))

        assert quality.news(VIEW, client_of(down)) == (False, False)
        assert quality.news(ManagerView(Language.ZH), client_of(FakeGold())) == (False, False)


class TestRunNow:
    def test_starts_and_says_so(self) -> None:
        """It is waiting at once; the changes shown are the last run's again."""
        view, html, _ = quality.started(quality.chosen(VIEW, 1), client_of(FakeGold()))

        assert "即将开始" in html
        assert view.gold_run is None

    def test_that_is_refused_says_why(self) -> None:
        """The server's sentence is for people."""
        _, html, _ = quality.started(VIEW, client_of(FakeGold(failure=Conflict("There is no question to ask."))))

        assert "There is no question to ask." in html


class TestQuestions:
    def test_are_listed_with_what_is_expected_and_what_came(self) -> None:
        """Verdict, facts, sources, the last answer with its sources, and where the question comes from."""
        html = quality.questions(VIEW, client_of(FakeGold()))

        for shown in ("答对", "退货期限是多久？", "三十天 | 30 天", "三十天内", "30 天内。[1]", "来自对话", "常问"):
            assert shown in html

    @pytest.mark.parametrize(
        ("item", "words"),
        [
            (GoldItem(QUESTION, None), "未运行"),
            (GoldItem(replace(QUESTION, enabled=False), RIGHT), "已停用"),
            (GoldItem(QUESTION, replace(RIGHT, verdict=Verdict.MISSED, outcome="handover")), "已找到出处，但把握不够"),
            (GoldItem(QUESTION, replace(RIGHT, verdict=Verdict.MISSED, found=False)), "没有找到预期出处"),
            (GoldItem(QUESTION, replace(RIGHT, verdict=Verdict.WRONG, cited=False)), "没有引用预期出处"),
            (GoldItem(QUESTION, replace(RIGHT, verdict=Verdict.WRONG, answerable=False)), "本应转人工"),
            (GoldItem(QUESTION, replace(RIGHT, answer="", citations=())), "来源文档已删除"),
        ],
    )
    def test_say_what_is_the_matter(self, item: GoldItem, words: str) -> None:
        """In words that tell what to do about it."""
        assert words in quality.questions(VIEW, client_of(FakeGold(items=[item])))

    def test_none_yet_says_what_to_do(self) -> None:
        """And has no filters."""
        html = quality.questions(VIEW, client_of(FakeGold(items=[])))

        assert "还没有金标问题" in html
        assert "data-show" not in html

    def test_come_in_pages_and_can_be_filtered(self) -> None:
        """A filter that doesn't exist is left alone; a new one starts from the first page."""
        fake = FakeGold(items=[GoldItem(replace(QUESTION, gold_id=GoldId(n)), RIGHT) for n in range(1, 23)])
        view = replace(VIEW, gold_offset=20)

        second = quality.questions(view, client_of(fake))

        assert "21–22" in second
        assert quality.filtered(view, "wrong") == replace(VIEW, gold_show="wrong", gold_offset=0)
        assert quality.filtered(view, "<x>").gold_show == "all"

    def test_are_deleted_after_a_second_click(self) -> None:
        """The first one asks."""
        fake = FakeGold()

        asked = quality.questions(VIEW, client_of(fake), deleting=GoldId(7))
        assert fake.items
        html = quality.deleted(VIEW, 7, client_of(fake))
        again = quality.deleted(VIEW, 7, client_of(fake))

        assert 'data-act="really"' in asked
        assert "已删除" in html
        assert "There is no gold question" in again

    def test_of_a_file_are_counted(self) -> None:
        """A script of the page has sent it; what went wrong is text."""
        fake = client_of(FakeGold())

        done = quality.imported(VIEW, {"added": "3", "changed": "1", "unchanged": "0"}, fake)
        refused = quality.imported(VIEW, {"problem": "Line 2: <b>"}, fake)

        assert "新增 3，更新 1，未变 0" in done
        assert "Line 2: &lt;b&gt;" in refused


FORM = {
    "text": " 退货几天？ ",
    "answerable": "yes",
    "facts": "30 天\n\n 无理由 ",
    "document0": "退换货政策.pdf",
    "quote0": "三十天内",
    "document1": "",
    "quote1": "",
    "document2": "常见问题.csv",
    "audience": "internal",
    "language": "en",
    "note": "n",
    "enabled": "yes",
    "gold": "",
    "message": "",
}


class TestTheForm:
    def test_is_read_without_trust(self) -> None:
        """What it states becomes an entry; what isn't a known value, the default."""
        assert quality.entry_of(FORM) == GoldEntry(
            text="退货几天？",
            language=Language.EN,
            audience=Audience.INTERNAL,
            sources=(GoldSource("退换货政策.pdf", "三十天内"), GoldSource("常见问题.csv", "")),
            facts=("30 天", "无理由"),
            note="n",
        )
        odd = {"audience": "everybody", "language": "fr", "answerable": "no", "text": 5, "facts": ["x"]}
        assert quality.entry_of(odd) == GoldEntry(text="", answerable=False, enabled=False)

    def test_adds_a_question(self) -> None:
        """With the message that it was made from, and closes."""
        fake = FakeGold()

        form, said = quality.saved(VIEW, {**FORM, "message": "m1"}, client_of(fake))

        assert fake.added == [(quality.entry_of(FORM), MessageId("m1"))]
        assert form == ""
        assert "已保存" in (said or "")

    def test_edits_one(self) -> None:
        """Its number came with the form."""
        fake = FakeGold()

        quality.saved(VIEW, {**FORM, "gold": "7"}, client_of(fake))

        assert fake.edited == [(GoldId(7), quality.entry_of(FORM))]

    def test_that_is_refused_keeps_what_was_entered(self) -> None:
        """With the reason above it; nobody types twice."""
        fake = FakeGold(refuse=InvalidInput("Nothing says what a right answer is."))
        hostile = {**FORM, "note": "</textarea><script>"}

        form, said = quality.saved(VIEW, {**hostile, "message": "m1"}, client_of(fake))

        assert said is None
        for shown in ("Nothing says", "退货几天？", "无理由", 'value="退换货政策.pdf"', 'data-message="m1"'):
            assert shown in form
        assert "<script>" not in form

    def test_of_a_question_is_filled_in(self) -> None:
        """And has a spare line for another source; a question that is gone says so."""
        form = quality.edit_form(VIEW, 7, client_of(FakeGold()))

        assert 'data-gold="7"' in form
        assert "三十天 | 30 天" in form
        assert form.count('name="document') == 2
        assert "There is no gold question" in quality.edit_form(VIEW, 8, client_of(FakeGold()))

    def test_proposes_the_documents_there_are(self) -> None:
        """A name that is typed wrong would never be cited."""
        assert '<option value="退换货政策.pdf">' in quality.new_form(VIEW, client_of(FakeGold()))

    def test_of_a_test_question_expects_what_was_cited(self) -> None:
        """As it is answered now; the button carries the question as text."""
        form = quality.tested_form(VIEW, "退货几天？", "internal", client_of(FakeGold()))
        button = quality.keep_button(VIEW, '"><script>', "public")

        assert 'value="退换货政策.pdf"' in form
        assert 'value="internal" checked' in form
        assert "<script>" not in button
        assert quality.keep_button(VIEW, " ", "public") == ""

    def test_of_a_customer_s_message_names_it(self) -> None:
        """So that the question is known to come from a conversation."""
        form = quality.proposed_form(VIEW, "m9", client_of(FakeGold()))

        assert 'data-message="m9"' in form
        assert "修咖啡机吗？" in form


class TestConversations:
    def test_are_offered_with_how_they_were_answered(self) -> None:
        """Each with a button that fills the form; the warning about personal data stands above."""
        asked = AskedMessage(
            MessageId("m1"), "<b>修咖啡机吗？", Audience.PUBLIC, "handover", "我不知道。", None, 0.1, NOW
        )

        html = quality.messages(VIEW, client_of(FakeGold(asked=[asked] * 21)))

        assert "&lt;b&gt;修咖啡机吗？" in html
        assert 'data-act="propose" data-message="m1"' in html
        assert "个人信息" in html
        assert "1–20" in html

    def test_none_yet_is_said(self) -> None:
        """An empty panel would look broken."""
        assert "还没有客户提问" in quality.messages(VIEW, client_of(FakeGold()))
