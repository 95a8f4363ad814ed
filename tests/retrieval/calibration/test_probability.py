"""From raw scores to probabilities."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.calibration.curve import Scored
from retrieval.calibration.probability import EDGE, IDENTITY, Method, ProbabilityMap, fit_map, left_out

UNHURRIED = settings(deadline=None)
"""How long an example takes says nothing on a busy machine."""

CASES = st.lists(st.builds(Scored, score=st.floats(0, 1), right=st.booleans()), max_size=40)
SETS = st.dictionaries(st.text(min_size=1, max_size=3), CASES, max_size=3)


def drawn(seed: int, count: int, *, shift: float = 0.0, slope: float = 1.0) -> list[Scored]:
    """Scores whose true log odds are `shift + slope` times what they claim."""
    random = np.random.default_rng(seed)
    scores = random.uniform(0.02, 0.98, count)
    true = 1 / (1 + np.exp(-(shift + slope * np.log(scores / (1 - scores)))))
    return [Scored(float(s), bool(hit)) for s, hit in zip(scores, random.random(count) < true, strict=True)]


def log_loss(fitted: ProbabilityMap, cases: list[Scored]) -> float:
    return -sum(
        log(fitted.probability(case.score)) if case.right else log(1 - fitted.probability(case.score)) for case in cases
    ) / len(cases)


class TestMap:
    @UNHURRIED
    @given(sets=SETS, one=st.floats(0, 1), other=st.floats(0, 1))
    def test_never_falls_and_is_never_certain(self, sets: dict[str, list[Scored]], one: float, other: float) -> None:
        """Whatever it was fitted on: nothing, one class, scores that point the wrong way."""
        fitted, _ = fit_map(sets)

        low, high = sorted((one, other))

        assert EDGE <= fitted.probability(low) <= fitted.probability(high) <= 1 - EDGE

    @UNHURRIED
    @given(score=st.floats(EDGE, 1 - EDGE))
    def test_identity_gives_the_score(self, score: float) -> None:
        """Away from the edges."""
        assert IDENTITY.probability(score) == pytest.approx(score)


class TestFit:
    def test_scores_that_are_right_stay_as_they_are(self) -> None:
        """The simplest map that is as good as any other within the error."""
        fitted, _ = fit_map({f"set {seed}": drawn(seed, 150) for seed in range(5)})

        assert fitted == IDENTITY

    def test_scores_that_promise_too_much_are_lowered(self) -> None:
        """And the loss on new questions falls."""
        fitted, losses = fit_map({f"set {seed}": drawn(seed, 300, shift=-2.0) for seed in range(5)})

        fresh = drawn(99, 3_000, shift=-2.0)

        assert fitted.method is not Method.IDENTITY
        assert fitted.probability(0.5) == pytest.approx(1 / (1 + np.exp(2.0)), abs=0.05)
        assert log_loss(fitted, fresh) < log_loss(IDENTITY, fresh)
        assert losses[fitted.method] < losses[Method.IDENTITY]

    @pytest.mark.parametrize("count", [1, 3, 8])
    def test_a_few_questions_don_t_make_it_extreme(self, count: int) -> None:
        """All right or all wrong so far, and still neither sure nor hopeless about the next."""
        for right in (True, False):
            fitted, _ = fit_map({"gold": [Scored(0.6, right)] * count})

            assert 0.03 < fitted.probability(0.6) < 0.97

    def test_a_small_set_weighs_as_much_as_a_large_one(self) -> None:
        """Otherwise the largest set would decide for all fields."""
        large = [Scored(0.5, False)] * 2_000
        small = [Scored(0.5, True)] * 100

        fitted, _ = fit_map({"large": large, "small": small})

        assert fitted.probability(0.5) == pytest.approx(0.5, abs=0.05)

    def test_no_question_gives_the_scores_themselves(self) -> None:
        """There is nothing to learn from."""
        assert fit_map({})[0] == IDENTITY


class TestLeftOut:
    def test_predicts_each_set_by_a_map_that_hasn_t_seen_it(self) -> None:
        """One set of wrong answers only: seen, its probability would be far lower."""
        sets = {"right": [Scored(0.5, True)] * 200, "wrong": [Scored(0.5, False)] * 200}

        predicted = left_out(Method.PLATT, sets)

        assert all(probability > 0.8 for probability, right in predicted if not right)

    @UNHURRIED
    @given(cases=CASES)
    def test_predicts_every_question_of_a_single_set_once(self, cases: list[Scored]) -> None:
        """Of a set too small to be cut, none."""
        predicted = left_out(Method.PLATT, {"gold": cases})

        assert sorted(right for _, right in predicted) == (
            sorted(case.right for case in cases) if len(cases) > 4 else []
        )
