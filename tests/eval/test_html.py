"""The report page: shows what the runs have, loads nothing, and lets no text of a suite become markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from eval.html.gathering import gather
from eval.html.judged import wilson
from eval.html.markup import Markup, clean, element
from eval.html.page import page
from eval.html.svg import count_axis, short, size_axis
from eval.html.worst import MOST, why_words, worst_cases
from eval.measures.judged import judged_measures
from eval.measures.mean import Mean
from eval.runs import CaseResult, Judgement, RunFile, RunKind, SystemRun, Timings, record

NOW = datetime(2026, 11, 23, tzinfo=UTC)
WHY = {"matched": ["退货"], "dense_rank": 2, "dense_score": 0.83, "lexical_rank": None, "lexical_score": None}


def retrieval(suite: str = "shop", *, text: str = "退货期限多久", wanted: str = "十五天内可以退货。") -> RunFile:
    told = {"id": "p1", "title": "", "text": wanted, "grade": 1, "rank": 2, "why": WHY}
    found = {
        "id": "p2",
        "title": "物流",
        "text": "三天内发货。",
        "grade": 0,
        "rank": 1,
        "why": {**WHY, "dense_rank": 1},
    }
    details = {"wanted": [told], "wanted_in_all": 1, "found": [found], "depth": 20}
    cases = [
        CaseResult("q1", text, {"ndcg@10": 0.63}, details),
        CaseResult("q2", "包邮吗", {"ndcg@10": 1.0}, details),
    ]
    systems = {
        "dense": SystemRun.of([replace(case, details={}) for case in cases]),
        "zhida": SystemRun.of(cases, timings_ms=Timings(8.0, 12.0), facts={"passages": 1200}),
    }
    return record(RunKind.RETRIEVAL, suite, systems, models={"encoder": "fake@01/64"}, settings={"depth": 20}, now=NOW)


def refusal() -> RunFile:
    cases = [CaseResult(f"q{at}", f"问题{at}", {}, {}, Judgement(at / 20, at > 8, at > 10)) for at in range(20)]
    also = judged_measures([case.judgement for case in cases if case.judgement])
    return record(RunKind.REFUSAL, "shop", {"zhida": SystemRun.of(cases, also=also)}, models={}, now=NOW)


def latency() -> RunFile:
    systems = {
        f"{size:,} passages": SystemRun(
            {"recall@10": Mean(0.98, 0.0, 100)}, timings_ms=Timings(ms, 2 * ms), facts={"passages": size}
        )
        for size, ms in ((1_000, 9.0), (100_000, 20.0))
    }
    return record(RunKind.LATENCY, "search-scale", systems, models={}, now=NOW)


class Reader(HTMLParser):
    """Collects what a browser would act on, and checks that elements are closed in order."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "col"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def shown(*runs: RunFile, **options: Any) -> str:
    return page([("run", runs)], **options)


class TestParts:
    def test_every_kind_of_run_has_its_part(self) -> None:
        """And all fit onto one page."""
        text = shown(retrieval(), refusal(), latency())

        for heading in ("按数据集的质量", "风险与覆盖", "校准", "不同规模下的速度", "最差的问题及原因", "版本与设置"):
            assert heading in text

    @pytest.mark.parametrize(
        ("run", "missing"),
        [
            (retrieval(), ["风险与覆盖", "校准"]),
            (refusal(), ["不同规模下的速度"]),
            (latency(), ["按数据集的质量", "风险与覆盖", "校准", "最差的问题及原因"]),
        ],
        ids=["retrieval", "refusal", "latency"],
    )
    def test_what_no_run_has_is_left_out(self, run: RunFile, missing: list[str]) -> None:
        """No empty drawings."""
        text = shown(run)

        assert [heading for heading in missing if heading in text] == []

    def test_no_run_is_refused(self) -> None:
        """An empty page would look like a result."""
        with pytest.raises(InvalidInput, match="no run"):
            page([])

    def test_a_suite_in_two_files_is_shown_side_by_side(self) -> None:
        """The system's name then carries the file's."""
        text = page([("before", [retrieval()]), ("after", [retrieval()])])

        assert "zhida · before" in text
        assert "zhida · after" in text

    def test_several_suites_have_an_average(self) -> None:
        """Each counts alike; one suite needs none."""
        assert "mean of sets" in shown(retrieval("a"), retrieval("b"))
        assert "mean of sets" not in shown(retrieval("a"))

    def test_what_differs_between_runs_is_told_apart(self) -> None:
        """A setting that all share stands once; one that differs stands with each run."""
        other = replace(retrieval("b"), settings={"depth": 50})

        assert "where they differ" in shown(retrieval("a"), other)
        assert "where they differ" not in shown(retrieval("a"), retrieval("b"))


class TestSafety:
    def test_nothing_is_loaded_and_nothing_runs(self) -> None:
        """No script, no event handler, no style attribute, no address of anything."""
        reader = Reader(shown(retrieval(), refusal(), latency()))

        assert not {"script", "link", "img", "iframe", "object", "use", "image", "foreignobject"} & set(reader.tags)
        names = {name for name, _ in reader.attributes}
        assert not {"src", "href", "xlink:href", "style", "srcset", "action"} & names
        assert not [name for name in names if name.startswith("on")]

    def test_the_policy_allows_the_one_style_and_nothing_else(self) -> None:
        """The hash is that of the style in the page."""
        import hashlib
        from base64 import b64encode

        text = shown(retrieval())
        style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)

        assert style is not None
        digest = b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert f"default-src 'none'; style-src 'sha256-{digest}'" in text
        assert "url(" not in style[1]
        assert "@import" not in style[1]

    def test_markup_in_a_suite_is_text(self) -> None:
        """Questions, passages, names: all are data."""
        evil = "</h4><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
        run = retrieval(evil, text=evil, wanted=evil)
        run = replace(run, systems={evil: run.systems["zhida"]}, settings={evil: evil}, models={evil: evil})

        reader = Reader(page([(evil, [run])]))

        assert not {"script", "img"} & set(reader.tags)
        assert any(evil in text for text in reader.text)

    @given(st.text(max_size=40), st.text(max_size=40))
    def test_any_text_comes_out_as_it_went_in(self, child: str, value: str) -> None:
        """As text and as an attribute, apart from characters that no page may hold."""
        reader = Reader(element("p", child, title=value))

        assert "".join(reader.text).replace("\r", "") == clean(child)
        assert reader.attributes == [("title", clean(value))]

    def test_without_texts_no_question_and_no_passage_is_repeated(self) -> None:
        """For suites whose licence forbids it; ids and figures stay."""
        text = shown(retrieval(), texts=False)

        assert "退货" not in text
        assert "发货" not in text
        assert "q1" in text


class TestWorstCases:
    def test_come_worst_first_and_leave_out_what_is_fine(self) -> None:
        """A perfect case isn't among the worst, however few there are."""
        found = worst_cases(RunKind.RETRIEVAL, gather([("run", [retrieval()])]))

        assert [bad.case.case_id for bad in found] == ["q1"]

    def test_are_those_of_the_product(self) -> None:
        """Its parts are measured for comparison; nobody mends them."""
        found = worst_cases(RunKind.RETRIEVAL, gather([("run", [retrieval()])]))

        assert {bad.shown.name for bad in found} == {"zhida"}

    def test_equally_bad_ones_are_taken_from_the_suites_in_turn(self) -> None:
        """Else the first suite alone would fill the list."""
        runs = [
            record(
                RunKind.RETRIEVAL,
                suite,
                {"zhida": SystemRun.of([CaseResult(f"q{at}", "", {"ndcg@10": 0.0}) for at in range(30)])},
                models={},
            )
            for suite in ("a", "b")
        ]

        found = worst_cases(RunKind.RETRIEVAL, gather([("run", runs)]))

        assert len(found) == MOST
        assert [bad.suite for bad in found] == ["a", "b"] * 5

    def test_of_judged_cases_are_those_whose_confidence_was_most_wrong(self) -> None:
        """Sure and wrong, or unsure and right."""
        cases = [
            CaseResult("fine", "", {}, judgement=Judgement(0.9, True, True)),
            CaseResult("sure", "", {}, judgement=Judgement(0.9, False, False)),
            CaseResult("shy", "", {}, judgement=Judgement(0.3, True, True)),
        ]
        run = record(RunKind.REFUSAL, "shop", {"zhida": SystemRun.of(cases)}, models={})

        assert [bad.case.case_id for bad in worst_cases(RunKind.REFUSAL, gather([("run", [run])]))][:2] == [
            "sure",
            "shy",
        ]

    def test_why_says_both_ranks_and_the_matching_words(self) -> None:
        """What a manager needs to see whether a word or a meaning is missing."""
        assert why_words(WHY) == "语义 meaning: 第 2 名 #2 (0.83) · 字词 words: 未找到 not found · 匹配 matched: 退货"

    def test_why_says_what_pushed_an_entry_up_or_down(self) -> None:
        """As far as the ranking tells."""
        why = {**WHY, "contributions": [{"part": "meaning", "points": 1.2}, {"part": "words", "points": -0.3}]}

        assert "得分 score: meaning +1.20, words -0.30" in why_words(why)

    def test_details_of_other_programs_are_shown_as_they_are(self) -> None:
        """Whatever a run file holds, the page is made."""
        cases = [CaseResult("q", "?", {"f1": 0.1}, {"wanted": ["p1"], "found": "nothing", "x": {"y": [1, None]}})]
        run = record(RunKind.NLU, "shop", {"zhida": SystemRun.of(cases)}, models={})

        assert "p1" in shown(run)
        assert "nothing" in shown(run)


class TestFigures:
    def test_wilsons_interval_is_sensible_at_the_edges(self) -> None:
        """Three of three isn't certainty. By hand: 3 / (3 + 1.96²)."""
        low, high = wilson(1.0, 3)

        assert high == pytest.approx(1.0)
        assert low == pytest.approx(3 / (3 + 1.96**2))

    @given(st.floats(0.01, 1e6))
    def test_an_axis_ends_above_the_highest_value_with_few_marks(self, highest: float) -> None:
        """Round steps, at most seven of them."""
        axis = count_axis("", highest)

        assert axis.high >= highest * 0.999
        assert 2 <= len(axis.ticks) <= 8

    def test_a_single_size_has_an_axis_too(self) -> None:
        """One power of ten around it."""
        axis = size_axis("", [1_000])

        assert axis.low <= 1_000 <= axis.high
        assert axis.low < axis.high

    def test_counts_are_short(self) -> None:
        """Under an axis there is little room."""
        assert [short(value) for value in (0, 950, 10_000, 1_500_000)] == ["0", "950", "10k", "1.5M"]

    def test_markup_is_kept_and_text_is_escaped(self) -> None:
        """The one way in for markup is to have been made by `element`."""
        assert element("p", element("b", "<"), "<") == Markup("<p><b>&lt;</b>&lt;</p>")
