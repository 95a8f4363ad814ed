"""Gold questions in files."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.gold import GoldEntry, GoldSource
from core.types import Audience, Language
from eval.gold_files import GoldFormat, format_of, read_questions, write_questions

ENTRY = GoldEntry(
    text="退货要几天内申请？",
    language=Language.ZH,
    audience=Audience.INTERNAL,
    sources=(GoldSource("退换货政策.pdf", "三十天内"), GoldSource("常见问题.csv", "")),
    facts=("30 天 | 三十天", "无理由"),
    note="常问",
    enabled=False,
)
UNANSWERABLE = GoldEntry(text="=1+1 是多少？", answerable=False)

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), max_size=20)
ENTRIES = st.builds(
    GoldEntry,
    text=WORDS.filter(bool),
    language=st.sampled_from([None, *Language]),
    audience=st.sampled_from(Audience),
    answerable=st.booleans(),
    sources=st.lists(st.builds(GoldSource, WORDS, WORDS).filter(lambda source: source != GoldSource())).map(tuple),
    facts=st.lists(WORDS.filter(bool)).map(tuple),
    note=WORDS,
    enabled=st.booleans(),
)


class TestBothFormats:
    @pytest.mark.parametrize("form", GoldFormat)
    @given(entries=st.lists(ENTRIES, min_size=1, max_size=4))
    def test_give_back_what_was_written(self, form: GoldFormat, entries: list[GoldEntry]) -> None:
        """Every field, also texts that a spreadsheet would take for formulas."""
        assert read_questions(write_questions(entries, form).encode(), form) == entries

    def test_are_known_by_the_file_s_name(self) -> None:
        """Others are refused with what to do."""
        assert [format_of(name) for name in ("a.CSV", "b.jsonl", "c.ndjson")] == [
            GoldFormat.CSV, GoldFormat.JSONL, GoldFormat.JSONL,
        ]  # fmt: skip
        with pytest.raises(InvalidInput, match="Save it as one"):
            format_of("a.xlsx")

    def test_a_table_is_safe_to_open(self) -> None:
        """A question that begins like a formula gets a blank in front."""
        assert ",=1" not in "," + write_questions([UNANSWERABLE], GoldFormat.CSV).replace("\r\n", ",")


class TestATable:
    def test_may_have_chinese_columns_and_another_encoding(self) -> None:
        """As Excel in China writes it; facts and sources in lines of one cell."""
        text = '问题,要点,文档,引文,能否回答\n退货几天？,"30 天\n无理由","a.pdf\nb.pdf",三十天,是\n修咖啡机吗？,,,,否\n'

        first, second = read_questions(text.encode("gb18030"), GoldFormat.CSV)

        assert (first.facts, first.answerable) == (("30 天", "无理由"), True)
        assert first.sources == (GoldSource("a.pdf", "三十天"), GoldSource("b.pdf", ""))
        assert second == GoldEntry(text="修咖啡机吗？", answerable=False)

    def test_without_questions_is_refused(self) -> None:
        """With the names of the columns."""
        with pytest.raises(InvalidInput, match="«question»"):
            read_questions(b"a,b\n1,2\n", GoldFormat.CSV)


class TestJsonLines:
    def test_may_be_of_the_kind_that_benchmarks_use(self) -> None:
        """`expected` for facts, one `document` for sources; what isn't known is left alone."""
        line = {"id": "a1", "question": "多久发货？", "expected": ["24 小时"], "document": "faq.csv", "audience": None}

        (entry,) = read_questions(json.dumps(line).encode(), GoldFormat.JSONL)

        assert entry == GoldEntry(text="多久发货？", facts=("24 小时",), sources=(GoldSource("faq.csv"),))

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("{broken", "Line 2 isn't JSON"),
            ("[]", "Line 2 isn't an object"),
            ("[" * 100_000, "Line 2 isn't JSON"),
            ('{"question": 5}', "Line 2: «question» must be a text"),
            ('{"question": "q", "facts": "x"}', "«facts» must be a list"),
            ('{"question": "q", "sources": ["x"]}', "«sources» must be a list of objects"),
            ('{"question": "q", "audience": "everybody"}', "one of public, internal"),
            ('{"question": "q", "answerable": "perhaps"}', "write true or false"),
        ],
        ids=["broken", "list", "deep", "number", "facts", "sources", "audience", "flag"],
    )
    def test_that_can_t_be_read_name_the_line(self, line: str, words: str) -> None:
        """And say what is expected."""
        with pytest.raises(InvalidInput, match=words):
            read_questions(f'{{"question": "ok"}}\n{line}\n'.encode(), GoldFormat.JSONL)

    def test_without_any_are_refused(self) -> None:
        """An empty file was a mistake."""
        with pytest.raises(InvalidInput, match="no question"):
            read_questions(b"\n\n", GoldFormat.JSONL)
