"""Form, script, sentences, language."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import detect_language, fold, nfkc, sentence_spans
from core.types import Language


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


class TestFold:
    def test_traditional_and_simplified_become_one(self) -> None:
        """Whatever the document and the customer write."""
        assert fold("企業客戶服務") == fold("企业客户服务")

    def test_full_and_half_width_become_one(self) -> None:
        """As typed on a Chinese keyboard."""
        assert fold("ＲＸ－２００") == fold("rx-200")

    def test_invisible_characters_vanish(self) -> None:
        """Zero-width space, soft hyphen and byte order mark."""
        assert nfkc("退\u200b款\u00ad政\ufeff策") == "退款政策"

    @given(text=st.text())
    def test_folding_twice_changes_nothing(self, text: str) -> None:
        """So that stored and fresh texts compare."""
        assert fold(fold(text)) == fold(text)


class TestSentenceSpans:
    def test_end_at_the_marks_of_both_languages(self) -> None:
        """The closing quotation mark belongs to its sentence."""
        assert sentences("可以退吗？“可以。”Keep the receipt. It helps!") == [
            "可以退吗？",
            "“可以。”",
            "Keep the receipt.",
            "It helps!",
        ]

    @pytest.mark.parametrize("text", ["It costs 3.5 yuan.", "See e.g. Dr. Li.", "Version v1.2.3 is out."])
    def test_a_stop_inside_a_number_or_an_abbreviation_ends_nothing(self, text: str) -> None:
        """Decimal points, versions, titles."""
        assert sentences(text) == [text]

    def test_a_line_break_ends_a_sentence(self) -> None:
        """Headings and list items carry no mark."""
        assert sentences("一、范围\n\n本政策适用于线上订单") == ["一、范围", "本政策适用于线上订单"]

    @given(text=st.text(alphabet="退款。！a. \n?“”1", max_size=60))
    def test_nothing_but_white_space_is_lost(self, text: str) -> None:
        """Spans come in order, don't overlap, and hold every other character."""
        spans = sentence_spans(text)

        assert "".join(sentences(text)).replace(" ", "") == "".join(text.split())
        assert all(first[1] <= second[0] for first, second in pairwise(spans))


class TestDetectLanguage:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("退货要多久", Language.ZH),
            ("How long does a return take?", Language.EN),
            ("RX-200 Pro 怎么连 Wi-Fi", Language.ZH),
            ("Does 云栖 ship to Canada?", Language.EN),
            ("12345", Language.EN),
        ],
    )
    def test_is_that_of_most_of_the_text(self, text: str, language: Language) -> None:
        """Names in Latin letters don't make a Chinese question English, nor the other way round."""
        assert detect_language(text) is language


class TestNfkc:
    def test_radicals_become_the_characters_that_are_meant(self) -> None:
        """PDF files printed by browsers hold «⻚» for «页» and «⽤» for «用»."""
        assert nfkc("使⽤⻚⻅⻓") == "使用页见长"
