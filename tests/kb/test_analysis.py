"""How texts become tokens, and that what people type meets what documents say."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import jieba
import pytest

from kb.analysis import MAX_TOKEN, Segmenter, query_tokens, segmenter, tokens

ROOT = Path(__file__).parents[2]


def meet(question: str, text: str) -> set[str]:
    """Tokens that the question and the text share."""
    return query_tokens(question).keys() & set(tokens(text))


class TestChinese:
    @pytest.mark.parametrize(
        ("question", "text"),
        [
            ("退款", "顾客申请退款后三个工作日到账"),
            ("健康", "本产品不能替代心理健康咨询"),
            ("安全", "请在使用前阅读食品安全须知"),
            ("三级", "本院为二三级医院联合体成员"),
            ("上海交通大学", "合作单位包括上海交通大学附属医院"),
            ("交通大学", "合作单位包括上海交通大学附属医院"),
            ("积分", "会员积分一年后过期"),
        ],
    )
    def test_a_short_word_is_found_inside_a_longer_clause(self, question: str, text: str) -> None:
        """However the words around it are cut."""
        assert {question, question[:2]} & meet(question, text)

    def test_a_long_word_is_one_token_too(self) -> None:
        """A proper name of the dictionary counts as a whole besides its parts."""
        assert {"上海交通大学", "交通", "交", "海交"} <= set(tokens("上海交通大学"))

    @pytest.mark.parametrize(
        ("traditional", "simplified"), [("退貨運費由誰承擔", "退货运费由谁承担"), ("發票開立與寄送", "发票开立与寄送")]
    )
    def test_traditional_and_simplified_are_the_same(self, traditional: str, simplified: str) -> None:
        """A customer in Taipei finds what was written in Shanghai, and the other way round."""
        assert tokens(traditional) == tokens(simplified)
        assert query_tokens(traditional) == query_tokens(simplified)

    def test_characters_that_say_nothing_alone_are_left_out(self) -> None:
        """But pairs with them stay, so that 会员 is found although 会 alone isn't a token."""
        found = tokens("会员的")

        assert "会" not in found
        assert "的" not in found
        assert "会员" in found

    def test_a_pair_across_two_words_weighs_less_than_a_word(self) -> None:
        """In 保险保单 the pair 险保 tells less than 保险."""
        weights = query_tokens("保险保单")

        assert weights["险保"] < weights["保险"] == weights["保单"]

    def test_repetitions_count_in_texts_and_not_in_questions(self) -> None:
        """BM25 looks at how often a text says something; an impatient customer asks no other question."""
        assert tokens("保修，保修").count("保修") == 2
        assert query_tokens("保修，保修") == query_tokens("保修")

    def test_pairs_end_where_the_run_ends(self) -> None:
        """A comma separates."""
        assert "货保" not in tokens("退货，保修")


class TestCodes:
    @pytest.mark.parametrize("code", ["X100-Pro", "KF-35GW/26", "SN20240513-001", "ABC-123", "iPhone15", "v2.10.3"])
    def test_a_code_is_found_whole(self, code: str) -> None:
        """Its own token, hyphens and all, in any case and width."""
        wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in code)

        assert code.lower() in tokens(f"适用于{code}的滤芯")
        assert code.lower() in query_tokens(code)
        assert tokens(wide) == tokens(code)

    @pytest.mark.parametrize(
        ("question", "code"),
        [
            ("x100", "X100-Pro"),
            ("X100Pro", "X100-Pro"),
            ("x100 pro 怎么装", "X100-Pro"),
            ("35GW", "KF-35GW/26"),
            ("KF35GW26", "KF-35GW/26"),
            ("20240513", "SN20240513-001"),
            ("iphone 15", "iPhone15"),
            ("4008208888", "400-820-8888"),
        ],
    )
    def test_a_code_is_found_by_its_parts_and_without_its_hyphens(self, question: str, code: str) -> None:
        """People leave out what they find hard to type."""
        assert meet(question, f"型号：{code}。")

    def test_the_words_in_a_code_are_found_as_words(self) -> None:
        """«iphone 15» shares more with iPhone15 than the number."""
        assert len(meet("iphone 15", "iPhone15")) == 2

    def test_a_decimal_number_is_not_a_larger_one(self) -> None:
        """3.5 isn't 35."""
        assert "3.5" in tokens("屏幕 3.5 寸")
        assert "35" not in tokens("屏幕 3.5 寸")

    def test_a_thousands_comma_means_nothing(self) -> None:
        """1,299 元 and 1299 元 are one price; 1, 2 are two numbers."""
        assert "1299" in tokens("售价 1,299 元")
        assert tokens("1,2") == ["1", "2"]

    def test_a_monstrous_token_is_cut(self) -> None:
        """A megabyte without a space is noise, not a code."""
        assert max(map(len, tokens("a1" * 500_000))) <= MAX_TOKEN
        assert max(map(len, tokens("ab-" * 1_000 + "c"))) <= MAX_TOKEN


class TestEnglish:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("policies", "Policy"),
            ("returns", "RETURN"),
            ("shipping", "shipped"),
            ("boxes", "box"),
            ("refunded", "refunds"),
            ("warranties", "warranty"),
            ("expires", "expired"),
            ("classes", "class"),
        ],
    )
    def test_plural_case_and_verb_endings_meet(self, one: str, other: str) -> None:
        """A customer asks about a return, the policy speaks of returns."""
        assert tokens(one) == tokens(other)

    @pytest.mark.parametrize(("word", "other"), [("bus", "bu"), ("process", "proces"), ("this", "thi"), ("king", "k")])
    def test_words_that_only_look_like_plurals_are_kept(self, word: str, other: str) -> None:
        """`bus` isn't the plural of `bu`."""
        assert not meet(word, other)

    def test_function_words_are_left_out(self) -> None:
        """ "What is the" would match everything."""
        assert tokens("What is the price of it?") == tokens("price")

    def test_apostrophes_do_not_part_words(self) -> None:
        """The customer's order, and don't as one word."""
        assert tokens("customer's order") == tokens("customer order")
        assert tokens("don't") == tokens("don’t")

    def test_mixed_languages_give_both_kinds_of_tokens(self) -> None:
        """As in «iPhone手机壳»."""
        assert meet("iPhone 手机", "原装iPhone手机壳") == {"iphon", "手机", "手", "机"}


class TestOtherTexts:
    @pytest.mark.parametrize("text", ["", "   \n", "！？。，", "😀😀", "\u200b\ufeff", "的"])
    def test_without_words_there_are_no_tokens(self, text: str) -> None:
        """Nothing to index, nothing to search, no error."""
        assert tokens(text) == []
        assert query_tokens(text) == {}

    @pytest.mark.parametrize("text", ["ありがとうございます", "Грамматика", "감사합니다", "\ud800broken"])
    def test_other_scripts_are_found_by_themselves(self, text: str) -> None:
        """They aren't understood, but nothing is lost."""
        assert meet(text, f"前文 {text} 后文")

    def test_no_token_holds_white_space(self) -> None:
        """The index splits its field at white space."""
        assert not [token for token in tokens("全角　空格 a\u00a0b\tc-d") if token.split() != [token]]


class TestSegmenter:
    SENTENCES = (
        "上海交通大学附属医院",
        "会员积分多久过期",
        "南京市长江大桥",
        "研究生命的起源",
        "乒乓球拍卖完了",
        "中华人民共和国个人信息保护法",
        "空调外机安装在阳台上",
        "龘龘龘",
    )

    @pytest.mark.parametrize("sentence", SENTENCES)
    def test_cuts_as_jieba_does(self, sentence: str, tmp_path: Path) -> None:
        """Its search mode without guessing unknown words, on the same dictionary."""
        reference = _jieba(tmp_path)

        assert segmenter().search_words(sentence) == list(reference.cut_for_search(sentence, HMM=False))

    def test_the_more_probable_sequence_wins(self) -> None:
        """研究 生命 beats 研究生 命 when its words are the more common ones."""
        segmenter = Segmenter.read("研究 900 v\n研究生 20 n\n生命 800 n\n命 5 n\n")

        assert segmenter.words("研究生命") == ["研究", "生命"]

    def test_words_joined_are_the_run(self) -> None:
        """Unknown characters stand alone; nothing is lost."""
        assert Segmenter.read("退货 5 v").words("龘退货龘") == ["龘", "退货", "龘"]

    def test_leaves_no_file_behind(self, tmp_path: Path) -> None:
        """jieba would keep its dictionary as a marshal file in the shared temporary folder."""
        program = "import sys, kb.analysis; kb.analysis.tokens('会员积分'); print('jieba' in sys.modules)"
        environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"}

        ended = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )

        assert ended.stdout.strip() == "False"
        assert ended.stderr == ""
        assert list(tmp_path.iterdir()) == []


def _jieba(folder: Path) -> jieba.Tokenizer:
    """jieba itself, silent, with its cache where only this test sees it."""
    jieba.setLogLevel(logging.CRITICAL)
    if not _REFERENCE:
        tokenizer = jieba.Tokenizer()
        tokenizer.tmp_dir = str(folder)
        tokenizer.initialize()
        _REFERENCE.append(tokenizer)
    return _REFERENCE[0]


_REFERENCE: list[jieba.Tokenizer] = []
