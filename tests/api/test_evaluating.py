"""`zhida eval` on the command line: options, output and exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.commands.session import Globals
from api.composition import Replacements
from core.errors import InvalidInput
from eval.runs import CaseResult, RunFile, RunKind, SystemRun, read_runs, record, write_run
from models.fake_encoder import FakeEncoder


def zhida(*arguments: str, home: Path) -> tuple[int, str]:
    """Exit code and standard output; errors come as they are raised."""
    given = Globals(replacements=Replacements(encoder=FakeEncoder()))
    environment = {"ZHIDA_HOME": str(home), "LC_ALL": "C.UTF-8"}
    result = CliRunner().invoke(app, ["eval", *arguments], obj=given, env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def write_suite(folder: Path) -> Path:
    folder.mkdir()
    entries = {"p1": "退货期限十五天。", "p2": "满九十九元包邮。"}
    rows = [{"id": name, "title": "", "text": text} for name, text in entries.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "queries.jsonl").write_text(json.dumps({"id": "q1", "text": "退货期限"}))
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tp1\t1\n")
    return folder


def make_run(value: float, *, system: str = "zhida") -> RunFile:
    cases = [CaseResult(f"q{at}", "问", {"ndcg@10": value}) for at in range(20)]
    return record(RunKind.RETRIEVAL, "shop", {system: SystemRun.of(cases)}, models={})


@pytest.fixture
def runs(tmp_path: Path) -> tuple[str, str]:
    """A run and a better one."""
    write_run(tmp_path / "a.json", make_run(0.5))
    write_run(tmp_path / "b.json", make_run(0.6))
    return str(tmp_path / "a.json"), str(tmp_path / "b.json")


class TestRetrieval:
    def test_measures_several_suites_into_one_run_file(self, tmp_path: Path) -> None:
        """One line of JSON each, and all of them in the file."""
        first, second = write_suite(tmp_path / "first"), write_suite(tmp_path / "second")
        file = tmp_path / "run.json"

        code, out = zhida(
            "retrieval", "--data", str(first), "--data", str(second), "--run", str(file), "--json", "-", home=tmp_path
        )

        assert code == 0
        assert [json.loads(line)["suite"] for line in out.splitlines()] == ["first", "second"]
        assert [run.suite for run in read_runs(file)] == ["first", "second"]

    def test_refuses_two_suites_of_one_name_before_measuring(self, tmp_path: Path) -> None:
        """They couldn't be told apart in the file."""
        folder = write_suite(tmp_path / "first")

        with pytest.raises(InvalidInput, match="one name: first, first"):
            zhida(
                "retrieval", "--data", str(folder), "--data", str(folder), "--run", str(tmp_path / "r"), home=tmp_path
            )


class TestCompare:
    def test_says_what_is_real_in_words(self, runs: tuple[str, str], tmp_path: Path) -> None:
        """For a person."""
        code, out = zhida("compare", *runs, home=tmp_path)

        assert code == 0
        assert "1 of 1 differences are real" in out
        assert "shop · zhida · ndcg@10: better 0.100" in out

    def test_gives_the_same_as_json(self, runs: tuple[str, str], tmp_path: Path) -> None:
        """For a program."""
        _, out = zhida("compare", *runs, "--json", home=tmp_path)

        (found,) = json.loads(out)["differences"]
        assert found["verdict"] == "better"
        assert found["low"] == pytest.approx(0.1)

    def test_compares_two_systems_of_one_run(self, tmp_path: Path) -> None:
        """With a single file."""
        run = make_run(0.5)
        write_run(tmp_path / "a.json", replace(run, systems={**run.systems, **make_run(0.4, system="dense").systems}))

        _, out = zhida(
            "compare", str(tmp_path / "a.json"), "--system", "dense", "--against", "zhida", "--json", home=tmp_path
        )

        assert json.loads(out)["differences"][0]["verdict"] == "better"

    @pytest.mark.parametrize("options", [[], ["--against", "zhida"], ["--system", "zhida"]])
    def test_one_file_needs_both_systems(self, runs: tuple[str, str], tmp_path: Path, options: list[str]) -> None:
        """Comparing a run with itself says nothing."""
        with pytest.raises(InvalidInput, match="--system"):
            zhida("compare", runs[0], *options, home=tmp_path)


class TestGate:
    def test_passes_what_rose(self, runs: tuple[str, str], tmp_path: Path) -> None:
        """Exit code 0."""
        code, out = zhida("gate", *runs, "--max-drop", "0.01", home=tmp_path)

        assert code == 0
        assert "Passed" in out

    def test_fails_what_fell_with_exit_code_1_and_the_reason(self, runs: tuple[str, str], tmp_path: Path) -> None:
        """The last lines of the log say which measure fell."""
        code, out = zhida("gate", *reversed(runs), "--max-drop", "0.01", home=tmp_path)

        assert code == 1
        assert "ndcg@10 of zhida went from 0.6000 to 0.5000" in out.splitlines()[-1]

    def test_gives_the_same_as_json(self, runs: tuple[str, str], tmp_path: Path) -> None:
        """The exit code stays."""
        code, out = zhida("gate", *reversed(runs), "--json", home=tmp_path)

        found: Any = json.loads(out)
        assert (code, found["passed"], len(found["failures"])) == (1, False, 1)


class TestReport:
    def test_writes_one_page_of_several_runs(self, runs: tuple[str, str], tmp_path: Path) -> None:
        """And says where."""
        code, out = zhida("report", *runs, "--out", str(tmp_path / "page.html"), home=tmp_path)

        assert code == 0
        assert "page.html" in out
        assert "zhida · b" in (tmp_path / "page.html").read_text(encoding="utf-8")

    def test_can_leave_out_the_texts(self, runs: tuple[str, str], tmp_path: Path) -> None:
        """For suites that mustn't be passed on."""
        zhida("report", *runs, "--no-texts", "--out", str(tmp_path / "page.html"), home=tmp_path)

        assert "<h4>问</h4>" not in (tmp_path / "page.html").read_text(encoding="utf-8")


class TestLatency:
    def test_needs_to_know_what_to_search(self, tmp_path: Path) -> None:
        """A suite or a number of passages."""
        with pytest.raises(InvalidInput, match="--passages"):
            zhida("latency", home=tmp_path)

    def test_times_a_suite(self, tmp_path: Path) -> None:
        """Figures as JSON, cases in the run file."""
        folder = write_suite(tmp_path / "shop")

        _, out = zhida("latency", "--data", str(folder), "--run", str(tmp_path / "r.json"), "--json", home=tmp_path)

        found = json.loads(out)
        assert (found["suite"], found["passages"]) == ("shop", 2)
        assert 0 < found["p50"] <= found["p95"]
        assert read_runs(tmp_path / "r.json")[0].kind is RunKind.LATENCY
