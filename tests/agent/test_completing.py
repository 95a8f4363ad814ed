"""Specification of messages that only mean something with the one before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.completing import question_in
from agent.handover.situation import NEW_EPISODE
from core.episodes import PastTurn
from core.types import HandoverCode, Turn
from tests.agent.handover.episodes import past


def after(text: str, *turns: PastTurn) -> str:
    return question_in(Turn(text=text, episode=replace(NEW_EPISODE, turns=turns)))


WHICH = past(1, "电热水壶保修多久", "clarification", "您问的是哪一个？", code=HandoverCode.PENDING_CLARIFICATION)
ANSWERED = past(1, "QH-K100 多少钱")


def test_the_name_that_was_asked_for_completes_the_question() -> None:
    """With or without an article."""
    assert after("QH-K200", WHICH) == "QH-K200 电热水壶保修多久"
    assert after("the QH-K200.", WHICH) == "QH-K200 电热水壶保修多久"


def test_a_question_of_its_own_is_left_alone() -> None:
    """Also after a question back."""
    assert after("运费多少", WHICH) == "运费多少"


@pytest.mark.parametrize("text", ["说错了，是 QH-K200", "不对，我说的是QH-K200", "Sorry, I meant the QH-K200"])
def test_a_corrected_name_takes_the_other_one_s_place(text: str) -> None:
    """In the question before."""
    assert after(text, ANSWERED) == "QH-K200 多少钱"


def test_any_other_message_is_searched_for_as_it_is() -> None:
    """Without words that only correct."""
    assert after("QH-K200", ANSWERED) == "QH-K200"
    assert after("不对，我问的是 QH-K200 保修多久", ANSWERED) == "QH-K200 保修多久"
    assert question_in(Turn(text=" 退货 ")) == "退货"
