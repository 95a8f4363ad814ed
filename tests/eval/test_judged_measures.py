"""Measures of a score against the truth: worked out by hand, and against scipy."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from core.errors import InvalidInput
from eval.measures.auroc import auroc, auroc_mean, resampled_auroc
from eval.measures.brier import brier, resampled_brier
from eval.measures.judged import SET_MEASURES, judged_measures, measured
from eval.measures.reliability import ReliabilityBin, expected_calibration_error, reliability, resampled_ece
from eval.measures.resampling import draws
from eval.measures.risk_coverage import CoveragePoint, aurc, resampled_aurc, risk_coverage
from eval.runs import Judgement

SHARES = st.integers(0, 8).map(lambda eighths: eighths / 8)  # few values, so that ties are common
JUDGED = st.lists(st.tuples(SHARES, st.booleans()), min_size=1, max_size=30)


def apart(cases: Sequence[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    return [score for score, _ in cases], [truth for _, truth in cases]


class TestAuroc:
    def test_counts_the_pairs_in_the_right_order(self) -> None:
        """Of four pairs three are in order: .9 above both, .4 above .2 only."""
        assert auroc([0.9, 0.4, 0.5, 0.2], [True, True, False, False]) == pytest.approx(0.75)

    def test_equal_scores_count_half(self) -> None:
        """A score that is the same for all tells nothing."""
        assert auroc([0.3, 0.3, 0.3], [True, False, False]) == pytest.approx(0.5)

    @pytest.mark.parametrize("truth", [[True, True], [False, False]])
    def test_is_undefined_with_one_class(self, truth: list[bool]) -> None:
        """Nothing to tell apart, and a number would suggest otherwise."""
        assert auroc([0.1, 0.9], truth) is None
        assert auroc_mean([0.1, 0.9], truth) is None

    def test_is_undefined_without_cases(self) -> None:
        """As with one class."""
        assert auroc([], []) is None

    @given(JUDGED.filter(lambda cases: len({truth for _, truth in cases}) == 2))
    def test_agrees_with_scipy(self, cases: list[tuple[float, bool]]) -> None:
        """The U statistic over the number of pairs, ties and all."""
        scores, truth = apart(cases)
        positive = [score for score, true in cases if true]
        negative = [score for score, true in cases if not true]

        expected = mannwhitneyu(positive, negative).statistic / (len(positive) * len(negative))

        assert auroc(scores, truth) == pytest.approx(expected)

    def test_its_error_is_that_of_delong(self) -> None:
        """By hand: placements 1 and .5 of the positives, 1 and .5 of the negatives; variance 1/8 over 2, twice."""
        found = auroc_mean([0.9, 0.4, 0.5, 0.2], [True, True, False, False])

        assert found is not None
        assert found.stderr == pytest.approx(sqrt(1 / 16 + 1 / 16))
        assert found.cases == 4

    def test_its_error_is_about_that_of_the_bootstrap(self) -> None:
        """Two ways to the same figure, on 300 cases that overlap."""
        random = np.random.default_rng(1)
        truth = random.random(300) < 0.4
        scores = random.normal(size=300) + truth
        found = auroc_mean(scores.tolist(), truth.tolist())
        again = np.concatenate([resampled_auroc(scores, truth, rows) for rows in draws(300, seed=2, resamples=2000)])

        assert found is not None
        assert found.stderr == pytest.approx(again.std(), rel=0.1)


class TestRiskCoverage:
    def test_answers_the_surest_first(self) -> None:
        """By hand: right, wrong, right."""
        assert risk_coverage([0.9, 0.8, 0.1], [True, False, True]) == [
            CoveragePoint(0.9, pytest.approx(1 / 3), 0.0),
            CoveragePoint(0.8, pytest.approx(2 / 3), pytest.approx(1 / 2)),
            CoveragePoint(0.1, 1.0, pytest.approx(1 / 3)),
        ]

    def test_equal_scores_are_answered_together(self) -> None:
        """No threshold parts them, so there is one point, whatever their order."""
        assert risk_coverage([0.5, 0.5], [False, True]) == risk_coverage([0.5, 0.5], [True, False])
        assert len(risk_coverage([0.5, 0.5], [False, True])) == 1

    def test_the_area_is_the_mean_risk(self) -> None:
        """Of the three points above: (0 + 1/2 + 1/3) / 3."""
        assert aurc([0.9, 0.8, 0.1], [True, False, True]) == pytest.approx((1 / 2 + 1 / 3) / 3)

    def test_a_score_that_is_the_same_for_all_gives_the_share_of_wrong_cases(self) -> None:
        """What answering everything costs."""
        assert aurc([0.5] * 4, [True, True, True, False]) == pytest.approx(0.25)

    def test_no_cases_are_no_risk(self) -> None:
        """An empty curve."""
        assert risk_coverage([], []) == []
        assert aurc([], []) == 0.0

    @given(JUDGED)
    def test_ends_at_the_share_of_wrong_cases(self, cases: list[tuple[float, bool]]) -> None:
        """Coverage grows to 1, where everything is answered."""
        curve = risk_coverage(*apart(cases))

        assert [point.coverage for point in curve] == sorted({point.coverage for point in curve})
        assert curve[-1].coverage == 1.0
        assert curve[-1].risk == pytest.approx(sum(not right for _, right in cases) / len(cases))

    @given(st.permutations(list(range(12))), st.lists(st.booleans(), min_size=12, max_size=12))
    def test_agrees_with_the_mean_over_prefixes(self, scores: list[int], right: list[bool]) -> None:
        """The definition, for scores that all differ."""
        falling = [true for _, true in sorted(zip(scores, right, strict=True), reverse=True)]
        risks = [sum(not true for true in falling[: count + 1]) / (count + 1) for count in range(12)]

        assert aurc(scores, right) == pytest.approx(sum(risks) / 12)


class TestReliability:
    def test_puts_cases_of_about_the_same_confidence_together(self) -> None:
        """A bin holds its lower border; 1.0 belongs to the last bin."""
        assert reliability([0.0, 0.1, 0.5, 1.0], [False, True, True, True], bins=2) == [
            ReliabilityBin(0.0, 0.5, pytest.approx(0.05), 0.5, 2),
            ReliabilityBin(0.5, 1.0, pytest.approx(0.75), 1.0, 2),
        ]

    def test_the_error_weights_bins_by_their_cases(self) -> None:
        """By hand: gaps .45 and .25, two cases each."""
        assert expected_calibration_error([0.0, 0.1, 0.5, 1.0], [False, True, True, True], bins=2) == pytest.approx(
            (0.45 + 0.25) / 2
        )

    def test_no_cases_have_no_error(self) -> None:
        """Nothing was claimed."""
        assert reliability([], []) == []
        assert expected_calibration_error([], []) == 0.0

    def test_refuses_what_is_no_probability(self) -> None:
        """A margin or a cosine must be calibrated first."""
        with pytest.raises(InvalidInput, match="between 0 and 1"):
            reliability([1.2], [True])

    @given(JUDGED, st.integers(1, 12))
    def test_bins_hold_every_case_once_and_make_up_the_error(self, cases: list[tuple[float, bool]], bins: int) -> None:
        """The diagram and the figure tell the same story."""
        found = reliability(*apart(cases), bins=bins)

        assert sum(bar.cases for bar in found) == len(cases)
        assert all(bar.low <= bar.confidence <= bar.high for bar in found)
        expected = sum(bar.cases * abs(bar.confidence - bar.share) for bar in found) / len(cases)
        assert expected_calibration_error(*apart(cases), bins=bins) == pytest.approx(expected)


class TestBrier:
    def test_is_the_mean_squared_error(self) -> None:
        """By hand: .04 and .25."""
        assert brier([0.8, 0.5], [True, False]).value == pytest.approx((0.04 + 0.25) / 2)

    def test_saying_the_share_for_every_case_gives_its_variance(self) -> None:
        """p (1 - p)."""
        assert brier([0.25] * 4, [True, False, False, False]).value == pytest.approx(0.25 * 0.75)


class TestPairing:
    def test_scores_and_truths_must_be_as_many(self) -> None:
        """The message has both numbers."""
        with pytest.raises(InvalidInput, match="2 scores for 1 cases"):
            auroc([0.1, 0.2], [True])

    def test_a_score_must_be_a_number(self) -> None:
        """NaN sorts anywhere."""
        with pytest.raises(InvalidInput, match="finite"):
            aurc([float("nan")], [True])


class TestResampled:
    @given(JUDGED.filter(lambda cases: len({truth for _, truth in cases}) == 2), st.integers(0, 99))
    def test_drawing_a_case_twice_is_having_it_twice(self, cases: list[tuple[float, bool]], seed: int) -> None:
        """The fast way over draws and the plain way over repeated cases agree."""
        scores, truth = (np.array(part) for part in apart(cases))
        drawn = next(draws(len(cases), seed=seed, resamples=1))
        repeated = np.repeat(np.arange(len(cases)), drawn[0].astype(int))
        again = scores[repeated].tolist(), truth[repeated].tolist()

        plain = auroc(*again)
        assert resampled_auroc(scores, truth, drawn)[0] == pytest.approx(0.5 if plain is None else plain)
        assert resampled_aurc(scores, truth, drawn)[0] == pytest.approx(aurc(*again))
        assert resampled_ece(scores, truth, drawn)[0] == pytest.approx(expected_calibration_error(*again))
        assert resampled_brier(scores, truth, drawn)[0] == pytest.approx(brier(*again).value)

    def test_every_resample_has_as_many_cases_as_the_suite(self) -> None:
        """In blocks that fit into memory, and the same ones for the same seed."""
        drawn = np.concatenate(list(draws(700, seed=3, resamples=10_000)))

        assert drawn.shape == (10_000, 700)
        assert (drawn.sum(axis=1) == 700).all()
        assert (drawn[0] == next(draws(700, seed=3))[0]).all()

    def test_the_resampled_mean_varies_as_theory_says(self) -> None:
        """Standard deviation over the square root of the number of cases."""
        values = np.random.default_rng(4).random(200)
        again = np.concatenate([rows @ values / 200 for rows in draws(200, seed=5)])

        assert again.std() == pytest.approx(values.std() / sqrt(200), rel=0.03)


class TestJudgedMeasures:
    def test_give_every_measure_with_its_error(self) -> None:
        """Both `answerable` and `right` are read: an answerable case may still be answered wrongly."""
        cases = [Judgement(0.9, True, True), Judgement(0.8, True, False), Judgement(0.1, False, False)]

        found = judged_measures(cases)

        assert set(found) == set(SET_MEASURES)
        assert found["auroc"].value == 1.0
        assert found["aurc"].value == pytest.approx((0 + 1 / 2 + 2 / 3) / 3)
        assert found["brier"].value == pytest.approx((0.01 + 0.64 + 0.01) / 3)
        assert all(mean.cases == 3 for mean in found.values())

    def test_leave_out_what_is_undefined(self) -> None:
        """A suite of answerable questions has no AUROC; no cases have nothing."""
        assert "auroc" not in judged_measures([Judgement(0.9, True, True)] * 2)
        assert judged_measures([]) == {}

    def test_on_every_case_once_are_the_plain_measures(self) -> None:
        """What the comparison resamples is what the run file says."""
        cases = [Judgement(0.9, True, True), Judgement(0.7, False, False), Judgement(0.1, True, True)]

        for name, mean in judged_measures(cases).items():
            assert measured(name, cases, np.ones((1, 3)))[0] == pytest.approx(mean.value)
