"""How close questions come to unrelated passages of a knowledge base."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval.background import PRIOR, UNRELATED_COSINE, UNRELATED_DEVIATION, Background


def unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def passages() -> NDArray[np.float32]:
    random = np.random.default_rng(3)
    return unit(random.normal(size=(3000, 16)) + 2.0)


def test_mean_and_deviation_are_those_of_the_cosines_with_all_passages(passages: NDArray[np.float32]) -> None:
    """Worked out the long way, by comparing the question with every passage."""
    question = unit(np.random.default_rng(4).normal(size=16) + 2.0)
    cosines = passages.astype(np.float64) @ question.astype(np.float64)
    best = float(cosines.max())

    standing = Background.of([passages], passages=1).standing(question, best)

    assert standing == pytest.approx((best - cosines.mean()) / cosines.std(), rel=0.03)  # the prior counts a little


def test_before_anything_is_known_the_shipped_values_hold() -> None:
    """Of an empty knowledge base, in which nothing can be found anyway."""
    nothing = Background.of([np.empty((0, 16), dtype=np.float32)], passages=0)
    question = np.eye(16, dtype=np.float32)[0]

    assert nothing.standing(question, UNRELATED_COSINE + 2 * UNRELATED_DEVIATION) == pytest.approx(2.0)


def test_one_page_does_not_make_itself_usual() -> None:
    """A knowledge base of a single passage that answers the question is no reason to refuse it."""
    question = np.eye(16, dtype=np.float32)[0]
    only = Background.of([question[None, :]], passages=1)

    assert only.standing(question, 1.0) > 3
    assert PRIOR > 1


@given(cosine=st.floats(0.5, 1.0), more=st.floats(0.0, 0.3))
def test_a_better_cosine_stands_higher(cosine: float, more: float) -> None:
    question = np.eye(16, dtype=np.float32)[0]
    background = Background.of([unit(np.random.default_rng(5).normal(size=(40, 16)) + 1.0)], passages=40)

    assert background.standing(question, cosine + more) >= background.standing(question, cosine)


def test_among_more_passages_the_same_cosine_says_less(passages: NDArray[np.float32]) -> None:
    """The best of a million chance neighbours is closer than the best of ten."""
    question = passages[0]

    few, many = (Background.of([passages], passages=count).standing(question, 0.95) for count in (10, 1_000_000))

    assert few - many == pytest.approx(np.sqrt(2 * np.log(1_000_000)) - np.sqrt(2 * np.log(10)))


def test_passages_in_another_language_change_nothing(passages: NDArray[np.float32]) -> None:
    """A question is measured against the passages in its own language, however many others there are."""
    question = passages[0]
    foreign = unit(np.random.default_rng(6).normal(size=(3000, 16)) - 2.0)

    alone = Background.of([passages], passages=3000).standing(question, 0.95)
    mixed = Background.of([foreign, passages], passages=3000).standing(question, 0.95)

    assert mixed == pytest.approx(alone)
