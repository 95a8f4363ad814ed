"""What a customer types, and what is found: slips, pinyin, synonyms, numbers, each as people write them."""

from __future__ import annotations

import pytest

from core.types import Audience, CorrectionKind, Query
from core.vocabulary import VocabularyKind
from retrieval.fusion import Fusion
from retrieval.search import Retriever
from tests.retrieval.conftest import Shelf

SYNONYMS, MEANS, WORD = VocabularyKind.SYNONYMS, VocabularyKind.MEANS, VocabularyKind.WORD

LINES = {
    "refund": "顾客申请退款后，款项在三个工作日内原路退回。",
    "invoice": "发票在出货后七日内以电子邮件寄送，也可以开具专用发票。",
    "points": "会员积分自到账之日起一年后过期。",
    "filter": "X100-Pro 空气净化器的滤芯每6个月更换一次。",
    "lock": "门锁没电时用 Type-C 接口应急供电。",
    "fee": "满300元免运费，不满的收取12元。",
    "plan": "支持分12期付款，手续费由商家承担。",
    "price": "安装费为1200元，2026年3月5日起执行。",
    "warranty": "The warranty covers manufacturing defects; a refund takes five days.",
    "robot": "扫地机器人首次使用前请充电十六小时。",
}
FILLER = ("办公楼位于市中心，交通便利。", "公司每年举办一次员工运动会。", "食堂提供早餐和午餐。")


@pytest.fixture
def shop(shelf: Shelf) -> Shelf:
    shelf.put("说明.md", *LINES.values(), *FILLER)
    return shelf


@pytest.fixture
def words_only(shop: Shelf) -> Retriever:
    """Search by words alone: what is found isn't owed to the fake encoder's guesses."""
    return Retriever(shop.kb, shop.indexes, shop.encoder, fusion=Fusion(dense_weight=0.0, lexical_weight=1.0))


def first(retriever: Retriever, text: str) -> str | None:
    hits = retriever.search(Query(text=text), k=1)
    return next((name for name, line in LINES.items() if hits and hits[0].passage.text == line), None)


class TestFinds:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("退款", "refund"),
            ("退款多久到", "refund"),
            ("積分過期", "points"),
            ("ｘ１００ｐｒｏ", "filter"),
            ("x100pro滤芯", "filter"),
            ("Type-C供电", "lock"),
            ("how long is the WARRANTY", "warranty"),
        ],
    )
    def test_what_is_written_right(self, words_only: Retriever, text: str, name: str) -> None:
        """Short words, traditional characters, full width, model numbers, mixed Chinese and English."""
        assert first(words_only, text) == name

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("tuikuan", "refund"),
            ("tui kuan yao duo jiu", "refund"),
            ("Tuikuan多久到账", "refund"),
            ("fapiao", "invoice"),
            ("huiyuan jifen", "points"),
            ("mensuo没电了", "lock"),
            ("saodijiqiren", "robot"),
        ],
    )
    def test_pinyin(self, words_only: Retriever, text: str, name: str) -> None:
        """In one word or by syllables, alone or within Chinese."""
        assert first(words_only, text) == name

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("退欵多久", "refund"),
            ("怎么开发漂", "invoice"),
            ("會圓有什么好处", "points"),
            ("门索没电了", "lock"),
            ("空气净化器率芯", "filter"),
        ],
    )
    def test_a_character_that_sounds_alike(self, words_only: Retriever, text: str, name: str) -> None:
        """Also in traditional characters."""
        assert first(words_only, text) == name

    @pytest.mark.parametrize(
        "text", ["waranty", "warrenty", "what does the warrantty cover", "manufactring defects", "manufactering"]
    )
    def test_an_english_word_with_a_slip(self, words_only: Retriever, text: str) -> None:
        """A letter missing, doubled or wrong, two in a long word."""
        assert first(words_only, text) == "warranty"

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("三百块", "fee"),
            ("三百块钱免不免", "fee"),
            ("十二期", "plan"),
            ("一千二", "price"),
            ("2026-03-05", "price"),
            ("二〇二六年三月五号", "price"),
            ("3月5号起", "price"),
            ("半年换一次", "filter"),
            ("充电16小时", "robot"),
        ],
    )
    def test_numbers_and_dates_in_either_script(self, words_only: Retriever, text: str, name: str) -> None:
        """However the customer and the document write them."""
        assert first(words_only, text) == name


class TestLeavesAlone:
    @pytest.mark.parametrize(
        "text",
        [
            "怎么申请退款",
            "你们办公楼在哪",
            "can I change my address",
            "Do you sell horses or houses?",
            "dance",
            "women",
            "X100-Prp",
            "请发到 tuikuan@shop.example",
            "https://shop.example/tuikuan",
            "VIP",
            "的了吗",
            "",
            "\ud800",
            "？？？",
            "ａ" * 3000,
        ],
    )
    def test_what_is_right_or_unknown(self, shop: Shelf, text: str) -> None:
        """Real words stay, also unknown ones; codes and addresses aren't words."""
        understood = shop.retriever.understand(Query(text=text))

        assert (understood.searched, understood.corrections) == (text, ())

    def test_a_word_that_only_others_may_read(self, shelf: Shelf) -> None:
        """A slip isn't mended to a word of internal documents, except for those who read them."""
        shelf.put("内部.md", "代号猫头鹰的补偿方案。", audience=Audience.INTERNAL)

        asked = [
            shelf.retriever.understand(Query(text="maotouying", audience=audience)).searched for audience in Audience
        ]

        assert asked == ["maotouying", "猫头鹰"]

    def test_a_deleted_word(self, shop: Shelf) -> None:
        """What nobody can find any more isn't read into a question either."""
        document = shop.put("临时.md", "青椒炒肉套餐")
        assert shop.retriever.understand(Query(text="qingjiao chaorou")).corrections

        shop.kb.delete(document.document_id)

        assert not shop.retriever.understand(Query(text="qingjiao chaorou")).corrections


class TestTells:
    def test_what_was_searched_for_instead(self, shop: Shelf) -> None:
        """The manager sees the customer's words and what became of them."""
        understood = shop.retriever.find(Query(text="Tuikuan 和 发漂")).understood

        assert understood.asked == "Tuikuan 和 发漂"
        assert understood.searched == "退款 和 发票"
        assert [(each.written, each.read_as, each.kind) for each in understood.corrections] == [
            ("Tuikuan", "退款", CorrectionKind.PINYIN),
            ("发漂", "发票", CorrectionKind.SOUND),
        ]

    def test_which_forms_of_numbers_were_added(self, shop: Shelf) -> None:
        """Beside the text, which stays as it is."""
        understood = shop.retriever.understand(Query(text="三百块以下"))

        assert understood.searched == "三百块以下"
        assert [(each.text, each.of) for each in understood.expansions] == [("300元", "三百块")]


class TestTheVocabulary:
    def test_synonyms_find_each_other(self, shop: Shelf, words_only: Retriever) -> None:
        """Effective with the next question, and gone with the entry."""
        assert first(words_only, "返现") is None

        entry = shop.kb.vocabulary.add(SYNONYMS, ["退款", "返现", "moneyback"])

        assert first(words_only, "返现") == "refund"
        assert first(words_only, "MoneyBack please") == "refund"
        shop.kb.vocabulary.remove(entry.entry_id)
        assert first(words_only, "返现") is None

    def test_a_nickname_works_in_one_direction(self, shop: Shelf) -> None:
        """Who asks for the robot doesn't search for what else the nickname may mean."""
        shop.kb.vocabulary.add(MEANS, ["小白", "扫地机器人"])

        nickname = shop.retriever.understand(Query(text="小白怎么充电"))
        name = shop.retriever.understand(Query(text="扫地机器人怎么充电"))

        assert [(each.text, each.of) for each in nickname.expansions] == [("扫地机器人", "小白")]
        assert name.expansions == ()

    def test_entries_aren_t_chained(self, shop: Shelf) -> None:
        """So a circle of them ends, and a doubtful link stays one step long."""
        shop.kb.vocabulary.add(SYNONYMS, ["甲词", "乙词"])
        shop.kb.vocabulary.add(SYNONYMS, ["乙词", "丙词"])
        shop.kb.vocabulary.add(MEANS, ["丙词", "甲词"])

        assert [each.text for each in shop.retriever.understand(Query(text="甲词")).expansions] == ["乙词"]

    @pytest.mark.parametrize(
        ("text", "met"),
        [("cap 多少钱", True), ("two caps", True), ("CAP-3", True), ("capital", False), ("icecap", False)],
    )
    def test_letters_match_whole_words_only(self, shop: Shelf, text: str, met: bool) -> None:
        """With a plural; Chinese has no borders between words."""
        shop.kb.vocabulary.add(SYNONYMS, ["cap", "盖子"])

        assert bool(shop.retriever.understand(Query(text=text)).expansions) is met

    def test_a_whole_word_counts_where_all_of_it_stands(self, shelf: Shelf) -> None:
        """A text that repeats a part of the name isn't better than one that holds the name."""
        shelf.put("其他.md", "净享生活，净享时光，净享每一天。", "净享家是我们的旗舰产品，三年内免费上门更换滤网。")
        words = Retriever(shelf.kb, shelf.indexes, shelf.encoder, fusion=Fusion(dense_weight=0.0, lexical_weight=1.0))
        shelf.kb.vocabulary.add(WORD, ["净享家"])

        assert words.understand(Query(text="净享家好吗")).whole == ("净享家",)
        assert words.search(Query(text="净享家好吗"), k=1)[0].passage.text.startswith("净享家是")

    def test_a_name_is_known_to_the_corrections(self, shop: Shelf) -> None:
        """A product that no dictionary of the language has, misspelt or in pinyin."""
        shop.put("新品.md", "淼净适合三口之家。")
        shop.kb.vocabulary.add(WORD, ["淼净"])

        asked = [shop.retriever.understand(Query(text=text)).searched for text in ("秒净多少钱", "miaojing")]

        assert asked == ["淼净多少钱", "淼净"]
