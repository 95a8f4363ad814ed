"""Specification of sections: what stands around a hit, joined without a word said twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from agent.citations import cite
from core.types import Audience, Hit, Passage, Query, Why
from kb.index import Filter
from retrieval.expansion import Growth, Section, anchored, expand
from tests.retrieval.conftest import Shelf

ANYONE = Filter(Audience.PUBLIC, date(2026, 3, 1))
GROWN = Growth(characters=900)
LINES = ("退货须在七天内申请。", "商品须保持完好。", "运费由买家承担。", "退款三天内到账。", "定制商品不能退货。")


def hits_of(shelf: Shelf, name: str, *ordinals: int) -> list[Hit]:
    """Hits on passages of a document, best first."""
    document = shelf.kb.find(name)
    assert document is not None
    passages = shelf.kb.passages(document.document_id)
    return [
        Hit(passages[ordinal], 1.0 / rank, Why((), rank, 0.9, None, None)) for rank, ordinal in enumerate(ordinals, 1)
    ]


def texts(sections: list[Section]) -> list[str]:
    return [section.whole.text for section in sections]


class TestASection:
    def test_grows_around_the_hit_until_it_is_full(self, shelf: Shelf) -> None:
        """What follows first, then what stands before, and so on in turns."""
        shelf.put("a.txt", *LINES)

        (section,) = expand(shelf.kb, hits_of(shelf, "a.txt", 2), ANYONE, Growth(characters=26))

        assert section.whole.text == "\n".join(LINES[1:4])
        assert [part.ordinal for part in section.parts] == [1, 2, 3]

    def test_is_the_documents_own_text(self, shelf: Shelf) -> None:
        """Letter for letter, with what stands between the passages, so that citations stay exact."""
        document = shelf.put("a.txt", *LINES)

        (section,) = expand(shelf.kb, hits_of(shelf, "a.txt", 2), ANYONE, GROWN)
        whole = section.whole

        assert whole.text == shelf.kb.text(document.document_id, 1)[whole.start : whole.end]

    def test_stays_small_without_room_to_grow(self, shelf: Shelf) -> None:
        """The hit alone is never cut."""
        shelf.put("a.txt", *LINES)

        (section,) = expand(shelf.kb, hits_of(shelf, "a.txt", 2), ANYONE, Growth(characters=0))

        assert section.whole == section.hits[0].passage

    def test_ends_where_the_document_does(self, shelf: Shelf) -> None:
        """And never takes another document's passages."""
        shelf.put("a.txt", *LINES)
        shelf.put("b.txt", "别的文件。")

        (section,) = expand(shelf.kb, hits_of(shelf, "a.txt", 4), ANYONE, Growth(reach=9, characters=900))

        assert section.whole.text == "\n".join(LINES)

    def test_keeps_its_best_hits_score_and_reasons(self, shelf: Shelf) -> None:
        """A score belongs to the hit that earned it."""
        shelf.put("a.txt", *LINES)
        first, second = hits_of(shelf, "a.txt", 3, 2)

        (section,) = expand(shelf.kb, [first, second], ANYONE, GROWN)

        assert (section.hit.score, section.hit.why) == (first.score, first.why)
        assert section.hit.passage.passage_id == first.passage.passage_id
        assert section.hits == (first, second)


class TestHits:
    def test_that_are_neighbours_become_one_section_in_the_order_of_the_document(self, shelf: Shelf) -> None:
        """Whichever was found first."""
        shelf.put("a.txt", *LINES)

        sections = expand(shelf.kb, hits_of(shelf, "a.txt", 3, 2), ANYONE, Growth(characters=0))

        assert texts(sections) == ["\n".join(LINES[2:4])]

    def test_whose_sections_meet_are_joined_without_repeating_a_word(self, shelf: Shelf) -> None:
        """Both grow over the passage between them; it is there once."""
        shelf.put("a.txt", *LINES)

        sections = expand(shelf.kb, hits_of(shelf, "a.txt", 0, 4), ANYONE, Growth(characters=28))

        assert texts(sections) == ["\n".join(LINES)]

    def test_that_a_third_one_bridges_end_up_together(self, shelf: Shelf) -> None:
        """First and last are apart until the one between them comes."""
        shelf.put("a.txt", *LINES)

        sections = expand(shelf.kb, hits_of(shelf, "a.txt", 0, 2, 1), ANYONE, Growth(characters=0))

        assert texts(sections) == ["\n".join(LINES[:3])]
        assert len(sections[0].hits) == 3

    def test_far_apart_stay_apart_in_the_order_of_the_hits(self, shelf: Shelf) -> None:
        """Best first, not in the order of the document."""
        shelf.put("a.txt", *LINES)

        sections = expand(shelf.kb, hits_of(shelf, "a.txt", 4, 0), ANYONE, Growth(characters=0))

        assert texts(sections) == [LINES[4], LINES[0]]

    def test_of_none_there_are_no_sections(self, shelf: Shelf) -> None:
        """Nothing is read."""
        assert expand(shelf.kb, [], ANYONE) == []


class TestWhatIsNeverTakenAlong:
    def test_the_next_heading(self, shelf: Shelf) -> None:
        """A section ends where its heading's does; two hits under different headings stay apart."""
        shelf.put("a.txt", *LINES)
        first, second = hits_of(shelf, "a.txt", 1, 2)
        other = replace(second.passage, heading=("运费",))

        class Headed:
            """The shelf, with a heading above the third line."""

            def neighbours(self, ids: list[int], only: Filter, *, reach: int) -> list[Passage]:
                found = shelf.kb.neighbours(ids, only, reach=reach)
                return [other if each.ordinal == 2 else each for each in found if each.ordinal < 3]

            quote = shelf.kb.quote

        sections = expand(Headed(), [first, replace(second, passage=other)], ANYONE, GROWN)  # type: ignore[arg-type]

        assert texts(sections) == ["\n".join(LINES[:2]), LINES[2]]

    def test_other_pairs_of_a_list_of_questions(self, shelf: Shelf) -> None:
        """Neighbouring answers have nothing to do with each other."""
        shelf.put_pairs("faq.csv", {"运费多少？": "十元。", "怎么退货？": "联系客服。"})

        (section,) = expand(shelf.kb, hits_of(shelf, "faq.csv", 0), ANYONE, GROWN)

        assert "联系客服" not in section.whole.text

    def test_a_passage_that_the_reader_may_not_see(self, shelf: Shelf) -> None:
        """Whoever holds an old hit of an internal document gets nothing around it."""
        shelf.put("a.txt", *LINES, audience=Audience.INTERNAL)

        (section,) = expand(shelf.kb, hits_of(shelf, "a.txt", 2), ANYONE, GROWN)

        assert section.whole.text == LINES[2]

    def test_anything_once_the_document_is_gone(self, shelf: Shelf) -> None:
        """A document deleted between search and answer leaves the hit as it was found."""
        document = shelf.put("a.txt", *LINES)
        found = hits_of(shelf, "a.txt", 2, 3)
        around = shelf.kb.neighbours([hit.passage.passage_id for hit in found], ANYONE, reach=3)
        shelf.kb.delete(document.document_id)

        class Late:
            """Read the neighbours just before they went."""

            def neighbours(self, ids: list[int], only: Filter, *, reach: int) -> list[Passage]:
                return around

            quote = shelf.kb.quote

        sections = expand(Late(), found, ANYONE, GROWN)  # type: ignore[arg-type]

        assert texts(sections) == [LINES[2], LINES[3]]


class TestACitation:
    @pytest.mark.parametrize("ordinal", range(5))
    def test_of_a_section_names_the_passage_that_it_stands_in(self, shelf: Shelf, ordinal: int) -> None:
        """Its id and place; start, end and quotation count in the version's text and stay."""
        document = shelf.put("a.txt", *LINES)
        sections = expand(shelf.kb, hits_of(shelf, "a.txt", 2), ANYONE, Growth(reach=9, characters=900))
        whole = sections[0].whole
        start = whole.text.index(LINES[ordinal])

        citation = anchored(cite(1, whole, start, start + len(LINES[ordinal])), sections)

        own = shelf.kb.passage(citation.passage_id)
        assert own.text == LINES[ordinal]
        assert (citation.start, citation.end) == (own.start, own.end)
        assert shelf.kb.quote(document.document_id, 1, citation.start, citation.end) == citation.quote

    def test_of_something_else_stays_as_it_is(self, shelf: Shelf) -> None:
        """Of an approved answer, for example."""
        shelf.put("a.txt", *LINES)
        shelf.put("b.txt", "别的文件。")
        (other,) = hits_of(shelf, "b.txt", 0)
        citation = cite(1, other.passage, 0, 2)

        assert anchored(citation, expand(shelf.kb, hits_of(shelf, "a.txt", 2), ANYONE, GROWN)) == citation


def test_search_and_sections_work_together(shelf: Shelf) -> None:
    """The retriever's own hits grow."""
    shelf.put("a.txt", *LINES)

    found = shelf.retriever.search(Query(text="退货须在七天内申请"), k=1)

    assert expand(shelf.kb, found, ANYONE, Growth(reach=9, characters=900))[0].whole.text == "\n".join(LINES)
