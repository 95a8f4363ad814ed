"""Comparing runs: real differences are found, chance isn't, and what can't be compared is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from core.errors import InvalidInput
from eval.comparison import EVERY_SUITE, Comparison, Verdict, compare
from eval.measures.judged import judged_measures
from eval.measures.mean import Mean
from eval.runs import CaseResult, Judgement, RunFile, RunKind, SystemRun, record

FEW = 2_000
"""Resamples; enough for these clear cases."""


def make_run(
    values: Mapping[str, Sequence[float]] | Sequence[float],
    *,
    suite: str = "shop",
    measure: str = "ndcg@10",
    kind: RunKind = RunKind.RETRIEVAL,
) -> RunFile:
    """A run of one measure: its values by system, or those of the product."""
    by_system = values if isinstance(values, Mapping) else {"zhida": values}
    systems = {
        name: SystemRun.of([CaseResult(f"q{at}", f"问题{at}", {measure: value}) for at, value in enumerate(row)])
        for name, row in by_system.items()
    }
    return record(kind, suite, systems, models={"encoder": "fake"})


def compared(a: RunFile, b: RunFile, **options: str) -> Comparison:
    return compare([a], [b], resamples=FEW, **options)  # type: ignore[arg-type]  # a test's options are texts


def shares(seed: int, cases: int) -> list[float]:
    values: list[float] = np.random.default_rng(seed).random(cases).tolist()
    return values


class TestFindsWhatIsReal:
    def test_a_small_gain_on_every_case_is_real(self) -> None:
        """Paired: the cases differ far more from each other than the two runs do."""
        before = shares(1, 60)

        (found,) = compared(make_run(before), make_run([value + 0.01 for value in before])).differences

        assert found.verdict is Verdict.BETTER
        assert found.difference == pytest.approx(0.01)
        assert (found.low, found.high) == (pytest.approx(0.01), pytest.approx(0.01))
        assert found.p == pytest.approx(2 / (FEW + 1))

    def test_the_other_way_round_it_is_worse(self) -> None:
        """Same size, other sign."""
        before = shares(1, 60)

        (found,) = compared(make_run([value + 0.01 for value in before]), make_run(before)).differences

        assert found.verdict is Verdict.WORSE
        assert found.difference == pytest.approx(-0.01)

    def test_one_lucky_case_is_not_real(self) -> None:
        """Half of the resamples or so draw it not at all, or in both directions."""
        (found,) = compared(make_run([0.0] * 20), make_run([1.0] + [0.0] * 19)).differences

        assert found.verdict is Verdict.OPEN
        assert found.p is not None
        assert found.p > 0.05

    def test_the_same_run_twice_shows_nothing(self) -> None:
        """No difference, and the largest p there is."""
        (found,) = compared(make_run(shares(1, 30)), make_run(shares(1, 30))).differences

        assert (found.difference, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)
        assert found.verdict is Verdict.OPEN

    def test_a_lower_error_is_better(self) -> None:
        """The Brier score is an error, so falling is good."""
        found = compared(make_run([0.5] * 30, measure="brier"), make_run([0.4] * 30, measure="brier"))

        assert found.differences[0].difference == pytest.approx(-0.1)
        assert found.differences[0].verdict is Verdict.BETTER

    def test_the_interval_is_about_that_of_theory(self) -> None:
        """1.96 standard errors of the paired differences, for 400 cases."""
        before, after = np.array(shares(1, 400)), np.array(shares(2, 400))

        (found,) = compared(make_run(before.tolist()), make_run(after.tolist())).differences

        error = (after - before).std() / 20
        assert found.high is not None
        assert found.low is not None
        assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.08)

    def test_chance_is_called_real_seldom(self) -> None:
        """Of 200 comparisons between runs that differ by noise alone, about one in twenty has p below 5 %."""
        random = np.random.default_rng(6)
        found = [
            compare([make_run(random.random(40).tolist())], [make_run(random.random(40).tolist())], resamples=500)
            for _ in range(200)
        ]

        low = sum((each.differences[0].p or 0.0) < 0.05 for each in found)
        assert low / 200 == pytest.approx(0.05, abs=0.045)

    def test_the_seed_decides_the_resamples(self) -> None:
        """The same command gives the same figures."""
        runs = [make_run(shares(1, 30))], [make_run(shares(2, 30))]

        assert compare(*runs, seed=3, resamples=FEW) == compare(*runs, seed=3, resamples=FEW)
        assert compare(*runs, seed=3, resamples=FEW) != compare(*runs, seed=4, resamples=FEW)


class TestManyDifferences:
    def test_one_of_many_that_stands_out_a_little_is_only_perhaps_real(self) -> None:
        """Alone it would be called real; among twenty one such is expected by chance."""
        random = np.random.default_rng(7)
        base = random.normal(size=100)
        noise = random.normal(size=100)
        noise += 2.3 * noise.std() / 10 - noise.mean()  # 2.3 standard errors above 0
        before = {"lucky": base.tolist(), **{f"s{at}": base.tolist() for at in range(19)}}
        after = {**before, "lucky": (base + noise).tolist()}

        alone = compared(make_run(before), make_run(after), system="lucky").differences[0]
        among = compared(make_run(before), make_run(after)).differences[0]

        assert alone.verdict is Verdict.BETTER
        assert among.verdict is Verdict.PERHAPS_BETTER
        assert among.p == alone.p

    def test_several_suites_are_taken_together_as_well(self) -> None:
        """Each suite counts alike, however many cases it has."""
        before = [make_run([0.5] * 10, suite="a"), make_run([0.5] * 90, suite="b")]
        after = [make_run([0.7] * 10, suite="a"), make_run([0.5] * 90, suite="b")]

        found = {each.suite: each for each in compare(before, after, resamples=FEW).differences}

        assert set(found) == {"a", "b", EVERY_SUITE}
        assert found[EVERY_SUITE].difference == pytest.approx(0.1)
        assert found[EVERY_SUITE].cases == 100


class TestWholeSetMeasures:
    def judged(self, confidences: Sequence[float], truth: Sequence[bool]) -> RunFile:
        cases = [
            CaseResult(f"q{at}", "", {}, judgement=Judgement(confidence, right, right))
            for at, (confidence, right) in enumerate(zip(confidences, truth, strict=True))
        ]
        also = judged_measures([case.judgement for case in cases if case.judgement])
        return record(RunKind.REFUSAL, "shop", {"zhida": SystemRun.of(cases, also=also)}, models={})

    def test_are_resampled_from_the_judged_cases(self) -> None:
        """AUROC has no value for a single case, yet its difference gets an interval."""
        truth = [True, False] * 50
        random = np.random.default_rng(8)
        blind = random.random(100).tolist()
        seeing = [0.5 * share + 0.5 * right for share, right in zip(blind, truth, strict=True)]

        found = {
            each.measure: each for each in compared(self.judged(blind, truth), self.judged(seeing, truth)).differences
        }

        assert set(found) == {"auroc", "aurc", "ece", "brier"}
        assert found["auroc"].verdict is Verdict.BETTER
        assert found["aurc"].verdict is Verdict.BETTER
        assert found["auroc"].low is not None
        assert found["auroc"].low > 0

    def test_a_figure_without_cases_cant_be_tested(self) -> None:
        """It is shown, and said to be untested."""
        a = record(RunKind.NLU, "shop", {"zhida": SystemRun({"accuracy": Mean(0.8, 0.0, 10)})}, models={})
        b = record(RunKind.NLU, "shop", {"zhida": SystemRun({"accuracy": Mean(0.9, 0.0, 10)})}, models={})

        (found,) = compared(a, b).differences

        assert (found.verdict, found.low, found.p) == (Verdict.UNKNOWN, None, None)
        assert found.difference == pytest.approx(0.1)


class TestPairsSystems:
    def test_by_name(self) -> None:
        """What only one run has is told, not dropped in silence."""
        a = make_run({"zhida": [0.1, 0.2], "old": [0.0, 0.0]})
        b = make_run({"zhida": [0.1, 0.2], "new": [0.0, 0.0]})

        result = compared(a, b)

        assert [each.system_a for each in result.differences] == ["zhida"]
        assert result.left_out == ("shop: old only in A", "shop: new only in B")

    def test_or_two_systems_of_the_same_run(self) -> None:
        """The product against one of its parts, or against another product."""
        run = make_run({"dense": [0.1] * 30, "zhida": [0.2] * 30})

        (found,) = compared(run, run, system="dense", against="zhida").differences

        assert (found.system_a, found.system_b, found.verdict) == ("dense", "zhida", Verdict.BETTER)

    def test_what_else_changed_is_told(self) -> None:
        """A better figure with another encoder isn't a better search."""
        a, b = make_run([0.1, 0.2]), make_run([0.1, 0.2])
        b = replace(b, models={"encoder": "larger"}, settings={"depth": 50})

        assert compared(a, b).changed == ("encoder: fake → larger", "depth: none → 50")


class TestRefuses:
    def test_cases_that_only_one_run_has(self) -> None:
        """The message says which and where."""
        with pytest.raises(InvalidInput, match="1 cases are only in A: 'q2'"):
            compared(make_run([0.1, 0.2, 0.3]), make_run([0.1, 0.2]))
        with pytest.raises(InvalidInput, match="1 cases are only in B: 'q2'"):
            compared(make_run([0.1, 0.2]), make_run([0.1, 0.2, 0.3]))

    def test_many_missing_cases_by_a_few_names(self) -> None:
        """A thousand ids would hide the message."""
        with pytest.raises(InvalidInput, match="'q5' and 25 more"):
            compared(make_run([0.1] * 31), make_run([0.1]))

    def test_a_case_with_another_text(self) -> None:
        """The same id of another suite isn't the same question."""
        a = make_run([0.1, 0.2])
        other = replace(a.systems["zhida"].cases[0], text="别的问题")
        b = replace(a, systems={"zhida": SystemRun.of([other, a.systems["zhida"].cases[1]])})

        with pytest.raises(InvalidInput, match="another text in B: 'q0'"):
            compared(a, b)

    def test_a_measure_that_is_known_in_one_run_only(self) -> None:
        """Leaving such cases out would compare two different suites."""
        a = make_run([0.1, 0.2])
        cases = [replace(a.systems["zhida"].cases[0], values={}), a.systems["zhida"].cases[1]]
        b = replace(a, systems={"zhida": SystemRun.of(cases)})

        with pytest.raises(InvalidInput, match=r"ndcg@10 is known in one run only for the cases 'q0'"):
            compared(a, b)

    def test_runs_that_share_no_suite(self) -> None:
        """The message says what each has."""
        with pytest.raises(InvalidInput, match=r"A has retrieval a \(zhida\); B has retrieval b \(zhida\)"):
            compared(make_run([0.1], suite="a"), make_run([0.1], suite="b"))

    def test_runs_that_share_no_measure(self) -> None:
        """Nothing would be shown, which looks like nothing changed."""
        with pytest.raises(InvalidInput, match="no measure in common"):
            compared(make_run([0.1]), make_run([0.1], measure="mrr@10"))
