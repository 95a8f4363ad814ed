"""From a queued upload to a version that is ready, or failed with a reason."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from core.blobs import BlobStore
from core.database import open_engine
from core.errors import ParseFailed, StorageError
from core.migrations import migrate
from core.types import Audience, DocumentKind, DocumentVersion, QAStatus, VersionStatus
from ingest.parsed import Block, BlockKind, ParsedDocument, ParsedPair
from ingest.worker import Worker, nothing_to_say
from kb.prepared import PreparedVersion
from kb.store import Job, KnowledgeBase, Upload
from models.encoder import Vectors
from models.fake_encoder import FakeEncoder

Parse = Callable[[str], ParsedDocument]


class LineReader:
    """Reads text files line by line in this process; a file that begins with `!` fails to parse."""

    def __init__(self, before: Callable[[str], None] = lambda _: None) -> None:
        self.read: list[str] = []
        self._before = before

    def parse(self, path: Path, name: str, *, kind: DocumentKind | None = None) -> ParsedDocument:
        self._before(name)
        self.read.append(name)
        content = path.read_text("utf-8")
        if content.startswith("!"):
            raise ParseFailed(f"读不了：{content[1:]}")
        lines = [line for line in content.split("\n") if line.strip()]
        if kind is DocumentKind.QA:
            return ParsedDocument(kind, pairs=tuple(ParsedPair(*line.split("=")) for line in lines))
        return ParsedDocument(
            DocumentKind.TEXT,
            blocks=tuple(
                Block(
                    BlockKind.HEADING if line.startswith("# ") else BlockKind.PARAGRAPH,
                    line.lstrip("# "),
                    level=1 if line.startswith("# ") else 0,
                )
                for line in lines
            ),
            warnings=("一条提示",),
        )


class CountingEncoder(FakeEncoder):
    """Counts the passages that it encodes; `before` runs at each call."""

    def __init__(self, before: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.encoded: list[str] = []
        self._before = before

    def encode_passage_tokens(self, texts: Sequence[str], /) -> tuple[Vectors, list[bytes]]:
        self._before()
        self.encoded += texts
        return super().encode_passage_tokens(texts)


@pytest.fixture
def kb(tmp_path: Path) -> Iterator[KnowledgeBase]:
    engine = open_engine(f"sqlite:///{tmp_path / 'zhida.db'}")
    migrate(engine)
    yield KnowledgeBase(engine, BlobStore(tmp_path / "blobs", max_bytes=1_000_000))
    engine.dispose()


def upload(kb: KnowledgeBase, name: str, content: str, kind: DocumentKind | None = None) -> DocumentVersion:
    return kb.accept(Upload(name, Audience.PUBLIC, kind=kind), [content.encode()])


def worker_for(kb: KnowledgeBase, **parts: object) -> Worker:
    reader, encoder = parts.get("reader", LineReader()), parts.get("encoder", FakeEncoder())
    review = parts.get("review", nothing_to_say)
    return Worker(kb, encoder, reader, owner="test", review=review)  # type: ignore[arg-type]


def lease(kb: KnowledgeBase, owner: str = "test") -> Job:
    job = kb.lease(owner)
    assert job is not None
    return job


class TestAnUpload:
    def test_becomes_a_ready_version_with_passages(self, kb: KnowledgeBase) -> None:
        """Its text, passages, warnings and vectors are all there at once."""
        queued = upload(kb, "退货.txt", "# 退货\n七天内可以退货。\n# 运费\n满99元免运费。")

        version = worker_for(kb).run_once()

        assert version is not None
        assert (version.status, version.passages, version.live) == (VersionStatus.READY, 2, True)
        assert version.warnings == ("一条提示",)
        passages = kb.passages(queued.document_id)
        assert [passage.heading for passage in passages] == [("退货",), ("运费",)]
        assert passages[1].context == "退货 > 运费"
        assert kb.text(queued.document_id, 1)[passages[1].start : passages[1].end] == "满99元免运费。"

    def test_of_questions_and_answers_becomes_pairs(self, kb: KnowledgeBase) -> None:
        """Approved at once, because a person wrote them."""
        upload(kb, "问答.csv", "能退吗=能\n要运费吗=不要", DocumentKind.QA)

        worker_for(kb).run_once()

        assert [(pair.question, pair.answer) for pair in kb.pairs(status=QAStatus.APPROVED)] == [
            ("能退吗", "能"),
            ("要运费吗", "不要"),
        ]

    def test_of_questions_and_answers_is_looked_at_before_it_is_published(self, kb: KnowledgeBase) -> None:
        """What the review says is told with the version."""
        seen: list[tuple[str, int]] = []

        def review(version: DocumentVersion, prepared: PreparedVersion) -> list[str]:
            seen.append((version.name, len(prepared.pairs)))
            assert kb.pairs() == []
            return ["两条重复"]

        upload(kb, "问答.csv", "能退吗=能\n要运费吗=不要", DocumentKind.QA)
        version = worker_for(kb, review=review).run_once()

        assert version is not None
        assert version.warnings == ("两条重复",)
        assert seen == [("问答.csv", 2)]

    def test_is_published_when_its_review_fails(self, kb: KnowledgeBase) -> None:
        """Warnings are a help and no condition."""

        def review(_version: DocumentVersion, _prepared: PreparedVersion) -> list[str]:
            raise StorageError("No neighbours today.")

        upload(kb, "问答.csv", "能退吗=能", DocumentKind.QA)
        version = worker_for(kb, review=review).run_once()

        assert version is not None
        assert version.status is VersionStatus.READY
        assert len(kb.pairs()) == 1

    def test_of_a_name_that_exists_encodes_only_what_changed(self, kb: KnowledgeBase) -> None:
        """Unchanged passages keep their vectors."""
        encoder = CountingEncoder()
        worker = worker_for(kb, encoder=encoder)
        upload(kb, "a.txt", "# 退货\n七天。\n# 运费\n免费。")
        worker.run_once()
        encoder.encoded.clear()

        upload(kb, "a.txt", "# 退货\n十天。\n# 运费\n免费。")
        version = worker.run_once()

        assert version is not None
        assert (version.number, version.status) == (2, VersionStatus.READY)
        assert encoder.encoded == ["a > 退货\n十天。"]

    def test_reports_progress_to_its_end(self, kb: KnowledgeBase) -> None:
        """A terminal bar can be drawn from it."""
        upload(kb, "a.txt", "七天内可以退货。")
        heard: list[float] = []

        worker_for(kb).process(lease(kb), progress=heard.append)

        assert heard == sorted(heard)
        assert heard[-1] >= 0.9

    def test_reports_progress_with_the_others(self, kb: KnowledgeBase) -> None:
        """Of several uploads each says which one it is."""
        for name in ("a.txt", "b.txt"):
            upload(kb, name, f"{name} 的内容。")
        heard: list[str] = []

        worker_for(kb).run_all(progress=lambda version, _share: heard.append(version.name))

        assert heard == sorted(heard)
        assert set(heard) == {"a.txt", "b.txt"}


class TestABadFile:
    def test_fails_with_the_parsers_reason(self, kb: KnowledgeBase) -> None:
        """The person who uploaded it reads why."""
        upload(kb, "bad.pdf", "!加密的文件")

        version = worker_for(kb).run_once()

        assert version is not None
        assert (version.status, version.reason) == (VersionStatus.FAILED, "读不了：加密的文件")

    def test_without_text_fails_and_says_so(self, kb: KnowledgeBase) -> None:
        """An empty document would be ready and never found."""
        upload(kb, "blank.txt", "   \n ")

        version = worker_for(kb).run_once()

        assert version is not None
        assert version.status is VersionStatus.FAILED
        assert "no readable text" in (version.reason or "")

    def test_doesnt_keep_the_next_one_from_being_read(self, kb: KnowledgeBase) -> None:
        """Each file stands for itself."""
        upload(kb, "bad.pdf", "!坏")
        upload(kb, "good.txt", "好的。")
        done: list[DocumentVersion] = []

        worker_for(kb).run_all(done=done.append)

        assert [version.status for version in done] == [VersionStatus.FAILED, VersionStatus.READY]

    def test_that_trips_a_bug_of_ours_fails_with_a_general_reason(
        self, kb: KnowledgeBase, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The traceback is in the log, not in front of the person."""

        def trip(_name: str) -> None:
            raise RuntimeError("secret detail")

        upload(kb, "a.txt", "内容")
        with caplog.at_level(logging.ERROR):
            version = worker_for(kb, reader=LineReader(trip)).run_once()

        assert version is not None
        assert version.status is VersionStatus.FAILED
        assert "secret detail" not in (version.reason or "")
        assert "secret detail" in caplog.text

    def test_whose_vectors_are_wrong_fails_and_stores_nothing(self, kb: KnowledgeBase) -> None:
        """A broken encoder can't poison the index."""

        class Broken(FakeEncoder):
            def encode_passage_tokens(self, texts: Sequence[str], /) -> tuple[Vectors, list[bytes]]:
                return np.full((len(texts), 64), np.nan, dtype=np.float32), [b""] * len(texts)

        upload(kb, "a.txt", "内容")

        version = worker_for(kb, encoder=Broken()).run_once()

        assert version is not None
        assert version.status is VersionStatus.FAILED
        assert kb.counts().vectors == 0


class TestAChangeMeanwhile:
    def test_deleting_the_document_ends_the_job_quietly(self, kb: KnowledgeBase) -> None:
        """Nothing of it comes back, and the caller gets a failed version that says so."""
        queued = upload(kb, "a.txt", "七天内可以退货。")
        encoder = CountingEncoder(before=lambda: kb.delete(queued.document_id))

        version = worker_for(kb, encoder=encoder).run_once()

        assert version is not None
        assert version.status is VersionStatus.FAILED
        assert "deleted" in (version.reason or "")
        assert kb.documents() == []
        assert kb.counts().vectors == 0

    def test_deleting_another_document_with_the_same_text_only_costs_the_encoder(self, kb: KnowledgeBase) -> None:
        """The shared vector that went with it is computed again, and the version is published."""
        worker = worker_for(kb)
        twin = upload(kb, "a.txt", "# 退货\n七天内可以退货。")
        worker.run_once()
        queued = upload(kb, "a.md", "# 退货\n七天内可以退货。\n# 新\n新的一段。")
        once = iter([lambda: kb.delete(twin.document_id)])
        encoder = CountingEncoder(before=lambda: next(once, lambda: None)())

        version = worker_for(kb, encoder=encoder).run_once()

        assert version is not None
        assert version.status is VersionStatus.READY
        assert encoder.encoded == ["a > 新\n新的一段。", "a > 退货\n七天内可以退货。", "a > 新\n新的一段。"]
        assert len(kb.passages(queued.document_id)) == 2

    def test_a_job_taken_over_by_another_worker_is_left_to_it(self, kb: KnowledgeBase) -> None:
        """Only one of two results is published."""
        queued = upload(kb, "a.txt", "七天内可以退货。")
        job = kb.lease("slow", seconds=0)
        assert job is not None
        worker_for(kb).process(lease(kb, "fast"))

        version = worker_for(kb).process(job)

        assert version.status is VersionStatus.READY
        assert len(kb.passages(queued.document_id)) == 1

    def test_an_interrupt_gives_the_job_back(self, kb: KnowledgeBase) -> None:
        """Ctrl-C in a terminal: the next run takes the file up again, at once."""

        def interrupt(_share: float) -> None:
            raise KeyboardInterrupt

        upload(kb, "a.txt", "七天内可以退货。")
        with pytest.raises(KeyboardInterrupt):
            worker_for(kb).process(lease(kb), progress=interrupt)

        again = kb.lease("other")

        assert again is not None
        assert again.attempts == 1

    def test_a_failing_database_gives_the_job_back(self, kb: KnowledgeBase) -> None:
        """It may not be the file's fault, so the file doesn't fail; but it isn't tried for ever either."""

        def fail() -> None:
            raise StorageError("the disk is full")

        queued = upload(kb, "a.txt", "七天内可以退货。")
        worker = worker_for(kb, encoder=CountingEncoder(before=fail))
        for _ in range(3):
            with pytest.raises(StorageError):
                worker.run_once()
            assert kb.version(queued.document_id, 1).status is VersionStatus.PROCESSING

        assert worker.run_once() is None
        assert kb.version(queued.document_id, 1).status is VersionStatus.FAILED


class TestALongJob:
    def test_keeps_its_lease(self, kb: KnowledgeBase) -> None:
        """However long the encoder takes, nobody else may take the version."""
        upload(kb, "a.txt", "七天内可以退货。")
        seen: list[Job | None] = []

        def wait() -> None:
            time.sleep(0.5)
            seen.append(kb.lease("other"))

        worker = Worker(kb, CountingEncoder(before=wait), LineReader(), owner="test", lease_s=0.3)

        version = worker.run_once()

        assert version is not None
        assert (version.status, seen) == (VersionStatus.READY, [None])


class TestRunningForever:
    def run(self, worker: Worker, until: Callable[[], bool]) -> None:
        stop = threading.Event()
        thread = threading.Thread(target=worker.run_forever, args=[stop])
        thread.start()
        deadline = time.monotonic() + 10
        while not until() and time.monotonic() < deadline:
            time.sleep(0.01)
        stop.set()
        worker.wake()
        thread.join(timeout=10)
        assert not thread.is_alive()

    def test_takes_up_what_comes_and_ends_when_told(self, kb: KnowledgeBase) -> None:
        """An upload is processed soon after it was accepted."""
        worker = worker_for(kb)
        queued: list[DocumentVersion] = []

        def ready() -> bool:
            if not queued:
                queued.append(upload(kb, "a.txt", "七天内可以退货。"))
                worker.wake()
            return kb.version(queued[0].document_id, 1).status is VersionStatus.READY

        self.run(worker, ready)

        assert kb.version(queued[0].document_id, 1).status is VersionStatus.READY

    def test_reads_the_next_file_while_the_encoder_works(self, kb: KnowledgeBase) -> None:
        """Parsing costs no wall time of its own."""
        for name in ("a.txt", "b.txt"):
            upload(kb, name, f"{name} 的内容。")
        reader = LineReader()
        read_meanwhile: list[list[str]] = []

        def watch() -> None:
            time.sleep(0.2)
            read_meanwhile.append(list(reader.read))

        worker_for(kb, reader=reader, encoder=CountingEncoder(before=watch)).run_all()

        assert read_meanwhile[0] == ["a.txt", "b.txt"]

    def test_holds_no_lease_on_the_file_it_reads_ahead(self, kb: KnowledgeBase) -> None:
        """A document that takes the process down uses up its own attempts, not those of the next one."""
        for name in ("a.txt", "b.txt"):
            upload(kb, name, f"{name} 的内容。")
        waiting: list[int] = []

        def look() -> None:
            job = kb.lease("other")
            if job is not None:
                waiting.append(job.attempts)
                kb.release(job)

        worker_for(kb, encoder=CountingEncoder(before=look)).run_all()

        assert waiting == [1]

    def test_gives_back_what_it_has_begun(self, kb: KnowledgeBase) -> None:
        """Another worker can go on at once, and the interruption doesn't count against the file."""
        upload(kb, "a.txt", "内容。")
        upload(kb, "b.txt", "内容。")
        begun = threading.Event()

        def dawdle() -> None:
            begun.set()
            time.sleep(0.2)

        self.run(worker_for(kb, encoder=CountingEncoder(before=dawdle)), begun.is_set)

        jobs = [kb.lease("other"), kb.lease("other")]
        assert [job.attempts for job in jobs if job] == [1, 1]

    def test_recovers_what_a_dead_worker_of_its_name_held(self, kb: KnowledgeBase) -> None:
        """After a crash nothing waits for a lease to run out."""
        queued = upload(kb, "a.txt", "内容。")
        lease(kb)

        self.run(worker_for(kb), lambda: kb.version(queued.document_id, 1).status is VersionStatus.READY)

        assert kb.version(queued.document_id, 1).status is VersionStatus.READY
