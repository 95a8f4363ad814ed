"""How a parsed document becomes a canonical text and its passages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from core.types import DocumentKind, QAStatus, QuestionKind
from ingest.parsed import Block, BlockKind, ParsedDocument, ParsedPair
from ingest.pieces import DENSEST, RESERVED
from ingest.splitting import Sizes, SplitDocument, split
from models.fake_encoder import FakeEncoder

SMALL = Sizes(target=40, maximum=60, context=30, tiny=10)
"""In tokens of the fake encoder: two characters each."""


def heading(text: str, level: int = 1, page: int | None = None) -> Block:
    return Block(BlockKind.HEADING, text, page, level)


def paragraph(text: str, page: int | None = None) -> Block:
    return Block(BlockKind.PARAGRAPH, text, page)


def item(text: str) -> Block:
    return Block(BlockKind.LIST_ITEM, text)


def row(text: str) -> Block:
    return Block(BlockKind.ROW, text)


def cut(*blocks: Block, title: str = "手册", sizes: Sizes = SMALL) -> SplitDocument:
    document = ParsedDocument(DocumentKind.TEXT, blocks=blocks)
    return split(document, title=title, count_tokens=FakeEncoder().count_tokens, sizes=sizes)


def texts(content: SplitDocument) -> list[str]:
    return [passage.text for passage in content.passages]


SENTENCE = "本店商品自签收之日起七天内可以申请退货。"  # 20 characters, 10 tokens

letters = st.text(st.sampled_from("退货运费abc XY12。，.,；？! :\n"), max_size=400)
blocks = st.builds(Block, st.sampled_from(BlockKind), letters, st.none() | st.integers(1, 5), st.integers(1, 4))


class TestEveryDocument:
    @given(st.lists(blocks, max_size=12))
    @settings(max_examples=150, deadline=None)
    def test_passages_are_spans_in_order_and_lose_no_word(self, given_blocks: Sequence[Block]) -> None:
        """A passage's text is exactly its span; spans don't overlap; all text but headings is in one."""
        content = cut(*given_blocks)

        assert all(content.text[p.start : p.end] == p.text == p.text.strip() != "" for p in content.passages)
        covered = [at for p in content.passages for at in range(p.start, p.end)]
        assert covered == sorted(set(covered))
        left_out = set("".join(c for at, c in enumerate(content.text) if at not in set(covered)).split())
        headings = {word for b in given_blocks if b.kind is BlockKind.HEADING for word in b.text.split()}
        assert left_out <= headings

    @given(st.lists(blocks, max_size=12), st.text(max_size=300))
    @settings(max_examples=100, deadline=None)
    def test_what_the_encoder_reads_fits_its_input(self, given_blocks: Sequence[Block], title: str) -> None:
        """Context and text together stay within the encoder's input, with room for its prefix."""
        encoder = FakeEncoder()
        content = cut(*given_blocks, title=title, sizes=Sizes.within(128))

        lengths = encoder.count_tokens([passage.indexed_text for passage in content.passages])

        assert all(length <= 128 - RESERVED + 2 for length in lengths)

    def test_without_text_gives_no_passages(self) -> None:
        """Blank blocks are no text."""
        assert cut(paragraph("  \n "), heading("")) == SplitDocument("", (), ())

    def test_has_its_blocks_one_a_line_as_text(self) -> None:
        """The canonical text is what citations point into."""
        content = cut(heading("退货"), paragraph(" 可以退货。 "), item("七天内"))

        assert content.text == "退货\n可以退货。\n七天内"


class TestHeadings:
    def test_travel_with_the_passages_below_them(self) -> None:
        """The heading path is kept, and the context is the title and the headings."""
        content = cut(heading("售后"), heading("退货", 2), paragraph(SENTENCE), title="服务手册")

        assert content.passages[0].heading == ("售后", "退货")
        assert content.passages[0].context == "服务手册 > 售后 > 退货"
        assert texts(content) == [SENTENCE]

    def test_dont_repeat_the_title(self) -> None:
        """A first heading that is the title, or part of a longer one, is said once."""
        content = cut(heading("退货政策"), heading("国际 退货政策", 2), paragraph(SENTENCE), title="退货政策")

        longer = cut(heading("配送说明"), paragraph(SENTENCE), title="青山商城配送说明")

        assert content.passages[0].context == "国际 退货政策"
        assert longer.passages[0].context == "青山商城配送说明"

    def test_that_are_a_small_part_of_the_title_still_tell(self) -> None:
        """«退货» and «换货» below «退货、换货与维修指南» are two things."""
        content = cut(heading("退货"), paragraph(SENTENCE), title="退货、换货与维修指南")

        assert content.passages[0].context == "退货、换货与维修指南 > 退货"

    def test_of_the_top_level_are_never_crossed(self) -> None:
        """However short two chapters are, a passage belongs to one of them."""
        content = cut(heading("运费"), paragraph("免费。"), heading("发票"), paragraph("电子发票。"))

        assert texts(content) == ["免费。", "电子发票。"]

    def test_of_tiny_sections_are_joined_under_their_parent(self) -> None:
        """Two lines under one heading make one passage, which shows the small headings in its text."""
        content = cut(
            heading("门店"), heading("北京", 2), paragraph("朝阳路1号。"), heading("上海", 2), paragraph("南京路2号。")
        )

        assert texts(content) == ["北京\n朝阳路1号。\n上海\n南京路2号。"]
        assert content.passages[0].heading == ("门店",)

    def test_that_ask_something_keep_their_answer_to_themselves(self) -> None:
        """A question as heading with a short answer below is a unit of its own."""
        content = cut(
            heading("常见问题"),
            heading("能退吗？", 2),
            paragraph("能。"),
            heading("要运费吗？", 2),
            paragraph("不要。"),
        )

        assert texts(content) == ["能。", "不要。"]
        assert content.passages[1].heading == ("常见问题", "要运费吗？")

    def test_with_nothing_below_are_text(self) -> None:
        """A slide that has only a title can be found by it."""
        content = cut(heading("客服热线 400-123"), heading("退货"), paragraph(SENTENCE))

        assert texts(content) == ["客服热线 400-123", SENTENCE]

    def test_that_are_the_title_and_nothing_else_are_no_passage(self) -> None:
        """Every passage has the title in its context already."""
        content = cut(heading("服务手册"), heading("退货"), paragraph(SENTENCE), title="服务手册")

        assert texts(content) == [SENTENCE]

    def test_that_say_nothing_stay_out_of_the_context(self) -> None:
        """«Sheet1» is a heading that nobody wrote."""
        content = cut(heading("Sheet1"), row("型号: X1"), title="价格表")

        assert content.passages[0].context == "价格表"

    def test_that_are_too_long_are_paragraphs(self) -> None:
        """A page in bold isn't a heading for all that follows."""
        content = cut(heading("长" * 300), paragraph(SENTENCE))

        assert "".join(texts(content)).count("长") == 300
        assert content.passages[-1].heading == ()

    def test_too_many_for_the_context_lose_the_outer_ones(self) -> None:
        """The nearest heading says most, so it stays."""
        content = cut(heading("很长的标题" * 12), heading("退货条件", 2), paragraph(SENTENCE), title="手册" * 20)

        assert content.passages[0].context == "退货条件"


class TestLongText:
    def test_is_cut_between_sentences_into_even_parts(self) -> None:
        """No part is a scrap and none ends within a sentence."""
        content = cut(paragraph(SENTENCE * 9))

        assert all(text.endswith("。") for text in texts(content))
        sizes = [len(text) for text in texts(content)]
        assert len(sizes) == 3
        assert max(sizes) - min(sizes) <= len(SENTENCE)

    def test_is_cut_at_commas_only_where_a_sentence_is_too_long(self) -> None:
        """A sentence above the maximum breaks at its commas; those below it stay whole."""
        endless = "商品须保持完好，" * 30 + "否则不予受理。"

        parts = texts(cut(paragraph(SENTENCE), paragraph(endless)))

        assert len(parts) > 2
        assert all(part.endswith(("，", "。")) for part in parts)

    def test_without_any_mark_is_cut_between_words_or_characters(self) -> None:
        """Even one word of ten thousand letters becomes passages."""
        words = texts(cut(paragraph("word " * 500)))
        letters_only = texts(cut(paragraph("x" * 10_000)))

        assert set(" ".join(words).split()) == {"word"}
        assert "".join(letters_only) == "x" * 10_000

    def test_that_the_tokenizer_takes_for_one_token_is_cut_all_the_same(self) -> None:
        """A hundred thousand unknown signs may be one token; as one passage nobody could read them."""
        document = ParsedDocument(DocumentKind.TEXT, blocks=(paragraph("😀" * 100_000),))

        content = split(document, title="", count_tokens=lambda texts: [1] * len(texts))

        assert max(len(passage.text) for passage in content.passages) <= Sizes().maximum * DENSEST

    def test_of_a_single_sentence_below_the_maximum_stays_whole(self) -> None:
        """The target is a wish, a whole sentence comes first."""
        sentence = "这句话比目标长但没有超过上限" * 7 + "。"  # 99 characters, 50 tokens

        assert texts(cut(paragraph(sentence))) == [sentence]

    def test_keeps_the_page_on_which_a_passage_starts(self) -> None:
        """Citations name the page."""
        content = cut(heading("一", 1, page=1), paragraph(SENTENCE * 4, page=1), paragraph(SENTENCE * 4, page=2))

        assert [passage.page for passage in content.passages] == [1, 2]


class TestTablesAndLists:
    def test_rows_are_packed_together_and_never_cut(self) -> None:
        """A row is one fact; several share a passage."""
        rows = [row(f"型号: X{number}；价格: {number}99 元；保修: 两年") for number in range(1, 10)]

        parts = texts(cut(heading("价格表"), *rows))

        assert 1 < len(parts) < 9
        assert [line for part in parts for line in part.split("\n")] == [block.text for block in rows]

    def test_a_row_above_the_maximum_is_cut_between_its_cells(self) -> None:
        """Only then."""
        parts = texts(cut(row("；".join(f"列{number}: {'值' * 20}" for number in range(10)))))

        assert len(parts) > 1
        assert all(part.startswith("列") for part in parts)

    def test_a_lead_sentence_stays_with_its_list(self) -> None:
        """«需要以下材料：» at the end of a passage would promise what isn't there."""
        content = cut(paragraph(SENTENCE * 3), paragraph("退货需要以下材料："), item("身份证" * 8), item("发票" * 8))

        assert texts(content)[0] == SENTENCE * 3
        assert texts(content)[1].startswith("退货需要以下材料：\n身份证")

    def test_a_list_that_goes_on_knows_its_lead_sentence(self) -> None:
        """The second half of a long list is found by what the list is about."""
        content = cut(paragraph("退货需要以下材料："), *(item(f"第{n}份材料" + "说明" * 10) for n in range(6)))

        assert len(content.passages) > 1
        assert content.passages[-1].context == "手册 > 退货需要以下材料："

    def test_a_question_stays_with_its_answer(self) -> None:
        """A question in running text goes with what follows it."""
        content = cut(paragraph(SENTENCE * 4), paragraph("问：可以换货吗"), paragraph("答：" + SENTENCE))

        assert texts(content)[-1].startswith("问：可以换货吗\n答：")


def pairs_of(*given_pairs: ParsedPair, kind: DocumentKind = DocumentKind.QA) -> SplitDocument:
    document = ParsedDocument(kind, pairs=given_pairs)
    return split(document, title="常见问题", count_tokens=FakeEncoder().count_tokens)


class TestQuestionsAndAnswers:
    def test_are_one_passage_each_with_the_answer_at_its_place(self) -> None:
        """The answer can be cited to the character."""
        content = pairs_of(
            ParsedPair("能退货吗？", "七天内可以。\n需保持完好。", similar=("可以退吗",), negative=("能换货吗",)),
            ParsedPair("Can I pay by card?", "Yes, any card."),
        )

        assert (
            content.text == "问：能退货吗？\n答：七天内可以。\n需保持完好。\nQ: Can I pay by card?\nA: Yes, any card."
        )
        for pair in content.pairs:
            passage = content.passages[pair.passage]
            assert content.text[passage.start : passage.end] == passage.text
            assert content.text[pair.answer_start :].startswith(pair.answer)
        assert content.pairs[0].status is QAStatus.APPROVED
        assert [question.kind for question in content.pairs[0].questions] == list(QuestionKind)

    def test_stay_whole_however_long_the_answer_is(self) -> None:
        """An approved answer is shown word for word, so it is never cut."""
        content = pairs_of(ParsedPair("保修条款？", SENTENCE * 100))

        assert len(content.passages) == 1
        assert content.pairs[0].answer == SENTENCE * 100

    def test_that_come_twice_are_united_with_all_their_wordings(self) -> None:
        """The same question with the same answer is one pair, and the person is told."""
        content = pairs_of(
            ParsedPair("能退货吗？", "能。", similar=("可以退吗",)),
            ParsedPair("能退货吗?", "能。", similar=("可以退吗", "退货行吗")),
            ParsedPair("能退货吗？", "不能。"),
        )

        assert [pair.answer for pair in content.pairs] == ["能。", "不能。"]
        assert [question.text for question in content.pairs[0].questions] == ["能退货吗？", "可以退吗", "退货行吗"]
        assert len(content.warnings) == 1

    def test_carry_title_and_product_as_context(self) -> None:
        """«怎么充电» of two products differ by the product alone."""
        content = pairs_of(ParsedPair("怎么充电？", "用底座。", product="X100"))

        assert content.passages[0].context == "常见问题 > X100"
        assert content.pairs[0].product == "X100"


class TestTickets:
    def test_become_candidates_without_dates_of_validity(self) -> None:
        """When a ticket was solved says nothing about how long its answer holds."""
        ticket = ParsedPair("收不到验证码", "请检查拦截短信。", happened_on=date(2025, 3, 1))

        content = pairs_of(ticket, kind=DocumentKind.TICKETS)

        assert content.pairs[0].status is QAStatus.CANDIDATE
        assert content.pairs[0].valid_from is None

    def test_that_ask_the_same_keep_the_latest_resolution(self) -> None:
        """Politeness and punctuation don't make another question."""
        content = pairs_of(
            ParsedPair("收不到验证码", "新办法", happened_on=date(2025, 3, 1)),
            ParsedPair("您好，请问收不到验证码？", "旧办法", happened_on=date(2024, 3, 1)),
            kind=DocumentKind.TICKETS,
        )

        assert [pair.answer for pair in content.pairs] == ["新办法"]

    def test_that_differ_in_a_number_are_two(self) -> None:
        """Error 101 isn't error 102."""
        content = pairs_of(ParsedPair("报错101", "重启"), ParsedPair("报错102", "重装"), kind=DocumentKind.TICKETS)

        assert len(content.pairs) == 2


class TestSizes:
    def test_shrink_with_the_encoders_input(self) -> None:
        """A model that reads less gets shorter passages; one that reads more gets the usual ones."""
        small, large = Sizes.within(128), Sizes.within(8192)

        assert small.maximum + small.context + RESERVED <= 128
        assert large == Sizes()
