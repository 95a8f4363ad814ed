"""Milvus beyond what every index promises: addresses, errors, and what is special to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count

import numpy as np
import pytest

from core.errors import ConfigurationError, IndexCorrupt, ModelMismatch, StorageError
from core.types import Audience, Expansion
from kb.index import Entry, Filter, Probe
from kb.milvus.connection import Milvus, connection_arguments
from kb.milvus.dense import MilvusDense
from kb.milvus.lexical import MilvusLexical
from kb.milvus.rows import NO_END
from models.encoder import Vectors
from tests.kb.milvus_engine import milvus, needs_milvus

ANYONE = Filter(Audience.PUBLIC, date(2026, 3, 1))
FOREVER = Filter(Audience.INTERNAL, date.max)

numbers = count()


def axis(number: int, *, dimension: int = 4) -> Vectors:
    return np.eye(dimension, dtype=np.float32)[number]


def entry(entry_id: int, text: str = "退货免费", vector: Vectors | None = None) -> Entry:
    return Entry(entry_id, text, axis(0) if vector is None else vector, Audience.PUBLIC, None, None)


def asked(text: str, *expansions: Expansion) -> Probe:
    return Probe(text, axis(0), expansions)


@pytest.fixture
def dense() -> Iterator[MilvusDense]:
    index = MilvusDense.create(milvus(), f"own_dense_{next(numbers)}", 4)
    yield index
    milvus().drop(index.name)


@pytest.fixture
def lexical() -> Iterator[MilvusLexical]:
    index = MilvusLexical.create(milvus(), f"own_lexical_{next(numbers)}")
    yield index
    milvus().drop(index.name)


class TestAddress:
    @pytest.mark.parametrize(
        ("url", "arguments"),
        [
            ("http://milvus:19530", {"uri": "http://milvus:19530"}),
            ("http://milvus", {"uri": "http://milvus:19530"}),
            ("http://[::1]:19531", {"uri": "http://[::1]:19531"}),
            (
                "https://zhida:p%40ss@search.example.com/shop",
                {"uri": "https://search.example.com:19530", "token": "zhida:p@ss", "db_name": "shop"},
            ),
            ("/var/lib/zhida/search.db", {"uri": "/var/lib/zhida/search.db"}),
        ],
    )
    def test_says_server_user_and_database(self, url: str, arguments: dict[str, str]) -> None:
        """A user's name and password may have characters that a URL must escape."""
        assert connection_arguments(url) == arguments

    @pytest.mark.parametrize(
        "url", ["milvus:19530", "search", "ftp://milvus:19530", "http://", "http://u:geheim@milvus:x"]
    )
    def test_another_is_refused_without_telling_it(self, url: str) -> None:
        """The message names the setting and the forms; the value may hold a password."""
        with pytest.raises(ConfigurationError, match="ZHIDA_INDEX_URL") as caught:
            connection_arguments(url)

        assert "geheim" not in str(caught.value)


@needs_milvus
class TestWhenItDoesNotAnswer:
    def test_opening_says_what_to_check(self) -> None:
        """Nobody listens on port 1."""
        with pytest.raises(StorageError, match=r"Milvus isn't reachable.*ZHIDA_INDEX_URL"):
            Milvus("http://127.0.0.1:1").open()

    def test_a_closed_connection_says_so(self) -> None:
        """Instead of an attribute error."""
        with pytest.raises(StorageError, match="closed"):
            Milvus("http://127.0.0.1:1").call("list_collections")


@needs_milvus
class TestAttaching:
    def test_goes_on_with_what_is_there(self, dense: MilvusDense) -> None:
        """Another process sees the same entries."""
        dense.put([entry(1), entry(2, vector=axis(1))])

        other = MilvusDense.attach(milvus(), dense.name, 4)

        assert other.ids().tolist() == [1, 2]
        assert [found.entry_id for found in other.search(asked(""), k=1, only=ANYONE)] == [1]

    def test_a_missing_collection_can_be_told_from_a_lost_connection(self) -> None:
        """It was dropped by a rebuild: the remedy is another."""
        for attach in (
            lambda: MilvusDense.attach(milvus(), "no_such", 4),
            lambda: MilvusLexical.attach(milvus(), "no_such"),
        ):
            with pytest.raises(IndexCorrupt, match="zhida reindex"):
                attach()

    def test_vectors_of_another_length_are_refused(self, dense: MilvusDense) -> None:
        """Both when the collection has another length and when an entry has."""
        with pytest.raises(ModelMismatch, match="holds vectors of 4 numbers, but the encoder makes 8"):
            MilvusDense.attach(milvus(), dense.name, 8)
        with pytest.raises(ModelMismatch, match=r"Entry 1 .*zhida reindex"):
            dense.put([entry(1, vector=axis(0, dimension=8))])


@needs_milvus
class TestMark:
    def test_is_none_until_it_is_set(self, dense: MilvusDense) -> None:
        """And then the last number given."""
        assert dense.mark() is None
        dense.set_mark(7)
        dense.set_mark(9)
        assert dense.mark() == 9

    def test_is_no_entry(self, dense: MilvusDense, lexical: MilvusLexical) -> None:
        """Not counted, not listed, and found by no search, for whatever reader and day."""
        for index in (dense, lexical):
            index.set_mark(7)

            assert len(index) == 0
            assert index.ids().tolist() == []
            assert index.search(asked("0"), k=5, only=FOREVER) == []
        assert date.max.toordinal() < NO_END


@needs_milvus
class TestScores:
    def test_dense_ones_are_cosines(self, dense: MilvusDense) -> None:
        """As those of the built-in index: the answer's threshold reads them."""
        dense.put([entry(1), entry(2, vector=np.array([0.6, 0.8, 0, 0], dtype=np.float32))])

        found = dense.search(asked(""), k=2, only=ANYONE)

        assert [(one.entry_id, one.score) for one in found] == [(1, 1.0), (2, 0.6)]

    def test_lexical_ones_rise_with_the_words_shared(self, lexical: MilvusLexical) -> None:
        """Higher is better, above zero."""
        lexical.put([entry(1, "退货免费"), entry(2, "退货地址见包裹单"), entry(3, "发票随货寄出")])

        found = lexical.search(asked("退货要免费吗"), k=3, only=ANYONE)

        assert [one.entry_id for one in found][:2] == [1, 2]
        assert found[0].score > found[1].score > 0


@needs_milvus
class TestWords:
    @pytest.mark.parametrize(
        ("held", "question"),
        [("退货免费", "退貨"), ("退货免费", "退"), ("型号 X100-Pro", "x100-pro"), ("Shipping to Canada", "shipped")],
    )
    def test_meet_in_every_form_that_the_built_in_index_knows(
        self, lexical: MilvusLexical, held: str, question: str
    ) -> None:
        """Traditional and simplified, single characters, codes, endings of English words."""
        lexical.put([entry(1, held), entry(2, "别的内容")])

        assert [one.entry_id for one in lexical.search(asked(question), k=1, only=ANYONE)] == [1]

    def test_expansions_are_searched_but_count_less(self, lexical: MilvusLexical) -> None:
        """A synonym finds what the question's own words don't, behind what they do."""
        lexical.put([entry(1, "运费说明"), entry(2, "邮资说明")])

        found = lexical.search(asked("运费", Expansion("邮资", 0.5, "运费")), k=5, only=ANYONE)

        assert [one.entry_id for one in found] == [1, 2]

    def test_a_text_longer_than_a_field_is_cut(self, lexical: MilvusLexical) -> None:
        """Its beginning is searched; nothing fails."""
        lexical.put([entry(1, "退货" + "说明" * 40_000)])

        assert [one.entry_id for one in lexical.search(asked("退货"), k=1, only=ANYONE)] == [1]

    def test_a_question_without_words_finds_nothing(self, lexical: MilvusLexical) -> None:
        """Milvus isn't even asked."""
        lexical.put([entry(1)])

        assert lexical.search(asked("？！"), k=1, only=ANYONE) == []


@needs_milvus
def test_compacting_is_allowed_at_any_time(dense: MilvusDense) -> None:
    """Removed rows leave the files; what stays is found as before."""
    dense.put([entry(1), entry(2)])
    dense.remove([1])

    dense.compact()

    assert [one.entry_id for one in dense.search(asked(""), k=5, only=ANYONE)] == [2]
