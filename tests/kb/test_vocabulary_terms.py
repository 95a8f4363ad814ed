"""Which terms a vocabulary takes, and what it says of the others."""

from __future__ import annotations

import pytest

from core.errors import InvalidInput
from core.vocabulary import VocabularyKind
from kb.vocabulary_terms import checked_terms, from_csv

SYNONYMS, MEANS, WORD = VocabularyKind.SYNONYMS, VocabularyKind.MEANS, VocabularyKind.WORD


@pytest.mark.parametrize(
    ("kind", "terms"),
    [
        (SYNONYMS, ["退款", "退钱", "refund"]),
        (MEANS, ["小白", "扫地机器人 RX-200"]),
        (WORD, ["C++"]),
        (WORD, [".NET"]),
        (WORD, ["净水 器Pro"]),
        (SYNONYMS, ["возврат", "返品"]),
    ],
)
def test_takes_words_of_any_script(kind: VocabularyKind, terms: list[str]) -> None:
    """And doesn't change them."""
    assert checked_terms(kind, terms) == tuple(terms)


@pytest.mark.parametrize(
    ("kind", "terms", "said"),
    [
        (SYNONYMS, [], "two terms or more"),
        (SYNONYMS, ["退款", "  "], "two terms or more"),
        (WORD, ["净享", "净水"], "one term"),
        (SYNONYMS, ["退款", "Refund", "REFUND"], "the same term"),
        (SYNONYMS, ["发票", "發票"], "the same term"),
        (SYNONYMS, ["退款", "退"], "too short"),
        (SYNONYMS, ["退款", "？？？"], "too short"),
        (WORD, ["很" * 41], "the limit is 40"),
        (WORD, ["<b>净享</b>"], "markup"),
        (WORD, ["净享&nbsp;Pro"], "markup"),
        (WORD, ["=HYPERLINK(1)"], "formula"),
        (WORD, ["＠净享"], "formula"),
        (WORD, ["净\x07享"], "control"),
        (SYNONYMS, [f"词语{number}" for number in range(21)], "the limit is 20"),
    ],
)
def test_refuses_with_the_reason(kind: VocabularyKind, terms: list[str], said: str) -> None:
    """The sentence names the term and what to do."""
    with pytest.raises(InvalidInput, match=said):
        checked_terms(kind, terms)


def test_a_file_may_come_from_a_spreadsheet() -> None:
    """With a byte order mark, empty cells at the end of shorter lines, and empty lines."""
    lines = list(from_csv("\ufeffkind,terms,,\r\nsynonyms,退款,退钱,\r\n,,,\r\nWord,净享,,\r\n"))

    assert [(number, kind) for number, kind, _ in lines] == [(2, SYNONYMS), (4, WORD)]
