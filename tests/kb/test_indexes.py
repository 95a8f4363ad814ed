"""Indexes in step with SQL: through uploads, deletes, restarts, damage and other processes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, delete, update

from core.blobs import BlobStore
from core.database import open_engine, writing
from core.errors import ModelMismatch
from core.migrations import migrate
from core.types import Audience, CheckReport, EncoderIdentity, QAStatus
from kb.index import Collection, Filter, Probe
from kb.indexes import KINDS, Indexes, Kind
from kb.snapshots import folder_sha256
from kb.store import KnowledgeBase, Upload
from kb.tables import passages, snapshots, vectors
from tests.kb.samples import ANYONE, KEY, STAFF, Pair, publish, vector

PASSAGES, QUESTIONS = Collection.PASSAGES, Collection.QUESTIONS
IDENTITY = EncoderIdentity("hashing", "0" * 64, 8)
NAMES = {"passages-dense", "passages-lexical", "questions-dense", "questions-lexical"}

Open = Callable[[], Indexes]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 'zhida.db'}")
    migrate(made)
    yield made
    made.dispose()


@pytest.fixture
def kb(engine: Engine, tmp_path: Path) -> KnowledgeBase:
    return KnowledgeBase(engine, BlobStore(tmp_path / "blobs", max_bytes=1_000_000))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "indexes"


@pytest.fixture
def start(kb: KnowledgeBase, folder: Path) -> Iterator[Open]:
    """Opens indexes as a process does that starts now; all are closed at the end."""
    opened: list[Indexes] = []

    def start_one() -> Indexes:
        indexes = Indexes(kb, folder, IDENTITY)
        indexes.open()
        opened.append(indexes)
        return indexes

    yield start_one
    for indexes in opened:
        indexes.close()


def ask(
    indexes: Indexes,
    text: str,
    *,
    collection: Collection = PASSAGES,
    kind: Kind = "lexical",
    only: Filter = ANYONE,
    k: int = 10,
) -> list[int]:
    probe = Probe(text, vector(text))
    return [found.entry_id for found in indexes.search(collection, kind, probe, k=k, only=only)]


def everything(indexes: Indexes) -> dict[tuple[Collection, Kind], list[int]]:
    """What each index proposes to staff for a question that every text here shares a word with."""
    return {
        (collection, kind): sorted(ask(indexes, "退货", collection=collection, kind=kind, only=STAFF, k=100))
        for collection in Collection
        for kind in KINDS
    }


def whats(report: CheckReport) -> str:
    return "\n".join(finding.what for finding in report.findings)


class TestFollowing:
    def test_an_upload_is_found_by_the_next_search(self, kb: KnowledgeBase, start: Open) -> None:
        """In both indexes of passages, without being told."""
        indexes = start()

        publish(kb, "a.txt", "退货免费")

        [passage] = kb.live_ids(PASSAGES).tolist()
        assert ask(indexes, "退货") == ask(indexes, "退货", kind="dense") == [passage]

    def test_a_deleted_document_is_proposed_by_no_search_after(self, kb: KnowledgeBase, start: Open) -> None:
        """Not by vector, not by word, not by its questions."""
        indexes = start()
        version = publish(kb, "a.csv", "退货免费", pairs=[Pair("退货要钱吗", "不要", similar=("退货收费吗",))])
        assert all(everything(indexes).values())

        kb.delete(version.document_id)

        assert not any(everything(indexes).values())

    def test_a_new_version_takes_the_place_of_the_old(self, kb: KnowledgeBase, start: Open) -> None:
        """Never both."""
        indexes = start()
        publish(kb, "a.txt", "退货三十天内免费")
        old = ask(indexes, "退货")

        publish(kb, "a.txt", "退货七天内免费")

        assert ask(indexes, "退货") == kb.live_ids(PASSAGES).tolist() != old

    def test_a_rollback_brings_the_same_ids_back(self, kb: KnowledgeBase, start: Open) -> None:
        """What was found before is found again."""
        indexes = start()
        first = publish(kb, "a.txt", "退货三十天内免费")
        before = everything(indexes)
        publish(kb, "a.txt", "退货七天内免费")

        kb.rollback(first.document_id, 1)

        assert everything(indexes) == before

    def test_approving_and_rejecting_a_pair(self, kb: KnowledgeBase, start: Open) -> None:
        """A candidate can't be found; an approved pair can, by its wordings and its passage; and back again."""
        indexes = start()
        publish(kb, "tickets.csv", pairs=[Pair("退货地址在哪", "见包裹单", QAStatus.CANDIDATE)])
        assert not any(everything(indexes).values())
        [pair] = kb.pairs()

        kb.decide(pair.pair_id, QAStatus.APPROVED)
        assert all(everything(indexes).values())

        kb.decide(pair.pair_id, QAStatus.REJECTED)
        assert not any(everything(indexes).values())

    def test_negative_wordings_are_not_searched(self, kb: KnowledgeBase, start: Open) -> None:
        """They say what the pair does not answer."""
        indexes = start()

        publish(kb, "qa.csv", pairs=[Pair("退货要钱吗", "不要", similar=("退货收费吗",), negative=("换货收费吗",))])

        found = everything(indexes)
        assert len(found[QUESTIONS, "dense"]) == len(found[QUESTIONS, "lexical"]) == 2

    def test_audience_and_dates_come_along(self, kb: KnowledgeBase, start: Open) -> None:
        """Internal documents for staff only, and nothing before its first or after its last day."""
        indexes = start()
        publish(kb, Upload("internal.txt", Audience.INTERNAL), "退货要主管批准")
        publish(kb, Upload("old.txt", expires_on=date(2026, 1, 1)), "退货收费十元")
        publish(kb, Upload("new.txt", effective_from=date(2026, 1, 1)), "退货免费")
        internal, old, new = kb.live_ids(PASSAGES).tolist()

        assert ask(indexes, "退货") == [new]
        assert sorted(ask(indexes, "退货", only=STAFF)) == [internal, new]
        assert ask(indexes, "退货", only=replace(ANYONE, as_of=date(2025, 12, 31))) == [old]

    def test_searches_of_other_threads_stay_right_meanwhile(self, kb: KnowledgeBase, start: Open) -> None:
        """While documents come and go, every search finds the one that stays."""
        indexes = start()
        publish(kb, "stays.txt", "退货免费")
        [stays] = kb.live_ids(PASSAGES).tolist()
        done = threading.Event()
        misses: list[object] = []

        def keep_asking() -> None:
            while not done.is_set():
                for kind in KINDS:
                    if stays not in ask(indexes, "退货免费", kind=kind, k=50):
                        misses.append(kind)

        readers = [threading.Thread(target=keep_asking) for _ in range(2)]
        for reader in readers:
            reader.start()
        try:
            for turn in range(6):
                version = publish(kb, f"{turn}.txt", f"退货说明第{turn}条")
                assert len(ask(indexes, "退货说明", k=50)) == 2
                kb.delete(version.document_id)
                assert ask(indexes, "退货说明", k=50) == [stays]
        finally:
            done.set()
            for reader in readers:
                reader.join()

        assert misses == []


class TestRestart:
    def test_nothing_is_lost_without_a_save(self, kb: KnowledgeBase, start: Open) -> None:
        """As after a kill: everything comes back from SQL."""
        publish(kb, "a.csv", "退货免费", pairs=[Pair("退货要钱吗", "不要")])
        first = start()
        before = everything(first)

        assert everything(start()) == before

    def test_a_saved_index_is_loaded_and_the_changes_since_are_replayed(
        self, kb: KnowledgeBase, start: Open, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Additions and removals alike, and nothing is rebuilt."""
        gone = publish(kb, "gone.txt", "退货收费")
        publish(kb, "a.csv", "退货免费", pairs=[Pair("退货要钱吗", "不要")])
        first = start()
        first.save()
        kb.delete(gone.document_id)
        publish(kb, "b.txt", "退货地址")
        expected = everything(first)
        first.close()

        with caplog.at_level(logging.WARNING):
            second = start()

        assert everything(second) == expected
        assert second.check().clean
        assert caplog.records == []

    def test_saving_is_done_once(self, kb: KnowledgeBase, start: Open, folder: Path) -> None:
        """A save without a change since the last one writes nothing."""
        indexes = start()
        publish(kb, "a.csv", "退货免费", pairs=[Pair("退货要钱吗", "不要")])
        indexes.refresh()
        indexes.save()
        before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}

        indexes.save()
        start().save()

        assert {name for name in before if "-" in name and not name.startswith("work")} == {
            path.name for path in folder.iterdir() if "-" in path.name and not path.name.startswith("work")
        }

    def test_what_has_not_changed_is_not_written_again(self, kb: KnowledgeBase, start: Open) -> None:
        """New passages leave the files of the question indexes alone; only their sequence moves on."""
        indexes = start()
        publish(kb, "qa.csv", pairs=[Pair("退货要钱吗", "不要")])
        indexes.refresh()
        indexes.save()
        before = kb.snapshot("questions-dense")

        publish(kb, "a.txt", "退货免费")
        indexes.refresh()
        indexes.save()

        after = kb.snapshot("questions-dense")
        assert before is not None
        assert after is not None
        assert after.folder == before.folder
        assert after.sequence == kb.sequence() > before.sequence

    def test_a_first_start_is_quiet_and_writes_no_snapshot(
        self, start: Open, folder: Path, kb: KnowledgeBase, caplog: pytest.LogCaptureFixture
    ) -> None:
        """An empty knowledge base has nothing to rebuild."""
        start()

        assert caplog.records == []
        assert kb.snapshot("passages-dense") is None

    def test_closing_leaves_only_snapshots(self, kb: KnowledgeBase, start: Open, folder: Path) -> None:
        """The working copies go."""
        indexes = start()
        publish(kb, "a.txt", "退货免费")
        indexes.refresh()
        indexes.save()

        indexes.close()

        left = {path.name.rsplit("-", 2)[0] for path in folder.iterdir()}
        assert left == {".lock", *NAMES}


class TestDamage:
    @pytest.fixture
    def saved(self, kb: KnowledgeBase, start: Open) -> dict[tuple[Collection, Kind], list[int]]:
        """A knowledge base with saved indexes, and what they propose."""
        publish(kb, "a.csv", "退货免费", pairs=[Pair("退货要钱吗", "不要")])
        indexes = start()
        indexes.save()
        found = everything(indexes)
        indexes.close()
        return found

    @pytest.mark.parametrize("name", sorted(NAMES))
    def test_a_tampered_file_is_rebuilt_and_never_loaded(
        self,
        kb: KnowledgeBase,
        start: Open,
        folder: Path,
        saved: dict[tuple[Collection, Kind], list[int]],
        name: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """A line in the log says so; the saved files are good again afterwards."""
        recorded = kb.snapshot(name)
        assert recorded is not None
        for file in (folder / recorded.folder).iterdir():
            file.write_bytes(file.read_bytes()[::-1])

        indexes = start()

        assert everything(indexes) == saved
        assert name in caplog.text
        assert indexes.check().clean
        mended = kb.snapshot(name)
        assert mended is not None
        assert folder_sha256(folder / mended.folder) == mended.sha256

    def test_a_missing_folder_is_rebuilt(
        self, kb: KnowledgeBase, start: Open, folder: Path, saved: dict[tuple[Collection, Kind], list[int]]
    ) -> None:
        """The index folder may be deleted at any time."""
        for path in folder.iterdir():
            if path.is_dir():
                for file in path.iterdir():
                    file.unlink()
                path.rmdir()

        indexes = start()

        assert everything(indexes) == saved
        assert indexes.check().clean

    def test_a_stale_folder_put_back_on_purpose_is_not_loaded(
        self, kb: KnowledgeBase, start: Open, folder: Path, saved: dict[tuple[Collection, Kind], list[int]]
    ) -> None:
        """An old index with deleted passages, under the name of the newest: its hash gives it away."""
        old = kb.snapshot("passages-lexical")
        assert old is not None
        stale = {file.name: file.read_bytes() for file in (folder / old.folder).iterdir()}
        kb.delete(kb.documents()[0].document_id)
        publish(kb, "b.txt", "退货地址")
        indexes = start()
        indexes.save()
        indexes.close()
        new = kb.snapshot("passages-lexical")
        assert new is not None
        assert new.folder != old.folder
        for file in (folder / new.folder).iterdir():
            file.unlink()
        for name, content in stale.items():
            (folder / new.folder / name).write_bytes(content)

        found = ask(start(), "退货")

        assert found == kb.live_ids(PASSAGES).tolist()

    @pytest.mark.parametrize("path", ["../../etc", "", "passages-dense"])
    def test_a_folder_name_that_leads_elsewhere_is_not_followed(
        self,
        engine: Engine,
        start: Open,
        saved: dict[tuple[Collection, Kind], list[int]],
        path: str,
    ) -> None:
        """SQL names a folder inside the index folder, whatever somebody wrote there."""
        with writing(engine) as connection:
            connection.execute(update(snapshots).values(folder=path))

        indexes = start()

        assert everything(indexes) == saved

    def test_an_index_of_another_encoder_or_release_is_not_loaded(
        self, engine: Engine, start: Open, saved: dict[tuple[Collection, Kind], list[int]]
    ) -> None:
        """Vectors of two encoders never mix, nor do tokens of two rules."""
        with writing(engine) as connection:
            connection.execute(update(snapshots).values(encoder_key="other@0/8"))

        indexes = start()

        assert everything(indexes) == saved
        assert indexes.check().clean

    def test_an_index_newer_than_the_database_is_not_loaded(
        self, engine: Engine, start: Open, saved: dict[tuple[Collection, Kind], list[int]]
    ) -> None:
        """As after an older database was restored beside newer index files."""
        with writing(engine) as connection:
            connection.execute(update(snapshots).values(sequence=10_000))

        indexes = start()

        assert everything(indexes) == saved
        assert indexes.check().clean

    def test_a_database_restored_under_a_running_process(
        self, kb: KnowledgeBase, engine: Engine, start: Open, tmp_path: Path
    ) -> None:
        """The sequence jumps back: everything is rebuilt before the next answer."""
        publish(kb, "a.txt", "退货免费")
        indexes = start()
        publish(kb, "b.txt", "退货收费")
        indexes.refresh()
        older = kb.live_ids(PASSAGES).tolist()[:1]
        with writing(engine) as connection:
            connection.execute(delete(passages).where(passages.c.id.not_in(older)))
            connection.exec_driver_sql("DELETE FROM changes WHERE sequence > 1")
            connection.exec_driver_sql("UPDATE counters SET value = 1 WHERE name = 'changes'")

        assert ask(indexes, "退货") == ask(indexes, "退货", kind="dense") == older


class TestTwoProcesses:
    def test_each_sees_what_the_other_published(self, kb: KnowledgeBase, start: Open) -> None:
        """A command line beside a running server."""
        server, command = start(), start()

        publish(kb, "a.txt", "退货免费")

        assert ask(server, "退货") == ask(command, "退货") == kb.live_ids(PASSAGES).tolist()

    def test_one_goes_on_while_the_other_saves_and_prunes(self, kb: KnowledgeBase, start: Open) -> None:
        """Working copies are private, so generations may come and go."""
        server, command = start(), start()
        for turn in range(4):
            publish(kb, f"{turn}.txt", f"退货说明{turn}")
            command.refresh()
            command.save()

        assert len(ask(server, "退货")) == 4
        server.save()
        assert server.check().clean
        assert command.check().clean
        assert start().check().clean

    def test_rebuilding_does_not_disturb_searches(self, kb: KnowledgeBase, start: Open) -> None:
        """The old indexes answer until the new ones are ready."""
        publish(kb, "a.csv", "退货免费", pairs=[Pair("退货要钱吗", "不要")])
        indexes = start()
        before = everything(indexes)

        indexes.rebuild()

        assert everything(indexes) == before
        assert indexes.check().clean


class TestCheck:
    @pytest.fixture
    def indexes(self, kb: KnowledgeBase, start: Open) -> Indexes:
        publish(kb, "a.csv", "退货免费", "退货地址见包裹单", pairs=[Pair("退货要钱吗", "不要")])
        indexes = start()
        indexes.save()
        return indexes

    def test_tells_what_there_is(self, indexes: Indexes, kb: KnowledgeBase) -> None:
        """Counts of SQL and of each index, and no finding."""
        report = indexes.check()

        assert report.clean
        assert (report.documents, report.passages, report.questions) == (1, 3, 1)
        assert report.sequence == kb.sequence()
        assert report.indexes == {
            "passages-dense": 3,
            "passages-lexical": 3,
            "questions-dense": 1,
            "questions-lexical": 1,
        }

    @pytest.mark.parametrize("kind", ["dense", "lexical"])
    @pytest.mark.parametrize("collection", list(Collection))
    def test_sees_an_entry_that_an_index_lost(self, indexes: Indexes, collection: Collection, kind: Kind) -> None:
        """And names the index and the remedy; rebuilding mends it."""
        index = indexes._parts[collection, kind].index
        index.remove(index.ids().tolist()[:1])

        report = indexes.check()

        assert f"{collection}-{kind} lacks 1 entries" in whats(report)
        assert all("zhida reindex" in finding.remedy for finding in report.findings)
        indexes.rebuild()
        assert indexes.check().clean

    @pytest.mark.parametrize("kind", ["dense", "lexical"])
    def test_sees_an_entry_that_sql_does_not_know(self, indexes: Indexes, kb: KnowledgeBase, kind: Kind) -> None:
        """As after a removal that an index missed."""
        [entry] = kb.entries(PASSAGES, kb.live_ids(PASSAGES).tolist()[:1], encoder_key=KEY)
        indexes._parts[PASSAGES, kind].index.put([replace(entry, entry_id=999)])

        assert f"passages-{kind} wrongly holds 1 entries" in whats(indexes.check())

    @pytest.mark.parametrize("kind", ["dense", "lexical"])
    def test_sees_an_entry_with_another_content(self, indexes: Indexes, kb: KnowledgeBase, kind: Kind) -> None:
        """The right ids aren't enough."""
        [entry] = kb.entries(PASSAGES, kb.live_ids(PASSAGES).tolist()[:1], encoder_key=KEY)
        other = replace(entry, text="别的话", vector=vector("别的话"))
        indexes._parts[PASSAGES, kind].index.put([other])

        assert f"passages-{kind} has another content than the database for 1 entries" in whats(indexes.check())

    def test_sees_a_row_that_was_changed_behind_the_change_log(self, indexes: Indexes, engine: Engine) -> None:
        """Somebody made a passage unretrievable by hand: both indexes hold one entry too many."""
        with writing(engine) as connection:
            first = passages.c.id == indexes._parts[PASSAGES, "dense"].index.ids().tolist()[0]
            connection.execute(update(passages).where(first).values(retrievable=False))

        found = whats(indexes.check())

        assert "passages-dense wrongly holds 1 entries" in found
        assert "passages-lexical wrongly holds 1 entries" in found

    @pytest.mark.parametrize("name", sorted(NAMES))
    def test_sees_a_tampered_file(self, indexes: Indexes, kb: KnowledgeBase, folder: Path, name: str) -> None:
        """On the disk, although the running index is right."""
        recorded = kb.snapshot(name)
        assert recorded is not None
        file = next(iter((folder / recorded.folder).iterdir()))
        file.write_bytes(file.read_bytes() + b"\0")

        assert whats(indexes.check()) == f"The saved index {name} is missing or isn't the one that was recorded."
        indexes.rebuild()
        assert indexes.check().clean

    def test_sees_a_missing_vector(self, indexes: Indexes, engine: Engine) -> None:
        """A text whose vector is gone can't be indexed again."""
        with writing(engine) as connection:
            connection.execute(delete(vectors))

        assert f"have no vector of the encoder {KEY}" in whats(indexes.check())

    def test_sizes_are_told_by_name(self, indexes: Indexes) -> None:
        """In bytes."""
        sizes = indexes.sizes()

        assert sizes.keys() == NAMES
        assert all(size > 0 for size in sizes.values())


class TestAnotherEncoder:
    def test_opening_says_what_to_do(self, kb: KnowledgeBase, folder: Path) -> None:
        """Without vectors of the configured encoder nothing is searched and no file is left open."""
        publish(kb, "a.txt", "退货免费")
        indexes = Indexes(kb, folder, EncoderIdentity("other", "1" * 64, 16))

        with pytest.raises(ModelMismatch, match="zhida reindex"):
            indexes.open()

        assert {path.name for path in folder.iterdir()} == {".lock"}

    def test_opens_once_the_vectors_are_there(self, kb: KnowledgeBase, start: Open, folder: Path) -> None:
        """The same object can be opened then; the saved indexes of the encoder before are left aside."""
        publish(kb, "a.txt", "退货免费")
        start().save()
        identity = EncoderIdentity("other", "1" * 64, 16)
        indexes = Indexes(kb, folder, identity)
        with pytest.raises(ModelMismatch):
            indexes.open()
        fresh = np.full(16, 0.25, dtype=np.float32)
        for missing in kb.missing_vectors(identity.key):
            kb.add_vectors(missing.collection, identity.key, {missing.text_hash: fresh})

        indexes.open()
        found = indexes.search(PASSAGES, "dense", Probe("", fresh), k=1, only=ANYONE)

        assert [candidate.score for candidate in found] == [1.0]
        indexes.close()
