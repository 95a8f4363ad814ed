"""Specification of the warnings about Q&A pairs that get in each other's way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from core.pair_warnings import PairWarning, PairWarningKind
from core.types import Audience, DocumentKind, QAPair, QAStatus, Question, QuestionKind
from kb.prepared import PreparedPair, PreparedPassage, PreparedVersion, text_hash
from kb.records import Upload
from retrieval.review import PairReview, answers_differ, told
from tests.retrieval.conftest import Shelf

ASKED = "从北京寄到上海的大件快递运费一般要怎么算"
ALIKE = f"{ASKED}呢"
FREE = "满 99 元免运费。"
PAID = "满 59 元免运费。"


def wordings(question: str, similar: Sequence[str] = (), negative: Sequence[str] = ()) -> tuple[Question, ...]:
    return (
        Question(question, QuestionKind.STANDARD),
        *(Question(text, QuestionKind.SIMILAR) for text in similar),
        *(Question(text, QuestionKind.NEGATIVE) for text in negative),
    )


def upload(shelf: Shelf, name: str, *pairs: PreparedPair, publish: bool = True) -> list[PairWarning]:
    """Publish pairs as the worker does; returns what the review said before."""
    text, passages, placed = "", [], []
    for pair in pairs:
        line = f"{pair.questions[0].text}\n{pair.answer}"
        at = len(text)
        passages.append(PreparedPassage((), None, at, at + len(line), line, ""))
        placed.append(replace(pair, passage=len(placed), answer_start=at + line.index(pair.answer)))
        text += line + "\n"
    texts = [question.text for pair in pairs for question in pair.questions]
    version = shelf.kb.accept(Upload(name=name, audience=Audience.PUBLIC), [text.encode()])
    prepared = PreparedVersion(
        kind=DocumentKind.QA,
        text=text.rstrip("\n"),
        passages=tuple(passages),
        pairs=tuple(placed),
        warnings=(),
        encoder_key=shelf.encoder.identity.key,
        passage_vectors={text_hash(each.text): shelf.encoder.encode_passages([each.text])[0] for each in passages},
        question_vectors={text_hash(each): shelf.encoder.encode_questions([each])[0] for each in texts},
    )
    said = PairReview(shelf.kb, shelf.encoder).of_upload(version, prepared)
    if publish:
        job = shelf.kb.lease("test", version=(version.document_id, version.number))
        assert job is not None
        shelf.kb.publish(job, prepared)
    return said


def prepared(
    question: str,
    answer: str,
    *,
    similar: Sequence[str] = (),
    negative: Sequence[str] = (),
    status: QAStatus = QAStatus.APPROVED,
    valid_from: date | None = None,
    valid_until: date | None = None,
    product: str | None = None,
) -> PreparedPair:
    questions = wordings(question, similar, negative)
    return PreparedPair(0, questions, answer, 0, status, valid_from, valid_until, product)


def kinds(warnings: Sequence[PairWarning]) -> list[PairWarningKind]:
    return [warning.kind for warning in warnings]


class TestAnUpload:
    def test_that_answers_a_known_question_otherwise_is_a_conflict(self, shelf: Shelf) -> None:
        """Also in another document, and by a similar wording; it is published all the same."""
        upload(shelf, "旧.csv", prepared(ASKED, FREE))

        (warning,) = upload(shelf, "新.csv", prepared("寄一件要多少", PAID, similar=[ALIKE]))

        assert warning.kind is PairWarningKind.CONFLICT
        assert (warning.wording, warning.other_question, warning.other_document) == (
            ALIKE,
            ASKED,
            "旧.csv",
        )
        assert warning.other_answer == FREE
        assert len(shelf.kb.pairs()) == 2

    def test_that_answers_it_alike_is_a_duplicate(self, shelf: Shelf) -> None:
        """One of the two will be forgotten in a change."""
        upload(shelf, "旧.csv", prepared(ASKED, FREE))

        assert kinds(upload(shelf, "新.csv", prepared(ALIKE, "实付满 99 元免运费。"))) == [PairWarningKind.DUPLICATE]

    def test_is_compared_with_itself_each_two_once(self, shelf: Shelf) -> None:
        """In one file too."""
        warnings = upload(
            shelf,
            "新.csv",
            prepared(ASKED, FREE),
            prepared("怎么退货", "七天。"),
            prepared(ALIKE, PAID),
        )

        assert [(each.kind, each.wording, each.other_question) for each in warnings] == [
            (PairWarningKind.CONFLICT, ASKED, ALIKE)
        ]

    def test_does_not_contradict_the_version_that_it_replaces(self, shelf: Shelf) -> None:
        """Correcting an answer is what versions are for."""
        upload(shelf, "运费.csv", prepared(ASKED, FREE))

        assert upload(shelf, "运费.csv", prepared(ASKED, PAID)) == []

    @pytest.mark.parametrize(
        "other",
        [
            prepared("怎么退货", "七天内。"),
            prepared(ASKED, "Orders above ¥59 ship free of charge."),
            prepared(ASKED, PAID, valid_from=date(2030, 1, 1)),
            prepared(ASKED, PAID, product="净化器"),
            prepared(ASKED, PAID, status=QAStatus.CANDIDATE),
            prepared(ALIKE, PAID, negative=[ASKED]),
        ],
        ids=["another question", "another language", "another time", "another product", "a candidate", "told apart"],
    )
    def test_is_left_in_peace_where_no_customer_meets_both(self, shelf: Shelf, other: PreparedPair) -> None:
        """A false alarm costs the attention that the next real one needs."""
        known = prepared(ASKED, FREE, valid_until=date(2030, 1, 1), product="机器人")
        upload(shelf, "旧.csv", known)

        assert [each for each in upload(shelf, "新.csv", other) if each.kind is not PairWarningKind.NEGATIVE] == []

    def test_is_told_in_both_languages(self, shelf: Shelf) -> None:
        """As the warnings of parsers are."""
        upload(shelf, "旧.csv", prepared(ASKED, FREE))
        (line,) = told(upload(shelf, "新.csv", prepared(ASKED, PAID)))

        assert "答案却不同" in line
        assert "the answers differ" in line
        assert "旧.csv" in line


class TestPairsInPlace:
    def review(self, shelf: Shelf, pairs: Sequence[QAPair]) -> list[PairWarning]:
        return PairReview(shelf.kb, shelf.encoder, indexes=shelf.indexes).of_pairs(pairs)

    def test_warn_of_each_other(self, shelf: Shelf) -> None:
        """Each names the other."""
        upload(shelf, "旧.csv", prepared(ASKED, FREE))
        upload(shelf, "新.csv", prepared(ALIKE, PAID))
        one, other = shelf.kb.pairs()

        warnings = self.review(shelf, [one, other])

        assert kinds(warnings) == [PairWarningKind.CONFLICT] * 2
        assert [(each.pair_id, each.other_id) for each in warnings] == [
            (one.pair_id, other.pair_id),
            (other.pair_id, one.pair_id),
        ]

    def test_are_at_peace_once_one_is_rejected(self, shelf: Shelf) -> None:
        """Nothing is stored that could go stale."""
        upload(shelf, "旧.csv", prepared(ASKED, FREE))
        upload(shelf, "新.csv", prepared(ALIKE, PAID))
        one, other = shelf.kb.pairs()
        shelf.kb.decide(other.pair_id, QAStatus.REJECTED)

        assert self.review(shelf, [one]) == []

    def test_that_wait_are_compared_with_the_approved(self, shelf: Shelf) -> None:
        """Before somebody approves them."""
        upload(shelf, "旧.csv", prepared(ASKED, FREE))
        upload(shelf, "工单.csv", prepared(ALIKE, PAID, status=QAStatus.CANDIDATE))
        (candidate,) = shelf.kb.pairs(status=QAStatus.CANDIDATE)

        assert kinds(self.review(shelf, [candidate])) == [PairWarningKind.CONFLICT]

    def test_name_the_pair_whose_question_they_exclude(self, shelf: Shelf) -> None:
        """Nothing is wrong if that is meant, so it is the least grave kind."""
        upload(shelf, "旧.csv", prepared(ASKED, FREE))
        upload(shelf, "新.csv", prepared(ALIKE, PAID, negative=[f"{ASKED}？"]))
        pair = next(each for each in shelf.kb.pairs() if each.document == "新.csv")

        (warning,) = self.review(shelf, [pair])

        assert warning.kind is PairWarningKind.NEGATIVE
        assert warning.wording == f"{ASKED}？"

    def test_without_any_other_have_no_warnings(self, shelf: Shelf) -> None:
        """Nor has an empty list."""
        upload(shelf, "旧.csv", prepared(ASKED, FREE, similar=[ALIKE]))

        assert self.review(shelf, shelf.kb.pairs()) == []
        assert self.review(shelf, []) == []


class TestAnswers:
    @pytest.mark.parametrize(
        ("one", "other", "alike", "differ"),
        [
            (FREE, PAID, False, True),
            ("可以退货。", "不可以退货。", False, True),
            ("15 天内可以退。", "十五天内都能退。", False, False),
            ("请在订单页申请。", "请联系客服申请。", False, False),
            ("请在订单页申请。", "请联系客服申请。", True, True),
            ("请在订单页申请。", "请在订单页申请！", True, False),
        ],
        ids=["value", "yes and no", "same value", "other words", "other words, one question", "same words"],
    )
    def test_differ_in_a_value_or_in_yes_and_no(self, one: str, other: str, alike: bool, differ: bool) -> None:
        """Other words alone are only a difference where nobody can tell the questions apart."""
        assert answers_differ(one, other, alike=alike) is differ
        assert answers_differ(other, one, alike=alike) is differ
