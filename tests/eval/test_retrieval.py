"""A small suite through the product's own ingest and search."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.report import to_json, to_table
from eval.retrieval import MEASURES, RETRIEVERS, RetrievalResult, evaluate
from eval.suite import RetrievalSuite, read_retrieval_suite
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


def run(suite: RetrievalSuite, work: Path | None = None) -> RetrievalResult:
    with Workbench(suite, encoder=FakeEncoder(dimension=256), work=work) as bench:
        return evaluate(suite, bench.built, bench.retriever)


class TestEvaluate:
    def test_every_retriever_is_measured_on_every_case(self, suite: RetrievalSuite) -> None:
        """The easy questions of this suite are answered by all of them."""
        result = run(suite)

        assert set(result.retrievers) == set(RETRIEVERS)
        assert {name: found.measures["recall@5"].value for name, found in result.retrievers.items()} == dict.fromkeys(
            RETRIEVERS, 1.0
        )
        assert all(mean.cases == 3 for found in result.retrievers.values() for mean in found.measures.values())

    def test_a_long_entry_is_split_and_ranks_where_its_best_passage_does(self, suite: RetrievalSuite) -> None:
        """More passages than entries; the entry counts once."""
        result = run(suite)

        assert result.passages > result.entries == 4

    def test_a_kept_knowledge_base_isnt_embedded_again(self, suite: RetrievalSuite, tmp_path: Path) -> None:
        """The figures are the same; the ingest rate of the second run is unknown rather than wrong."""
        first, second = run(suite, tmp_path / "work"), run(suite, tmp_path / "work")

        assert first.passages_per_second is not None
        assert second.passages_per_second is None
        assert [found.measures for found in first.retrievers.values()] == [
            found.measures for found in second.retrievers.values()
        ]


class TestReport:
    def test_is_plain_json_and_a_table(self, suite: RetrievalSuite) -> None:
        """Both name every retriever and every measure."""
        result = run(suite)

        raw = json.loads(json.dumps(to_json(result)))

        assert set(raw["retrievers"]["fused"]["measures"]) == set(MEASURES)
        assert to_table(result).row_count == len(RETRIEVERS)
