"""The knowledge base and its files together, and its behaviour as a state machine, on SQLite."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from sqlalchemy import Engine, text

import desk.tables
from core.blobs import BlobStore
from core.database import checkpoint, open_engine, writing
from core.errors import Conflict, StorageError
from core.migrations import migrate
from core.types import DocumentId, QAStatus
from kb.index import Collection
from kb.store import Job, KnowledgeBase, Upload
from tests.kb.samples import ANYONE, KEY, Pair, prepared, publish

TABLES = desk.tables.tickets
"""Importing its module completes the metadata."""


@cache
def migrated() -> bytes:
    """An empty database with every table, as a file."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/zhida.db")
        migrate(engine)
        checkpoint(engine)
        engine.dispose()
        return Path(folder, "zhida.db").read_bytes()


def open_kb(folder: Path) -> tuple[KnowledgeBase, Engine, BlobStore]:
    """A knowledge base in a folder of its own."""
    (folder / "zhida.db").write_bytes(migrated())
    engine = open_engine(f"sqlite:///{folder / 'zhida.db'}")
    blobs = BlobStore(folder / "blobs", max_bytes=1_000_000)
    return KnowledgeBase(engine, blobs), engine, blobs


class TestFilesThatNoVersionNames:
    def test_are_swept_when_they_are_old(self, tmp_path: Path) -> None:
        """What a crash left goes; what an upload in progress may be about to name stays."""
        kb, engine, blobs = open_kb(tmp_path)
        kept = kb.accept(Upload("a.txt"), [b"kept"])
        old, fresh = blobs.write([b"old"]), blobs.write([b"fresh"])
        for sha256 in (old.sha256, kept.blob_sha256):
            os.utime(blobs.path(sha256), (time.time() - 7200,) * 2)

        assert kb.sweep_blobs() == 1

        assert blobs.stored() == sorted([kept.blob_sha256, fresh.sha256])
        engine.dispose()

    def test_remain_when_the_database_refuses_an_upload(self, tmp_path: Path) -> None:
        """The upload isn't acknowledged, and its file is one that a later start sweeps."""
        kb, engine, blobs = open_kb(tmp_path)
        with writing(engine) as connection:
            connection.execute(
                text("CREATE TRIGGER full BEFORE INSERT ON versions BEGIN SELECT RAISE(ABORT, 'x'); END")
            )

        with pytest.raises(StorageError):
            kb.accept(Upload("a.txt"), [b"abc"])

        assert kb.documents() == []
        assert kb.sweep_blobs(older_than_s=0) == 1
        assert blobs.stored() == []
        engine.dispose()


class TestADeletedDocument:
    def test_leaves_no_byte_in_any_file(self, tmp_path: Path) -> None:
        """Not in the database, not in its log, not in the blob folder."""
        kb, engine, _ = open_kb(tmp_path)
        version = publish(kb, "name.txt", *["canary-7f3a"] * 50, pairs=[Pair("canary-7f3a?", "canary-7f3a!")])
        publish(kb, "other.txt", "something else")

        kb.delete(version.document_id)

        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert [path.name for path in files if b"canary-7f3a" in path.read_bytes()] == []
        engine.dispose()


class TestTheHeadOfTheLog:
    def test_is_read_from_one_row_by_its_key(self, tmp_path: Path) -> None:
        """It is asked before every search, so it must never come to depend on how much there is."""
        kb, engine, _ = open_kb(tmp_path)
        with engine.connect() as connection:
            plan = connection.exec_driver_sql("EXPLAIN QUERY PLAN SELECT value FROM counters WHERE name = 'changes'")
            assert "SEARCH counters USING INDEX" in str(plan.all())

        assert kb.sequence() == 0
        engine.dispose()

    def test_is_a_storage_error_without_tables(self, tmp_path: Path) -> None:
        """A database that nobody has migrated says what to do."""
        engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
        kb = KnowledgeBase(engine, BlobStore(tmp_path, max_bytes=1))

        with pytest.raises(StorageError):
            kb.sequence()
        engine.dispose()


@cache
def one_for_all_lives() -> tuple[KnowledgeBase, BlobStore]:
    """Each life leaves it empty, which saves opening hundreds. Its folder goes at the end of the process."""
    folder = tempfile.mkdtemp()
    kb, engine, blobs = open_kb(Path(folder))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(engine.dispose)
    return kb, blobs


@dataclass
class ModelVersion:
    """What the model knows of a version."""

    content: str
    ready: bool = False
    pairs: dict[str, QAStatus] = field(default_factory=dict)


@dataclass
class ModelDocument:
    """What the model knows of a document: its versions by number, which is live, and the pin."""

    document_id: DocumentId
    versions: dict[int, ModelVersion] = field(default_factory=dict)
    live: int | None = None
    pinned: int = 0


NAMES = st.sampled_from(["a", "a", "a", "b"])
"""Mostly one, so that uploads, rollbacks and deletes meet on it."""
CONTENTS = st.sampled_from(["one", "two", "three"])


class Life(RuleBasedStateMachine):
    """Uploads, publishing, deletes, rollbacks and decisions in any order, against plain dictionaries."""

    jobs: Bundle[tuple[str, int, Job]] = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.kb, self.blobs = one_for_all_lives()
        self.model: dict[str, ModelDocument] = {}

    def teardown(self) -> None:
        for document in self.kb.documents():
            self.kb.delete(document.document_id)

    @rule(target=jobs, name=NAMES, content=CONTENTS)
    def accept(self, name: str, content: str) -> object:
        version = self.kb.accept(Upload(name), [content.encode()])
        document = self.model.setdefault(name, ModelDocument(version.document_id))
        newest = max(document.versions, default=0)
        again = (
            newest > 0
            and document.versions[newest].content == content
            and (newest > document.pinned or newest == document.live)
        )
        assert version.document_id == document.document_id
        assert version.number == (newest if again else newest + 1)
        if again:
            return multiple()
        document.versions[version.number] = ModelVersion(content)
        job = self.kb.lease("worker", version=(version.document_id, version.number))
        assert job is not None
        return name, version.number, job

    @rule(work=consumes(jobs))
    def publish(self, work: tuple[str, int, Job]) -> None:
        name, number, job = work
        document = self.model.get(name)
        if document is None or document.document_id != job.version.document_id:
            with pytest.raises(Conflict):
                self.kb.publish(job, prepared("late"))
            return
        version = document.versions[number]
        offered = {f"{version.content}?": QAStatus.CANDIDATE, "both?": QAStatus.CANDIDATE, "sure?": QAStatus.APPROVED}
        pairs = [Pair(question, "answer", status) for question, status in offered.items()]
        self.kb.publish(job, prepared(version.content, "shared", pairs=pairs))
        before = document.versions[document.live].pairs if document.live else {}
        version.pairs = {
            question: before.get(question, status) if status is QAStatus.CANDIDATE else status
            for question, status in offered.items()
        }
        version.ready = True
        if number > max(document.live or 0, document.pinned):
            document.live = number

    @rule(name=NAMES, sure=st.integers(0, 2))
    def delete(self, name: str, sure: int) -> None:
        if name in self.model and sure == 0:  # rarer than the others, or no life would come to much
            self.kb.delete(self.model.pop(name).document_id)

    @rule(name=NAMES, number=st.integers(1, 2))
    def rollback(self, name: str, number: int) -> None:
        document = self.model.get(name)
        if document is None or number not in document.versions:
            return
        if not document.versions[number].ready:
            with pytest.raises(Conflict):
                self.kb.rollback(document.document_id, number)
            return
        assert self.kb.rollback(document.document_id, number).live_version == number
        document.live, document.pinned = number, max(document.versions)

    @rule(position=st.integers(0, 5), status=st.sampled_from(QAStatus))
    def decide(self, position: int, status: QAStatus) -> None:
        pairs = self.kb.pairs()
        if pairs:
            pair = pairs[position % len(pairs)]
            self.kb.decide(pair.pair_id, status)
            self.model[pair.document].versions[pair.version].pairs[pair.question] = status

    @invariant()
    def customers_see_what_the_model_says(self) -> None:
        expected_passages, expected_questions = [], []
        for document in self.model.values():
            if document.live:
                version = document.versions[document.live]
                approved = [question for question, status in version.pairs.items() if status is QAStatus.APPROVED]
                expected_passages += [version.content, "shared", *(f"{question}\nanswer" for question in approved)]
                expected_questions += approved
        passages = self.kb.live_passages(self.kb.live_ids(Collection.PASSAGES).tolist(), ANYONE)
        questions = self.kb.live_questions(self.kb.live_ids(Collection.QUESTIONS).tolist(), ANYONE)
        assert sorted(passage.text for passage in passages.values()) == sorted(expected_passages)
        assert sorted(question.text for _, question in questions.values()) == sorted(expected_questions)

    @invariant()
    def the_log_leads_to_what_is_live(self) -> None:
        for collection in Collection:
            held: set[int] = set()
            for change in self.kb.changes(0):
                if change.collection is collection:
                    (held.discard if change.removed else held.add)(change.entry_id)
            assert sorted(held) == self.kb.live_ids(collection).tolist()
            assert len(self.kb.entries(collection, sorted(held), encoder_key=KEY)) == len(held)

    @invariant()
    def nothing_is_left_over(self) -> None:
        contents = {version.content for document in self.model.values() for version in document.versions.values()}
        assert len(self.blobs.stored()) == len(contents)
        ready = [v for d in self.model.values() for v in d.versions.values() if v.ready]
        texts = {
            text for v in ready for text in (v.content, "shared", *(f"{question}\nanswer" for question in v.pairs))
        }
        questions = {question for version in ready for question in version.pairs}
        assert self.kb.counts().vectors == len(texts) + len(questions)


Life.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=15,
    deadline=None,
    phases=[Phase.generate],  # a failing life has 15 steps at most; to shrink it would take minutes
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)
TestLife = Life.TestCase
