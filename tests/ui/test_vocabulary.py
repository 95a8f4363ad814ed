"""The vocabulary tab, without the page: what a manager sees after each step."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from api.client import Client
from core.errors import Conflict, InvalidInput, NotFound
from core.settings import Secret
from core.types import Correction, CorrectionKind, Expansion, Language, Understood
from core.vocabulary import VocabularyEntry, VocabularyImport, VocabularyKind
from ui import vocabulary
from ui.view import ManagerView

VIEW = ManagerView(Language.EN, key=Secret("a-key-for-the-tests"))
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Words:
    """A vocabulary in memory, behind the client's methods."""

    def __init__(self, *terms: tuple[str, ...]) -> None:
        self.entries = [VocabularyEntry(at, VocabularyKind.SYNONYMS, each, NOW) for at, each in enumerate(terms, 1)]

    def vocabulary(self) -> list[VocabularyEntry]:
        return self.entries

    def add_words(self, kind: VocabularyKind, terms: list[str]) -> VocabularyEntry:
        if len(terms) < 2:
            raise InvalidInput("Synonyms are two terms or more.")
        self.entries.append(VocabularyEntry(len(self.entries) + 1, kind, tuple(terms), NOW))
        return self.entries[-1]

    def change_words(self, entry_id: int, kind: VocabularyKind, terms: list[str]) -> VocabularyEntry:
        raise Conflict(f"Entry {entry_id} says the same already.")

    def remove_words(self, entry_id: int) -> None:
        if entry_id not in {entry.entry_id for entry in self.entries}:
            raise NotFound("vocabulary entry", entry_id)
        self.entries = [entry for entry in self.entries if entry.entry_id != entry_id]

    def import_words(self, csv: str) -> VocabularyImport:
        return VocabularyImport(1, 2, ("4: The term '<b>' holds markup.",))

    def export_words(self) -> str:
        return "\ufeffkind,terms\r\nword,<净享>\r\n"

    def understand(self, text: str) -> Understood:
        return Understood(
            text,
            "退款 <x>",
            (Correction("tuikuan", "退款", CorrectionKind.PINYIN),),
            (Expansion("退钱", 0.7, "退款"),),
            ("净享",),
        )


def client(words: Any) -> Client:
    return cast("Client", words)


class TestTheList:
    def test_has_the_newest_entry_first(self) -> None:
        """With its terms, and how many there are."""
        shown = vocabulary.listed(VIEW, client(Words(("refund", "money back"), ("fee", "charge"))))

        assert shown.index("fee / charge") < shown.index("refund / money back")
        assert "Entries: 2" in shown

    def test_says_what_to_do_when_it_is_empty(self) -> None:
        """Not just nothing."""
        assert "The vocabulary is empty" in vocabulary.listed(VIEW, client(Words()))

    def test_escapes_what_people_entered(self) -> None:
        """A term is text, whatever an older version may have let in."""
        shown = vocabulary.listed(VIEW, client(Words(("<img src=x>", "b"))))

        assert "<img" not in shown
        assert "&lt;img src=x&gt;" in shown

    def test_has_pages(self) -> None:
        """Fifty entries each."""
        words = Words(*((f"term {number}", "x") for number in range(60)))

        shown = vocabulary.listed(VIEW, client(words))

        assert shown.count("<section") == vocabulary.ENTRIES
        assert 'data-act="words"' in shown

    def test_asks_before_deleting(self) -> None:
        """Only the entry that was clicked."""
        shown = vocabulary.listed(VIEW, client(Words(("a1", "b1"), ("a2", "b2"))), deleting=1)

        assert "Delete “a1 / b1”?" in shown
        assert "Delete “a2 / b2”?" not in shown

    def test_is_there_again_after_deleting(self) -> None:
        """Without the entry; deleting one that is gone already says so."""
        words = Words(("a1", "b1"), ("a2", "b2"))

        assert "a1 / b1" not in vocabulary.removed(VIEW, 1, client(words))
        assert "There is no vocabulary entry" in vocabulary.removed(VIEW, 1, client(words))


class TestTheForm:
    def test_adds_one_term_a_line(self) -> None:
        """Blank lines don't count."""
        words = Words()

        form, shown = vocabulary.taught(VIEW, "synonyms", "refund\n\n money back \n", 0, client(words))

        assert words.entries[0].terms == ("refund", "money back")
        assert "Added: refund / money back" in form
        assert "refund / money back" in shown

    def test_says_why_something_was_refused(self) -> None:
        """In the server's own words."""
        form, _ = vocabulary.taught(VIEW, "synonyms", "refund", 0, client(Words()))

        assert "two terms or more" in form
        assert ">refund</textarea>" in form

    def test_keeps_the_entry_open_whose_change_was_refused(self) -> None:
        """So that it can be mended."""
        form, _ = vocabulary.taught(VIEW, "word", "x", 1, client(Words(("a1", "b1"))))

        assert "says the same already" in form
        assert 'data-entry="1"' in form

    @pytest.mark.parametrize("kind", ["", "no such kind", "<b>"])
    def test_takes_no_foreign_kind(self, kind: str) -> None:
        """A browser may send anything."""
        words = Words()

        vocabulary.taught(VIEW, kind, "a1\nb1", 0, client(words))

        assert words.entries[0].kind is VocabularyKind.SYNONYMS


def test_a_trial_tells_what_the_question_was_taken_to_mean() -> None:
    """Corrections, additions and whole words, all escaped."""
    shown = vocabulary.tried(VIEW, " tuikuan <b> ", client(Words()))

    assert "Searched for: 退款 &lt;x&gt;" in shown
    assert "“tuikuan” was read as “退款” (pinyin)" in shown
    assert "For “退款” also: 退钱" in shown
    assert "Kept whole: 净享" in shown
    assert "<b>" not in shown


def test_a_trial_of_nothing_asks_for_a_question() -> None:
    """Nothing is sent."""
    assert "Enter a question first." in vocabulary.tried(VIEW, "  ", client(Words()))


def test_an_import_names_the_lines_that_were_left_out() -> None:
    """And shows what can be exported now."""
    form, _ = vocabulary.file_read(VIEW, "word,x", client(Words()))

    assert "Added 1, known already 2, not taken 1." in form
    assert "4: The term &#x27;&lt;b&gt;&#x27; holds markup." in form
    assert "word,&lt;净享&gt;" in form
