"""Which texts of one document count as said already."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.types import DocumentKind
from ingest.duplicates import collapse_blocks, collapse_passages, repeated
from ingest.parsed import Block, BlockKind, ParsedDocument
from kb.prepared import PreparedPassage

POLICY = (
    "自签收之日起七天内，商品保持完好并且附件齐全的，可以在订单页面申请退货，审核通过后由顺丰上门取件，"
    "退款将在仓库收到商品之后的三个工作日内原路退回，优惠券与积分会一并退还到账户之中，"
    "如对结果有疑问，请拨打客服热线或者通过在线客服联系工作人员。运费为12元。"
)
ENGLISH = (
    "You can return an item within thirty days of delivery as long as it is complete and in its original box. "
    "Choose the order on the returns page, print the label, and hand the parcel to any courier that we work with. "
    "We send the money back to the card that was charged within five working days after the parcel has arrived."
)


def dropped(*texts: str) -> set[int]:
    return repeated(texts, [()] * len(texts))


class TestSaidAlready:
    @pytest.mark.parametrize(
        "other",
        [
            POLICY,
            POLICY.replace("，", ", ").replace("退货", " 退货 "),
            POLICY.replace("订单", "訂單").replace("12", "１２"),
            POLICY.replace("请拨打", "您请拨打我们的"),
        ],
        ids=["the same", "other spacing and marks", "traditional and full-width", "function words"],
    )
    def test_is_what_differs_only_in_form(self, other: str) -> None:
        """The first of two that say the same stays."""
        assert dropped(POLICY, "另一段话", other) == {2}

    def test_is_the_shorter_of_two_when_the_longer_only_adds_words(self) -> None:
        """No word is lost: the one that says more stays, wherever it stands."""
        longer = POLICY.replace("在线客服", "在线客服窗口")

        assert dropped(POLICY, longer) == {0}
        assert dropped(longer, POLICY) == {1}

    def test_is_found_in_english_too(self) -> None:
        """Words instead of characters."""
        assert dropped(ENGLISH, ENGLISH.upper().replace(" the ", " ")) == {1}


class TestNews:
    @pytest.mark.parametrize(
        ("old", "new"),
        [("12", "15"), ("可以在", "不可以在"), ("顺丰", "京东"), ("附件齐全的", "附件齐全的会员如"), ("12元", "12%")],
        ids=["a price", "a negation", "another word", "a condition", "another sign"],
    )
    def test_is_a_text_that_differs_in_a_fact(self, old: str, new: str) -> None:
        """Two prices, yes and no, two names: both stay."""
        assert POLICY.replace(old, new) != POLICY
        assert dropped(POLICY, POLICY.replace(old, new)) == set()

    def test_is_an_english_text_with_another_word(self) -> None:
        """A card isn't a voucher."""
        assert dropped(ENGLISH, ENGLISH.replace("card", "voucher")) == set()
        assert dropped(ENGLISH, ENGLISH.replace("You can", "You cannot")) == set()

    def test_is_a_short_text_with_one_more_word(self) -> None:
        """In a short text one word may be the whole difference."""
        assert dropped("会员免运费", "金卡会员免运费") == set()

    def test_is_the_same_text_elsewhere(self) -> None:
        """Under another heading the same words mean another thing."""
        assert repeated([POLICY, POLICY], ["北京", "上海"]) == set()


class TestLargeDocuments:
    def test_take_time_in_proportion(self) -> None:
        """A thousand alike passages that all differ in a number are no trap."""
        texts = [f"{POLICY}编号{number}" for number in range(1000)]
        begun = time.perf_counter()

        assert dropped(*texts) == set()

        assert time.perf_counter() - begun < 20

    @given(st.lists(st.text(st.sampled_from("退货ab 1。"), max_size=8), max_size=10))
    @settings(max_examples=100, deadline=None)
    def test_never_lose_the_last_one_of_a_kind(self, texts: list[str]) -> None:
        """Every text that is dropped has an equal one that stays, up to form."""
        gone = dropped(*texts)

        stays = {text for at, text in enumerate(texts) if at not in gone}
        assert all(at not in gone or len(stays) > 0 for at in range(len(texts)))
        assert dropped(*[text for at, text in enumerate(texts) if at not in gone]) == set()


class TestBlocks:
    def test_collapse_when_a_paragraph_repeats_under_its_heading(self) -> None:
        """A notice on each page of one chapter is said once."""
        heading, notice = Block(BlockKind.HEADING, "退货", level=1), Block(BlockKind.PARAGRAPH, POLICY)
        document = ParsedDocument(DocumentKind.TEXT, (heading, notice, Block(BlockKind.ROW, "a: 1"), notice))

        assert collapse_blocks(document).blocks == document.blocks[:3]

    def test_stay_in_lists_and_tables(self) -> None:
        """An item belongs to its list, even if another list has it too."""
        items = tuple(Block(BlockKind.LIST_ITEM, POLICY) for _ in range(2))
        document = ParsedDocument(DocumentKind.TEXT, items)

        assert collapse_blocks(document) is document


def test_passages_collapse_within_one_context() -> None:
    """Two passages with the same text and headings are one; with other headings they are two."""
    first = PreparedPassage((), None, 0, len(POLICY), POLICY, "手册")
    again = PreparedPassage((), None, 200, 200 + len(POLICY), POLICY, "手册")
    other = PreparedPassage(("上海",), None, 400, 400 + len(POLICY), POLICY, "手册 > 上海")

    assert collapse_passages([first, again, other]) == (first, other)
