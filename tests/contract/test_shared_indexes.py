"""Indexes on Milvus in step with SQL, on every database: several processes share one set of them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update

from core.blobs import BlobStore
from core.database import writing
from core.errors import ModelMismatch
from core.types import CheckReport, EncoderIdentity
from kb.following import KINDS, Key, Kind
from kb.index import Collection, Filter, Probe
from kb.milvus.connection import Milvus
from kb.shared_indexes import RECORD, SharedIndexes
from kb.store import KnowledgeBase
from kb.tables import snapshots
from tests.kb.milvus_engine import address, milvus, needs_milvus
from tests.kb.samples import ANYONE, STAFF, Pair, publish, vector

pytestmark = needs_milvus

PASSAGES = Collection.PASSAGES
IDENTITY = EncoderIdentity("hashing", "0" * 64, 8)

Open = Callable[[], SharedIndexes]


@pytest.fixture
def kb(database: Engine, tmp_path: Path) -> KnowledgeBase:
    return KnowledgeBase(database, BlobStore(tmp_path / "blobs", max_bytes=1_000_000))


@pytest.fixture
def start(kb: KnowledgeBase) -> Iterator[Open]:
    """Opens indexes as a process does that starts now; their collections go at the end."""
    milvus()  # keeps the engine running, whoever closes his connection
    opened: list[SharedIndexes] = []

    def start_one() -> SharedIndexes:
        indexes = SharedIndexes(kb, Milvus(address()), IDENTITY)
        indexes.open()
        opened.append(indexes)
        return indexes

    yield start_one
    for indexes in opened:
        indexes.close()
    for name in milvus().collections("zhida_"):
        milvus().drop(name)


def ask(indexes: SharedIndexes, text: str, *, kind: Kind = "lexical", only: Filter = ANYONE) -> list[int]:
    found = indexes.search(PASSAGES, kind, Probe(text, vector(text)), k=10, only=only)
    return [candidate.entry_id for candidate in found]


def everything(indexes: SharedIndexes) -> dict[Key, list[int]]:
    """What each index proposes to staff for a question that every text here shares a word with."""
    probe = Probe("退货", vector("退货"))
    return {
        (collection, kind): sorted(one.entry_id for one in indexes.search(collection, kind, probe, k=100, only=STAFF))
        for collection in Collection
        for kind in KINDS
    }


def whats(report: CheckReport) -> str:
    return "\n".join(finding.what for finding in report.findings)


def collections() -> list[str]:
    return milvus().collections("zhida_")


class TestFollowing:
    def test_what_is_published_is_found_and_what_is_deleted_is_not(self, kb: KnowledgeBase, start: Open) -> None:
        """By the next search, in every index."""
        indexes = start()
        version = publish(kb, "a.csv", "退货免费", pairs=[Pair("退货要钱吗", "不要", similar=("退货收费吗",))])
        assert all(everything(indexes).values())
        assert indexes.check().clean

        kb.delete(version.document_id)

        assert not any(everything(indexes).values())
        assert indexes.check().clean
        assert set(indexes.check().indexes.values()) == {0}

    def test_a_second_process_sees_what_the_first_applied(self, kb: KnowledgeBase, start: Open) -> None:
        """And the first what the second did; neither builds anything anew."""
        first, second = start(), start()
        before = collections()

        publish(kb, "a.txt", "退货免费")
        assert ask(first, "退货") == ask(second, "退货") == kb.live_ids(PASSAGES).tolist()
        publish(kb, "b.txt", "退货收费")
        assert sorted(ask(second, "退货")) == sorted(ask(first, "退货")) == kb.live_ids(PASSAGES).tolist()

        assert collections() == before
        assert len(before) == 4

    def test_processes_that_see_a_change_at_once_apply_it_once(self, kb: KnowledgeBase, start: Open) -> None:
        """They take turns, and the last state of SQL is what the collections hold."""
        processes = [start() for _ in range(3)]
        for turn in range(3):
            version = publish(kb, f"{turn}.txt", f"退货说明{turn}")
            if turn == 1:
                kb.delete(version.document_id)
            asking = [threading.Thread(target=ask, args=(each, "退货")) for each in processes]
            for thread in asking:
                thread.start()
            for thread in asking:
                thread.join()

        assert [each.check().findings for each in processes] == [(), (), ()]
        assert sorted(ask(processes[0], "退货")) == kb.live_ids(PASSAGES).tolist()


class TestStarting:
    def test_takes_what_is_there(self, kb: KnowledgeBase, start: Open, caplog: pytest.LogCaptureFixture) -> None:
        """With the changes since; nothing is built, and nothing is said."""
        publish(kb, "a.txt", "退货免费")
        start().close()
        before = collections()
        publish(kb, "b.txt", "退货收费")

        with caplog.at_level(logging.WARNING):
            again = start()

        assert sorted(ask(again, "退货")) == kb.live_ids(PASSAGES).tolist()
        assert collections() == before
        assert [line for line in caplog.records if line.name.startswith("kb.")] == []

    def test_a_dropped_collection_is_built_anew(self, kb: KnowledgeBase, start: Open) -> None:
        """Milvus may be emptied at any time."""
        publish(kb, "a.csv", "退货免费", pairs=[Pair("退货要钱吗", "不要")])
        first = start()
        expected = everything(first)
        first.close()
        milvus().drop(collections()[0])

        assert everything(start()) == expected
        assert len(collections()) == 4

    def test_a_restored_database_is_not_trusted(
        self, kb: KnowledgeBase, database: Engine, start: Open, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The record is older than the collections, although its number was reached again since."""
        publish(kb, "a.txt", "退货免费")
        first = start()
        first.close()
        with writing(database) as connection:
            connection.execute(update(snapshots).where(snapshots.c.name == RECORD).values(sequence=0))

        again = start()

        assert "built anew" in caplog.text
        assert again.check().clean

    def test_another_encoder_has_collections_of_its_own(self, kb: KnowledgeBase, start: Open) -> None:
        """Without its vectors nothing is left behind, neither on Milvus nor in SQL."""
        publish(kb, "a.txt", "退货免费")
        first = start()
        before = collections()

        with pytest.raises(ModelMismatch, match="zhida reindex"):
            SharedIndexes(kb, Milvus(address()), EncoderIdentity("other", "1" * 64, 16)).open()

        assert collections() == before
        assert ask(first, "退货") == kb.live_ids(PASSAGES).tolist()


class TestRebuilding:
    def test_others_go_on_with_the_new_collections(self, kb: KnowledgeBase, start: Open) -> None:
        """The old ones are dropped; whoever searches them notices and takes the new."""
        publish(kb, "a.csv", "退货免费", pairs=[Pair("退货要钱吗", "不要")])
        first, second = start(), start()
        before, names = everything(second), collections()

        first.rebuild()

        assert everything(second) == before
        assert not set(collections()).intersection(names)
        assert second.check().clean

    def test_leaves_another_installation_alone(self, kb: KnowledgeBase, start: Open) -> None:
        """Two may share one Milvus."""
        start()
        name = "zhida_0000ffff_11112222_passages_dense_333344445555"
        milvus().call("create_collection", name, dimension=4)

        start().rebuild()

        assert name in collections()


class TestCheck:
    @pytest.mark.parametrize("kind", KINDS)
    def test_sees_what_is_lost_wrong_or_too_much(self, kb: KnowledgeBase, start: Open, kind: Kind) -> None:
        """And rebuilding mends it."""
        publish(kb, "a.txt", "退货免费", "退货收费", "退货地址")
        indexes = start()
        one, other, _ = kb.entries(PASSAGES, kb.live_ids(PASSAGES).tolist(), encoder_key=IDENTITY.key)
        index = indexes._indexes[PASSAGES, kind]
        index.remove([one.entry_id])
        index.put([replace(other, text="别的话", vector=vector("别的话")), replace(one, entry_id=999)])

        found = whats(indexes.check())

        assert f"passages-{kind} lacks 1 entries" in found
        assert f"passages-{kind} wrongly holds 1 entries" in found
        assert f"passages-{kind} has another content than the database for 1 entries" in found
        indexes.rebuild()
        assert indexes.check().clean

    def test_sees_a_record_that_disagrees(self, kb: KnowledgeBase, database: Engine, start: Open) -> None:
        """As after a backup of one of the two was restored."""
        publish(kb, "a.txt", "退货免费")
        indexes = start()
        indexes._indexes[PASSAGES, "dense"].set_mark(12345)

        assert "aren't at the change that the database recorded" in whats(indexes.check())

    def test_a_lost_record_is_told(self, kb: KnowledgeBase, database: Engine, start: Open) -> None:
        """The next start builds everything anew."""
        indexes = start()
        with writing(database) as connection:
            connection.execute(delete(snapshots).where(snapshots.c.name == RECORD))

        assert indexes.check_saved() != []
        indexes.close()
        assert start().check().clean
