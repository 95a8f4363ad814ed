"""Specification of what a manager can ask about a search."""

from __future__ import annotations

from datetime import date

import pytest

from core.errors import NotFound
from core.explanations import Absence, Barrier
from core.types import Audience, Closeness, DocumentId, PassageId, Query
from retrieval.inquiry import Inquiry
from tests.retrieval.conftest import Shelf

QUERY = Query(text="退货期限是几天？", as_of=date(2026, 3, 1))


@pytest.fixture
def inquiry(shelf: Shelf) -> Inquiry:
    return Inquiry(shelf.kb, shelf.indexes, shelf.encoder, shelf.retriever)


def filled(shelf: Shelf) -> None:
    shelf.put("returns.txt", "退货期限是七天。", "保修期限是两年。", "运费由买家承担。")


class TestWhatWasKeptBack:
    @pytest.mark.parametrize(
        ("particulars", "barrier"),
        [
            ({"audience": Audience.INTERNAL}, Barrier.INTERNAL),
            ({"effective_from": date(2026, 4, 1)}, Barrier.NOT_YET_VALID),
            ({"expires_on": date(2026, 3, 1)}, Barrier.EXPIRED),
        ],
    )
    def test_is_told_with_its_reason(
        self, shelf: Shelf, inquiry: Inquiry, particulars: dict[str, date], barrier: Barrier
    ) -> None:
        """A better passage that the asker may not see on the day."""
        filled(shelf)
        shelf.put("other.txt", "退货期限是几天？十五天。", **particulars)  # type: ignore[arg-type]

        (found,) = inquiry.withheld(QUERY, shelf.retriever.search(QUERY, k=2))

        assert found.standing.passage.document == "other.txt"
        assert found.standing.barriers == (barrier,)
        assert found.rank == 1

    def test_is_nothing_that_wouldnt_have_been_shown(self, shelf: Shelf, inquiry: Inquiry) -> None:
        """What three passages are nearer than makes no difference."""
        filled(shelf)
        shelf.put("other.txt", "zebra crossing", audience=Audience.INTERNAL)

        assert inquiry.withheld(QUERY, shelf.retriever.search(QUERY, k=3)) == []

    def test_is_nothing_that_was_replaced(self, shelf: Shelf, inquiry: Inquiry) -> None:
        """The newer version is there instead."""
        shelf.put("returns.txt", "退货期限是几天？三天。")
        filled(shelf)

        assert inquiry.withheld(QUERY, shelf.retriever.search(QUERY, k=3)) == []

    def test_is_nothing_for_whoever_may_see_all(self, shelf: Shelf, inquiry: Inquiry) -> None:
        """A colleague sees internal documents."""
        filled(shelf)
        shelf.put("other.txt", "退货期限是几天？十五天。", audience=Audience.INTERNAL)
        query = Query(text=QUERY.text, audience=Audience.INTERNAL, as_of=QUERY.as_of)

        assert inquiry.withheld(query, shelf.retriever.search(query, k=3)) == []


class TestWhyNot:
    def test_a_passage_that_is_shown(self, shelf: Shelf, inquiry: Inquiry) -> None:
        """It says where."""
        filled(shelf)
        first = shelf.retriever.search(QUERY, k=2)[0].passage

        found = inquiry.why_not(QUERY, passage_id=first.passage_id, k=2)

        assert (found.absence, found.rank) == (Absence.SHOWN, 1)

    def test_a_passage_that_others_beat(self, shelf: Shelf, inquiry: Inquiry) -> None:
        """Its place, and how far its score is behind the last one shown."""
        filled(shelf)
        ranked = shelf.retriever.search(QUERY, k=3)

        found = inquiry.why_not(QUERY, passage_id=ranked[2].passage.passage_id, k=1)

        assert (found.absence, found.rank, found.shown) == (Absence.RANKED_LOWER, 3, 1)
        assert (found.score, found.last_score) == (ranked[2].score, ranked[0].score)
        assert found.dense_score == ranked[2].why.dense_score
        assert isinstance(found.closeness, Closeness)

    def test_a_passage_that_says_the_same(self, shelf: Shelf, inquiry: Inquiry) -> None:
        """The twin that is shown is named."""
        text = "退货期限是七天，商品须保持完好，配件和包装须齐全，运费由买家承担，退款原路退回付款账户"
        shelf.put("a.txt", text + "。")
        shelf.put("b.txt", text + "！！")
        shown, hidden = (hit.passage for hit in shelf.retriever.search(QUERY, k=2))

        found = inquiry.why_not(QUERY, passage_id=hidden.passage_id, k=1)

        assert (found.absence, found.twin) == (Absence.TWIN, shown.passage_id)

    def test_a_passage_of_an_older_version(self, shelf: Shelf, inquiry: Inquiry) -> None:
        """It isn't in use any more."""
        old = shelf.put("a.txt", "退货期限是三天。")
        (passage,) = shelf.kb.passages(old.document_id)
        shelf.put("a.txt", "退货期限是七天。")

        found = inquiry.why_not(QUERY, passage_id=passage.passage_id)

        assert found.absence is Absence.WITHHELD
        assert found.standing is not None
        assert found.standing.barriers == (Barrier.NOT_LIVE,)

    def test_a_document_by_the_passage_that_comes_nearest(self, shelf: Shelf, inquiry: Inquiry) -> None:
        """A manager knows documents, not passages."""
        document = shelf.put("returns.txt", "运费由买家承担。", "退货期限是七天。")
        shelf.put("other.txt", "退货期限是几天？", "退货期限。")

        found = inquiry.why_not(QUERY, document_id=document.document_id, k=1)

        assert found.passage is not None
        assert found.passage.text == "退货期限是七天。"
        assert found.absence is Absence.RANKED_LOWER

    def test_a_document_with_every_reason_at_once(self, shelf: Shelf, inquiry: Inquiry) -> None:
        """Internal and expired."""
        document = shelf.put("sale.txt", "退货期限是七天。", audience=Audience.INTERNAL, expires_on=date(2026, 1, 1))

        found = inquiry.why_not(QUERY, document_id=document.document_id)

        assert found.absence is Absence.WITHHELD
        assert found.standing is not None
        assert found.standing.barriers == (Barrier.INTERNAL, Barrier.EXPIRED)
        assert found.standing.valid_until == date(2026, 1, 1)

    def test_a_document_that_isnt_read_yet(self, shelf: Shelf, inquiry: Inquiry) -> None:
        """There is nothing to find in it."""
        from kb.records import Upload

        version = shelf.kb.accept(Upload(name="new.txt"), [b"x"])

        found = inquiry.why_not(QUERY, document_id=version.document_id)

        assert (found.absence, found.document, found.passage) == (Absence.NO_PASSAGES, "new.txt", None)

    def test_what_doesnt_exist_is_not_found(self, inquiry: Inquiry) -> None:
        """Neither passage nor document."""
        with pytest.raises(NotFound):
            inquiry.why_not(QUERY, passage_id=PassageId(99))
        with pytest.raises(NotFound):
            inquiry.why_not(QUERY, document_id=DocumentId("f" * 32))
