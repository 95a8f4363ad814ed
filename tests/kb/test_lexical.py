"""The lexical index beyond what every index promises: which words find which texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from core.errors import StorageError
from core.types import Audience
from kb.index import Candidate, Entry, Filter, Probe
from kb.lexical import LexicalIndex

ANYONE = Filter(Audience.PUBLIC, date(2026, 3, 1))
NO_VECTOR = np.zeros(1, dtype=np.float32)

TEXTS = {
    1: "顾客申请退款后，款项在三个工作日内原路退回。",
    2: "会员积分自到账之日起一年后过期。",
    3: "X100-Pro 空气净化器的滤芯每六个月更换一次。",
    4: "空调 KF-35GW/26 的保修期为六年，压缩机保修十年。",
    5: "订单 SN20240513-001 已于五月十五日发出。",
    6: "合作单位包括上海交通大学附属医院和二三级医院联合体。",
    7: "本产品不能替代心理健康咨询，请注意用电安全。",
    8: "Returns are free within thirty days; the warranty policies cover shipping damage.",
    9: "發票於出貨後七日內以電子郵件寄送。",
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LexicalIndex]:
    made = LexicalIndex.create(tmp_path / "work")
    made.put([entry(entry_id, text) for entry_id, text in TEXTS.items()])
    yield made
    made.close()


def entry(entry_id: int, text: str) -> Entry:
    return Entry(entry_id, text, NO_VECTOR, Audience.PUBLIC, None, None)


def search(index: LexicalIndex, question: str, k: int = 5) -> list[Candidate]:
    return index.search(Probe(question, NO_VECTOR), k=k, only=ANYONE)


class TestFinds:
    @pytest.mark.parametrize(
        ("question", "entry_id"),
        [
            ("退款", 1),
            ("怎么申请退款", 1),
            ("积分多久过期", 2),
            ("x100pro 滤芯", 3),
            ("X100", 3),
            ("Ｘ１００－Ｐｒｏ", 3),
            ("kf-35gw", 4),
            ("35GW/26 保修几年", 4),
            ("SN20240513-001", 5),
            ("20240513", 5),
            ("上海交通大学", 6),
            ("交通大学", 6),
            ("三级", 6),
            ("健康", 7),
            ("安全", 7),
            ("return", 8),
            ("WARRANTY POLICY", 8),
            ("发票", 9),
            ("發票", 9),
            ("電子郵件", 9),
            ("电子邮件", 9),
        ],
    )
    def test_what_a_customer_types(self, index: LexicalIndex, question: str, entry_id: int) -> None:
        """Short words in long clauses, names, model and order numbers, other characters, widths and forms."""
        assert search(index, question)[0].entry_id == entry_id

    def test_one_shared_word_is_enough(self, index: LexicalIndex) -> None:
        """OR, never AND: words that stand nowhere take nothing away."""
        assert search(index, "龘龘 完全无关的词 sesquipedalian 积分")[0].entry_id == 2

    def test_the_entry_that_shares_more_comes_first(self, index: LexicalIndex) -> None:
        """Both speak of a warranty period; only one of this model."""
        index.put([entry(20, "风扇的保修期为两年。")])

        assert [found.entry_id for found in search(index, "KF-35GW/26 保修期")][:2] == [4, 20]

    def test_nothing_shared_is_nothing_found(self, index: LexicalIndex) -> None:
        """An empty list, not the first entries that come to hand."""
        assert search(index, "quantum chromodynamics") == []

    @pytest.mark.parametrize("question", ["", "的", "???", "\n\t", "\ud800"])
    def test_a_question_without_words_finds_nothing(self, index: LexicalIndex, question: str) -> None:
        """And isn't an error."""
        assert search(index, question) == []

    @pytest.mark.parametrize("question", ['"退款" AND (', "body:退款*", "退款^9 -积分", "[a TO z] 退款", "/退.*/ 退款"])
    def test_signs_of_a_query_language_mean_nothing(self, index: LexicalIndex, question: str) -> None:
        """The question is words, whatever else it holds."""
        assert search(index, question)[0].entry_id == 1


class TestLongMessages:
    def test_the_rare_words_decide(self, index: LexicalIndex) -> None:
        """Two thousand characters of talk around one order number find the order."""
        index.put(
            [entry(entry_id, f"您好，感谢您的来信，我们会尽快处理第{entry_id}件事情") for entry_id in range(100, 160)]
        )
        talk = "您好，感谢您的来信，我们会尽快处理事情，" * 100

        assert search(index, f"{talk}SN20240513-001{talk}")[0].entry_id == 5

    def test_a_very_long_message_is_answered(self, index: LexicalIndex) -> None:
        """Thousands of different characters, more than any query may hold."""
        everything = "".join(map(chr, range(0x4E00, 0x6E00)))

        assert len(search(index, everything)) == 5


class TestItsFolder:
    def test_is_removed_on_closing(self, tmp_path: Path) -> None:
        """Nothing is left behind."""
        index = LexicalIndex.create(tmp_path / "work")
        index.put([entry(1, "退货")])

        index.close()

        assert not (tmp_path / "work").exists()

    def test_saving_copies_no_lock(self, index: LexicalIndex, tmp_path: Path) -> None:
        """A lock in a snapshot would be a lock on nothing."""
        saved = tmp_path / "saved"
        saved.mkdir()

        index.save(saved)

        assert not [file for file in saved.iterdir() if file.suffix == ".lock"]

    def test_goes_on_after_saving(self, index: LexicalIndex, tmp_path: Path) -> None:
        """A save in between doesn't end the index."""
        saved = tmp_path / "saved"
        saved.mkdir()

        index.save(saved)
        index.remove([1])
        index.put([entry(30, "赠品不单独退款")])

        assert [found.entry_id for found in search(index, "退款")] == [30]

    def test_an_unwritable_folder_is_a_storage_error(self, index: LexicalIndex, tmp_path: Path) -> None:
        """Foreign errors end at this module; the message names the remedy."""
        for file in (tmp_path / "work").iterdir():
            file.unlink()
        (tmp_path / "work").rmdir()

        with pytest.raises(StorageError, match="free space"):
            index.put([entry(40, "新的条目")])


class TestManyBatches:
    def test_agree_with_one_batch(self, tmp_path: Path) -> None:
        """However the entries came, the same are found; tantivy merges its segments on the way."""
        one, many = LexicalIndex.create(tmp_path / "one"), LexicalIndex.create(tmp_path / "many")
        made = [entry(entry_id, f"第{entry_id}条 {TEXTS[1 + entry_id % 9]}") for entry_id in range(1, 61)]
        one.put(made)
        for at in range(0, 60, 3):
            many.put(made[at : at + 3])

        for question in ("退款", "积分过期", "X100-Pro", "保修"):
            assert search(many, question, k=60) == search(one, question, k=60)
        one.close()
        many.close()
