"""Q&A pairs and solved tickets: each pair is one passage and is never cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from core.text import detect_language, fold
from core.types import DocumentKind, Language, QAStatus, Question, QuestionKind
from ingest.context import context_of
from ingest.duplicates import content_words
from ingest.parsed import ParsedDocument, ParsedPair
from ingest.pieces import CountTokens, Sizes
from kb.prepared import PreparedPair, PreparedPassage

MARKS: Final = {Language.ZH: ("问：", "答："), Language.EN: ("Q: ", "A: ")}
"""What stands before question and answer in the text of a version."""


@dataclass(frozen=True, slots=True)
class SplitDocument:
    """The canonical text of a version with its passages, and its pairs if it is a Q&A or ticket file."""

    text: str
    passages: tuple[PreparedPassage, ...]
    pairs: tuple[PreparedPair, ...]
    warnings: tuple[str, ...] = ()


def split_pairs(document: ParsedDocument, *, title: str, count_tokens: CountTokens, sizes: Sizes) -> SplitDocument:
    """Make a passage of every pair. Pairs of a Q&A file are approved; those of tickets wait for a person."""
    tickets = document.kind is DocumentKind.TICKETS
    given = [pair for pair in map(_tidy, document.pairs) if pair.question and pair.answer]
    kept = _latest_of_each(given) if tickets else _united(given)
    contexts = {
        product: context_of(title, [product] if product else [], limit=sizes.context, count_tokens=count_tokens)
        for product in {pair.product for pair in kept}
    }
    passages: list[PreparedPassage] = []
    pairs: list[PreparedPair] = []
    at = 0
    for pair in kept:
        question_mark, answer_mark = MARKS[detect_language(pair.question + pair.answer)]
        opening = f"{question_mark}{pair.question}\n{answer_mark}"
        text = opening + pair.answer
        pairs.append(_prepared(pair, len(passages), at + len(opening), tickets=tickets))
        passages.append(PreparedPassage((), None, at, at + len(text), text, contexts[pair.product]))
        at += len(text) + 1  # the line break between two pairs
    whole = "\n".join(passage.text for passage in passages)
    return SplitDocument(whole, tuple(passages), tuple(pairs), _warnings(len(given), len(kept)))


def _warnings(given: int, kept: int) -> tuple[str, ...]:
    more = given - kept
    return (f"{more} 行与其他行重复，已合并 / {more} rows that repeat another one were merged",) if more else ()


def _prepared(pair: ParsedPair, passage: int, answer_start: int, *, tickets: bool) -> PreparedPair:
    return PreparedPair(
        passage=passage,
        questions=_questions(pair),
        answer=pair.answer,
        answer_start=answer_start,
        status=QAStatus.CANDIDATE if tickets else QAStatus.APPROVED,
        valid_from=pair.valid_from,
        valid_until=pair.valid_until,
        product=pair.product,
    )


def _questions(pair: ParsedPair) -> tuple[Question, ...]:
    """Standard question first; a wording that comes twice counts as what it was first."""
    wordings = [
        Question(pair.question, QuestionKind.STANDARD),
        *(Question(text, QuestionKind.SIMILAR) for text in pair.similar),
        *(Question(text, QuestionKind.NEGATIVE) for text in pair.negative),
    ]
    different: dict[str, Question] = {}
    for wording in wordings:
        different.setdefault(fold(wording.text), wording)
    return tuple(different.values())


def _tidy(pair: ParsedPair) -> ParsedPair:
    return replace(
        pair,
        question=_one_line(pair.question),
        answer=pair.answer.strip(),
        similar=tuple(filter(None, map(_one_line, pair.similar))),
        negative=tuple(filter(None, map(_one_line, pair.negative))),
        product=_one_line(pair.product or "") or None,
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _united(pairs: Iterable[ParsedPair]) -> list[ParsedPair]:
    """One pair for those with the same question, answer and validity; their other wordings are joined."""
    united: dict[object, ParsedPair] = {}
    for pair in pairs:
        key = (fold(pair.question), pair.answer, pair.product, pair.valid_from, pair.valid_until)
        first = united.get(key)
        united[key] = (
            replace(first, similar=first.similar + pair.similar, negative=first.negative + pair.negative)
            if first
            else pair
        )
    return list(united.values())


def _latest_of_each(tickets: Sequence[ParsedPair]) -> list[ParsedPair]:
    """One ticket for those that ask the same about the same product; the latest resolution wins.

    It takes the place of the first, so the order of a file stays as people know it. Without dates,
    what stands further down is later.
    """
    latest: dict[object, ParsedPair] = {}
    for ticket in tickets:
        key = (content_words(ticket.question) or ticket.question, ticket.product)
        known = latest.get(key)
        if known is None or (ticket.happened_on or date.min) >= (known.happened_on or date.min):
            latest[key] = ticket
    return list(latest.values())
