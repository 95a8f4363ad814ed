"""Times by the size of the knowledge base."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import InvalidInput
from eval.latency import of_suite, synthetic
from eval.runs import PRODUCT, RunKind
from eval.suite import read_retrieval_suite
from eval.workbench import Workbench
from models.fake_encoder import FakeEncoder


class TestOfSuite:
    def test_times_the_suites_questions_on_its_corpus(self, tmp_path: Path) -> None:
        """As many as asked for, each with its own time."""
        rows = [{"id": f"p{at}", "title": "", "text": f"第{at}种商品保修{at}年。"} for at in range(9)]
        (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
        asked = [{"id": f"q{at}", "text": f"第{at}种商品保修多久"} for at in range(5)]
        (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, asked)))
        (tmp_path / "qrels.tsv").write_text("\n".join(f"q{at}\tp{at}\t1" for at in range(5)))
        suite = read_retrieval_suite(tmp_path)

        with Workbench(suite, encoder=FakeEncoder()) as bench:
            run = of_suite(suite, bench, questions=3)

        system = run.systems[PRODUCT]
        assert run.kind is RunKind.LATENCY
        assert system.facts["passages"] == 9
        assert [case.case_id for case in system.cases] == ["q0", "q1", "q2"]
        times = [case.details["ms"] for case in system.cases]
        assert system.timings_ms is not None
        assert min(times) <= system.timings_ms.p50 <= system.timings_ms.p95 <= max(times)


class TestSynthetic:
    @pytest.mark.parametrize("size", [0, 999, 1500])
    def test_sizes_come_in_thousands(self, size: int) -> None:
        """Refused before anything is filled."""
        with pytest.raises(InvalidInput, match="multiple of 1000"):
            synthetic([1000, size])
