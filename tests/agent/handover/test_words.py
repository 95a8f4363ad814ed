"""Specification of how a manager's words are found in messages."""

from __future__ import annotations

import pytest

from agent.handover.words import Lexicon, lexicon


@pytest.mark.parametrize(
    ("word", "message", "found"),
    [
        ("起诉", "我要起 诉你们", "起 诉"),
        ("起诉", "我要起訴你們", "起訴"),
        ("sue you", "I'll SUE  YOU!", "SUE  YOU"),
        ("don't know", "I dont know", "dont know"),
        ("don't know", "I don’t know", "don’t know"),
        ("self-harm", "thinking of self harm", "self harm"),
        ("把…改成", "把我的收货地址改成上海", "把我的收货地址改成"),
        ("12315", "打１２３１５投诉", "１２３１５"),
        ("fire", "on fire.", "fire"),
    ],
)
def test_is_found_however_it_is_written_and_quoted_as_it_is(word: str, message: str, found: str) -> None:
    """Case, width, script, blanks, apostrophes; «…» stands for something in between."""
    [hit] = Lexicon((word,)).find(message)

    assert hit.text == found
    assert message[hit.start : hit.end] == found


@pytest.mark.parametrize(
    ("word", "message"),
    [("fire", "fired"), ("bbb", "abbbc"), ("把…改成", "把门关上。然后改成别的"), ("起诉", "起床诉说")],
)
def test_isn_t_found_in_parts_of_other_words(word: str, message: str) -> None:
    """Latin words are whole, and a gap ends with the sentence."""
    assert Lexicon((word,)).find(message) == ()


def test_an_exception_hides_only_the_words_within_it() -> None:
    """The same word elsewhere still counts."""
    words = Lexicon(("漏电",), ("漏电保护",))

    assert words.find("有漏电保护吗") == ()
    assert [hit.text for hit in words.find("有漏电保护还是漏电了")] == ["漏电"]


def test_a_long_message_is_read_at_both_ends() -> None:
    """What a customer wants stands at the beginning or at the end."""
    words = lexicon(("起诉",))

    assert words.find("起诉" + "，" * 5000) != ()
    assert words.find("，" * 5000 + "起诉") != ()
