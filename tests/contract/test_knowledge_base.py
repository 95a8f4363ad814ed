"""What the knowledge base promises, on every database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine

from core.blobs import BlobStore
from core.errors import Conflict, InvalidInput, ModelMismatch, NotFound, TooLarge
from core.types import Audience, DocumentId, DocumentKind, QAPairId, QAStatus, QuestionKind, VersionStatus
from kb.index import Collection, Entry
from kb.prepared import text_hash
from kb.store import Change, KnowledgeBase, MissingVector, Snapshot, Upload
from tests.kb.samples import (
    ANYONE,
    KEY,
    STAFF,
    TODAY,
    Pair,
    SetClock,
    everything_in,
    prepared,
    publish,
    vector,
    without_vectors,
)

PASSAGES, QUESTIONS = Collection.PASSAGES, Collection.QUESTIONS
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs", max_bytes=1_000_000)


@pytest.fixture
def kb(database: Engine, blobs: BlobStore, clock: SetClock) -> KnowledgeBase:
    return KnowledgeBase(database, blobs, clock=clock)


def at_once(*tasks: Callable[[], object]) -> list[object]:
    """Run the tasks in threads that start together; an error in one is raised here."""
    gate = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        gate.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks, timeout=60))


def texts(kb: KnowledgeBase, document_id: DocumentId) -> list[str]:
    """What customers can find of a document."""
    ids = [int(passage_id) for passage_id in kb.live_ids(PASSAGES)]
    return [p.text for p in kb.live_passages(ids, ANYONE).values() if p.document_id == document_id]


def replayed(kb: KnowledgeBase) -> dict[Collection, list[int]]:
    """What an index holds that has followed every change."""
    held: dict[Collection, set[int]] = {collection: set() for collection in Collection}
    for change in kb.changes(0):
        if change.removed:
            held[change.collection].discard(change.entry_id)
        else:
            held[change.collection].add(change.entry_id)
    return {collection: sorted(ids) for collection, ids in held.items()}


def assert_in_step(kb: KnowledgeBase) -> None:
    """The change log has no gap and leads to exactly what is live."""
    assert [change.sequence for change in kb.changes(0)] == list(range(1, kb.sequence() + 1))
    assert replayed(kb) == {collection: kb.live_ids(collection).tolist() for collection in Collection}


class TestAnUpload:
    def test_is_queued_as_the_first_version_of_a_new_document(self, kb: KnowledgeBase, blobs: BlobStore) -> None:
        """What `accept` returns is stored: the file, the version and the document."""
        upload = Upload("退货政策.pdf", Audience.INTERNAL, "application/pdf", TODAY, TODAY + DAY, DocumentKind.TEXT)

        version = kb.accept(upload, [b"abc", b"def"])

        assert (version.number, version.status, version.size, version.live) == (1, VersionStatus.QUEUED, 6, False)
        assert kb.version(version.document_id, 1) == version
        assert (version.effective_from, version.expires_on) == (TODAY, TODAY + DAY)
        assert blobs.path(version.blob_sha256).read_bytes() == b"abcdef"
        assert kb.blob_path(version) == blobs.path(version.blob_sha256)
        document = kb.document(version.document_id)
        assert (document.name, document.audience, document.live_version) == ("退货政策.pdf", Audience.INTERNAL, None)
        assert kb.documents() == [document]

    def test_of_the_same_file_again_adds_nothing(self, kb: KnowledgeBase) -> None:
        """An upload that was repeated, for instance after a lost reply, is the same version."""
        first = kb.accept(Upload("a.txt"), [b"abc"])

        assert kb.accept(Upload("a.txt"), [b"a", b"bc"]) == first
        assert len(kb.versions(first.document_id)) == 1

    @pytest.mark.parametrize(
        "upload",
        [
            Upload("a.txt", Audience.INTERNAL),
            Upload("a.txt", effective_from=TODAY),
            Upload("a.txt", expires_on=TODAY),
            Upload("a.txt", kind=DocumentKind.QA),
        ],
        ids=["audience", "effective_from", "expires_on", "kind"],
    )
    def test_of_the_same_file_with_other_particulars_is_a_new_version(self, kb: KnowledgeBase, upload: Upload) -> None:
        """Audience, dates and kind belong to the version."""
        first = kb.accept(Upload("a.txt"), [b"abc"])

        second = kb.accept(upload, [b"abc"])

        assert (second.document_id, second.number) == (first.document_id, 2)
        assert [version.number for version in kb.versions(first.document_id)] == [2, 1]

    def test_after_a_failure_is_a_new_version(self, kb: KnowledgeBase) -> None:
        """Trying the same file once more has to be possible."""
        first = kb.accept(Upload("a.txt"), [b"abc"])
        job = kb.lease("worker")
        assert job is not None
        kb.fail(job, "unreadable")

        assert kb.accept(Upload("a.txt"), [b"abc"]).number == first.number + 1

    def test_finds_its_document_under_another_spelling_of_the_name(self, kb: KnowledgeBase) -> None:
        """Composed or not, with white space around or invisible characters within: one document."""
        first = kb.accept(Upload("re\u0301sume\u0301 \u202eA.txt"), [b"abc"])

        second = kb.accept(Upload(" r\u00e9sum\u00e9 A.txt\n"), [b"def"])

        assert first.name == "r\u00e9sum\u00e9 A.txt"
        assert second.document_id == first.document_id
        assert kb.find("r\u00e9sum\u00e9 A.txt") == kb.document(first.document_id)
        assert kb.find("R\u00c9SUM\u00c9 a.txt") is None

    @pytest.mark.parametrize(
        ("upload", "chunks", "error"),
        [
            (Upload(" \n"), [b"abc"], InvalidInput),
            (Upload("x" * 401), [b"abc"], InvalidInput),
            (Upload("a.txt", effective_from=TODAY, expires_on=TODAY), [b"abc"], InvalidInput),
            (Upload("a.txt"), [], InvalidInput),
            (Upload("a.txt"), [b"x" * 600_000] * 2, TooLarge),
        ],
        ids=["no name", "long name", "never in force", "empty", "too large"],
    )
    def test_that_cannot_be_used_leaves_no_trace(
        self, kb: KnowledgeBase, blobs: BlobStore, upload: Upload, chunks: list[bytes], error: type[Exception]
    ) -> None:
        """Refused means refused: no row and no file."""
        with pytest.raises(error):
            kb.accept(upload, chunks)

        assert kb.documents() == []
        assert kb.sweep_blobs(older_than_s=0) == 0

    def test_from_eight_callers_at_once_is_one_version(self, kb: KnowledgeBase) -> None:
        """Repeating a request in parallel is repeating it."""
        accepted = at_once(*[lambda: kb.accept(Upload("a.txt"), [b"abc"])] * 8)

        assert len(set(accepted)) == 1

    def test_of_eight_files_at_once_counts_through(self, kb: KnowledgeBase) -> None:
        """Version numbers have no gap and no twin."""
        at_once(*[lambda n=n: kb.accept(Upload("a.txt"), [b"%d" % n]) for n in range(8)])  # type: ignore[misc]

        (document,) = kb.documents()
        assert [version.number for version in kb.versions(document.document_id)] == list(range(8, 0, -1))


class TestTheQueue:
    def test_gives_the_oldest_version_first_and_each_once(self, kb: KnowledgeBase) -> None:
        """Two leases at the same time are two versions."""
        kb.accept(Upload("a.txt", kind=DocumentKind.TICKETS), [b"a"])
        kb.accept(Upload("b.txt"), [b"b"])

        first, second = kb.lease("one"), kb.lease("two")

        assert first is not None
        assert second is not None
        assert (first.version.name, first.owner, first.kind, first.attempts) == (
            "a.txt",
            "one",
            DocumentKind.TICKETS,
            1,
        )
        assert first.version.status is VersionStatus.PROCESSING
        assert second.version.name == "b.txt"
        assert kb.lease("three") is None

    def test_gives_one_version_on_request(self, kb: KnowledgeBase) -> None:
        """A caller that waits for its own upload doesn't work on others'."""
        kb.accept(Upload("a.txt"), [b"a"])
        wanted = kb.accept(Upload("b.txt"), [b"b"])

        job = kb.lease("me", version=(wanted.document_id, 1))

        assert job is not None
        assert job.version.name == "b.txt"
        assert kb.lease("me", version=(wanted.document_id, 1)) is None
        assert kb.lease("me", version=(wanted.document_id, 2)) is None

    def test_gives_a_version_to_one_of_many_that_ask(self, kb: KnowledgeBase) -> None:
        """Four versions, eight workers: four jobs."""
        for n in range(4):
            kb.accept(Upload(f"{n}.txt"), [b"a"])

        jobs = at_once(*[lambda n=n: kb.lease(f"worker {n}") for n in range(8)])  # type: ignore[misc]

        assert sorted(job.version.name for job in jobs if job is not None) == [f"{n}.txt" for n in range(4)]  # type: ignore[attr-defined]

    def test_gives_an_abandoned_version_to_the_next(self, kb: KnowledgeBase, clock: SetClock) -> None:
        """A worker that died holds nothing up for longer than its lease, and can't finish any more."""
        kb.accept(Upload("a.txt"), [b"a"])
        dead = kb.lease("dead", seconds=60)
        assert dead is not None
        clock.pass_by(59)
        assert kb.lease("next") is None
        clock.pass_by(1)

        job = kb.lease("next")

        assert job is not None
        assert job.attempts == 2
        for late in (
            lambda: kb.renew(dead, progress=0.5),
            lambda: kb.release(dead),
            lambda: kb.fail(dead, "late"),
            lambda: kb.publish(dead, prepared("late")),
        ):
            with pytest.raises(Conflict):
                late()
        assert kb.publish(job, prepared("in time")).status is VersionStatus.READY

    def test_fails_a_version_that_took_three_workers_down(self, kb: KnowledgeBase, clock: SetClock) -> None:
        """A file that kills its worker isn't tried for ever, and its owner is told."""
        version = kb.accept(Upload("a.txt"), [b"a"])
        for _ in range(3):
            assert kb.lease("worker", seconds=60) is not None
            clock.pass_by(60)

        assert kb.lease("worker") is None

        failed = kb.version(version.document_id, 1)
        assert failed.status is VersionStatus.FAILED
        assert failed.reason is not None
        assert "interrupted 3 times" in failed.reason
        assert kb.document(version.document_id).reason == failed.reason

    def test_keeps_a_job_that_is_renewed(self, kb: KnowledgeBase, clock: SetClock) -> None:
        """Long work stays with its worker, and its progress shows."""
        version = kb.accept(Upload("a.txt"), [b"a"])
        job = kb.lease("worker", seconds=60)
        assert job is not None

        clock.pass_by(50)
        kb.renew(job, progress=0.25, seconds=60)
        clock.pass_by(50)

        assert kb.lease("other") is None
        assert kb.version(version.document_id, 1).progress == 0.25

    def test_takes_a_released_job_back_without_counting_it(self, kb: KnowledgeBase) -> None:
        """A worker that stops in an orderly way isn't the file's fault."""
        kb.accept(Upload("a.txt"), [b"a"])
        for _ in range(5):
            job = kb.lease("worker")
            assert job is not None
            kb.release(job)

        job = kb.lease("worker")

        assert job is not None
        assert job.attempts == 1

    def test_takes_back_all_that_a_dead_worker_held(self, kb: KnowledgeBase) -> None:
        """A worker that starts again under its name doesn't wait for its own old leases."""
        kb.accept(Upload("a.txt"), [b"a"])
        kb.accept(Upload("b.txt"), [b"b"])
        held, other = kb.lease("worker"), kb.lease("other")
        assert held is not None
        assert other is not None

        assert kb.release_all("worker") == 1

        again = kb.lease("worker")
        assert again is not None
        assert (again.version.name, again.attempts) == ("a.txt", 2)
        with pytest.raises(Conflict):
            kb.renew(held, progress=0.5)
        kb.renew(other, progress=0.5)

    def test_ends_a_failed_job_with_its_reason(self, kb: KnowledgeBase) -> None:
        """The reason stands with the version and the document."""
        kb.accept(Upload("a.txt"), [b"a"])
        job = kb.lease("worker")
        assert job is not None

        failed = kb.fail(job, "The file is encrypted.")

        assert (failed.status, failed.reason) == (VersionStatus.FAILED, "The file is encrypted.")
        assert kb.lease("worker") is None
        assert kb.counts().unfinished == 0


class TestPublishing:
    def test_makes_the_whole_version_readable(self, kb: KnowledgeBase) -> None:
        """Text, passages with their places, vectors and counts; ids rise with the order of the text."""
        version = publish(kb, "a.txt", "退货免费。", "期限三十天。")

        assert (version.status, version.live, version.passages, version.progress) == (VersionStatus.READY, True, 2, 1.0)
        assert kb.text(version.document_id, 1) == "退货免费。\n期限三十天。\n"
        first, second = kb.passages(version.document_id)
        assert (first.text, first.start, first.end, first.ordinal) == ("退货免费。", 0, 5, 0)
        assert first.passage_id < second.passage_id
        assert kb.passage(second.passage_id) == second
        assert kb.passages(version.document_id, 1, offset=1, limit=5) == [second]
        assert kb.quote(version.document_id, 1, second.start, second.end) == "期限三十天。"
        stored = kb.vectors([text_hash("退货免费。"), "0" * 64], encoder_key=KEY, collection=PASSAGES)
        assert list(stored) == [text_hash("退货免费。")]
        np.testing.assert_array_equal(stored[text_hash("退货免费。")], vector("退货免费。"))
        assert kb.document(version.document_id).passages == 2

    def test_keeps_every_particular_of_passages_and_pairs(self, kb: KnowledgeBase) -> None:
        """What is published is what is read."""
        content = prepared(
            "text",
            pairs=[
                Pair(
                    "how?", "so", similar=("how then?",), negative=("why?",), valid_from=TODAY, valid_until=TODAY + DAY
                )
            ],
            context="Title",
        )
        passage = replace(content.passages[0], heading=("A", "一"), page=7)
        pair = replace(content.pairs[0], product="X100-Pro")
        content = replace(content, passages=(passage, content.passages[1]), pairs=(pair,), warnings=("hidden text",))
        kb.accept(Upload("a.txt"), [b"a"])
        job = kb.lease("worker")
        assert job is not None

        version = kb.publish(job, content)

        assert version.warnings == ("hidden text",)
        read = kb.passages(version.document_id)[0]
        assert (read.heading, read.page, read.context) == (("A", "一"), 7, "Title")
        assert (read.document, read.version, read.audience) == ("a.txt", 1, Audience.PUBLIC)
        (stored,) = kb.pairs()
        assert stored.questions == pair.questions
        assert (stored.answer, stored.answer_start, stored.product) == ("so", pair.answer_start, "X100-Pro")
        assert (stored.valid_from, stored.valid_until) == (TODAY, TODAY + DAY)
        assert kb.passage(stored.passage_id).text == "how?\nso"
        assert kb.document(version.document_id).kind is DocumentKind.QA

    def test_replaces_the_version_before_it(self, kb: KnowledgeBase) -> None:
        """Customers see one version; the log says what left and what came."""
        first = publish(kb, "a.txt", "one", "two")
        old = kb.live_ids(PASSAGES).tolist()

        second = publish(kb, "a.txt", "three")

        new = kb.live_ids(PASSAGES).tolist()
        assert min(new) > max(old)
        assert texts(kb, first.document_id) == ["three"]
        assert not kb.version(first.document_id, 1).live
        assert kb.document(first.document_id).live_version == second.number == 2
        assert kb.changes(2) == [
            Change(3, PASSAGES, old[0], removed=True),
            Change(4, PASSAGES, old[1], removed=True),
            Change(5, PASSAGES, new[0], removed=False),
        ]
        assert_in_step(kb)

    def test_needs_no_vector_that_is_stored(self, kb: KnowledgeBase) -> None:
        """Passages that didn't change keep their vectors, within a document and across documents."""
        publish(kb, "a.txt", "same", pairs=[Pair("question", "answer")])
        content = prepared("same", pairs=[Pair("question", "answer")])
        kb.accept(Upload("b.txt"), [b"b"])
        job = kb.lease("worker")
        assert job is not None

        kb.publish(job, without_vectors(content))

        assert kb.counts().vectors == 3

    def test_is_refused_as_a_whole_when_a_vector_is_missing(self, kb: KnowledgeBase) -> None:
        """A passage that couldn't be found isn't published; the job is still there to be done again."""
        version = kb.accept(Upload("a.txt"), [b"a"])
        job = kb.lease("worker")
        assert job is not None
        content = prepared("one", "two")

        with pytest.raises(Conflict, match="2 vectors"):
            kb.publish(job, without_vectors(content))

        assert kb.version(version.document_id, 1).status is VersionStatus.PROCESSING
        assert (kb.sequence(), kb.counts().vectors) == (0, 0)
        assert kb.publish(job, content).live

    @pytest.mark.parametrize("lie", ["span", "answer"])
    def test_is_refused_when_a_place_is_wrong(self, kb: KnowledgeBase, lie: str) -> None:
        """Citations rest on the places, so they are checked before anything is written."""
        content = prepared("one", "two", pairs=[Pair("question", "answer")])
        if lie == "span":
            content = replace(content, passages=(replace(content.passages[0], start=1), *content.passages[1:]))
        else:
            content = replace(content, pairs=(replace(content.pairs[0], answer_start=0),))
        kb.accept(Upload("a.txt"), [b"a"])
        job = kb.lease("worker")
        assert job is not None

        with pytest.raises(InvalidInput):
            kb.publish(job, content)

        assert kb.counts().passages == 0

    def test_comes_too_late_for_a_deleted_document(self, kb: KnowledgeBase) -> None:
        """A delete during processing is final."""
        version = kb.accept(Upload("a.txt"), [b"a"])
        job = kb.lease("worker")
        assert job is not None
        kb.delete(version.document_id)

        with pytest.raises(Conflict):
            kb.publish(job, prepared("risen"))

        assert kb.documents() == []
        assert (kb.counts().vectors, kb.sequence()) == (0, 0)

    def test_of_an_older_version_does_not_take_over_from_a_newer_one(self, kb: KnowledgeBase) -> None:
        """Two versions may be processed at once; whichever ends last, the higher number is live."""
        first = kb.accept(Upload("a.txt"), [b"old"])
        kb.accept(Upload("a.txt"), [b"new"])
        slow, fast = kb.lease("slow"), kb.lease("fast")
        assert slow is not None
        assert fast is not None
        kb.publish(fast, prepared("new"))

        late = kb.publish(slow, prepared("old"))

        assert (late.status, late.live) == (VersionStatus.READY, False)
        assert texts(kb, first.document_id) == ["new"]
        assert_in_step(kb)

    def test_of_a_failed_version_leaves_the_live_one(self, kb: KnowledgeBase) -> None:
        """A broken upload doesn't take knowledge away."""
        version = publish(kb, "a.txt", "one")
        kb.accept(Upload("a.txt"), [b"broken"])
        job = kb.lease("worker")
        assert job is not None
        kb.fail(job, "broken")

        document = kb.document(version.document_id)

        assert (document.live_version, document.latest_version) == (1, 2)
        assert (document.status, document.reason, document.passages) == (VersionStatus.FAILED, "broken", 1)
        assert texts(kb, version.document_id) == ["one"]

    def test_stores_long_texts_and_any_character(self, kb: KnowledgeBase) -> None:
        """More than 64 KiB, four-byte characters, and what some database refuses, at unchanged places."""
        odd = "a\x00b\ud800c😀"
        long = "长" * 70_000

        version = publish(kb, "a.txt", odd, long, "end")

        first, second, third = kb.passages(version.document_id)
        assert first.text == "a\ufffdb\ufffdc😀"
        assert second.text == long
        assert kb.quote(version.document_id, 1, third.start, third.end) == "end"
        assert len(kb.entries(PASSAGES, kb.live_ids(PASSAGES).tolist(), encoder_key=KEY)) == 3

    def test_quotes_any_span_of_a_long_text(self, kb: KnowledgeBase) -> None:
        """Wherever the span lies, it is the text between two places; beyond the end there is nothing."""
        version = publish(kb, "a.txt", "".join(chr(0x4E00 + n % 20_000) for n in range(200_000)))
        text = kb.text(version.document_id, 1)

        for start, end in ((0, 1), (65_535, 65_537), (65_536, 131_072), (60_000, 140_000), (199_990, len(text))):
            assert kb.quote(version.document_id, 1, start, end) == text[start:end]
        for start, end in ((-1, 3), (5, 5), (5, 4), (len(text) - 1, len(text) + 1), (10**9, 10**9 + 1)):
            with pytest.raises(NotFound):
                kb.quote(version.document_id, 1, start, end)

    def test_keeps_what_a_person_decided_as_long_as_the_pair_is_unchanged(self, kb: KnowledgeBase) -> None:
        """Uploading the tickets again doesn't bring decided candidates back; a changed answer does."""
        candidates = [Pair(f"question {n}", f"answer {n}", QAStatus.CANDIDATE) for n in range(3)]
        publish(kb, "tickets.csv", pairs=candidates)
        approved, rejected, _ = kb.pairs()
        kb.decide(approved.pair_id, QAStatus.APPROVED)
        kb.decide(rejected.pair_id, QAStatus.REJECTED)

        publish(kb, "tickets.csv", pairs=[*candidates, replace(candidates[0], answer="changed")])

        status = {(pair.question, pair.answer): pair.status for pair in kb.pairs()}
        assert status == {
            ("question 0", "answer 0"): QAStatus.APPROVED,
            ("question 1", "answer 1"): QAStatus.REJECTED,
            ("question 2", "answer 2"): QAStatus.CANDIDATE,
            ("question 0", "changed"): QAStatus.CANDIDATE,
        }
        assert_in_step(kb)

    def test_by_two_workers_at_once_numbers_the_changes_without_gaps(self, kb: KnowledgeBase) -> None:
        """Neither waits for the other for ever, and texts that both have are stored once."""

        def work(name: str) -> None:
            for n in range(6):
                publish(kb, f"{name}.txt", *[f"shared {n} {m}" for m in range(20)], f"own {name}", owner=name)

        at_once(lambda: work("one"), lambda: work("two"))

        assert kb.counts().passages == 42
        assert kb.counts().vectors == 6 * 20 + 2
        assert_in_step(kb)

    def test_and_deleting_at_once_keeps_every_vector_that_is_used(self, kb: KnowledgeBase) -> None:
        """A vector can't vanish between being found and being relied on."""

        def come_and_go() -> None:
            for _ in range(6):
                kb.delete(publish(kb, "fleeting.txt", "shared", owner="a").document_id)

        def stay() -> None:
            for n in range(6):
                kb.accept(Upload(f"{n}.txt"), [b"a"])
                version = kb.find(f"{n}.txt")
                assert version is not None
                job = kb.lease("b", version=(version.document_id, 1))
                assert job is not None
                kb.publish(job, prepared("shared"))

        at_once(come_and_go, stay)

        assert kb.missing_vectors(KEY) == []
        assert len(kb.entries(PASSAGES, kb.live_ids(PASSAGES).tolist(), encoder_key=KEY)) == 6
        assert_in_step(kb)

    def test_is_seen_at_once_or_not_at_all(self, kb: KnowledgeBase) -> None:
        """A reader never gets passages of two versions of one document, nor a half of one."""
        document_id = publish(kb, "a.txt", *["v0"] * 5).document_id
        seen: list[list[str]] = []
        over = threading.Event()

        def read() -> None:
            while not over.is_set():
                seen.append([passage.text for passage in kb.passages(document_id)])

        def write() -> None:
            try:
                for n in range(1, 6):
                    publish(kb, "a.txt", *[f"v{n}"] * 5)
            finally:
                over.set()

        at_once(read, write)

        assert {tuple(some) for some in seen} <= {tuple([f"v{n}"] * 5) for n in range(6)}


class TestWhatCustomersSee:
    def test_depends_on_the_audience_of_the_live_version(self, kb: KnowledgeBase) -> None:
        """Internal readers see public documents as well; a new version may change the audience."""
        publish(kb, "a.txt", "open")
        publish(kb, Upload("b.txt", Audience.INTERNAL), "secret", pairs=[Pair("question", "answer")])
        ids = kb.live_ids(PASSAGES).tolist()

        assert [p.text for p in kb.live_passages(ids, ANYONE).values()] == ["open"]
        assert len(kb.live_passages(ids, STAFF)) == 3
        assert kb.live_questions(kb.live_ids(QUESTIONS).tolist(), ANYONE) == {}
        assert len(kb.live_questions(kb.live_ids(QUESTIONS).tolist(), STAFF)) == 1

        publish(kb, Upload("b.txt", Audience.PUBLIC), "no longer secret")
        ids = kb.live_ids(PASSAGES).tolist()
        assert [p.text for p in kb.live_passages(ids, ANYONE).values()] == ["open", "no longer secret"]

    def test_depends_on_the_day(self, kb: KnowledgeBase) -> None:
        """From the first day on, and up to the day before the last date."""
        publish(kb, Upload("a.txt", effective_from=TODAY, expires_on=TODAY + DAY), "today only")
        ids = kb.live_ids(PASSAGES).tolist()

        seen = [bool(kb.live_passages(ids, replace(ANYONE, as_of=day))) for day in (TODAY - DAY, TODAY, TODAY + DAY)]

        assert seen == [False, True, False]

    def test_depends_on_the_dates_of_a_pair(self, kb: KnowledgeBase) -> None:
        """A pair that isn't valid is gone with its passage, though the document is."""
        publish(kb, "qa.csv", pairs=[Pair("question", "answer", valid_from=TODAY, valid_until=TODAY + DAY)])
        passages, questions = kb.live_ids(PASSAGES).tolist(), kb.live_ids(QUESTIONS).tolist()

        for day, expected in ((TODAY - DAY, 0), (TODAY, 1), (TODAY + DAY, 0)):
            only = replace(ANYONE, as_of=day)
            assert len(kb.live_passages(passages, only)) == expected
            assert len(kb.live_questions(questions, only)) == expected

    def test_gives_a_wording_with_its_whole_pair(self, kb: KnowledgeBase) -> None:
        """The matched wording and all others come together; negative ones are no entry of their own."""
        publish(kb, "qa.csv", pairs=[Pair("standard", "answer", similar=("similar",), negative=("negative",))])

        found = kb.live_questions(kb.live_ids(QUESTIONS).tolist(), ANYONE)

        (pair,) = kb.pairs()
        assert [wording.text for _, wording in found.values()] == ["standard", "similar"]
        assert {each for each, _ in found.values()} == {pair}
        assert [question.kind for question in pair.questions] == list(QuestionKind)

    def test_gives_the_wordings_of_the_first_pairs_only_where_few_are_wanted(self, kb: KnowledgeBase) -> None:
        """A search needs the nearest pairs; the order of the ids says which these are."""
        publish(kb, "qa.csv", pairs=[Pair(f"question {n}", "answer", similar=(f"like {n}",)) for n in range(3)])
        ids = kb.live_ids(QUESTIONS).tolist()

        found = kb.live_questions([*reversed(ids)], ANYONE, most=2)

        assert [wording.text for _, wording in found.values()] == ["like 2", "question 2", "like 1", "question 1"]

    def test_leaves_out_unknown_ids_and_takes_thousands(self, kb: KnowledgeBase) -> None:
        """Ids that an index still proposes after a delete are simply missing."""
        publish(kb, "a.txt", "one")
        (known,) = kb.live_ids(PASSAGES).tolist()

        assert list(kb.live_passages(range(known + 40_000), ANYONE)) == [known]
        assert kb.live_questions([1, 2, 3], ANYONE) == {}
        assert kb.live_passages([], ANYONE) == {}


class TestDeleting:
    def test_leaves_no_trace_in_any_table(self, kb: KnowledgeBase, database: Engine, blobs: BlobStore) -> None:
        """No row says a word of it, no vector and no file is left."""
        version = publish(kb, "canary name.txt", "canary text", pairs=[Pair("canary question", "canary answer")])
        publish(kb, "canary name.txt", "canary text two")

        kb.delete(version.document_id)

        assert "canary" not in everything_in(database)
        assert blobs.stored() == []
        assert kb.counts().vectors == 0
        assert_in_step(kb)
        for gone in (
            lambda: kb.document(version.document_id),
            lambda: kb.versions(version.document_id),
            lambda: kb.text(version.document_id, 1),
            lambda: kb.quote(version.document_id, 1, 0, 3),
            lambda: kb.passages(version.document_id),
            lambda: kb.delete(version.document_id),
        ):
            with pytest.raises(NotFound):
                gone()

    def test_tells_the_indexes(self, kb: KnowledgeBase) -> None:
        """Everything of the live version is logged as removed; the earlier version's entries were already."""
        version = publish(kb, "qa.csv", pairs=[Pair("one", "two")])
        publish(kb, "qa.csv", pairs=[Pair("one", "three")])
        before = kb.sequence()
        live = kb.live_ids(PASSAGES).tolist(), kb.live_ids(QUESTIONS).tolist()

        kb.delete(version.document_id)

        assert kb.changes(before) == [
            Change(before + 1, PASSAGES, live[0][0], removed=True),
            Change(before + 2, QUESTIONS, live[1][0], removed=True),
        ]

    def test_keeps_what_another_document_shares(self, kb: KnowledgeBase, blobs: BlobStore) -> None:
        """Equal texts share a vector and equal files a blob; both stay for the other document."""
        kept = publish(kb, "a.txt", "shared")
        gone = publish(kb, "b.txt", "shared")
        assert kept.blob_sha256 == gone.blob_sha256

        kb.delete(gone.document_id)

        assert blobs.stored() == [kept.blob_sha256]
        assert kb.counts().vectors == 1
        assert texts(kb, kept.document_id) == ["shared"]

    def test_never_gives_an_id_again(self, kb: KnowledgeBase) -> None:
        """An index that still holds a deleted id can't take a new passage for it."""
        first = publish(kb, "a.txt", "one", pairs=[Pair("question", "answer")])
        passages, questions = kb.live_ids(PASSAGES), kb.live_ids(QUESTIONS)
        pair = kb.pairs()[0].pair_id
        kb.delete(first.document_id)

        second = publish(kb, "a.txt", "one", pairs=[Pair("question", "answer")])

        assert second.document_id != first.document_id
        assert kb.live_ids(PASSAGES).min() > passages.max()
        assert kb.live_ids(QUESTIONS).min() > questions.max()
        assert kb.pairs()[0].pair_id > pair

    def test_while_the_same_file_is_uploaded_loses_no_file(self, kb: KnowledgeBase, blobs: BlobStore) -> None:
        """An acknowledged upload has its file, whoever deletes an equal one at that moment."""

        def come_and_go() -> None:
            for _ in range(8):
                kb.delete(kb.accept(Upload("fleeting.txt"), [b"same"]).document_id)

        def stay() -> None:
            for n in range(8):
                version = kb.accept(Upload(f"{n}.txt"), [b"same"])
                assert blobs.path(version.blob_sha256).read_bytes() == b"same"

        at_once(come_and_go, stay)

        assert len(kb.documents()) == 8
        assert len(blobs.stored()) == 1

    def test_and_every_other_write_at_once_ends(self, kb: KnowledgeBase, clock: SetClock) -> None:
        """Writers of every kind meet on one document and none waits for another in a circle."""

        def upload_and_publish(owner: str) -> None:
            for n in range(5):
                kb.accept(Upload("busy.txt"), [owner.encode(), b"%d" % n])
                job = kb.lease(owner)
                if job is not None:
                    try_to(lambda job=job: kb.renew(job, progress=0.5))  # type: ignore[misc]
                    try_to(lambda job=job: kb.publish(job, prepared(owner, "shared", pairs=[Pair("q", "a")])))  # type: ignore[misc]

        def meddle() -> None:
            for _ in range(5):
                for document in kb.documents():
                    try_to(lambda d=document: kb.rollback(d.document_id, d.latest_version))  # type: ignore[misc]
                    for pair in kb.pairs():
                        try_to(lambda p=pair: kb.decide(p.pair_id, QAStatus.REJECTED))  # type: ignore[misc]
                    try_to(lambda d=document: kb.delete(d.document_id))  # type: ignore[misc]

        at_once(lambda: upload_and_publish("one"), lambda: upload_and_publish("two"), meddle)

        assert_in_step(kb)
        assert kb.missing_vectors(KEY) == []


class TestARollback:
    def test_brings_the_same_passages_back(self, kb: KnowledgeBase) -> None:
        """The earlier version has its old ids, so it is found as it was."""
        version = publish(kb, "a.txt", "one", pairs=[Pair("question", "answer")])
        before = kb.live_ids(PASSAGES).tolist(), kb.live_ids(QUESTIONS).tolist()
        publish(kb, Upload("a.txt", Audience.INTERNAL), "two")

        document = kb.rollback(version.document_id, 1)

        assert (document.live_version, document.latest_version) == (1, 2)
        assert (document.audience, document.kind) == (Audience.PUBLIC, DocumentKind.QA)
        assert (kb.live_ids(PASSAGES).tolist(), kb.live_ids(QUESTIONS).tolist()) == before
        assert_in_step(kb)

    def test_holds_against_versions_uploaded_before_it(self, kb: KnowledgeBase) -> None:
        """What was already under way doesn't undo a person's decision."""
        version = publish(kb, "a.txt", "one")
        publish(kb, "a.txt", "two")
        kb.accept(Upload("a.txt"), [b"three"])
        job = kb.lease("worker")
        assert job is not None
        kb.rollback(version.document_id, 1)

        late = kb.publish(job, prepared("three"))

        assert (late.status, late.live) == (VersionStatus.READY, False)
        assert texts(kb, version.document_id) == ["one"]

    def test_ends_with_the_next_upload(self, kb: KnowledgeBase) -> None:
        """A later version takes over as usual."""
        version = publish(kb, "a.txt", "one")
        publish(kb, "a.txt", "two")
        kb.rollback(version.document_id, 1)

        publish(kb, "a.txt", "three")

        assert texts(kb, version.document_id) == ["three"]

    def test_is_undone_by_uploading_the_newer_file_again(self, kb: KnowledgeBase) -> None:
        """A file that was put aside and is uploaded once more is meant to be seen."""
        version = publish(kb, "a.txt", "one")
        publish(kb, "a.txt", "two")
        kb.rollback(version.document_id, 1)

        again = publish(kb, "a.txt", "two")

        assert (again.number, again.live) == (3, True)
        assert texts(kb, version.document_id) == ["two"]

    def test_goes_forward_as_well_and_repeats_harmlessly(self, kb: KnowledgeBase) -> None:
        """Any ready version can be chosen; choosing the live one changes nothing that is found."""
        version = publish(kb, "a.txt", "one")
        publish(kb, "a.txt", "two")
        kb.rollback(version.document_id, 1)
        kb.rollback(version.document_id, 2)
        before = kb.sequence()

        kb.rollback(version.document_id, 2)

        assert kb.sequence() == before
        assert texts(kb, version.document_id) == ["two"]

    def test_needs_a_version_that_is_ready(self, kb: KnowledgeBase) -> None:
        """An unknown one isn't found; one that isn't ready can't be shown."""
        version = publish(kb, "a.txt", "one")
        kb.accept(Upload("a.txt"), [b"two"])

        with pytest.raises(Conflict, match="queued"):
            kb.rollback(version.document_id, 2)
        with pytest.raises(NotFound):
            kb.rollback(version.document_id, 3)
        with pytest.raises(NotFound):
            kb.rollback(DocumentId("0" * 32), 1)


class TestDeciding:
    def test_a_candidate_cannot_be_found(self, kb: KnowledgeBase) -> None:
        """Nobody has approved it: neither its wordings nor its passage are entries."""
        publish(kb, "tickets.csv", pairs=[Pair("question", "answer", QAStatus.CANDIDATE)])

        assert kb.live_ids(PASSAGES).tolist() == kb.live_ids(QUESTIONS).tolist() == []
        assert kb.sequence() == 0
        assert len(kb.pairs(status=QAStatus.CANDIDATE)) == 1
        assert kb.counts().candidates == 1

    def test_approving_makes_passage_and_wordings_findable(self, kb: KnowledgeBase) -> None:
        """One step later both are entries, and the log says so."""
        publish(kb, "tickets.csv", pairs=[Pair("question", "answer", QAStatus.CANDIDATE, similar=("also",))])
        (candidate,) = kb.pairs()

        pair = kb.decide(candidate.pair_id, QAStatus.APPROVED)

        assert pair == replace(candidate, status=QAStatus.APPROVED) == kb.pair(pair.pair_id)
        assert kb.live_ids(PASSAGES).tolist() == [pair.passage_id]
        assert len(kb.live_ids(QUESTIONS)) == 2
        assert_in_step(kb)

    def test_rejecting_takes_them_away(self, kb: KnowledgeBase) -> None:
        """Also what was approved before; deciding the same again changes nothing."""
        publish(kb, "qa.csv", pairs=[Pair("question", "answer")])
        (pair,) = kb.pairs()

        kb.decide(pair.pair_id, QAStatus.REJECTED)
        sequence = kb.sequence()
        kb.decide(pair.pair_id, QAStatus.REJECTED)

        assert kb.live_ids(PASSAGES).tolist() == kb.live_ids(QUESTIONS).tolist() == []
        assert kb.sequence() == sequence
        assert_in_step(kb)

    def test_in_a_version_that_is_not_live_shows_when_it_is(self, kb: KnowledgeBase) -> None:
        """The decision stays with the version and changes nothing that is found now."""
        version = publish(kb, "qa.csv", pairs=[Pair("question", "answer")])
        (pair,) = kb.pairs()
        publish(kb, "qa.csv", "two")
        before = kb.sequence()

        kb.decide(pair.pair_id, QAStatus.REJECTED)

        assert kb.sequence() == before
        kb.rollback(version.document_id, 1)
        assert kb.live_ids(QUESTIONS).tolist() == []
        assert_in_step(kb)

    def test_lists_pairs_of_live_versions_by_page(self, kb: KnowledgeBase) -> None:
        """By status and document, oldest first."""
        publish(kb, "a.csv", pairs=[Pair("gone", "gone")])
        first = publish(kb, "a.csv", pairs=[Pair(f"a{n}", "x") for n in range(3)])
        publish(kb, "b.csv", pairs=[Pair("b", "x", QAStatus.CANDIDATE)])

        assert [pair.question for pair in kb.pairs()] == ["a0", "a1", "a2", "b"]
        assert [pair.question for pair in kb.pairs(offset=1, limit=2)] == ["a1", "a2"]
        assert [pair.question for pair in kb.pairs(status=QAStatus.CANDIDATE)] == ["b"]
        assert [pair.question for pair in kb.pairs(document_id=first.document_id, limit=1)] == ["a0"]

    def test_of_an_unknown_pair_is_not_found(self, kb: KnowledgeBase) -> None:
        """As everywhere else."""
        with pytest.raises(NotFound):
            kb.decide(QAPairId(1), QAStatus.APPROVED)
        with pytest.raises(NotFound):
            kb.pair(QAPairId(1))


class TestFeedingTheIndexes:
    def test_entries_have_the_text_to_index_and_the_narrower_dates(self, kb: KnowledgeBase) -> None:
        """A passage is indexed with its context, a wording alone; both with every filter's value."""
        upload = Upload("qa.csv", Audience.INTERNAL, effective_from=TODAY, expires_on=TODAY + 9 * DAY)
        pair = Pair("question", "answer", valid_from=TODAY - DAY, valid_until=TODAY + DAY)
        publish(kb, upload, "text", pairs=[pair])

        text, answer = kb.entries(PASSAGES, kb.live_ids(PASSAGES).tolist(), encoder_key=KEY)
        (question,) = kb.entries(QUESTIONS, kb.live_ids(QUESTIONS).tolist(), encoder_key=KEY)

        def facts(entry: Entry) -> tuple[str, Audience, date | None, date | None]:
            return entry.text, entry.audience, entry.valid_from, entry.valid_until

        assert facts(text) == ("text", Audience.INTERNAL, TODAY, TODAY + 9 * DAY)
        assert facts(answer) == ("question\nanswer", Audience.INTERNAL, TODAY, TODAY + DAY)
        assert facts(question) == ("question", Audience.INTERNAL, TODAY, TODAY + DAY)
        np.testing.assert_array_equal(question.vector, vector("question"))

    def test_entries_leave_out_what_is_not_live(self, kb: KnowledgeBase) -> None:
        """Replaced, rejected, deleted and unknown ids give nothing; the others come by id."""
        publish(kb, "a.txt", "old")
        publish(kb, "a.txt", "one", "two")
        publish(kb, "b.csv", pairs=[Pair("question", "answer", QAStatus.REJECTED)])

        found = kb.entries(PASSAGES, [*range(1_000, 0, -1), *kb.live_ids(PASSAGES).tolist()], encoder_key=KEY)

        assert [entry.text for entry in found] == ["one", "two"]
        assert [entry.entry_id for entry in found] == kb.live_ids(PASSAGES).tolist()

    def test_entries_of_another_encoder_are_refused(self, kb: KnowledgeBase) -> None:
        """Vectors never mix, and none is left out in silence."""
        publish(kb, "a.txt", "one")

        with pytest.raises(ModelMismatch, match="another"):
            kb.entries(PASSAGES, kb.live_ids(PASSAGES).tolist(), encoder_key="another")

    def test_changes_come_in_order_and_by_page(self, kb: KnowledgeBase) -> None:
        """Reading on from the last number seen misses nothing."""
        publish(kb, "a.txt", *"abcde")

        assert [change.sequence for change in kb.changes(0, limit=2)] == [1, 2]
        assert [change.sequence for change in kb.changes(2, limit=10)] == [3, 4, 5]
        assert kb.changes(5) == []
        assert kb.sequence() == 5

    def test_another_encoder_fills_in_what_it_lacks(self, kb: KnowledgeBase) -> None:
        """Every text of every ready version once, page by page; then the old vectors go."""
        publish(kb, "a.txt", "old")
        publish(kb, "a.txt", "one", "two", "one", pairs=[Pair("question", "one", negative=("not",))])
        publish(kb, "b.txt", "two")
        lacking = set(pages(kb, "new", size=2))

        for item in lacking:
            kb.add_vectors(item.collection, "new", {item.text_hash: vector(item.text), "f" * 64: vector("unused")})

        assert {item.text for item in lacking} == {"old", "one", "two", "question\none", "question"}
        assert kb.missing_vectors("new") == []
        assert kb.drop_other_vectors("new") > 0
        assert kb.counts().vectors == 5
        assert len(kb.entries(PASSAGES, kb.live_ids(PASSAGES).tolist(), encoder_key="new")) == 5

    def test_a_snapshot_is_recorded_once_per_name(self, kb: KnowledgeBase, clock: SetClock) -> None:
        """The last one counts."""
        first = Snapshot("passages-dense", "gen-1", 17, "a" * 64, 3, KEY, clock())
        second = replace(first, folder="gen-2", sequence=18)
        assert kb.snapshot("passages-dense") is None

        kb.record_snapshot(first)
        kb.record_snapshot(second)

        assert kb.snapshot("passages-dense") == second
        assert kb.snapshot("other") is None


def pages(kb: KnowledgeBase, key: str, *, size: int) -> Iterator[MissingVector]:
    """Everything that lacks a vector, read page by page without filling anything in."""
    found = kb.missing_vectors(key, limit=size)
    while found:
        assert len(found) <= size
        yield from found
        found = kb.missing_vectors(key, after=found[-1], limit=size)


def try_to(action: Callable[[], object]) -> None:
    """Do it, unless somebody else was there first."""
    try:
        action()
    except (Conflict, NotFound):
        return
