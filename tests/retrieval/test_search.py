"""Search over a real database and real indexes."""

from __future__ import annotations

from datetime import date

import pytest

from core.types import Audience, Hit, Query
from retrieval.fusion import Fusion
from retrieval.langchain import ZhidaRetriever
from retrieval.search import Retriever
from tests.retrieval.conftest import Shelf


def texts(hits: list[Hit]) -> list[str]:
    return [hit.passage.text for hit in hits]


class TestFinds:
    def test_the_passage_that_says_it_first(self, shelf: Shelf) -> None:
        """Among others about the same shop."""
        shelf.put("policy.txt", "退货期限为签收后十五天。", "订单满九十九元包邮。", "电子发票在订单页下载。")

        hits = shelf.retriever.search(Query(text="退货期限是多久"), k=3)

        assert texts(hits)[0] == "退货期限为签收后十五天。"
        assert "退货" in hits[0].why.matched or "期限" in hits[0].why.matched
        assert hits[0].why.dense_rank == 1
        assert hits[0].why.lexical_rank == 1

    def test_what_was_just_published(self, shelf: Shelf) -> None:
        """No pause between publishing and finding."""
        shelf.put("a.txt", "门店周一休息。")

        assert texts(shelf.retriever.search(Query(text="门店哪天休息"), k=5)) == ["门店周一休息。"]

    def test_at_most_k_best_first(self, shelf: Shelf) -> None:
        """Scores fall."""
        shelf.put("a.txt", *(f"第{number}号仓库负责华东配送。" for number in range(30)))

        hits = shelf.retriever.search(Query(text="华东配送的仓库"), k=7)

        assert len(hits) == 7
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)

    def test_nothing_in_an_empty_knowledge_base(self, shelf: Shelf) -> None:
        """An empty list, not an error."""
        assert shelf.retriever.search(Query(text="退货"), k=5) == []

    def test_equal_passages_of_two_documents_once(self, shelf: Shelf) -> None:
        """The same notice in two files is one hit."""
        shelf.put("a.txt", "春节期间照常发货。")
        shelf.put("b.txt", "春节期间照常发货。")

        assert len(shelf.retriever.search(Query(text="春节发货吗"), k=5)) == 1


class TestHides:
    def test_a_deleted_document_from_the_next_search_on(self, shelf: Shelf) -> None:
        """Whatever the indexes still hold."""
        document = shelf.put("a.txt", "旧活动满三百减五十。")
        shelf.retriever.search(Query(text="满减活动"), k=5)

        shelf.kb.delete(document.document_id)

        assert shelf.retriever.search(Query(text="满减活动"), k=5) == []

    def test_the_version_before_the_live_one(self, shelf: Shelf) -> None:
        """A rollback brings it back with the same id."""
        first = shelf.put("a.txt", "退货期限七天。")
        before = shelf.retriever.search(Query(text="退货期限"), k=5)
        shelf.put("a.txt", "退货期限十五天。")

        assert texts(shelf.retriever.search(Query(text="退货期限"), k=5)) == ["退货期限十五天。"]

        shelf.kb.rollback(first.document_id, 1)

        assert shelf.retriever.search(Query(text="退货期限"), k=5) == before

    @pytest.mark.parametrize(("audience", "found"), [(Audience.PUBLIC, 1), (Audience.INTERNAL, 2)])
    def test_internal_passages_from_the_public(self, shelf: Shelf, audience: Audience, found: int) -> None:
        """Colleagues see both."""
        shelf.put("policy.txt", "赔偿按订单金额计算。")
        shelf.put("limits.txt", "赔偿上限两百元，仅供内部。", audience=Audience.INTERNAL)

        hits = shelf.retriever.search(Query(text="赔偿上限", audience=audience), k=5)

        assert len(hits) == found

    def test_internal_passages_cant_push_public_ones_out(self, shelf: Shelf) -> None:
        """The filter applies before ranking: a hundred better internal hits leave the public one found."""
        shelf.put("limits.txt", *(f"赔偿上限第{number}条" for number in range(300)), audience=Audience.INTERNAL)
        shelf.put("policy.txt", "赔偿按照订单的实际金额计算，详见服务协议。")

        assert len(shelf.retriever.search(Query(text="赔偿上限"), k=5)) == 1

    @pytest.mark.parametrize(
        ("day", "found"),
        [(date(2026, 10, 31), 0), (date(2026, 11, 1), 1), (date(2026, 11, 11), 1), (date(2026, 11, 12), 0)],
    )
    def test_what_isnt_valid_on_the_day(self, shelf: Shelf, day: date, found: int) -> None:
        """From the first day of validity to the day before the expiry date."""
        shelf.put("sale.txt", "双十一全场八折。", effective_from=date(2026, 11, 1), expires_on=date(2026, 11, 12))

        assert len(shelf.retriever.search(Query(text="双十一折扣", as_of=day), k=5)) == found


class TestOneSide:
    def test_a_silenced_side_proposes_nothing(self, shelf: Shelf) -> None:
        """So that evaluation measures each half with the product's own code."""
        shelf.put("a.txt", "会员积分两年有效。")
        lexical = Retriever(shelf.kb, shelf.indexes, shelf.encoder, fusion=Fusion(dense_weight=0.0, lexical_weight=1.0))

        (hit,) = lexical.search(Query(text="积分有效期"), k=5)

        assert hit.why.dense_rank is None
        assert hit.why.lexical_rank == 1


class TestQuestions:
    def test_a_pair_is_found_by_its_nearest_wording(self, shelf: Shelf) -> None:
        """Each pair once."""
        shelf.put_pairs("faq.csv", {"怎么开发票？": "在订单页申请。", "怎么修改地址？": "发货前可改。"})

        found = shelf.retriever.find(Query(text="怎么开发票？"), k=5)

        assert found.pairs[0].pair.answer == "在订单页申请。"
        assert found.pairs[0].score > 0.9
        assert len({hit.pair.pair_id for hit in found.pairs}) == len(found.pairs) == 2

    def test_the_pair_is_a_passage_too(self, shelf: Shelf) -> None:
        """So that it is found and cited like any other source."""
        shelf.put_pairs("faq.csv", {"怎么开发票？": "在订单页申请。"})

        (hit,) = shelf.retriever.search(Query(text="发票"), k=5)

        assert hit.passage.document == "faq.csv"


class TestLangChain:
    def test_a_chain_gets_documents_that_can_be_cited(self, shelf: Shelf) -> None:
        """The same search behind LangChain's retriever."""
        shelf.put("policy.txt", "退货期限为签收后十五天。")

        (document,) = ZhidaRetriever(retriever=shelf.retriever, k=3).invoke("退货期限")

        assert document.page_content == "退货期限为签收后十五天。"
        assert document.metadata["source"] == "policy.txt"
        assert (document.metadata["start"], document.metadata["end"]) == (0, 12)
