"""What every threshold would have meant for the questions of a calibration."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from retrieval.calibration.curve import STEPS, RiskCurve, Scored, highest_met, lowest_within, threshold_at

UNHURRIED = settings(deadline=None)
"""How long an example takes says nothing on a busy machine."""

CASES = st.lists(st.builds(Scored, score=st.floats(0, 1), right=st.booleans()), max_size=60)


class TestCounts:
    @UNHURRIED
    @given(cases=CASES)
    def test_are_those_of_counting_anew_at_each_threshold(self, cases: list[Scored]) -> None:
        """The sums from above equal the definition: at or above the threshold is answered."""
        curve = RiskCurve.of(cases)

        for step in range(STEPS + 1):
            given_ = [case for case in cases if case.score >= threshold_at(step)]
            assert curve.answered[step] == len(given_)
            assert curve.wrong[step] == sum(not case.right for case in given_)

    @UNHURRIED
    @given(cases=CASES)
    def test_never_rise_with_the_threshold(self, cases: list[Scored]) -> None:
        """What `check` demands of a stored curve holds for every curve that was counted."""
        curve = RiskCurve.of(cases)

        curve.check()

        assert list(curve.wrong) == sorted(curve.wrong, reverse=True)

    @UNHURRIED
    @given(score=st.floats(0, 1))
    def test_a_score_meets_its_own_step_and_not_the_next(self, score: float) -> None:
        """Whatever floating point makes of a multiple of 1/200."""
        step = highest_met(score)

        assert threshold_at(step) <= score
        assert step == STEPS or threshold_at(step + 1) > score

    @UNHURRIED
    @given(threshold=st.floats(0, 1))
    def test_a_threshold_between_steps_counts_as_the_stricter_one(self, threshold: float) -> None:
        """So that nothing is counted as refused that would be answered, or the other way round."""
        step = lowest_within(threshold)

        assert threshold_at(step) >= threshold
        assert step == 0 or threshold_at(step - 1) < threshold

    def test_beyond_1_nothing_is_left(self) -> None:
        """No score is higher."""
        assert RiskCurve.of([Scored(1.0, right=True)]).at(1.01).answered == 0

    @pytest.mark.parametrize("score", [-0.1, 1.1, float("nan"), float("inf")])
    def test_a_score_outside_of_0_to_1_is_refused(self, score: float) -> None:
        """It would land in no step, or in a wrong one."""
        with pytest.raises(InvalidInput, match="isn't a score"):
            RiskCurve.of([Scored(score, right=True)])


class TestAt:
    def test_tells_shares_of_questions_and_of_answers_apart(self) -> None:
        """Of four questions two are answered, one of them wrongly; two could be answered rightly, one is."""
        curve = RiskCurve.of([Scored(0.9, True), Scored(0.8, False), Scored(0.2, True), Scored(0.1, False)])

        point = curve.at(0.5)

        assert (point.answered_share, point.right_share) == (0.5, 0.5)
        assert (point.wrong_of_questions, point.wrong_of_answers) == (0.25, 0.5)

    def test_no_threshold_leaves_what_is_answered_word_for_word(self) -> None:
        """Those have the score 1; where there are none all shares are 0, and none is undefined."""
        approved = RiskCurve.of([Scored(1.0, True), Scored(0.99, False)]).at(None)
        nothing = RiskCurve.of([Scored(0.99, False)]).at(None)

        assert (approved.answered_share, approved.wrong_of_answers) == (0.5, 0.0)
        assert (nothing.answered_share, nothing.wrong_of_questions, nothing.wrong_of_answers) == (0.0, 0.0, 0.0)

    def test_no_questions_give_zeros(self) -> None:
        """A curve of nothing can be looked at."""
        point = RiskCurve.of([]).at(0.5)

        assert (point.answered_share, point.right_share, point.wrong_of_questions) == (0.0, 0.0, 0.0)


class TestBalanced:
    def test_sets_weigh_the_same_whatever_their_size(self) -> None:
        """A hundred easy questions don't hide ten hard ones: half of the joint curve is theirs."""
        easy = RiskCurve.of([Scored(1.0, True)] * 100)
        hard = RiskCurve.of([Scored(1.0, False)] * 10)

        joint = RiskCurve.balanced([easy, hard])

        assert joint.questions == 110
        assert joint.wrong[0] == 55

    @UNHURRIED
    @given(sets=st.lists(CASES.filter(bool), min_size=1, max_size=4))
    def test_gives_a_curve_again(self, sets: list[list[Scored]]) -> None:
        """Rounding keeps it falling, and wrong answers among the answers."""
        RiskCurve.balanced([RiskCurve.of(cases) for cases in sets]).check()


class TestCheck:
    def test_refuses_counts_that_rise_or_exceed(self) -> None:
        """A stored file that somebody edited doesn't silently decide what customers are told."""
        curve = RiskCurve.of([Scored(0.5, True), Scored(0.6, False)])
        risen = (*curve.wrong[:-1], 2)

        for broken in (replace(curve, wrong=risen), replace(curve, questions=3), replace(curve, answered=(2,))):
            with pytest.raises(InvalidInput, match="risk curve"):
                broken.check()
