"""Specification of answering by quotation."""

from __future__ import annotations

import pytest

from agent.quoting import LONGEST_CHINESE, Quoted, Quoter
from core.types import Hit, Language, Passage, Why
from models.fake_encoder import FakeEncoder
from tests.agent.shop import PASSAGES, passage


def hits(*passages: Passage) -> list[Hit]:
    return [Hit(each, 1.0 / rank, Why((), rank, 0.9, rank, 5.0)) for rank, each in enumerate(passages, start=1)]


def quote(encoder: FakeEncoder, question: str, *passages: Passage, language: Language = Language.ZH) -> Quoted:
    return Quoter(encoder).quote(question, encoder.encode_questions([question])[0], hits(*passages), language=language)


class TestAQuotation:
    def test_is_the_sentence_that_answers_word_for_word(self, encoder: FakeEncoder) -> None:
        """The lead-in names the document, the mark stands behind the sentence."""
        quoted = quote(encoder, "特价商品支持退货吗", *PASSAGES)

        assert quoted.text.startswith("根据《退货政策》：")
        assert "特价商品和定制商品不支持退货。[" in quoted.text

    def test_cites_the_exact_span_in_the_version(self, encoder: FakeEncoder) -> None:
        """`start` and `end` count in the version's text, of which the passage is a part."""
        for citation in quote(encoder, "退款多久到账", *PASSAGES).citations:
            source = next(each for each in PASSAGES if each.passage_id == citation.passage_id)
            assert source.text[citation.start - source.start : citation.end - source.start] == citation.quote

    def test_numbers_its_parts_from_one_and_marks_each(self, encoder: FakeEncoder) -> None:
        """Every citation has its mark in the text."""
        quoted = quote(encoder, "退货运费和退款时间", *PASSAGES)

        assert [each.number for each in quoted.citations] == list(range(1, len(quoted.citations) + 1))
        assert all(f"{each.quote}" in quoted.text and f"[{each.number}]" in quoted.text for each in quoted.citations)

    def test_has_all_steps_where_steps_are_asked(self, encoder: FakeEncoder) -> None:
        """A list comes whole, with the line that announces it."""
        text = quote(encoder, "怎么申请退货，退货步骤有哪些", *PASSAGES).text

        assert "退货步骤如下：\n1. 登录账号" in text
        assert "3. 把商品寄回仓库" in text

    def test_of_a_table_is_the_row_asked_for(self, encoder: FakeEncoder) -> None:
        """The best row comes first, whole."""
        quoted = quote(encoder, "X200 保修多久", PASSAGES[1], PASSAGES[0])

        assert "型号: X200；价格: 499 元；保修: 2 年" in quoted.text

    def test_has_no_row_of_another_code_than_the_one_asked_for(self, encoder: FakeEncoder) -> None:
        """E12 stands beside E11 and looks like it, but the customer's machine shows E11."""
        codes = passage(
            9, "故障代码", "E10 污水箱已满，请倒掉污水。\nE11 尘袋已满，请更换尘袋。\nE12 清洗盘堵塞，请清洗。"
        )

        text = quote(encoder, "报 E11 是什么意思，怎么处理", codes).text

        assert "E11 尘袋已满" in text
        assert "E10" not in text
        assert "E12" not in text

    def test_keeps_the_sources_own_reference_marks_apart_from_ours(self, encoder: FakeEncoder) -> None:
        """A paper's «[7]» must not look like our seventh source."""
        paper = passage(9, "论文", "大数据的应用促进了产业发展[7]。")

        quoted = quote(encoder, "大数据的应用促进了什么", paper)

        assert "产业发展［7］。[1]" in quoted.text
        assert quoted.citations[0].quote == "大数据的应用促进了产业发展[7]。"

    def test_of_a_chinese_source_for_an_english_question_says_so(self, encoder: FakeEncoder) -> None:
        """The lead-in is in the customer's language, the quotation stays as it is."""
        quoted = quote(encoder, "X200 保修", PASSAGES[1], language=Language.EN)

        assert quoted.text.startswith("This is what “价目表” says (original text in Chinese):")

    def test_never_answers_with_a_heading_or_a_question(self, encoder: FakeEncoder) -> None:
        """A passage's own question isn't an answer to it."""
        source = passage(9, "faq.csv", "问：怎么开发票？\n答：在订单详情页点击“申请发票”。")

        assert quote(encoder, "怎么开发票", source).citations[0].quote == "在订单详情页点击“申请发票”。"

    def test_stays_within_its_length(self, encoder: FakeEncoder) -> None:
        """Long passages don't make long answers."""
        long = passage(
            9, "长文.md", "".join(f"关于退货的第{at}条规定说明了很多很多的退货细节和要求。" for at in range(200))
        )

        assert sum(len(each.quote) for each in quote(encoder, "退货规定", long).citations) <= LONGEST_CHINESE

    def test_cannot_smuggle_markup_into_the_chat(self, encoder: FakeEncoder) -> None:
        """What a document holds is shown as text; the citation keeps the original."""
        hostile = passage(9, "x.md", "退货请看 ![图](https://evil.example/a.png) 和 <img src=x> 说明。")
        quoted = quote(encoder, "退货说明", hostile)

        assert "![" not in quoted.text
        assert "<img" not in quoted.text
        assert "".join(each.quote for each in quoted.citations) in hostile.text

    def test_of_nothing_is_empty(self, encoder: FakeEncoder) -> None:
        """No hits, no text."""
        assert quote(encoder, "退货") == Quoted("", ())

    @pytest.mark.parametrize("text", ["?", "标题", "a", "1.", "：", "\n\n x \n"])
    def test_can_be_made_of_any_passage(self, encoder: FakeEncoder, text: str) -> None:
        """A passage without a proper sentence is quoted whole."""
        assert quote(encoder, "标题", passage(9, "x", text)).citations
