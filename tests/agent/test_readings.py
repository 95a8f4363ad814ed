"""Specification of questions that can be read in two ways and would be answered differently."""

from __future__ import annotations

from agent.readings import find_readings
from core.types import Hit, Passage, Why
from tests.agent.shop import PASSAGES, WARRANTY, passage

SENTENCES = "电热水壶 QH-K100 保修 1 年。电热水壶 QH-K200 保修 2 年。"


def hits(*passages: Passage) -> list[Hit]:
    return [Hit(each, 1.0, Why((), 1, 1.0, None, None)) for each in passages]


def test_names_the_products_with_different_values() -> None:
    """Rows of a table, or sentences."""
    assert find_readings("保修多久", hits(passage(1, "价目表", WARRANTY))) == ("X100", "X200", "X300")
    assert find_readings("电热水壶保修多久", hits(passage(1, "说明", SENTENCES))) == ("QH-K100", "QH-K200")


def test_products_may_stand_in_different_passages() -> None:
    """As long as they are among the best."""
    one, other = SENTENCES.split("。")[:2]

    assert find_readings("电热水壶保修多久", hits(passage(1, "甲", one), passage(2, "乙", other))) == (
        "QH-K100",
        "QH-K200",
    )


def test_a_question_that_names_its_product_is_answered() -> None:
    """Nothing is open."""
    assert find_readings("X200 保修多久", hits(passage(1, "价目表", WARRANTY))) == ()


def test_equal_values_need_no_question() -> None:
    """Whichever is meant, the answer is the same."""
    assert find_readings("保修多久", hits(passage(1, "x", SENTENCES.replace("2 年", "1 年")))) == ()


def test_other_questions_are_left_alone() -> None:
    """No value asked, or nothing of it in the evidence."""
    assert find_readings("怎么退货", hits(*PASSAGES)) == ()
    assert find_readings("续航多久", hits(passage(1, "价目表", WARRANTY))) == ()
    assert find_readings("保修多久", []) == ()
