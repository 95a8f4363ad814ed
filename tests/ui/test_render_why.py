"""Specification of the page's «why»: in words, in both languages, with nothing that could run."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from api.client import TestedReply
from core.explanations import Absence, Barrier, Withheld
from core.settings import Secret
from core.types import (
    Audience,
    Closeness,
    Contribution,
    Correction,
    CorrectionKind,
    Decision,
    DocumentId,
    Expansion,
    Language,
    Rule,
    Understood,
)
from tests.ui.fakes import KEY, RETURNS, FakeClient, answer, document, handover, hit, passage, standing, why_not
from ui import managing
from ui.render_why import explained_hit, highlighted, reasons, why_not_form
from ui.render_why import why_not as render_why_not
from ui.texts import TEXTS
from ui.view import ManagerView

VIEW = ManagerView(Language.ZH, key=Secret(KEY))


def told(**changes: object) -> TestedReply:
    plain = TestedReply(answer(), (hit(),), {"encode": 4.0, "retrieve": 6.0, "compose": 2.0, "total": 9.0})
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields by name


class TestADecision:
    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("rule", Rule)
    def test_is_told_in_a_sentence_for_every_rule(self, rule: Rule, language: Language) -> None:
        """No rule without words, in neither language."""
        html = reasons(told(decision=Decision(rule, "问", 0.7, 0.6)), language)

        assert TEXTS[f"rule.{rule}"][0 if language is Language.ZH else 1] in html

    @pytest.mark.parametrize(("probability", "judged"), [(0.70, "zd-enough"), (0.60, "zd-enough"), (0.59, "zd-short")])
    def test_shows_the_probability_beside_the_threshold(self, probability: float, judged: str) -> None:
        """As a bar with a line where answering begins."""
        html = reasons(told(decision=Decision(Rule.QUOTED, "问", probability, 0.6)), Language.EN)

        assert judged in html
        assert f"{probability:.0%}" in html
        assert "answers from 60% on" in html

    def test_without_a_search_shows_no_probability(self) -> None:
        """There is none."""
        html = reasons(told(outcome=handover(), decision=Decision(Rule.PERSON_REQUESTED)), Language.EN)

        assert "zd-gauge" not in html


class TestWhatWasUnderstood:
    def test_names_corrections_synonyms_and_dictionary_words(self) -> None:
        """So that a manager sees what the search made of the question."""
        understood = Understood(
            "tuikuan",
            "退款",
            (Correction("tuikuan", "退款", CorrectionKind.PINYIN),),
            (Expansion("退费", 0.5, "退款"),),
            ("净水器",),
        )

        html = reasons(told(understood=understood), Language.ZH)

        assert "实际检索的是：退款" in html
        assert "“tuikuan” 按 “退款” 检索（拼音）" in html
        assert "“退款” 也按 “退费” 检索" in html
        assert "净水器" in html

    def test_is_left_out_where_nothing_was_changed(self) -> None:
        """Nothing to tell."""
        html = reasons(told(understood=Understood("退款", "退款")), Language.ZH)

        assert "问题是怎样理解的" not in html


class TestWhatWasKeptBack:
    def test_is_listed_with_the_reason(self) -> None:
        """A document that has expired would have come first."""
        withheld = (Withheld(standing(Barrier.EXPIRED, Barrier.INTERNAL), 1, 0.93),)

        html = reasons(told(withheld=withheld), Language.ZH)

        assert "双十一活动.docx" in html
        assert "2026-11-12 已失效" in html
        assert "仅内部可见" in html
        assert "否则按语义会排第 1 名" in html


class TestAHit:
    def test_says_how_close_it_is_and_what_pushed_it(self) -> None:
        """Bars to the right for what speaks for it, to the left for what speaks against it."""
        html = explained_hit(hit(), 1, Language.EN, most=2.1)

        assert "loosely related in meaning" in html
        assert "rank 1 by meaning" in html
        assert 'zd-up"><i style="left:50%;width:50.0%"' in html
        assert 'zd-down"><i style="right:50%;width:9.5%"' in html
        assert "-0.40 points" in html

    def test_highlights_the_matched_words_in_the_passage(self) -> None:
        """Where they stand."""
        html = explained_hit(hit(), 1, Language.ZH, most=2.1)

        assert passage().text[5:8] in html
        assert f"<mark>{passage().text[5:8]}</mark>" in html

    def test_of_a_ranking_with_other_features_shows_their_names(self) -> None:
        """A part that the pages have no word for goes by its own name."""
        shown = hit()
        why = replace(shown.why, contributions=(Contribution("title_match", 0.3),))

        assert "title match" in explained_hit(replace(shown, why=why), 1, Language.EN, most=1.0)

    @pytest.mark.parametrize("closeness", Closeness)
    def test_has_words_for_every_closeness(self, closeness: Closeness) -> None:
        """In both languages."""
        assert f"close.{closeness}" in TEXTS


class TestHighlighting:
    def test_escapes_the_text_around_and_inside(self) -> None:
        """A passage may hold anything."""
        html = highlighted("<b>7</b> days", [(3, 4)])

        assert html == '<div class="zd-pre">&lt;b&gt;<mark>7</mark>&lt;/b&gt; days</div>'

    def test_of_a_long_text_shows_the_first_match_while_it_is_folded(self) -> None:
        """And the whole text when it is opened."""
        text = "前" * 2000 + "退货" + "后" * 2000

        html = highlighted(text, [(2000, 2002)])
        summary, opened = html.split("</summary>")

        assert "<mark>退货</mark>" in summary
        assert len(summary) < 800
        assert "前" * 2000 + "<mark>退货</mark>" + "后" * 2000 in opened


class TestAnAbsence:
    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("absence", Absence)
    def test_is_told_in_a_sentence_whatever_it_is(self, absence: Absence, language: Language) -> None:
        """And names the document."""
        html = render_why_not(why_not(absence), language)

        assert "价目表.xlsx" in html
        assert "{" not in html

    def test_of_one_that_ranks_lower_says_how_much_it_lacks(self) -> None:
        """Rank, scores and the words in common."""
        html = render_why_not(why_not(Absence.RANKED_LOWER), Language.EN)

        assert "it ranks 14, and the first 10 are shown" in html
        assert "Its score is 0.25; the last one shown has 0.75, 0.50 more." in html
        assert "退货" in html

    @pytest.mark.parametrize("barrier", Barrier)
    def test_has_words_for_every_barrier(self, barrier: Barrier) -> None:
        """In both languages."""
        assert f"barrier.{barrier}" in TEXTS


class TestTheForm:
    def test_lists_the_documents_and_remembers_the_question(self) -> None:
        """By name; what was asked goes along, so that both speak of the same."""
        html = why_not_form(
            [document(name="乙.md"), document(name="<甲>.md")],
            Language.ZH,
            text="退货“几天”？",
            audience=Audience.PUBLIC,
            as_of=date(2026, 1, 2),
        )

        assert html.index("&lt;甲&gt;.md") < html.index("乙.md")
        assert 'data-text="退货“几天”？"' in html
        assert 'data-day="2026-01-02"' in html

    def test_without_documents_is_left_out(self) -> None:
        """There is nothing to expect."""
        assert why_not_form([], Language.ZH, text="问", audience=Audience.PUBLIC, as_of=None) == ""


class TestThePage:
    def test_asks_as_of_the_day_that_was_entered(self) -> None:
        """An empty field is today."""
        fake = FakeClient()

        managing.tested(VIEW, "退货几天？", "public", fake, day="2025-12-31")  # type: ignore[arg-type]
        managing.tested(VIEW, "退货几天？", "public", fake, day="")  # type: ignore[arg-type]

        assert fake.asked_of == [date(2025, 12, 31), None]

    def test_says_when_a_day_cant_be_read(self) -> None:
        """Nothing is asked."""
        fake = FakeClient()

        html = managing.tested(VIEW, "退货几天？", "public", fake, day="31.12.2025")  # type: ignore[arg-type]

        assert "日期无法识别" in html
        assert fake.asked_of == []

    def test_tells_why_a_document_is_missing(self) -> None:
        """For the very question, reader and day."""
        fake = FakeClient(absence=Absence.WITHHELD)

        html = managing.missed(VIEW, "退货几天？", "public", "2026-12-01", RETURNS, fake)  # type: ignore[arg-type]

        assert "提问者在这一天不能看到它" in html
        assert fake.asked_of == [date(2026, 12, 1)]

    def test_wants_a_document_to_be_chosen(self) -> None:
        """It says so."""
        html = managing.missed(VIEW, "退货几天？", "public", "", DocumentId(""), FakeClient())  # type: ignore[arg-type]

        assert "请先选择一份文档" in html

    def test_changes_the_days_of_a_version(self) -> None:
        """The panel shows what holds from now on."""
        fake = FakeClient()
        opened = managing.opened(VIEW, RETURNS)

        html = managing.dated(opened, 2, "2026-01-01", "", fake)  # type: ignore[arg-type]

        assert "第 2 版的有效期已保存" in html
        assert 'name="effective_from" value="2026-01-01"' in html

    def test_says_why_days_cant_be_used(self) -> None:
        """In the server's words."""
        opened = managing.opened(VIEW, RETURNS)

        html = managing.dated(opened, 2, "2026-02-01", "2026-01-01", FakeClient())  # type: ignore[arg-type]

        assert "Correct a date" in html
