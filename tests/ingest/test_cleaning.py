"""Cleaning makes text readable and changes nothing that it says."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import DocumentKind
from ingest.cleaning import clean, clean_code, clean_line, clean_text
from ingest.parsed import Block, BlockKind, ParsedDocument, ParsedPair

ODD = st.text(
    alphabet=st.sampled_from(
        list("企業(（)）yèwùāsin ，。１Ａｂ①…\u00ad\u200b\u0301e\u3000\n\t\r⼀ﬁ㎡\ufeff\ue000\ud800\x07")
    )
)


class TestForms:
    @pytest.mark.parametrize(
        ("raw", "plain"),
        [
            ("型号ＡＢＣ－１００", "型号ABC-100"),
            ("１００％", "100%"),
            ("⼈⼯客服", "人工客服"),
            ("oﬃce ﬁle", "office file"),
            ("２５℃，３０㎡", "25°C，30m2"),
            ("ﾃｽﾄ", "テスト"),
            ("e\u0301t\u00e9", "été"),
            ("a\u00a0b\u3000c\u2009d", "a b c d"),
        ],
    )
    def test_plain_forms_are_used(self, raw: str, plain: str) -> None:
        """Widths, ligatures, radicals and blanks."""
        assert clean_text(raw) == plain

    @pytest.mark.parametrize(
        "text",
        ["七天内，可以退货；请联系客服：（周一至周五）！好？", "第①步……完成", "10²⁺", "“引号”、《书名》", "1½ 杯"],
    )
    def test_what_means_something_stays(self, text: str) -> None:
        """Chinese marks stay Chinese; numbers in circles and above the line would become other numbers."""
        assert clean_text(text) == text

    def test_invisible_characters_go(self) -> None:
        """Soft hyphens, zero width, byte order marks, controls, private use, halves of characters."""
        assert clean_text("re\u00adfund\u200b po\ufefflicy\x07 \ue000now\ud800") == "refund policy now"

    def test_white_space_runs(self) -> None:
        """One blank between words, one empty line between paragraphs."""
        assert clean_text("  a \t b \r\n\r\n\r\n\r\n c  ") == "a b\n\nc"


class TestAntiCopyNoise:
    @pytest.mark.parametrize(
        ("raw", "plain"),
        [
            ("企業(yè)客戶服務(wù)", "企業客戶服務"),
            ("企业（yè）客户（hù）", "企业客户"),
            ("服務(wù)(wù) 中心", "服務 中心"),
            ("退貨( huò )政策", "退貨政策"),
            ("客服(kè fú)热线", "客服热线"),
            ("绿(lǜ)色", "绿色"),
            ("中(zhōng)国(guó)", "中国"),
            ("双(shuāng)十一", "双十一"),
            ("行(xíng)李", "行李"),
        ],
    )
    def test_pinyin_in_brackets_is_removed(self, raw: str, plain: str) -> None:
        """A tone mark after a Chinese character gives it away."""
        assert clean_text(raw) == plain

    @pytest.mark.parametrize(
        "text",
        [
            "会员(VIP)",
            "价格(元)",
            "重量(kg)",
            "函数(sin)",
            "咖啡(café)",
            "简历(résumé)",
            "见附件(a)",
            "温度(°C)",
            "(yè)",
            "hello(yè)",
        ],
    )
    def test_brackets_that_mean_something_stay(self, text: str) -> None:
        """Units, names, foreign words; and pinyin that follows no Chinese character."""
        assert clean_text(text) == text


class TestAlways:
    @given(ODD)
    def test_text_twice_is_as_once(self, text: str) -> None:
        """Cleaning has nothing to do in what is clean."""
        assert clean_text(clean_text(text)) == clean_text(text)

    @given(st.text())
    def test_any_text_twice_is_as_once(self, text: str) -> None:
        """The same for every text that there is."""
        for once in (clean_text, clean_line, clean_code):
            assert once(once(text)) == once(text)

    @given(st.text(alphabet=st.characters(codec="ascii", exclude_categories=["Cc"])))
    def test_ascii_words_are_untouched(self, text: str) -> None:
        """In plain English only blanks may change."""
        assert clean_line(text).split() == text.split()

    def test_a_long_hostile_line_is_quick(self) -> None:
        """No pattern takes longer than the text is long."""
        started = time.perf_counter()
        for hostile in ("企(" * 30_000, "企(" + "ā" * 100_000, " " * 100_000 + "x", "企(yè" * 20_000):
            clean_text(hostile)

        assert time.perf_counter() - started < 2


class TestDocument:
    def test_blocks_that_are_empty_then_are_dropped(self) -> None:
        """Nothing is left of a block of invisible characters, and a person is told."""
        document = ParsedDocument(
            DocumentKind.TEXT,
            (Block(BlockKind.PARAGRAPH, "\u200b\u200b"), Block(BlockKind.HEADING, " 一、\n退货 ", 3, 2)),
            title=" 政策 ",
        )

        cleaned = clean(document)

        assert cleaned.blocks == (Block(BlockKind.HEADING, "一、 退货", 3, 2),)
        assert cleaned.title == "政策"
        assert cleaned.warnings == ("隐藏文字已忽略 / hidden text was ignored: 2 × U+200B…",)
        assert clean(cleaned) == cleaned

    def test_code_keeps_its_blanks(self) -> None:
        """Indentation and width mean something there."""
        code = "if ａ:\n    b  =  1"

        cleaned = clean(ParsedDocument(DocumentKind.TEXT, (Block(BlockKind.CODE, code),)))

        assert cleaned.blocks[0].text == code

    def test_wordings_of_a_pair_are_distinct(self) -> None:
        """A similar question that equals the standard one, or a negative one, is none."""
        pair = ParsedPair(
            "怎么退货？",
            " 七天内。\n请保留发票。",
            ("怎么退货？", "如何退货", "如何退货 ", "换货"),
            ("换货", ""),
            product="Ｘ１",
        )

        cleaned = clean(ParsedDocument(DocumentKind.QA, pairs=(pair,)))

        assert cleaned.pairs == (
            ParsedPair("怎么退货？", "七天内。\n请保留发票。", ("如何退货",), ("换货",), product="X1"),
        )
