"""Why a passage was found."""

from __future__ import annotations

from retrieval.explanation import matched_words


class TestMatchedWords:
    def test_are_the_questions_words_in_its_order(self) -> None:
        """Words that the passage lacks aren't named."""
        assert matched_words("退款的时间多久？", "处理时间：退款在三个工作日内完成。") == ("退款", "时间")

    def test_traditional_and_simplified_are_alike(self) -> None:
        """The customer writes one script, the document the other."""
        assert "发票" in matched_words("怎麼開發票", "电子发票在订单页下载。")

    def test_a_model_number_is_named_whole(self) -> None:
        """Its parts would only repeat it."""
        words = matched_words("RX-200 Pro 能拖地吗", "RX-200 Pro 支持扫拖一体。")

        assert "rx-200" in words
        assert "200" not in words

    def test_an_english_word_inside_another_isnt_a_match(self) -> None:
        """«port» isn't in «transport»."""
        assert matched_words("which port", "transport is free") == ()

    def test_nothing_in_common_is_an_empty_explanation(self) -> None:
        """A dense hit may share no word with the question."""
        assert matched_words("能退吗", "Returns are free.") == ()
