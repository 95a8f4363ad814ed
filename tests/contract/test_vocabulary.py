"""What the knowledge manager's words promise, on every database."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from core.errors import Conflict, InvalidInput, NotFound
from core.vocabulary import VocabularyKind
from kb.vocabulary import Vocabulary

SYNONYMS, MEANS, WORD = VocabularyKind.SYNONYMS, VocabularyKind.MEANS, VocabularyKind.WORD


@pytest.fixture
def words(database: Engine) -> Vocabulary:
    return Vocabulary(database)


class TestAnEntry:
    def test_is_there_at_once(self, words: Vocabulary) -> None:
        """With the terms as they were written, but for width and blanks."""
        added = words.add(SYNONYMS, [" 退款 ", "退 钱", "ＲＥＦＵＮＤ"])

        assert added.terms == ("退款", "退 钱", "REFUND")
        assert words.entries() == (added,)
        assert words.entry(added.entry_id) == added

    def test_can_be_changed_and_deleted(self, words: Vocabulary) -> None:
        """Its number stays while it lives."""
        added = words.add(SYNONYMS, ["退款", "退钱"])

        changed = words.change(added.entry_id, MEANS, ["退钱", "退款", "返款"])

        assert (changed.entry_id, changed.kind, changed.terms) == (added.entry_id, MEANS, ("退钱", "退款", "返款"))
        words.remove(added.entry_id)
        assert words.entries() == ()

    @pytest.mark.parametrize("call", ["entry", "remove"])
    def test_that_isn_t_there_is_not_found(self, words: Vocabulary, call: str) -> None:
        """Also on changing."""
        with pytest.raises(NotFound):
            getattr(words, call)(7)
        with pytest.raises(NotFound):
            words.change(7, WORD, ["净享"])

    @pytest.mark.parametrize("again", [["退钱", "退款"], ["退款", "退錢"]])
    def test_that_says_the_same_is_refused(self, words: Vocabulary, again: list[str]) -> None:
        """In another order, or in traditional characters; the message names the first one."""
        first = words.add(SYNONYMS, ["退款", "退钱"])

        with pytest.raises(Conflict, match=str(first.entry_id)):
            words.add(SYNONYMS, again)
        assert words.change(first.entry_id, SYNONYMS, again).entry_id == first.entry_id

    def test_in_the_other_direction_says_something_else(self, words: Vocabulary) -> None:
        """Cycles do no harm: entries aren't chained."""
        words.add(MEANS, ["小白", "扫地机器人"])
        words.add(MEANS, ["扫地机器人", "小白"])

        assert len(words.entries()) == 2


class TestTheVersion:
    def test_rises_with_every_change(self, words: Vocabulary) -> None:
        """By which other processes know that they have to read again."""
        versions = [words.version()]
        added = words.add(WORD, ["净享"])
        versions.append(words.version())
        words.change(added.entry_id, WORD, ["净享Pro"])
        versions.append(words.version())
        words.remove(added.entry_id)
        versions.append(words.version())

        assert versions == [0, 1, 2, 3]

    def test_stays_when_nothing_was_changed(self, words: Vocabulary) -> None:
        """A refused entry leaves nothing behind."""
        with pytest.raises(NotFound):
            words.remove(1)

        assert words.version() == 0

    def test_shows_another_process_what_is_new(self, database: Engine, words: Vocabulary) -> None:
        """Two objects over one database stand for two processes."""
        other = Vocabulary(database)
        assert other.entries() == ()

        added = words.add(SYNONYMS, ["退款", "退钱"])

        assert other.entries() == (added,)


class TestAFile:
    def test_comes_back_as_it_went(self, database: Engine, words: Vocabulary) -> None:
        """Commas, quotes and letters of any script among the terms."""
        words.add(SYNONYMS, ["退款", 'say "no"', "a, b"])
        words.add(WORD, ["净享Pro"])
        kept = [(entry.kind, entry.terms) for entry in words.entries()]
        text = words.export_csv()
        for entry in words.entries():
            words.remove(entry.entry_id)

        done = words.import_csv(text)

        assert (done.added, done.known, done.problems) == (2, 0, ())
        assert [(entry.kind, entry.terms) for entry in words.entries()] == kept

    def test_adds_what_it_can_and_names_the_rest(self, words: Vocabulary) -> None:
        """With the number of the line and what to do."""
        words.add(SYNONYMS, ["退款", "退钱"])

        done = words.import_csv("kind,terms\nsynonyms,退钱,退款\nsame,a b,c d\n\nsynonyms,<b>,退货\nWORD,净享\n")

        assert (done.added, done.known) == (1, 1)
        assert [problem[:2] for problem in done.problems] == ["3:", "5:"]
        assert "Put the kind first" in done.problems[0]

    def test_that_is_no_csv_changes_nothing(self, words: Vocabulary) -> None:
        """The whole file is one step."""
        with pytest.raises(InvalidInput):
            words.import_csv('word,净享\nword,"' + "x" * 200_000)

        assert words.entries() == ()
        assert words.version() == 0
