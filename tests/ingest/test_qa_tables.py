"""Q&A tables and tickets in CSV, JSON and JSON Lines, with column names as people choose them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from core.errors import ParseFailed
from core.types import DocumentKind
from ingest.parsed import ParsedDocument, ParsedPair
from ingest.parsing import read_file
from ingest.parsing.pairs import find_columns, split_questions


def read(tmp_path: Path, content: str | bytes, name: str, kind: DocumentKind | None = None) -> ParsedDocument:
    path = tmp_path / "blob"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_file(path, name, kind)


class TestColumns:
    @pytest.mark.parametrize(
        "header",
        [
            ["标准问题", "相似问题", "答案"],
            ["问题", "相似问法", "回答"],
            ["Question", "Similar Questions", "Answer"],
            ["question", "similar_questions", "answer"],
            ["问题（必填）", "扩展问法", "标准答案（必填）"],
            ["Q", "Variants", "A"],
            ["問題", "相似問題", "答覆"],
        ],
    )
    def test_usual_names(self, header: list[str]) -> None:
        """Chinese and English, with blanks, underscores and remarks in brackets."""
        columns = find_columns(header)

        assert columns is not None
        assert (columns.question, columns.similar, columns.answer) == (0, (1,), 2)

    def test_an_ordinary_table_has_none(self) -> None:
        """A price list isn't a list of questions."""
        assert find_columns(["型号", "价格", "库存"]) is None

    def test_text_is_text_when_said_so(self) -> None:
        """Who uploads a file as text gets text."""
        assert find_columns(["问题", "答案"], DocumentKind.TEXT) is None


class TestSimilarQuestions:
    @pytest.mark.parametrize(
        "cell",
        ["怎么退|如何退货", "怎么退\n如何退货", "怎么退；如何退货", "怎么退 ; 如何退货", '["怎么退", "如何退货"]'],
    )
    def test_share_a_cell(self, cell: str) -> None:
        """Line breaks, bars, semicolons or a JSON list."""
        assert split_questions(cell) == ("怎么退", "如何退货")

    def test_an_empty_cell(self) -> None:
        """No text, no question; brackets that aren't JSON are text."""
        assert split_questions(" ") == ()
        assert split_questions("[sic] what?") == ("[sic] what?",)


class TestQaTable:
    def test_a_csv_of_pairs(self, tmp_path: Path) -> None:
        """All columns, as Excel in China saves them: GB18030 with quoted line breaks."""
        text = '标准问题,相似问题,反例,答案,生效日期,失效日期,产品\n怎么退货？,"如何退\n退货流程",怎么换货,"七天内，\n联系客服。",2024/5/1,2024年12月31日,X1\n'

        document = read(tmp_path, text.encode("gb18030"), "faq.csv")

        assert document.kind is DocumentKind.QA
        assert document.pairs == (
            ParsedPair(
                "怎么退货？",
                "七天内，\n联系客服。",
                ("如何退", "退货流程"),
                ("怎么换货",),
                date(2024, 5, 1),
                date(2024, 12, 31),
                "X1",
            ),
        )

    def test_rows_that_lack_something_are_told(self, tmp_path: Path) -> None:
        """They are skipped with a warning; blank rows don't count."""
        document = read(tmp_path, "question;answer\nHow?;So.\nWhy?;\n;\n", "faq.csv")

        assert len(document.pairs) == 1
        assert document.warnings == ("1 行缺少问题或答案，已跳过 / 1 rows without question or answer were skipped",)

    def test_no_complete_row(self, tmp_path: Path) -> None:
        """A form that nobody filled in."""
        with pytest.raises(ParseFailed, match="没有一行"):
            read(tmp_path, "问题,答案\n怎么退货？,\n", "faq.csv")

    def test_a_table_that_should_hold_pairs_and_does_not(self, tmp_path: Path) -> None:
        """The reason says how to name the columns."""
        with pytest.raises(ParseFailed, match=r"问题.*答案"):
            read(tmp_path, "型号,价格\nX1,299\n", "faq.csv", DocumentKind.QA)

    def test_a_title_above_the_header(self, tmp_path: Path) -> None:
        """The header is looked for in the first rows."""
        assert len(read(tmp_path, "常见问题汇总,\n问题,答案\n怎么退货？,七天内。\n", "faq.csv").pairs) == 1


class TestTickets:
    def test_a_column_of_resolutions_makes_tickets(self, tmp_path: Path) -> None:
        """Their day and product are kept."""
        document = read(
            tmp_path, "question,resolution,date,product\nIt is broken,We replaced it,2025-03-02,X1\n", "t.csv"
        )

        assert document.kind is DocumentKind.TICKETS
        assert document.pairs == (
            ParsedPair("It is broken", "We replaced it", product="X1", happened_on=date(2025, 3, 2)),
        )

    def test_pairs_may_be_called_tickets(self, tmp_path: Path) -> None:
        """What the uploader says holds."""
        assert read(tmp_path, "问题,答案\n坏了,换新\n", "t.csv", DocumentKind.TICKETS).kind is DocumentKind.TICKETS


class TestJson:
    def test_json_lines(self, tmp_path: Path) -> None:
        """One object a line; lists stay lists, so that a question may hold a semicolon."""
        line = {
            "question": "怎么退货？",
            "similar_questions": ["退；怎么退"],
            "answer": "七天内。",
            "valid_until": None,
        }

        document = read(tmp_path, json.dumps(line, ensure_ascii=False) + "\n\n", "qa.jsonl")

        assert document.pairs == (ParsedPair("怎么退货？", "七天内。", ("退；怎么退",)),)

    @pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"version": 1, "data": rows}])
    def test_a_list(self, tmp_path: Path, wrap) -> None:
        """A list of objects, or an object that holds one."""
        rows = wrap([{"问题": "怎么退货？", "答案": "七天内。"}])

        assert len(read(tmp_path, json.dumps(rows), "qa.json").pairs) == 1

    def test_other_objects_are_rows(self, tmp_path: Path) -> None:
        """A catalogue in JSON keeps its keys."""
        document = read(tmp_path, '[{"型号": "X1", "价格": 299}]', "items.json")

        assert [block.text for block in document.blocks] == ["型号: X1；价格: 299"]

    @pytest.mark.parametrize("content", ['{"question": "a"\n', "[1, 2]\n", '{"a": 1}\nnot json\n'])
    def test_a_broken_line_is_named(self, tmp_path: Path, content: str) -> None:
        """The reason names the line."""
        with pytest.raises(ParseFailed, match="JSON"):
            read(tmp_path, content, "qa.jsonl")

    def test_deep_nesting(self, tmp_path: Path) -> None:
        """A file that exhausts the parser's depth is refused like any broken one."""
        with pytest.raises(ParseFailed):
            read(tmp_path, "[" * 100_000, "qa.json")
