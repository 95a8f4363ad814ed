"""The lowest threshold that keeps wrong answers within what is tolerated, and whether the promise is kept."""

from __future__ import annotations

from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.risk import RiskOf
from retrieval.calibration.curve import RiskCurve, Scored
from retrieval.calibration.risk import (
    DELTA,
    binomial_tail,
    highest_share,
    lowest_threshold,
    questions_needed,
    risk_control,
    selective_risk_control,
)

UNHURRIED = settings(deadline=None)
"""How long an example takes says nothing on a busy machine."""

CASES = st.lists(st.builds(Scored, score=st.floats(0, 1), right=st.booleans()), min_size=1, max_size=80)
TOLERATED = st.floats(0.01, 0.5)


def drawn(seed: int, count: int, *, sharpness: float) -> list[Scored]:
    """Questions whose answers are right with a probability that grows with the score."""
    random = np.random.default_rng(seed)
    scores = random.random(count)
    right = random.random(count) < scores**sharpness
    return [Scored(float(score), bool(hit)) for score, hit in zip(scores, right, strict=True)]


def wrong_per_question(threshold: float | None, sharpness: float) -> float:
    """The true share of questions that end in a wrong answer: the integral of 1 - s**sharpness from the threshold on."""
    if threshold is None:
        return 0.0
    return (1 - threshold) - (1 - threshold ** (sharpness + 1)) / (sharpness + 1)


class TestRiskControl:
    @UNHURRIED
    @given(cases=CASES, tolerated=TOLERATED)
    def test_is_the_lowest_threshold_whose_corrected_risk_is_tolerated(
        self, cases: list[Scored], tolerated: float
    ) -> None:
        """The rule of the paper, word for word, against the counts."""
        count = len(cases)

        def corrected(threshold: float) -> float:
            risk = sum(case.score >= threshold and not case.right for case in cases) / count
            return count / (count + 1) * risk + 1 / (count + 1)

        risks = [corrected(step / 200) for step in range(201)]
        assume(all(abs(risk - tolerated) > 1e-9 for risk in risks))  # or the last bit of a division decides

        found = risk_control(RiskCurve.of(cases), tolerated)

        kept = [step / 200 for step, risk in enumerate(risks) if risk <= tolerated]
        assert found == (min(kept) if kept else None)

    @UNHURRIED
    @given(cases=CASES, one=TOLERATED, other=TOLERATED)
    def test_tolerating_more_never_answers_less(self, cases: list[Scored], one: float, other: float) -> None:
        """No threshold counts as the strictest one."""
        curve = RiskCurve.of(cases)

        strict, loose = (risk_control(curve, share) for share in sorted((one, other)))

        assert (2.0 if loose is None else loose) <= (2.0 if strict is None else strict)

    @UNHURRIED
    @given(cases=CASES, tolerated=TOLERATED, score=st.floats(0, 1))
    def test_a_wrong_answer_more_never_lowers_the_threshold(
        self, cases: list[Scored], tolerated: float, score: float
    ) -> None:
        """In a set of the same size: a right question that turns out wrong."""
        better = RiskCurve.of([*cases, Scored(score, right=True)])
        worse = RiskCurve.of([*cases, Scored(score, right=False)])

        before, after = risk_control(better, tolerated), risk_control(worse, tolerated)

        assert (2.0 if after is None else after) >= (2.0 if before is None else before)

    @pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
    @pytest.mark.parametrize(("count", "tolerated"), [(19, 0.05), (40, 0.1), (200, 0.05)])
    def test_keeps_its_promise_on_questions_to_come(self, sharpness: float, count: int, tolerated: float) -> None:
        """The true risk, averaged over 1,500 calibrations, is at most alpha, within three standard errors."""
        risks = [
            wrong_per_question(
                risk_control(RiskCurve.of(drawn(seed, count, sharpness=sharpness)), tolerated), sharpness
            )
            for seed in range(1_500)
        ]

        assert np.mean(risks) <= tolerated + 3 * np.std(risks) / sqrt(len(risks))

    def test_doesn_t_give_away_more_than_the_theorem_says(self) -> None:
        """Theorem 2: at least alpha - 2/(n+1), less what the grid of thresholds costs."""
        risks = [
            wrong_per_question(risk_control(RiskCurve.of(drawn(seed, 200, sharpness=1.0)), 0.1), 1.0)
            for seed in range(500)
        ]

        assert np.mean(risks) >= 0.1 - 2 / 201 - 1 / 200

    def test_without_the_correction_the_promise_would_be_broken(self) -> None:
        """The test above isn't blind: the plain empirical risk at n = 20 lets too much through."""

        def uncorrected(cases: list[Scored]) -> float:
            curve = RiskCurve.of(cases)
            return next(step / 200 for step in range(201) if curve.wrong[step] <= 0.05 * len(cases))

        risks = [wrong_per_question(uncorrected(drawn(seed, 20, sharpness=1.0)), 1.0) for seed in range(1_500)]

        assert np.mean(risks) > 0.05 + 3 * np.std(risks) / sqrt(len(risks))


class TestSelectiveRiskControl:
    @pytest.mark.parametrize("sharpness", [0.2, 0.05])
    def test_fails_for_one_calibration_in_ten_at_most(self, sharpness: float) -> None:
        """The true share of wrong answers in those given, over 600 calibrations of 400 questions."""
        failures, found = 0, 0
        for seed in range(600):
            threshold = selective_risk_control(RiskCurve.of(drawn(seed, 400, sharpness=sharpness)), 0.1)
            if threshold is not None and threshold < 1:
                found += 1
                failures += wrong_per_question(threshold, sharpness) / (1 - threshold) > 0.1

        assert found > 300
        assert failures / 600 <= DELTA + 3 * sqrt(DELTA * (1 - DELTA) / 600)

    def test_at_the_edge_of_what_is_tolerated_it_fails_as_seldom_as_promised(self) -> None:
        """Scores that say nothing, and exactly as many wrong answers as tolerated and a little more."""
        random = np.random.default_rng(7)
        failures = 0
        for _ in range(600):
            right = random.random(300) >= 0.1001
            cases = [Scored(float(score), bool(hit)) for score, hit in zip(random.random(300), right, strict=True)]
            failures += selective_risk_control(RiskCurve.of(cases), 0.1) is not None

        assert failures / 600 <= DELTA + 3 * sqrt(DELTA * (1 - DELTA) / 600)

    @UNHURRIED
    @given(cases=CASES, tolerated=TOLERATED)
    def test_is_never_looser_on_the_calibration_itself_than_what_it_promises(
        self, cases: list[Scored], tolerated: float
    ) -> None:
        """A bound that holds for questions to come holds for those it was made from."""
        curve = RiskCurve.of(cases)

        threshold = selective_risk_control(curve, tolerated)

        assert threshold is None or curve.at(threshold).wrong_of_answers <= tolerated

    def test_is_the_stricter_promise(self) -> None:
        """With questions enough for both."""
        curve = RiskCurve.of(drawn(1, 2_000, sharpness=0.2))

        answers = lowest_threshold(curve, 0.1, RiskOf.ANSWERS)
        questions = lowest_threshold(curve, 0.1, RiskOf.QUESTIONS)

        assert answers is not None
        assert questions is not None
        assert answers > questions


@pytest.mark.parametrize("of", list(RiskOf))
class TestDegenerate:
    def test_without_questions_nothing_is_answered(self, of: RiskOf) -> None:
        """No promise can be made about nothing."""
        assert lowest_threshold(RiskCurve.of([]), 0.05, of) is None

    def test_where_all_are_right_everything_is_answered(self, of: RiskOf) -> None:
        """Given enough of them."""
        assert lowest_threshold(RiskCurve.of([Scored(0.99, True)] * 300), 0.05, of) == 0.0

    def test_where_all_are_wrong_nothing_is_answered(self, of: RiskOf) -> None:
        """Not even the surest, as the surest are wrong as well."""
        assert lowest_threshold(RiskCurve.of([Scored(1.0, False)] * 300), 0.05, of) is None

    def test_equal_scores_are_answered_together_or_not_at_all(self, of: RiskOf) -> None:
        """Half of them are wrong, so the threshold must be above them: at which no answer is left."""
        curve = RiskCurve.of([Scored(0.5, True), Scored(0.5, False)] * 200)

        threshold = lowest_threshold(curve, 0.05, of)

        assert curve.at(threshold).answered == 0

    def test_too_few_questions_promise_nothing(self, of: RiskOf) -> None:
        """Eighteen right answers don't show that fewer than one in twenty is wrong."""
        assert lowest_threshold(RiskCurve.of([Scored(0.9, True)] * 18), 0.05, of) is None


class TestBinomialTail:
    @UNHURRIED
    @given(trials=st.integers(1, 60), chance=st.floats(0.01, 0.99), data=st.data())
    def test_is_the_sum_of_the_probabilities(self, trials: int, chance: float, data: st.DataObject) -> None:
        """Against the definition."""
        most = data.draw(st.integers(0, trials))

        expected = sum(comb(trials, hits) * chance**hits * (1 - chance) ** (trials - hits) for hits in range(most + 1))

        assert binomial_tail(most, trials, chance) == pytest.approx(expected, rel=1e-6, abs=1e-12)

    def test_far_above_the_mean_it_is_one_and_not_nothing(self) -> None:
        """Where a single term underflows: taken for 0, a hopeless threshold would pass for a proven one."""
        assert binomial_tail(9_000, 10_000, 0.05) == pytest.approx(1.0)


class TestHighestShare:
    def test_agrees_with_the_rule_of_three(self) -> None:
        """No wrong answer in n: at most about 3/n, at 95 %."""
        assert highest_share(0, 100, delta=0.05) == pytest.approx(0.0295, abs=1e-3)

    def test_no_answers_say_nothing(self) -> None:
        """Anything is possible."""
        assert highest_share(0, 0) == 1.0


class TestQuestionsNeeded:
    def test_is_79_at_five_in_a_hundred(self) -> None:
        """From there on the correction costs at most half of what is tolerated: 2/(n+1) <= alpha/2."""
        assert questions_needed(0.05) == 79
        assert 2 / (questions_needed(0.05) + 1) <= 0.05 / 2 < 2 / questions_needed(0.05)
