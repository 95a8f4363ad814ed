"""Lines become paragraphs, headings are told by their numbers, page furniture goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.furniture import page_furniture
from ingest.parsing.headings import heading_level
from ingest.parsing.lines import is_rule, join, starts_item, without_leaders


class TestJoin:
    @pytest.mark.parametrize(
        ("lines", "paragraph"),
        [
            (["自签收之日起", "七天内"], "自签收之日起七天内"),
            (["We ship within", "two days."], "We ship within two days."),
            (["a busi-", "ness day"], "a business day"),
            (["the USB-", "C port"], "the USB- C port"),
            (["请联系", "support"], "请联系support"),
            (["", "  one  ", ""], "one"),
            ([], ""),
        ],
    )
    def test_as_the_language_is_written(self, lines: list[str], paragraph: str) -> None:
        """Chinese without a blank, English with one, broken words mended."""
        assert join(lines) == paragraph

    @given(st.lists(st.text()))
    def test_no_letter_is_lost_but_hyphens(self, lines: list[str]) -> None:
        """Joining moves white space and hyphens, nothing else."""
        kept = "".join("".join(lines).split()).replace("-", "")

        assert "".join(join(lines).split()).replace("-", "") == kept


class TestHeadings:
    @pytest.mark.parametrize(
        ("line", "level"),
        [
            ("第一章 总则", 1),
            ("第3节 换货", 2),
            ("一、退货条件", 2),
            ("（二）运费", 3),
            ("Chapter 3 Warranty", 1),
            ("1.2 Shipping times", 2),
            ("2.1.3 保修范围", 3),
            ("附录A：术语", 1),
            ("Appendix B", 1),
        ],
    )
    def test_are_told_by_their_numbers(self, line: str, level: int) -> None:
        """Numbering of both languages gives the level."""
        assert heading_level(line) == level

    @pytest.mark.parametrize(
        "line",
        [
            "",
            "1.2",
            "3.5 元",
            "第一章规定了退货的条件，第二章规定了换货的条件。",
            "1.2 million customers have already bought it, and that is a long sentence without end",
            "一、买家自签收商品之日起七天内，商品完好，不影响二次销售的，可以申请退货。",
            "2024.05.01 发布",
        ],
    )
    def test_sentences_and_numbers_are_none(self, line: str) -> None:
        """A sentence isn't a heading whatever it begins with."""
        assert heading_level(line) == 0


class TestLines:
    @pytest.mark.parametrize("line", ["• 会员", "1. 登录", "2）提交", "① 填写", "- point", "a) first", "（三）其他"])
    def test_bullets_and_numbers_begin_items(self, line: str) -> None:
        """Lists are told by how their lines begin."""
        assert starts_item(line)

    @pytest.mark.parametrize("line", ["3.5 元", "2024年", "Price", "x-ray"])
    def test_other_lines_do_not(self, line: str) -> None:
        """A number alone is none."""
        assert not starts_item(line)

    def test_rules_and_leaders(self) -> None:
        """Drawn lines are no text; dots between a title and its page are cut short."""
        assert is_rule("----------")
        assert is_rule("= = = = =")
        assert not is_rule("a --- b")
        assert " ".join(without_leaders("退货政策........12").split()) == "退货政策 … 12"


class TestFurniture:
    def test_repeated_lines_at_the_edges_go(self) -> None:
        """Header, footer and page number of three pages; the rest stays."""
        pages = [
            ["某某公司 退换货政策", f"{word}的条件", f"{word}的运费", f"第 {number} 页 共 3 页"]
            for number, word in enumerate(("退货", "换货", "维修"), start=1)
        ]

        assert page_furniture(pages) == [{0, 3}, {0, 3}, {0, 3}]

    def test_left_and_right_pages_may_differ(self) -> None:
        """Books have the title left and the chapter right."""
        pages = [
            ["Handbook" if number % 2 else "Returns", f"text {number} a", "b", "c", "d", "e", "f", "g"]
            for number in range(6)
        ]

        assert all(0 in dropped for dropped in page_furniture(pages))

    def test_numbered_content_stays(self) -> None:
        """The same words with another number are steps of a text, unless they count pages."""
        pages = [
            [f"第{number}章 概述", word, str(number)] for number, word in enumerate(("退货", "换货", "维修"), start=1)
        ]

        assert page_furniture(pages) == [{2}, {2}, {2}]

    def test_two_pages_prove_nothing(self) -> None:
        """What stands on two pages of two may be content; a lone page number isn't."""
        assert page_furniture([["Price list", "a", "1"], ["Price list", "b", "2"]]) == [{2}, {2}]

    def test_no_pages(self) -> None:
        """Nothing in, nothing out."""
        assert page_furniture([]) == []


class TestPageFurnitureWithTotals:
    def test_a_page_number_beside_the_number_of_pages_goes(self) -> None:
        """«1 / 4 …» to «4 / 4 …»: one number counts, the other stays."""
        pages = [[f"{number} / 4 汀禾智家客服热线", f"正文{number}", "完"] for number in range(1, 5)]

        assert all(0 in dropped for dropped in page_furniture(pages))

    def test_a_long_line_on_both_pages_of_a_short_file_goes(self) -> None:
        """A running header; a short title said twice stays."""
        pages = [
            [f"第{number}页，共2页 汀禾智家科技有限公司客服热线", "退换货政策", "正文甲" * number] for number in (1, 2)
        ]

        assert page_furniture(pages) == [{0}, {0}]
