"""The contract of dates, neighbours and what is kept back, on every database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from core.blobs import BlobStore
from core.errors import InvalidInput, NotFound
from core.explanations import Barrier
from core.types import Audience, DocumentId, DocumentVersion, QAStatus
from kb.index import Collection, Filter
from kb.records import Upload
from kb.store import KnowledgeBase
from tests.kb.samples import ANYONE, KEY, STAFF, TODAY, Pair, SetClock, publish


@pytest.fixture
def kb(database: Engine, tmp_path: Path) -> KnowledgeBase:
    return KnowledgeBase(database, BlobStore(tmp_path / "blobs", max_bytes=1 << 20), clock=SetClock())


def live(kb: KnowledgeBase, version: DocumentVersion, only: Filter) -> int:
    """How many of the version's passages the reader may see."""
    ids = [passage.passage_id for passage in kb.passages(version.document_id, version.number)]
    return len(kb.live_passages(ids, only))


class TestDates:
    def test_can_be_changed_and_hold_at_once(self, kb: KnowledgeBase) -> None:
        """For passages that were valid and aren't any more, and back."""
        version = publish(kb, "a.txt", "一", "二")

        changed = kb.set_dates(version.document_id, 1, effective_from=None, expires_on=TODAY)

        assert (changed.effective_from, changed.expires_on) == (None, TODAY)
        assert live(kb, version, ANYONE) == 0

        kb.set_dates(version.document_id, 1, effective_from=TODAY, expires_on=None)

        assert live(kb, version, ANYONE) == 2
        assert live(kb, version, Filter(Audience.PUBLIC, date(2026, 2, 28))) == 0

    def test_that_change_tell_the_indexes_and_nothing_is_embedded(self, kb: KnowledgeBase) -> None:
        """Every passage of the live version is put again, with the vector that it has."""
        version = publish(kb, "a.txt", "一", "二")
        before = kb.sequence()

        kb.set_dates(version.document_id, 1, effective_from=TODAY, expires_on=None)
        changes = kb.changes(before)

        assert [change.removed for change in changes] == [False, False]
        entries = kb.entries(Collection.PASSAGES, [change.entry_id for change in changes], encoder_key=KEY)
        assert {entry.valid_from for entry in entries} == {TODAY}
        assert kb.missing_vectors(KEY) == []

    def test_that_stay_the_same_change_nothing(self, kb: KnowledgeBase) -> None:
        """Saving twice does no work twice."""
        version = publish(kb, "a.txt", "一")
        kb.set_dates(version.document_id, 1, effective_from=TODAY, expires_on=None)
        before = kb.sequence()

        kb.set_dates(version.document_id, 1, effective_from=TODAY, expires_on=None)

        assert kb.sequence() == before

    def test_of_a_version_that_isnt_live_wait_for_it(self, kb: KnowledgeBase) -> None:
        """The indexes hold live versions only."""
        first = publish(kb, "a.txt", "一")
        publish(kb, "a.txt", "二")
        before = kb.sequence()

        kb.set_dates(first.document_id, 1, effective_from=None, expires_on=TODAY)

        assert kb.sequence() == before
        kb.rollback(first.document_id, 1)
        assert live(kb, first, ANYONE) == 0

    def test_between_which_no_day_lies_are_refused(self, kb: KnowledgeBase) -> None:
        """And nothing is changed."""
        version = publish(kb, "a.txt", "一")

        with pytest.raises(InvalidInput, match="Correct a date"):
            kb.set_dates(version.document_id, 1, effective_from=TODAY, expires_on=TODAY)

        assert live(kb, version, ANYONE) == 1

    @pytest.mark.parametrize("number", [2, 99])
    def test_of_what_doesnt_exist_are_not_found(self, kb: KnowledgeBase, number: int) -> None:
        """No such version, no such document."""
        version = publish(kb, "a.txt", "一")

        with pytest.raises(NotFound):
            kb.set_dates(version.document_id, number, effective_from=None, expires_on=None)
        with pytest.raises(NotFound):
            kb.set_dates(DocumentId("f" * 32), 1, effective_from=None, expires_on=None)


class TestNeighbours:
    def around(self, kb: KnowledgeBase, ids: Sequence[int], only: Filter = ANYONE, *, reach: int = 1) -> list[str]:
        return [passage.text for passage in kb.neighbours(ids, only, reach=reach)]

    def test_are_what_stands_so_many_places_away(self, kb: KnowledgeBase) -> None:
        """In the order of the document, with the passage itself, each once."""
        version = publish(kb, "a.txt", *"一二三四五六")
        ids = [passage.passage_id for passage in kb.passages(version.document_id)]

        assert self.around(kb, [ids[2]]) == ["二", "三", "四"]
        assert self.around(kb, [ids[0]], reach=2) == ["一", "二", "三"]
        assert self.around(kb, [ids[1], ids[2]]) == ["一", "二", "三", "四"]
        assert self.around(kb, []) == []

    def test_are_of_the_same_version_only(self, kb: KnowledgeBase) -> None:
        """Other documents may have numbers next to it."""
        publish(kb, "a.txt", "一")
        version = publish(kb, "b.txt", "二")
        publish(kb, "c.txt", "三")
        (passage,) = kb.passages(version.document_id)

        assert self.around(kb, [passage.passage_id], reach=5) == ["二"]

    def test_are_none_that_the_reader_may_not_see(self, kb: KnowledgeBase) -> None:
        """By audience, by day, and of a version that was replaced."""
        version = publish(kb, Upload(name="a.txt", audience=Audience.INTERNAL), "一", "二")
        ids = [passage.passage_id for passage in kb.passages(version.document_id)]

        assert self.around(kb, ids[:1]) == []
        assert self.around(kb, ids[:1], STAFF) == ["一", "二"]

        publish(kb, "a.txt", "三")

        assert self.around(kb, ids[:1], STAFF) == []


class TestStanding:
    def test_of_what_may_be_shown_has_no_barrier(self, kb: KnowledgeBase) -> None:
        """Nothing is kept back."""
        version = publish(kb, "a.txt", "一")
        (passage,) = kb.passages(version.document_id)

        (standing,) = kb.standings([passage.passage_id, 10**6], ANYONE)

        assert standing.passage == passage
        assert standing.barriers == ()
        assert kb.withheld(ANYONE) == []

    def test_names_every_barrier(self, kb: KnowledgeBase) -> None:
        """Audience and day, each with the day that counts."""
        upload = Upload(name="a.txt", audience=Audience.INTERNAL, effective_from=date(2026, 4, 1))
        version = publish(kb, upload, "一")

        ((standing, text_hash),) = kb.standings_of(version.document_id, ANYONE)

        assert standing.barriers == (Barrier.INTERNAL, Barrier.NOT_YET_VALID)
        assert standing.valid_from == date(2026, 4, 1)
        assert kb.vectors([text_hash], encoder_key=KEY, collection=Collection.PASSAGES)

    def test_of_a_pair_follows_its_approval_and_its_own_dates(self, kb: KnowledgeBase) -> None:
        """The narrower dates count."""
        waiting = publish(kb, "a.csv", pairs=[Pair("问", "答", QAStatus.CANDIDATE)])
        over = publish(kb, "b.csv", pairs=[Pair("问二", "答二", valid_until=TODAY)])

        ((first, _),) = kb.standings_of(waiting.document_id, ANYONE)
        ((second, _),) = kb.standings_of(over.document_id, ANYONE)

        assert first.barriers == (Barrier.NOT_APPROVED,)
        assert second.barriers == (Barrier.EXPIRED,)
        assert {standing.passage.document for standing, _ in kb.withheld(ANYONE)} == {"a.csv", "b.csv"}

    def test_of_a_document_is_that_of_its_live_version(self, kb: KnowledgeBase) -> None:
        """Older versions are told of by passage."""
        old = publish(kb, "a.txt", "一")
        (passage,) = kb.passages(old.document_id)
        publish(kb, "a.txt", "二")

        ((current, _),) = kb.standings_of(old.document_id, ANYONE)
        (former,) = kb.standings([passage.passage_id], ANYONE)

        assert current.passage.text == "二"
        assert former.barriers == (Barrier.NOT_LIVE,)
        assert kb.withheld(ANYONE) == []  # what replaced it is there

    def test_of_an_unknown_document_is_not_found(self, kb: KnowledgeBase) -> None:
        """One that has nothing yet has no standings."""
        version = kb.accept(Upload(name="a.txt"), [b"x"])

        assert kb.standings_of(version.document_id, ANYONE) == []
        with pytest.raises(NotFound):
            kb.standings_of(DocumentId("f" * 32), ANYONE)
