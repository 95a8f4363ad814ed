"""Which questions are one need: by meaning and rare words, never across models or opposites."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.needs import Metric, Needs, shipped, words

KEY = "test"
PLAIN = Metric(KEY, np.zeros(4, np.float32), np.eye(4, dtype=np.float32))
"""Sees vectors as they are, but for the centre of the board."""


def row(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """A vector of length 1."""
    vector = np.array(values, np.float32)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def board(*texts: tuple[str, tuple[float, ...]], metric: Metric = PLAIN) -> Needs:
    """A board to which these were added one after another."""
    needs = Needs([], encoder_key=KEY, coming=[text for text, _ in texts], metric=metric)
    for text, vector in texts:
        needs.add(text, row(*vector), needs.place(text, row(*vector)))
    return needs


def test_near_questions_are_one_need_and_far_ones_another() -> None:
    """On average of all members, not by the nearest alone."""
    needs = board(
        ("咖啡机坏了能修吗", (1, 0.1, 0, 0)), ("咖啡机坏了可以修吗", (1, 0.2, 0, 0)), ("发票抬头怎么改", (0, 0, 1, 0))
    )

    assert [len(group.texts) for group in needs.groups] == [2, 1]
    likeness = needs.nearness(0)
    assert likeness[0] > 0.5 > likeness[1]
    assert needs.maybe_same(0.4)
    assert not needs.maybe_same(0.1)


def test_other_models_and_opposites_stay_apart_and_equal_words_together() -> None:
    """However near they seem, or however far."""
    needs = board(
        ("X100 怎么清洗", (1, 0, 0, 0)),
        ("X200 怎么清洗", (1, 0, 0, 0)),
        ("怎么开通自动续费", (0, 1, 0, 0)),
        ("怎么关闭自动续费", (0, 1, 0, 0)),
        ("x100怎么清洗？", (0, 0, 0, 1)),
    )

    assert [len(group.texts) for group in needs.groups] == [2, 1, 1, 1]


def test_another_encoder_is_grouped_by_the_nearest_questions() -> None:
    """Its vectors mean nothing to the shipped metric."""
    needs = board(("能修吗咖啡机", (1, 0, 0, 0)), ("咖啡机能修吗", (1, 0.01, 0, 0)), metric=shipped())

    assert [len(group.texts) for group in needs.groups] == [2]
    assert needs.nearness(0)[0] == pytest.approx(1.0, abs=0.01)
    assert not needs.maybe_same(0.9)


def test_words_say_what_is_wanted() -> None:
    """Without endings and without what any question has; Chinese by pairs of characters."""
    assert words("How can I cancel my orders?") == ("cancel", "order")
    assert words("退货运费") == ("退货", "货运", "运费")
