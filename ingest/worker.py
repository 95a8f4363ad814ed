"""The worker: takes queued versions and makes each of them ready, or failed with a reason."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Protocol, Self

from core.errors import (
    Conflict,
    ModelError,
    NotFound,
    ParseFailed,
    StorageError,
    TooLarge,
    UnsupportedFormat,
    ZhidaError,
)
from core.types import DocumentKind, DocumentVersion, VersionStatus
from ingest.context import document_title
from ingest.duplicates import collapse_blocks, collapse_passages
from ingest.embedding import embed
from ingest.leases import LEASE_S, Lease
from ingest.masking import MASKED, masked_lines, without_personal_data
from ingest.parsed import ParsedDocument
from ingest.reasons import Reason, refusal
from ingest.splitting import Sizes, SplitDocument, split
from kb.prepared import PreparedVersion
from kb.records import Job
from kb.store import KnowledgeBase
from models.encoder import Encoder
from nlu.personal_data.finder import PersonalDataRecogniser
from nlu.personal_data.masking import Finder

_log = logging.getLogger(__name__)

PARSED: Final = 0.05
SPLIT: Final = 0.1
EMBEDDED: Final = 0.95
"""Progress at the end of each step. Nearly all the time goes into the encoder."""

POLL_S: Final = 0.5
"""Seconds after which an idle worker looks for uploads of other processes. Its own process calls `wake`."""

PAUSE_S: Final = 15.0
"""Seconds to wait after the database or disk failed, before trying again. A document has three attempts."""

UNEXPECTED: Final = (
    "处理文件时发生意外错误，详情已写入日志。请重新上传，或联系管理员。 "
    "Something unexpected went wrong with this file; the details are in the log. "
    "Upload it again, or tell your administrator."
)
DELETED: Final = "文档在处理过程中已被删除。 The document was deleted while it was being processed."

UNREADABLE: Final = (ParseFailed, UnsupportedFormat, TooLarge, ModelError)
"""Errors whose message is a reason for the person who uploaded the file."""

Progress = Callable[[float], None]


def unheard(_progress: float) -> None:
    """Where progress goes that nobody watches; the knowledge base records it all the same."""


class FileReader(Protocol):
    """Reads a file that may be hostile; `ingest.sandbox.Sandbox` is one."""

    def parse(self, path: Path, name: str, *, kind: DocumentKind | None = None) -> ParsedDocument:
        """The clean content of the file. What it can't read it refuses with a reason for its uploader."""
        ...


Review = Callable[[DocumentVersion, PreparedVersion], Sequence[str]]
"""Says what a person should know about a version that is about to be published."""


def nothing_to_say(_version: DocumentVersion, _prepared: PreparedVersion) -> Sequence[str]:
    """A review without remarks."""
    return ()


class _Stopped(Exception):
    """The work on a job was given up because the worker is stopping."""


@dataclass(frozen=True, slots=True)
class _Started:
    """A job in our hands whose file is being read."""

    lease: Lease
    parsed: Future[ParsedDocument]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.lease.close()


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A version whose turn comes next, and whose file is already being read."""

    version: DocumentVersion
    parsed: Future[ParsedDocument]


class Worker:
    """Parses, splits, embeds and publishes versions, one after another.

    While one document is in the encoder, the next file is already read in the sandbox.
    One thread calls `process`, `run_once`, `run_all` or `run_forever`; `wake` is for any thread.
    """

    def __init__(
        self,
        kb: KnowledgeBase,
        encoder: Encoder,
        sandbox: FileReader,
        *,
        owner: str,
        lease_s: float = LEASE_S,
        review: Review = nothing_to_say,
        personal_data: Finder | None = None,
    ) -> None:
        """`owner` names this worker in its leases. No two running workers may share it.

        `review` looks at a version before it is published; what it says becomes the version's warnings.
        `personal_data` finds what is hidden in past tickets; without one the rules alone do.
        """
        self._kb = kb
        self._encoder = encoder
        self._sandbox = sandbox
        self._owner = owner
        self._lease_s = lease_s
        self._review = review
        self._personal_data = personal_data or PersonalDataRecogniser()
        self._awake = threading.Event()

    def process(self, job: Job, *, progress: Progress = unheard) -> DocumentVersion:
        """Make the job's version ready, or failed with a reason. A bad file never raises.

        If the version was deleted meanwhile, it is returned as failed; if somebody else has taken
        it over, as it stands now. In both cases nothing is changed.

        Raises:
            StorageError: the database or disk failed; the job is given back, and fails after three attempts.
        """
        with self._start(job) as started:
            return self._finish(started, progress)

    def run_once(self) -> DocumentVersion | None:
        """Process the oldest waiting version; `None` if there is none. Raises as `process` does."""
        job = self._kb.lease(self._owner, seconds=self._lease_s)
        return None if job is None else self.process(job)

    def run_all(
        self,
        *,
        done: Callable[[DocumentVersion], None] = lambda _: None,
        progress: Callable[[DocumentVersion, float], None] = lambda _version, _share: None,
    ) -> int:
        """Process until nothing waits. Returns how many.

        `progress` is called with the version at work and the share that is done, `done` with each result.

        Raises:
            StorageError: the database or disk failed; what was begun is given back.
        """
        finished = 0
        for version in self._run(threading.Event(), progress):
            done(version)
            finished += 1
        return finished

    def run_forever(self, stop: threading.Event) -> None:
        """Process whatever comes until `stop` is set; a job that is then unfinished goes back to the queue.

        Also takes back what an earlier worker of this name held when it died. An idle worker
        notices `stop` within the poll, or at once with `wake`.
        """
        recovered = False
        while not stop.is_set():
            try:
                if not recovered:
                    self._kb.release_all(self._owner)
                    self._mask_kept_files()
                    recovered = True
                for _ in self._run(stop):
                    pass
                self._awake.wait(POLL_S)
                self._awake.clear()
            except Exception:  # noqa: BLE001 - logged whole; a worker that died would let uploads wait for ever
                _log.exception("ingest pauses for %g s", PAUSE_S)
                stop.wait(PAUSE_S)

    def wake(self) -> None:
        """Look for work now. Call it after accepting an upload."""
        self._awake.set()

    def _run(
        self, stop: threading.Event, progress: Callable[[DocumentVersion, float], None] = lambda _version, _share: None
    ) -> Iterator[DocumentVersion]:
        """Process jobs until none is left or `stop` is set. Whatever happens, nothing stays leased."""

        def heed(version: DocumentVersion, share: float) -> None:
            if stop.is_set():
                raise _Stopped
            progress(version, share)

        ahead: list[_Ahead] = []
        try:
            while not stop.is_set() and (started := self._start_next(ahead)) is not None:
                with started:
                    report = partial(heed, started.lease.job.version)
                    version = self._finish(started, report, read_ahead=partial(self._read_ahead, ahead))
                yield version
        except _Stopped:
            _log.info("ingest stops; what it had begun goes back to the queue")

    def _start_next(self, ahead: list[_Ahead]) -> _Started | None:
        """The version that was read ahead, if it is still waiting; else the oldest that is."""
        while ahead:
            known = ahead.pop()
            only = (known.version.document_id, known.version.number)
            job = self._kb.lease(self._owner, seconds=self._lease_s, version=only)
            if job is not None:
                return _Started(Lease(self._kb, job, seconds=self._lease_s).start(), known.parsed)
        job = self._kb.lease(self._owner, seconds=self._lease_s)
        return None if job is None else self._start(job)

    def _read_ahead(self, ahead: list[_Ahead]) -> None:
        """Begin to read the file whose turn comes next.

        Its lease is given back at once: if the present document takes the process down, that must
        not count as an attempt of the next one.
        """
        job = self._kb.lease(self._owner, seconds=self._lease_s)
        if job is None:
            return
        try:
            self._kb.release(job)
        except Conflict:
            return  # deleted just now
        ahead.append(_Ahead(job.version, self._read(job)))

    def _start(self, job: Job) -> _Started:
        """Hold the lease and read the file."""
        return _Started(Lease(self._kb, job, seconds=self._lease_s).start(), self._read(job))

    def _read(self, job: Job) -> Future[ParsedDocument]:
        """Read the file in a thread; the sandbox does the work in its own process."""
        parsed: Future[ParsedDocument] = Future()

        def read() -> None:
            try:
                path = self._kb.blob_path(job.version)
                parsed.set_result(self._sandbox.parse(path, job.version.name, kind=job.kind))
            except BaseException as error:  # noqa: BLE001 - raised again by whoever asks for the result
                parsed.set_exception(error)

        threading.Thread(target=read, name="zhida-parse", daemon=True).start()
        return parsed

    def _finish(
        self, started: _Started, progress: Progress, *, read_ahead: Callable[[], None] = lambda: None
    ) -> DocumentVersion:
        lease = started.lease
        begun = time.monotonic()

        def report(share: float) -> None:
            progress(share)
            lease.report(share)

        try:
            document = without_personal_data(_result(started.parsed, report), self._personal_data)
            read_ahead()
            version = self._publish(lease.job, document, report)
            version = self._keep_masked(version, document)
        except UNREADABLE as error:
            version = self._fail(lease.job, str(error))
        except Conflict:
            version = self._gone(lease.job)
        except _Stopped:
            raise
        except StorageError:
            lease.count()  # it may be this document that the database can't take
            raise
        except Exception:  # noqa: BLE001 - logged whole; this file fails, the next one goes on
            _log.exception("processing %r failed unexpectedly", lease.job.version.name)
            version = self._fail(lease.job, UNEXPECTED)
        lease.finish()
        seconds = time.monotonic() - begun
        _log.info("%r: %s, %d passages, %.1f s", version.name, version.status, version.passages, seconds)
        return version

    def _keep_masked(self, version: DocumentVersion, document: ParsedDocument) -> DocumentVersion:
        """Of past tickets only what was read is kept, masked: nothing needs the file as it came any more."""
        if version.status is not VersionStatus.READY or document.kind is not DocumentKind.TICKETS:
            return version
        try:
            return self._kb.keep_instead(version, masked_lines(document), media_type=MASKED)
        except NotFound:
            return version  # deleted just now, file and all
        except StorageError:
            _log.exception("the file of %r stays as it came until the next start", version.name)
            return version

    def _mask_kept_files(self) -> None:
        """What an older Zhida, or one that died, has left as it came is masked now."""
        for known in self._kb.documents():
            if known.kind is not DocumentKind.TICKETS:
                continue
            for version in self._kb.versions(known.document_id):
                if version.status is not VersionStatus.READY or version.media_type.startswith(MASKED):
                    continue
                try:
                    read = self._sandbox.parse(self._kb.blob_path(version), version.name, kind=DocumentKind.TICKETS)
                    self._keep_masked(version, without_personal_data(read, self._personal_data))
                except ZhidaError:
                    _log.exception("the file of %r couldn't be masked and stays as it came", version.name)

    def _publish(self, job: Job, document: ParsedDocument, report: Progress) -> DocumentVersion:
        report(PARSED)
        content = self._split(document, job.version.name)
        report(SPLIT)
        try:
            return self._kb.publish(job, self._reviewed(job, self._prepared(document, content, report)))
        except Conflict:
            # If the job is still ours, a vector that this version shares with a deleted document is
            # gone since we looked; then it is computed like the others. If not, this raises again.
            self._kb.renew(job, progress=EMBEDDED, seconds=self._lease_s)
            return self._kb.publish(job, self._reviewed(job, self._prepared(document, content, report)))

    def _reviewed(self, job: Job, prepared: PreparedVersion) -> PreparedVersion:
        """The version with what the review says. A review that fails keeps nobody from publishing."""
        if not prepared.pairs:
            return prepared
        try:
            more = self._review(job.version, prepared)
        except ZhidaError:
            _log.exception("the Q&A pairs of %r were published without being compared with others", job.version.name)
            return prepared
        return replace(prepared, warnings=(*prepared.warnings, *more))

    def _split(self, document: ParsedDocument, name: str) -> SplitDocument:
        content = split(
            collapse_blocks(document),
            title=document_title(document.title, name),
            count_tokens=self._encoder.count_tokens,
            sizes=Sizes.within(self._encoder.max_tokens),
        )
        if not content.passages:
            raise refusal(Reason.NO_TEXT)
        if content.pairs:
            return content
        return replace(content, passages=collapse_passages(content.passages))

    def _prepared(self, document: ParsedDocument, content: SplitDocument, report: Progress) -> PreparedVersion:
        vectors = embed(
            content,
            known=self._kb,
            encoder=self._encoder,
            report=lambda share: report(SPLIT + share * (EMBEDDED - SPLIT)),
        )
        return PreparedVersion(
            kind=document.kind,
            text=content.text,
            passages=content.passages,
            pairs=content.pairs,
            warnings=(*document.warnings, *content.warnings),
            encoder_key=self._encoder.identity.key,
            passage_vectors=vectors.passages,
            question_vectors=vectors.questions,
            tokens=vectors.tokens,
        )

    def _fail(self, job: Job, reason: str) -> DocumentVersion:
        try:
            return self._kb.fail(job, reason)
        except Conflict:
            return self._gone(job)

    def _gone(self, job: Job) -> DocumentVersion:
        """The version as it stands now that it isn't ours any more."""
        _log.info("%r was deleted or taken over while in progress", job.version.name)
        try:
            return self._kb.version(job.version.document_id, job.version.number)
        except NotFound:
            return replace(job.version, status=VersionStatus.FAILED, reason=DELETED)


def _result(parsed: Future[ParsedDocument], report: Progress) -> ParsedDocument:
    """What the sandbox made of the file; meanwhile looks up now and then whether it is still wanted."""
    while True:
        try:
            return parsed.result(timeout=POLL_S)
        except TimeoutError:
            report(0.0)
