"""Rows of a table keep their column names, so that each means something alone."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.parsed import BlockKind
from ingest.parsing.dates import read_date
from ingest.parsing.tables import CONTINUED, read_table, table_blocks


def texts(rows: list[list[str]], *, header_rows: int | None = None) -> list[str]:
    return [block.text for block in table_blocks(read_table(rows, header_rows=header_rows))]


class TestRows:
    def test_chinese_rows(self) -> None:
        """Column names in Chinese are separated by a Chinese semicolon."""
        assert texts([["型号", "价格"], ["X1", "299 元"], ["X2", ""]]) == ["型号: X1；价格: 299 元", "型号: X2"]

    def test_english_rows(self) -> None:
        """In English by an English one."""
        assert texts([["Model", "Price"], ["X1", "299"]]) == ["Model: X1; Price: 299"]

    def test_title_rows_above_the_header(self) -> None:
        """A row with one text is a caption, not the header."""
        blocks = list(
            table_blocks(read_table([["价目表", "", ""], ["型号", "价格", "库存"], ["X1", "299", "5"]]), page=2)
        )

        assert [(block.kind, block.text, block.page) for block in blocks] == [
            (BlockKind.PARAGRAPH, "价目表", 2),
            (BlockKind.ROW, "型号: X1；价格: 299；库存: 5", 2),
        ]

    def test_names_in_two_rows(self) -> None:
        """Merged names group columns; the row below tells them apart."""
        rows = [["型号", "价格", CONTINUED], ["型号", "零售", "批发"], ["X1", "299", "250"]]

        assert texts(rows) == ["型号: X1；价格 零售: 299；价格 批发: 250"]

    def test_a_row_merged_across_the_table(self) -> None:
        """A heading between rows stays a text of its own."""
        assert texts([["型号", "价格"], ["手机", CONTINUED], ["X1", "299"]]) == ["手机", "型号: X1；价格: 299"]

    def test_a_cell_merged_to_the_right(self) -> None:
        """It is said once."""
        assert texts([["A", "B", "C"], ["all", CONTINUED, "no"]]) == ["A: all; C: no"]

    def test_a_form(self) -> None:
        """Two columns of which the left ends in colons have their names at the side."""
        assert texts([["客服电话：", "400-000"], ["工作时间：", "9:00"]]) == ["客服电话: 400-000", "工作时间: 9:00"]

    def test_numbers_only(self) -> None:
        """A first row of numbers is no header."""
        assert texts([["1", "2"], ["3", "4"]]) == ["1: 2", "3: 4"]

    def test_empty_rows_and_columns(self) -> None:
        """They say nothing."""
        assert texts([["", "", ""], ["a", "", "b"], ["1", "", "2"], ["", "", ""]]) == ["a: 1; b: 2"]

    def test_nothing(self) -> None:
        """An empty table has no blocks."""
        assert texts([]) == []
        assert texts([[], [""]]) == []

    def test_only_a_header(self) -> None:
        """Its words aren't lost."""
        assert texts([["型号", "价格"]], header_rows=1) == ["型号；价格"]


class TestDates:
    @pytest.mark.parametrize(
        "text",
        [
            "2024-05-01",
            "2024/5/1",
            "2024.5.1",
            "2024年5月1日",
            "2024年05月01号",
            "20240501",
            "2024-05-01T08:00:00Z",
            "2024-05-01 10:30",
            "45413",
            "2024-05",
            "2024年5月",
        ],
    )
    def test_as_people_write_them(self, text: str) -> None:
        """ISO, Chinese, compact, Excel's serial number; a month is its first day."""
        assert read_date(text) == date(2024, 5, 1)

    @pytest.mark.parametrize("text", ["", "长期有效", "2024-13-01", "2024-02-30", "12345678901", "1 May"])
    def test_other_texts_are_none(self, text: str) -> None:
        """A date that can't be read is left out rather than guessed."""
        assert read_date(text) is None
