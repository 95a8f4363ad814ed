"""A small suite through the product's own ingest and search."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.types import Expansion, Understood
from eval.report import to_json, to_table
from eval.retrieval import MEASURES, RETRIEVERS, RetrievalResult, details_of, evaluate, read_as, to_run_file
from eval.runs import PRODUCT, read_run, write_run
from eval.suite import CaseId, CorpusId, RetrievalCase, RetrievalSuite, read_retrieval_suite
from eval.workbench import Workbench
from models.fake_encoder import FakeEncoder

CORPUS = {
    "p1": "退货期限为签收后十五天。",
    "p2": "订单满九十九元包邮。",
    "p3": "电子发票在订单页下载。",
    "long": "# 保修\n\n"
    + "\n\n".join(
        f"## 第{number}章\n\n第{number}种零件保修{number}个月，人为损坏除外。" * 6 for number in range(1, 20)
    ),
}
QUERIES = {"q1": ("退货期限多久", "p1"), "q2": ("多少钱包邮", "p2"), "q3": ("第7种零件保修几个月", "long")}


@pytest.fixture
def suite(tmp_path: Path) -> RetrievalSuite:
    folder = tmp_path / "shop"
    folder.mkdir()
    rows = [{"id": name, "title": "", "text": text} for name, text in CORPUS.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    queries = [{"id": name, "text": text} for name, (text, _) in QUERIES.items()]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), encoding="utf-8")
    (folder / "qrels.tsv").write_text(
        "\n".join(f"{name}\t{entry}\t1" for name, (_, entry) in QUERIES.items()), encoding="utf-8"
    )
    return read_retrieval_suite(folder)


def run_suite(suite: RetrievalSuite, work: Path | None = None) -> RetrievalResult:
    with Workbench(suite, encoder=FakeEncoder(dimension=256), work=work) as bench:
        return evaluate(suite, bench.built, bench.retriever)


class TestEvaluate:
    def test_every_retriever_is_measured_on_every_case(self, suite: RetrievalSuite) -> None:
        """The easy questions of this suite are answered by all of them."""
        result = run_suite(suite)

        assert set(result.retrievers) == set(RETRIEVERS)
        assert {name: found.measures["recall@5"].value for name, found in result.retrievers.items()} == dict.fromkeys(
            RETRIEVERS, 1.0
        )
        assert all(mean.cases == 3 for found in result.retrievers.values() for mean in found.measures.values())

    def test_a_long_entry_is_split_and_ranks_where_its_best_passage_does(self, suite: RetrievalSuite) -> None:
        """More passages than entries; the entry counts once."""
        result = run_suite(suite)

        assert result.passages > result.entries == 4

    def test_a_kept_knowledge_base_isnt_embedded_again(self, suite: RetrievalSuite, tmp_path: Path) -> None:
        """The figures are the same; the ingest rate of the second run is unknown rather than wrong."""
        first, second = run_suite(suite, tmp_path / "work"), run_suite(suite, tmp_path / "work")

        assert first.passages_per_second is not None
        assert second.passages_per_second is None
        assert [found.measures for found in first.retrievers.values()] == [
            found.measures for found in second.retrievers.values()
        ]


class TestRunFile:
    def test_holds_every_case_of_every_retriever(self, suite: RetrievalSuite, tmp_path: Path) -> None:
        """And comes back from the file as it went in."""
        run = to_run_file(run_suite(suite))

        write_run(tmp_path / "run.json", run)

        assert read_run(tmp_path / "run.json") == run
        assert {name: [case.case_id for case in system.cases] for name, system in run.systems.items()} == {
            name: ["q1", "q2", "q3"] for name in RETRIEVERS
        }
        assert run.models["encoder"].startswith("fake@")

    def test_the_means_are_those_of_the_cases(self, suite: RetrievalSuite) -> None:
        """What is compared case by case is what the table shows."""
        system = to_run_file(run_suite(suite)).systems[PRODUCT]

        for measure, mean in system.measures.items():
            assert mean.value == pytest.approx(sum(case.values[measure] for case in system.cases) / 3)

    def test_a_case_tells_what_was_wanted_where_it_came_and_why(self, suite: RetrievalSuite) -> None:
        """So that a person can see what went wrong without searching again."""
        case = to_run_file(run_suite(suite)).systems[PRODUCT].cases[0]

        (wanted,) = case.details["wanted"]
        assert (wanted["id"], wanted["grade"], wanted["rank"], wanted["text"]) == ("p1", 1, 1, CORPUS["p1"])
        assert wanted["why"]["dense_rank"] == 1
        assert case.details["found"][0] == wanted

    def test_what_was_searched_for_instead_is_told(self) -> None:
        """A misspelt word that was corrected, synonyms that were added; nothing where the question was taken as it is."""
        as_it_is = Understood("退货期限", "退货期限")
        corrected = Understood("tuihuo期限", "退货期限", expansions=(Expansion("退换货", 0.5, "退货"),))

        assert read_as(as_it_is) == {}
        assert read_as(corrected) == {"searched_for": "退货期限", "also_searched_for": ["退换货"]}

    def test_a_wanted_entry_that_wasnt_found_is_told_all_the_same(self, suite: RetrievalSuite) -> None:
        """Its rank is unknown, its text comes from the suite."""
        case = RetrievalCase(CaseId("q"), "退货", {CorpusId("p2"): 1})

        details = details_of(case, {}, {entry.corpus_id: entry for entry in suite.corpus})

        assert details["wanted"] == [
            {"id": "p2", "title": "", "text": CORPUS["p2"], "grade": 1, "rank": None, "why": None}
        ]
        assert details["found"] == []


class TestReport:
    def test_is_plain_json_and_a_table(self, suite: RetrievalSuite) -> None:
        """Both name every retriever and every measure."""
        result = run_suite(suite)

        raw = json.loads(json.dumps(to_json(result)))

        assert set(raw["retrievers"]["fused"]["measures"]) == set(MEASURES)
        assert to_table(result).row_count == len(RETRIEVERS)
