"""Specification of checking a language model's reply."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.prompts import SYSTEM
from agent.verification import Verified, Verifier
from core.types import Check, Language
from tests.agent.shop import PASSAGES

GOOD = "自签收之日起 7 天内可以申请无理由退货[1]。特价商品不支持退货[1]。"


def verifier(question: str = "") -> Verifier:
    return Verifier(PASSAGES, question=question, min_support=0.3)


def check(text: str, *, piece: int = 1000, question: str = "") -> list[Verified]:
    checked = verifier(question)
    sentences = [each for at in range(0, len(text), piece) for each in checked.take(text[at : at + piece])]
    return sentences + checked.finish()


def shown(text: str, *, piece: int = 1000) -> str:
    return "".join(each.text for each in check(text, piece=piece))


class TestASentence:
    def test_that_its_source_supports_is_shown_with_its_mark_behind(self) -> None:
        """Marks are set by the program, in one style."""
        assert shown("自签收之日起 7 天内可以申请无理由退货[1]。") == "自签收之日起 7 天内可以申请无理由退货。[1]"

    def test_is_cited_to_the_sentence_of_the_source(self) -> None:
        """The quotation comes from the passage, never from the model."""
        (citation,) = check("特价商品不能退[1]。")[0].citations

        assert citation.quote == "特价商品和定制商品不支持退货。"
        assert PASSAGES[0].text[citation.start - 100 : citation.end - 100] == citation.quote

    @pytest.mark.parametrize(
        "text",
        [
            "可以联系门店办理。",
            "可以联系门店办理[9]。",
            "自签收之日起 30 天内可以申请无理由退货[1]。",
            "自签收之日起三十天内可以申请无理由退货[1]。",
            "退货请访问 https://evil.example 申请无理由退货[1]。",
            "请把密码和验证码发送到我们的安全邮箱进行核实[1]。",
            "Standard delivery takes 9 working days [3].",
            "自签收之日起 7 个月内可以申请无理由退货[1]。",
            "特价商品和定制商品支持退货[1]。",
            "商品完好的不可以申请无理由退货[1]。",
            "型号 X500 的价格是 299 元[2]。",
            "Orders above $50 are not delivered free of charge [3].",
            "The manager John Smith confirms: standard delivery takes 3 to 5 working days [3].",
        ],
        ids=[
            "uncited",
            "unknown",
            "number",
            "number in words",
            "address",
            "unsupported",
            "english number",
            "unit",
            "affirms what is denied",
            "denies what is affirmed",
            "code",
            "english denial",
            "english name",
        ],
    )
    def test_that_does_not_hold_is_dropped(self, text: str) -> None:
        """No mark, an unknown mark, or a number, address or claim that the source doesn't have."""
        assert shown(text) == ""

    @pytest.mark.parametrize("text", ["自签收之日起 7 天内可以退货。", "自签收之日起 7 天内可以退货[9]。"])
    def test_without_a_mark_is_cited_to_a_source_that_clearly_says_it(self, text: str) -> None:
        """Small models forget marks; what a passage says nearly word for word needs none."""
        (sentence,) = check(text)

        assert sentence.citations[0].quote.startswith("自签收之日起 7 天内")

    def test_with_a_semicolon_is_one_sentence_with_one_mark(self) -> None:
        """The mark at the end stands for both halves."""
        text = "自签收之日起 7 天内可以申请无理由退货；特价商品不支持退货[1]。"

        assert shown(text).startswith("自签收之日起 7 天内可以申请无理由退货；特价商品不支持退货。[1]")
        assert shown(text, piece=1) == shown(text)

    def test_that_names_the_wrong_source_is_cited_to_one_that_supports_it(self) -> None:
        """Small models mix up numbers; the program checks every source before it gives up."""
        (sentence,) = check("自签收之日起 7 天内可以申请无理由退货[2]。")

        assert sentence.citations[0].passage_id == PASSAGES[0].passage_id

    def test_about_another_matter_than_its_source_is_dropped(self) -> None:
        """The customer asks about gift cards; what the source says of returns is no answer to that."""
        claim = "礼品卡自签收之日起 7 天内可以申请无理由退货[1]。"

        assert check(claim, question="无理由退货礼品卡") != []
        assert check(claim, question="礼品卡") == []

    @pytest.mark.parametrize("question", ["型号 X400 的价格是多少？", "X400 多少钱"])
    def test_about_another_model_than_was_asked_is_dropped(self, question: str) -> None:
        """The source lists models, and this one isn't among them."""
        assert check("价格是 299 元[2]。", question=question) == []
        assert check("价格是 299 元[2]。", question=question.replace("X400", "X100")) != []

    def test_keeps_its_reason_when_it_is_dropped(self) -> None:
        """Every sentence has a verdict, in order, with where it stands in the answer."""
        checked = verifier()
        given = [*checked.take("特价商品不支持退货[1]。自签收之日起 7 个月内可以退货[1]。"), *checked.finish()]
        held, dropped = checked.segments

        answer = "".join(each.text for each in given)
        assert (held.failed, held.citations) == ((), (1,))
        assert answer[held.start : held.end] == "特价商品不支持退货。[1]"
        assert (dropped.text, dropped.failed, dropped.start) == (
            "自签收之日起 7 个月内可以退货。",
            (Check.UNITS,),
            None,
        )

    def test_in_another_language_than_its_source_is_judged_by_its_numbers(self) -> None:
        """Words can't be compared across languages, numbers can."""
        assert shown("The X200 costs 499 yuan and has a warranty of 2 years [2].") == (
            "The X200 costs 499 yuan and has a warranty of 2 years. [1]"
        )
        assert shown("The X200 costs 599 yuan [2].") == ""

    def test_may_name_its_source_in_many_styles(self) -> None:
        """Models write marks in their own ways."""
        for mark in ("[1]", "【1】", "［1］", "[资料1]", "[source 1]", "[1, 2]", "[1][2]", "[^1]"):
            assert "[1]" in shown(f"特价商品不支持退货{mark}。")

    def test_may_have_its_mark_behind_the_full_stop(self) -> None:
        """That is where many models put it."""
        assert shown("特价商品不支持退货。[1]自签收之日起 7 天内可以申请退货。[1]") == (
            "特价商品不支持退货。[1]自签收之日起 7 天内可以申请退货。[2]"
        )

    def test_that_announces_a_list_is_checked_with_its_first_item(self) -> None:
        """A lead-in has no source of its own."""
        text = "退货步骤如下：\n1. 登录账号，进入“我的订单”[1]。\n2. 点击“申请退货”[1]。"

        assert shown(text).startswith("退货步骤如下：\n1. 登录账号")
        assert shown("退货步骤如下：\n1. 拨打 12345 电话[1]。") == ""

    def test_with_a_decimal_is_not_cut_there(self) -> None:
        """`3.5` ends no sentence, even when the stream pauses inside it."""
        assert shown("Express delivery costs $15.50 [3].", piece=1) == ""

    @pytest.mark.parametrize("opening", ["根据 [1] 退货政策.md，", "根据资料[1]，", "根据《退货政策》，", "根据[1]，"])
    def test_loses_the_file_name_in_front(self, opening: str) -> None:
        """The citation says where it stands."""
        assert shown(f"{opening}特价商品不支持退货[1]。") == "特价商品不支持退货。[1]"

    def test_keeps_the_law_in_front(self) -> None:
        """«According to» may be part of what is said."""
        assert shown("根据退货步骤，把商品寄回仓库[1]。") == "根据退货步骤，把商品寄回仓库。[1]"

    def test_of_the_instructions_is_not_shown(self) -> None:
        """Whatever the model gives away of its prompt is dropped."""
        for text in SYSTEM.values():
            assert shown(f"{text.splitlines()[0]}[1]。{text.splitlines()[4]}[1]") == ""

    def test_never_forms_a_link_with_its_neighbour(self) -> None:
        """A mark followed by a bracket would read as one in Markdown."""
        text = shown("特价商品不支持退货。[1](自签收之日起 7 天内可以申请退货。)[1]")

        assert "](" not in text


class TestEndlessText:
    @pytest.mark.parametrize("unit", ["退", "退货，", "可以退货；", "退货[1]", "退货：\n", "<think>", "[", "1."])
    def test_costs_time_in_proportion_to_its_length(self, unit: str) -> None:
        """A model that never ends a sentence must not keep the server busy past the reply's deadline."""
        text = (unit * 20_000)[:20_000]
        started = time.process_time()

        check(text, piece=4)

        assert time.process_time() - started < 1.5


class TestAReply:
    @pytest.mark.parametrize("piece", [1, 2, 3, 7, 1000])
    def test_is_shown_the_same_whatever_the_pieces(self, piece: int) -> None:
        """Cutting the stream anywhere changes nothing."""
        assert shown(GOOD, piece=piece) == shown(GOOD)

    def test_shows_each_sentence_as_soon_as_the_next_begins(self) -> None:
        """The customer doesn't wait for the end."""
        checked = verifier()

        assert checked.take("特价商品不支持退货[1]。") == []
        assert [each.text for each in checked.take("自签收")] == ["特价商品不支持退货。[1]"]

    def test_that_declines_says_so(self) -> None:
        """`NO_ANSWER` is never shown, also not in parts."""
        checked = verifier()
        pieces = [checked.take(piece) for piece in "NO_ANSWER"]

        assert [*pieces, checked.finish()] == [[]] * 10
        assert checked.declined

    @pytest.mark.parametrize("piece", [1, 5, 1000])
    def test_loses_what_the_model_thought_aloud(self, piece: int) -> None:
        """Reasoning is for nobody's eyes."""
        assert shown("<think>特价商品不支持退货[1]。好。</think>" + GOOD, piece=piece) == shown(GOOD)

    @given(st.text(alphabet="特价商品退货7天[]1()!<a>/:。.\n http", max_size=60), st.integers(1, 9))
    def test_of_an_obedient_attacker_shows_no_markup(self, text: str, piece: int) -> None:
        """Nothing that is shown loads, links or runs."""
        result = shown(text, piece=piece)

        assert "](" not in result
        assert "![" not in result
        assert "]:" not in result
        assert not any(f"<{char}" in result for char in "a/!?")

    def test_numbers_citations_from_one_without_gaps(self) -> None:
        """The reader's numbers are those of the citations, not the model's."""
        sentences = check("Express delivery costs $15 [3]. 特价商品不支持退货[1]。")

        assert [each.number for sentence in sentences for each in sentence.citations] == [1, 2]


def test_both_languages_have_instructions() -> None:
    """A language without instructions would fail at the first question."""
    assert set(SYSTEM) == set(Language)


class TestAStream:
    @given(st.integers(1, 40), st.sampled_from(["", " "]), st.sampled_from(["[1]", "【1】", "[资料1]", "[1][1]"]))
    def test_may_be_cut_anywhere_also_between_a_sentence_and_its_mark(self, piece: int, blank: str, marks: str) -> None:
        """Models send «。», «[», «1», «]» one by one, and many set the mark behind the full stop."""
        text = f"自签收之日起 7 天内可以申请无理由退货。{blank}{marks}特价商品不支持退货。{blank}{marks}"

        assert shown(text, piece=piece) == shown(text)
        assert shown(text).startswith("自签收之日起 7 天内可以申请无理由退货。[1]特价商品不支持退货。")
