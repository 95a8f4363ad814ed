"""Lengths of time as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Language
from ui.durations import duration_text, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30 分钟", 1_800),
        ("30分", 1_800),
        ("2 h", 7_200),
        ("1.5 小时", 5_400),
        ("１２ 小时", 43_200),
        ("半小时", 1_800),
        ("半个小时", 1_800),
        ("两天", 172_800),
        ("1 天 4 小时", 100_800),
        ("1 day, 4 hours", 100_800),
        ("1h30m", 5_400),
        ("2 hours and 5 minutes", 7_500),
        ("90 S", 90),
        ("1 周", 604_800),
        ("一个半小时", 5_400),
        ("0", 0),
    ],
)
def test_reads_what_people_write(text: str, seconds: int) -> None:
    """Both languages, full width, numerals, several units."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "30", "soon", "-5 min", "5 months", "1/2 h", "0.3 s", "min 5", "5 min x", "5 分钟左右"]
)
def test_refuses_what_it_can_only_guess(text: str) -> None:
    """A bare number may be minutes or hours."""
    assert parse_duration(text) is None


@given(st.integers(0, 400 * 24 * 3600), st.sampled_from(Language))
def test_reads_back_what_it_writes(seconds: int, language: Language) -> None:
    """What a form shows can be saved as it stands."""
    assert parse_duration(duration_text(seconds, language)) == seconds
