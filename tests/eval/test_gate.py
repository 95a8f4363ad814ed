"""The gate passes what holds, and fails what fell or is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import InvalidInput
from eval.gate import check
from eval.measures.judged import judged_measures
from eval.measures.mean import Mean
from eval.runs import CaseResult, Judgement, RunFile, RunKind, SystemRun, record


def make_run(suite: str = "shop", **systems: dict[str, float]) -> RunFile:
    """Values by case of each system."""
    return record(
        RunKind.RETRIEVAL,
        suite,
        {
            name: SystemRun.of([CaseResult(case_id, case_id, {"ndcg@10": value}) for case_id, value in cases.items()])
            for name, cases in systems.items()
        },
        models={},
    )


class TestPasses:
    def test_a_drop_that_is_tolerated(self) -> None:
        """Up to and including the limit, whatever rounding adds."""
        report = check([make_run(zhida={"a": 0.8})], [make_run(zhida={"a": 0.79})], max_drop=0.01)

        assert report.passed
        assert report.checked[0].drop == pytest.approx(0.01)

    def test_a_rise_of_any_size(self) -> None:
        """Even with no drop tolerated."""
        assert check([make_run(zhida={"a": 0.2})], [make_run(zhida={"a": 0.9})], max_drop=0).passed

    def test_what_the_parts_lose(self) -> None:
        """The product is what customers get; its parts are checked only if asked for."""
        before = make_run(zhida={"a": 0.8}, dense={"a": 0.8})
        after = make_run(zhida={"a": 0.8}, dense={"a": 0.1})

        assert check([before], [after], max_drop=0.01).passed
        assert not check([before], [after], max_drop=0.01, systems=["dense"]).passed

    def test_cases_that_came_or_went(self) -> None:
        """Compared is what both have; the rest is told. A harder new question isn't a loss."""
        before = make_run(zhida={"a": 0.8, "gone": 1.0})
        after = make_run(zhida={"a": 0.8, "new": 0.0})

        report = check([before], [after], max_drop=0.01)

        assert report.passed
        assert report.checked[0].cases == 1
        assert report.notes == ("shop, zhida: 1 cases are gone or changed, 1 are new; 1 compared.",)


class TestFails:
    def test_a_drop_beyond_the_limit_with_a_readable_reason(self) -> None:
        """Which measure, from what to what, and what was tolerated."""
        report = check([make_run(zhida={"a": 0.8})], [make_run(zhida={"a": 0.7})], max_drop=0.01)

        assert not report.passed
        assert report.failures == (
            "shop: ndcg@10 of zhida went from 0.8000 to 0.7000, 0.1000 worse; tolerated is 0.01 (1 cases).",
        )

    def test_the_rise_of_an_error(self) -> None:
        """`ece` is better when it is lower."""
        before = record(RunKind.REFUSAL, "shop", {"zhida": SystemRun({"ece": Mean(0.05, 0.0, 9)})}, models={})
        after = record(RunKind.REFUSAL, "shop", {"zhida": SystemRun({"ece": Mean(0.15, 0.0, 9)})}, models={})

        assert not check([before], [after], max_drop=0.05).passed
        assert check([after], [before], max_drop=0.05).passed

    def test_a_suite_that_is_gone(self) -> None:
        """A run mustn't pass by measuring less."""
        report = check([make_run("a", zhida={"q": 1.0}), make_run("b", zhida={"q": 1.0})], [make_run("a", zhida={"q": 1.0})], max_drop=0.01)  # fmt: skip

        assert report.failures == ("b: the new run has no such suite. Measure it as well.",)

    def test_a_system_that_is_gone(self) -> None:
        """Nor by leaving out the system."""
        report = check([make_run(zhida={"q": 1.0})], [make_run(dense={"q": 1.0})], max_drop=0.01)

        assert "no system 'zhida'" in report.failures[0]

    def test_a_measure_that_is_gone(self) -> None:
        """Nor by leaving out the measure."""
        before, after = make_run(zhida={"q": 1.0}), make_run(zhida={"q": 1.0})
        after = replace(after, systems={"zhida": SystemRun.of([CaseResult("q", "q", {"mrr@10": 1.0})])})

        assert check([before], [after], max_drop=0.01).failures == (
            "shop: the new run lacks ndcg@10 of zhida. Measure it as well.",
        )

    def test_cases_that_are_all_gone(self) -> None:
        """Nothing is left that could be compared."""
        report = check([make_run(zhida={"a": 1.0})], [make_run(zhida={"b": 1.0})], max_drop=0.01)

        assert "no case of the baseline" in report.failures[0]

    def test_a_loss_among_the_old_cases_that_easy_new_ones_would_hide(self) -> None:
        """The mean over all cases rises, but what was answered before isn't any more."""
        before = make_run(zhida={"a": 1.0})
        after = make_run(zhida={"a": 0.0, **{f"new{at}": 1.0 for at in range(99)}})

        assert not check([before], [after], max_drop=0.01).passed


class TestWholeSetMeasures:
    def judged(self, confidences: dict[str, float]) -> RunFile:
        cases = [
            CaseResult(name, name, {}, judgement=Judgement(confidence, name < "c", name < "c"))
            for name, confidence in confidences.items()
        ]
        also = judged_measures([case.judgement for case in cases if case.judgement])
        return record(RunKind.REFUSAL, "shop", {"zhida": SystemRun.of(cases, also=also)}, models={})

    def test_are_worked_out_again_on_the_common_cases(self) -> None:
        """AUROC over `a` to `d` is 1 in both runs; the new case `e` alone would lower it."""
        before = self.judged({"a": 0.9, "b": 0.8, "c": 0.2, "d": 0.1})
        after = self.judged({"a": 0.9, "b": 0.8, "c": 0.2, "d": 0.1, "e": 0.99})

        report = check([before], [after], max_drop=0.0, measures=["auroc"])

        assert [(each.before, each.after) for each in report.checked] == [(1.0, 1.0)]

    def test_a_measure_that_cant_be_is_told(self) -> None:
        """Rather than compared over different cases."""
        before, after = self.judged({"a": 0.9, "c": 0.2}), self.judged({"a": 0.9, "c": 0.2, "d": 0.1})
        system = before.systems["zhida"]
        before = replace(
            before, systems={"zhida": replace(system, measures={**system.measures, "f1": Mean(1.0, 0, 2)})}
        )

        report = check([before], [after], max_drop=0.0)

        assert report.passed
        assert "shop, zhida: f1 isn't checked: it can't be worked out on those cases." in report.notes
        assert "auroc" in {each.measure for each in report.checked}


class TestRefuses:
    def test_a_tolerated_drop_that_is_no_share(self) -> None:
        """5 for 5 % would let everything pass."""
        with pytest.raises(InvalidInput, match="between 0 and 1"):
            check([make_run(zhida={"a": 1.0})], [make_run(zhida={"a": 0.0})], max_drop=5)

    def test_a_measure_that_the_baseline_lacks(self) -> None:
        """A misspelt name mustn't pass."""
        with pytest.raises(InvalidInput, match="nothing to check"):
            check([make_run(zhida={"a": 1.0})], [make_run(zhida={"a": 0.0})], max_drop=0.01, measures=["ndgc@10"])
