"""What counts as personal data, and what doesn't although it looks alike."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.lac_tagger import Word
from nlu.personal_data.checks import card_issuer, iban_check, id_card_check, id_card_plausible, luhn
from nlu.personal_data.finder import PersonalDataRecogniser
from nlu.personal_data.tagged_names import TaggedNames

RECOGNISER = PersonalDataRecogniser()


def found(text: str) -> list[tuple[str, str]]:
    return [(each.type, text[each.start : each.end]) for each in RECOGNISER.find(text)]


class TestCheckDigits:
    @pytest.mark.parametrize("number", ["11010519491231002X", "34052419800101001X", "440524188001010014"])
    def test_of_identity_cards(self, number: str) -> None:
        """The standard's own examples, and one more with its last digit spoilt."""
        spoilt = number[:-1] + ("1" if number[-1] != "1" else "2")

        assert id_card_check(number)
        assert not id_card_check(spoilt)

    def test_a_card_of_somebody_born_in_1880_isn_t_plausible(self) -> None:
        """Its check digit is right; nobody is that old."""
        assert id_card_check("440524188001010014")
        assert not id_card_plausible("440524188001010014", last_year=2026)

    def test_of_bank_cards(self) -> None:
        """Public test numbers of the schemes."""
        for number in ("4111111111111111", "5555555555554444", "378282246310005", "6200000000000005"):
            assert luhn(number)
            assert card_issuer(number)
        assert not luhn("4111111111111112")
        assert not card_issuer("1234567890123")

    def test_of_ibans(self) -> None:
        """The registry's own example."""
        assert iban_check("GB29NWBK60161331926819")
        assert not iban_check("GB29NWBK60161331926818")


WRITINGS = {
    "phone": (
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "138.1234.5678",
        "+86 13812345678",
        "+86-138-1234-5678",
        "0086 13812345678",
        "(+86)13812345678",
        "１３８１２３４５６７８",
        "138\u200b1234\u200b5678",
        "一三八一二三四五六七八",
        "幺三八幺二三四五六七八",
        "①③⑧①②③④⑤⑥⑦⑧",
        "010-62345678",
        "(021)5888 1234",
        "400-820-8820",
        "+1 415-555-2671",
    ),
    "id_card": (
        "11010519491231002X",
        "11010519491231002x",
        "110105 19491231 002X",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "340524198001010018",
    ),
    "bank_card": (
        "6222021234567890128",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "４１１１１１１１１１１１１１１１",
    ),
    "email": ("lin.wei+shop@mail.customer.example", "ｌｉｎ＠ｃｕｓｔｏｍｅｒ．ｅｘａｍｐｌｅ", "a_b-c%d@x-y.co.uk"),
    "plate": ("京A12345", "沪AD12345", "粤B·12345", "浙A12345F"),
    "ssn": ("853-37-1694",),
    "iban": ("GB29 NWBK 6016 1331 9268 19",),
}
SURROUNDINGS = ("{}", "我的是{}谢谢", "请联系 {}，急", "（{}）", "「{}」在这里", "it is {} thanks")


@pytest.mark.parametrize(("kind", "written"), [(kind, each) for kind, all_ in WRITINGS.items() for each in all_])
def test_is_found_however_it_is_written_and_whatever_stands_beside_it(kind: str, written: str) -> None:
    """Chinese characters, brackets and English words touch it; full-width and invisible characters are inside it."""
    for surrounding in SURROUNDINGS:
        text = surrounding.format(written)
        assert found(text) == [(kind, written)], text


@pytest.mark.parametrize(
    "text",
    [
        "订单 20260418123456 到哪了",
        "订单号：13812345678901",
        "单号13812345678",
        "快递单号 SF1234567890123",
        "2026-04-18 买的，2026/4/20 到的，08:30:15 签收",
        "满 3,000 元减 300，一共 1299.00 元",
        "RX-200 Pro 7,000 Pa 3200 mAh V1.2.10",
        "ISBN 978-7-111-12345-6 这本书",
        "SKU 6901234567892 有货吗",
        "@all 大家好，1@2 是什么",
        "E11 / E12 报错",
        "8 点 30 分到 12 点",
        "3 盒装 20 片 100 毫升",
        "杭州西湖区有门店吗",
        "发到上海要几天",
        "是一位顾客",
        "order number 4111111111111111",
        "Is it in stock on Monday? Version 10.0.19045",
    ],
)
def test_leaves_what_the_question_needs(text: str) -> None:
    """Orders, parcels, dates, prices, models and places."""
    assert found(text) == []


class TestNumbers:
    def test_two_numbers_with_a_blank_between_are_two(self) -> None:
        """And not one that is too long."""
        assert found("13812345678 13912345678") == [("phone", "13812345678"), ("phone", "13912345678")]

    def test_a_mistyped_identity_card_is_one_all_the_same(self) -> None:
        """Province and date tell; the check digit is wrong."""
        assert found("320106200309112719")[0][0] == "id_card"

    def test_order_numbers_that_begin_with_a_date_are_none(self) -> None:
        """There is no province 20."""
        draw = random.Random(7)
        numbers = [
            f"2026{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}{draw.randint(0, 10**10 - 1):010d}"
            for _ in range(2000)
        ]

        assert [number for number in numbers if ("id_card", number) in found(number)] == []

    def test_the_nearest_word_before_decides(self) -> None:
        """A card's number behind «order» is an order, behind «card» a card even with a wrong digit."""
        assert found("卡号 6222021234567890123") == [("bank_card", "6222021234567890123")]
        assert found("订单 4111111111111111") == []
        assert found("15位身份证号110105491231002") == [("id_card", "110105491231002")]
        assert found("编号110105491231002") == []
        assert found("护照 E12345678") == [("passport", "E12345678")]
        assert found("微信号：lin_wei88") == [("account", "lin_wei88")]


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "江苏省南京市鼓楼区青云巷107号",
            "浙江省杭州市西湖区文三路456号3幢502室",
            "北京市朝阳区建国路88号院2号楼1单元1203室",
            "上海市浦东新区世纪大道100号",
            "西湖区文三路456号",
            "内蒙古自治区呼和浩特市新城区成吉思汗大街12号",
            "12 Baker Street, London",
            "350 Fifth Avenue, New York, NY 10118",
        ],
    )
    def test_are_found_whole(self, address: str) -> None:
        """From the first level that is written to the room."""
        assert found(f"寄到{address}，谢谢") == [("address", address)]
        assert found(f"现居{address}。") == [("address", address)]


class TestNames:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("我叫李小明，", ["李小明"]),
            ("收件人：欧阳娜娜", ["欧阳娜娜"]),
            ("王建国先生您好", ["王建国"]),
            ("马修文，20岁男性。后来马修文走了", ["马修文", "马修文"]),
            ("米雪儿·卡罗来过", ["米雪儿·卡罗"]),
            ("My name is John Smith and I am late", ["John Smith"]),
            ("Dear Ms. O'Neill, hello", ["O'Neill"]),
            ("Please tell Jennifer Brown", ["Jennifer Brown"]),
        ],
    )
    def test_are_found_by_what_stands_beside_them(self, text: str, names: list[str]) -> None:
        """And then wherever they stand in the text."""
        assert [said for kind, said in found(text) if kind == "name"] == names

    @pytest.mark.parametrize("text", ["我是顾客", "我是新用户", "客服您好", "I am very angry", "Hi there", "经理在吗"])
    def test_words_are_none(self, text: str) -> None:
        """A cue alone makes no name."""
        assert found(text) == []

    def test_a_tagger_adds_those_without_a_word_beside_them(self) -> None:
        """Where it sees a person and the first character is a surname."""

        class Told:
            def words(self, text: str, /) -> tuple[Word, ...]:
                return (Word(0, 3, "PER"), Word(3, 5, "v"), Word(5, 8, "PER"), Word(8, len(text), "n"))

        recogniser = PersonalDataRecogniser((TaggedNames(Told()),))

        assert [(each.start, each.end) for each in recogniser.find("李小明投诉派大星多次")] == [(0, 3)]


class TestAnyText:
    @settings(deadline=None, max_examples=150)
    @given(st.text(st.characters(), max_size=200) | st.text("1 2-3@.中路号区张先生+(){}[]XAa\n", max_size=120))
    def test_is_read_without_an_error_and_parts_never_overlap(self, text: str) -> None:
        """Emoji, halves of pairs, NULs, whatever."""
        spans = [(each.start, each.end) for each in RECOGNISER.find(text)]

        assert spans == sorted(spans)
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))

    @pytest.mark.parametrize(
        "piece",
        ["1", "1 ", "1-", "a@", "a@a.", "中", "路", "1号", "北京市", "Aa ", "12 Main ", "我叫", "米·", "(010)", "京A"],
    )
    def test_takes_time_linear_in_its_length(self, piece: str) -> None:
        """No pattern runs away: 100,000 characters of the worst kind."""
        text = (piece * 100_000)[:100_000]
        started = time.process_time()
        RECOGNISER.find(text)

        assert time.process_time() - started < 2.0
