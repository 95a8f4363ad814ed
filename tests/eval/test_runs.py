"""Run files: written whole, read back the same, refused with a reason."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from eval.measures.mean import Mean
from eval.runs import (
    LOWER_IS_BETTER,
    CaseResult,
    Judgement,
    RunFile,
    RunKind,
    SystemRun,
    Timings,
    read_run,
    read_runs,
    record,
    write_run,
    write_runs,
)
from eval.suite_refusal import ANSWERABLE, CaseKind

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def make_run(suite: str = "shop", *, values: dict[str, float] | None = None) -> RunFile:
    case = CaseResult(
        "q1",
        "退货期限多久",
        values or {"ndcg@10": 0.5},
        {"wanted": ["p1"], "found": [{"id": "p2", "why": {"matched": ["退货"]}}]},
        Judgement(0.7, answerable=True, right=False),
    )
    return record(
        RunKind.RETRIEVAL,
        suite,
        {"zhida": SystemRun.of([case], timings_ms=Timings(1.5, 3.0), facts={"passages": 4})},
        models={"encoder": "fake@0123456789abcdef/64"},
        settings={"depth": 20},
        seed=7,
        now=NOW,
    )


class TestRoundTrip:
    def test_what_is_read_is_what_was_written(self, tmp_path: Path) -> None:
        """Types and all: a time is a time again, a judgement a judgement."""
        write_run(tmp_path / "run.json", make_run())

        assert read_run(tmp_path / "run.json") == make_run()

    def test_several_suites_fit_into_one_file(self, tmp_path: Path) -> None:
        """In the order given."""
        write_runs(tmp_path / "new" / "run.json", [make_run("b"), make_run("a")])

        assert [run.suite for run in read_runs(tmp_path / "new" / "run.json")] == ["b", "a"]

    @given(
        text=st.text(alphabet=st.characters(codec="utf-8")),
        values=st.dictionaries(st.text(alphabet=st.characters(codec="utf-8")), st.floats(0, 1), min_size=1),
    )
    def test_any_text_and_any_share_survive(
        self, tmp_path_factory: pytest.TempPathFactory, text: str, values: dict[str, float]
    ) -> None:
        """Line breaks, quotes and control characters of a suite are data."""
        run = make_run(values=values)
        case = replace(run.systems["zhida"].cases[0], text=text)
        run = replace(run, systems={text: SystemRun.of([case])})
        path = tmp_path_factory.mktemp("runs") / "run.json"

        write_run(path, run)

        assert read_run(path) == run

    def test_numbers_of_numpy_become_plain_ones(self, tmp_path: Path) -> None:
        """Scores come from numpy more often than not."""
        write_run(tmp_path / "run.json", make_run(values={"score": np.float32(0.5)}))  # type: ignore[dict-item]  # on purpose

        assert read_run(tmp_path / "run.json").systems["zhida"].cases[0].values == {"score": 0.5}

    def test_a_later_run_replaces_the_file_whole(self, tmp_path: Path) -> None:
        """Nothing else is left in the folder."""
        write_run(tmp_path / "run.json", make_run("first"))
        write_run(tmp_path / "run.json", make_run("second"))

        assert read_run(tmp_path / "run.json").suite == "second"
        assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


class TestRecord:
    def test_says_which_versions_and_which_machine(self) -> None:
        """Enough to tell why two runs may differ."""
        run = make_run()

        assert run.zhida_version
        assert run.environment.cores >= 1
        assert "numpy" in run.environment.packages

    def test_a_case_without_a_value_is_left_out_of_that_mean(self) -> None:
        """Recall of a question that nothing answers is undefined, not zero."""
        system = SystemRun.of([CaseResult("a", "", {"recall": 1.0, "right": 1.0}), CaseResult("b", "", {"right": 0.0})])

        assert system.measures["recall"] == Mean(1.0, 0.0, 1)
        assert (system.measures["right"].value, system.measures["right"].cases) == (0.5, 2)

    def test_times_are_milliseconds(self) -> None:
        """Of seconds measured; none measured, none given."""
        assert Timings.of([0.001, 0.002, 0.003]) == Timings(pytest.approx(2.0), pytest.approx(2.9))
        assert Timings.of([]) is None


class TestDirections:
    def test_answering_what_nothing_answers_is_an_error_whatever_the_kind(self) -> None:
        """A kind of question that is added needs its line in `LOWER_IS_BETTER`."""
        unanswerable = [kind for kind in CaseKind if kind not in ANSWERABLE]

        assert {f"answered_{kind}" for kind in unanswerable} <= LOWER_IS_BETTER


class TestRefusesToWrite:
    def test_a_value_that_is_no_number(self, tmp_path: Path) -> None:
        """The file that was there stays."""
        write_run(tmp_path / "run.json", make_run("kept"))

        with pytest.raises(InvalidInput, match="finite number"):
            write_run(tmp_path / "run.json", make_run(values={"ndcg@10": float("nan")}))

        assert read_run(tmp_path / "run.json").suite == "kept"

    def test_the_same_suite_twice(self, tmp_path: Path) -> None:
        """A comparison couldn't tell them apart."""
        with pytest.raises(InvalidInput, match="'retrieval shop' is there twice"):
            write_runs(tmp_path / "run.json", [make_run(), make_run()])

    def test_the_same_case_twice(self, tmp_path: Path) -> None:
        """Cases are paired by their id."""
        case = CaseResult("q1", "", {})
        run = replace(make_run(), systems={"zhida": SystemRun.of([case, case])})

        with pytest.raises(InvalidInput, match="the case 'q1' is there twice"):
            write_run(tmp_path / "run.json", run)


def spoil(path: Path, change: Any) -> None:
    raw = json.loads(path.read_text(encoding="utf-8"))
    change(raw)
    path.write_text(json.dumps(raw), encoding="utf-8")


class TestRefusesToRead:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "isn't a run file"),
            (b"{", "isn't a run file"),
            (b"[]", "lacks «schema»"),
            (b'{"retrievers": {}}', "lacks «schema»"),
            (b"\xff\xfe", "isn't a run file"),
            (b'{"schema": 99, "runs": []}', "schema 99"),
            (b'{"schema": 1, "runs": []}', "holds no run"),
            (b'{"schema": 1, "runs": 3}', "isn't a whole run file"),
        ],
    )
    def test_what_is_no_run_file(self, tmp_path: Path, content: bytes, reason: str) -> None:
        """The message names the file and what is wrong."""
        (tmp_path / "x.json").write_bytes(content)

        with pytest.raises(InvalidInput, match=rf"x\.json.*{reason}"):
            read_runs(tmp_path / "x.json")

    def test_a_file_that_isnt_there(self, tmp_path: Path) -> None:
        """And says how to get one."""
        with pytest.raises(InvalidInput, match="Measure first"):
            read_runs(tmp_path / "none.json")

    def test_a_missing_field_by_its_place(self, tmp_path: Path) -> None:
        """So that a file made by another program can be mended."""
        path = tmp_path / "run.json"
        write_run(path, make_run())
        spoil(path, lambda raw: raw["runs"][0]["systems"]["zhida"]["cases"][0].pop("case_id"))

        with pytest.raises(InvalidInput, match="systems → zhida → cases → 0 → case_id"):
            read_runs(path)

    def test_a_value_of_another_type(self, tmp_path: Path) -> None:
        """A text isn't taken for a number, even if it looks like one."""
        path = tmp_path / "run.json"
        write_run(path, make_run())
        spoil(path, lambda raw: raw["runs"][0]["systems"]["zhida"]["measures"]["ndcg@10"].update(value="0.5"))

        with pytest.raises(InvalidInput, match="measures → ndcg@10 → value"):
            read_runs(path)

    def test_a_constant_that_json_lacks(self, tmp_path: Path) -> None:
        """`NaN` would poison every mean."""
        path = tmp_path / "run.json"
        write_run(path, make_run(values={"ndcg@10": 0.25}))
        path.write_text(path.read_text(encoding="utf-8").replace("0.25", "NaN"), encoding="utf-8")

        with pytest.raises(InvalidInput, match="NaN isn't a number"):
            read_runs(path)

    def test_several_runs_where_one_is_wanted(self, tmp_path: Path) -> None:
        """The message says which are there."""
        write_runs(tmp_path / "run.json", [make_run("a"), make_run("b")])

        with pytest.raises(InvalidInput, match="retrieval a, retrieval b"):
            read_run(tmp_path / "run.json")
