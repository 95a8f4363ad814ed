"""Specification of what can be quoted from a passage."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.units import UnitKind, cut
from tests.agent.shop import RETURNS, WARRANTY


def parts(text: str) -> list[tuple[UnitKind, str]]:
    return [(unit.kind, text[unit.start : unit.end]) for unit in cut(text)]


class TestAPassage:
    def test_of_prose_and_a_list_has_a_heading_sentences_and_items(self) -> None:
        """Items point to the line that announces them."""
        units = cut(RETURNS)
        kinds = [unit.kind for unit in units]
        items = [unit for unit in units if unit.kind is UnitKind.ITEM]

        assert kinds[0] is UnitKind.HEADING
        assert kinds.count(UnitKind.ITEM) == 3
        assert {units[item.lead].kind for item in items if item.lead is not None} == {UnitKind.LEAD}

    def test_of_table_rows_keeps_each_row_whole(self) -> None:
        """A row isn't cut at its semicolons."""
        assert [kind for kind, _ in parts(WARRANTY)] == [UnitKind.ROW] * 3

    def test_of_a_list_without_marks_has_items_that_end_in_semicolons(self) -> None:
        """PDF files lose the bullets; the last item follows one that ends in a semicolon."""
        assert parts("以下商品不支持退货：\n滤芯、尘袋；\n已经安装的门锁；\n清仓商品。") == [
            (UnitKind.LEAD, "以下商品不支持退货："),
            (UnitKind.ITEM, "滤芯、尘袋；"),
            (UnitKind.ITEM, "已经安装的门锁；"),
            (UnitKind.ITEM, "清仓商品。"),
        ]

    def test_of_question_and_answer_has_the_answer_as_one(self) -> None:
        """The marks in front aren't quoted."""
        assert parts("问：运费谁付？\n答：买家付。质量问题除外。") == [
            (UnitKind.QUESTION, "运费谁付？"),
            (UnitKind.SENTENCE, "买家付。质量问题除外。"),
        ]

    @given(st.text(alphabet="甲乙。；：:1.\n a?-|", max_size=80))
    def test_is_cut_into_parts_in_order_without_overlap(self, text: str) -> None:
        """Nothing is repeated, nothing is empty, and no letter is lost but answer marks."""
        units = cut(text)
        ends = [0, *(unit.end for unit in units)]

        assert all(end <= unit.start < unit.end for end, unit in zip(ends, units, strict=False))
        assert all(text[unit.start : unit.end].strip() for unit in units)
