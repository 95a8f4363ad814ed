"""`zhida ingest`: files and folders into the knowledge base."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from api.commands.session import (
    AsJson,
    FirstDay,
    Home,
    LastDay,
    OwnAudience,
    Session,
    begin,
    day_of,
    harmless,
    progress_bar,
    storage,
)
from core.errors import ZhidaError
from core.types import Audience, DocumentId, DocumentKind, DocumentVersion, VersionStatus

if TYPE_CHECKING:
    from api.composition import Services

CHUNK: Final = 1024 * 1024

POLL_S: Final = 0.2
"""Between two looks at a version that another process works on."""

Days = tuple[date | None, date | None]
"""First day on which a file may be used, and first day on which it may no longer be."""

ALWAYS: Final[Days] = (None, None)

DONE: Final = frozenset({VersionStatus.READY, VersionStatus.FAILED})


@dataclass(frozen=True, slots=True)
class Source:
    """A file to take in, and the name that its document gets."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a file. Its JSON form is a contract."""

    file: str
    document_id: DocumentId | None
    version: int | None
    status: VersionStatus
    reason: str | None
    passages: int
    ms: float
    """Milliseconds since the file before it was finished."""


def ingest(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files, and folders with all that is in them.")],
    audience: OwnAudience = Audience.PUBLIC,
    effective_from: FirstDay = None,
    expires_on: LastDay = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Take files into the knowledge base. The same name again makes a new version of the document."""
    session = begin(context, home, as_json)
    with storage(session) as services:
        days = (day_of(effective_from), day_of(expires_on))
        failed = ingest_paths(session, services, paths, audience=audience, days=days)
    if failed:
        raise typer.Exit(1)


def ingest_paths(
    session: Session,
    services: Services,
    paths: Sequence[Path],
    *,
    audience: Audience,
    kind: DocumentKind | None = None,
    days: Days = ALWAYS,
) -> int:
    """Take the files in, report each as it is finished, and return how many failed."""
    from api.composition import ensure_vectors

    with progress_bar(session.words("更换编码器", "New encoder")) as advance:
        ensure_vectors(services, progress=advance)
    sources = [source for path in paths for source in files_in(path)]
    results: list[Ingested] = []
    with progress_bar(session.words("入库", "Reading")) as advance:
        advance(0, len(sources))

        def report(result: Ingested) -> None:
            results.append(result)
            advance(len(results), len(sources))
            session.show(result, lambda: describe(session, result))

        ingest_files(services, sources, audience=audience, kind=kind, days=days, report=report)
    return sum(result.status is VersionStatus.FAILED for result in results)


def files_in(path: Path) -> Iterator[Source]:
    """The files that a path stands for. A folder's files are named by their way from that folder.

    Hidden files and links are left out of folders; a path that doesn't exist stands for itself, so
    that its failure is reported like any other.
    """
    if not path.is_dir():
        yield Source(path, path.name)
        return
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            file = Path(folder, name)
            if not name.startswith(".") and file.is_file() and not file.is_symlink():
                yield Source(file, file.relative_to(path).as_posix())


def ingest_files(
    services: Services,
    sources: Sequence[Source],
    *,
    audience: Audience,
    kind: DocumentKind | None = None,
    days: Days = ALWAYS,
    report: Callable[[Ingested], None],
) -> None:
    """Take all files in, then work through them; `report` is called with each as it is finished."""
    batch = _Batch(services, report)
    for source in sources:
        batch.accept(source, audience, kind, days)
    batch.process()


class _Batch:
    """Files that were taken in together."""

    def __init__(self, services: Services, report: Callable[[Ingested], None]) -> None:
        self._services = services
        self._report = report
        self._waiting: dict[tuple[DocumentId, int], Source] = {}
        self._began = time.monotonic()

    def accept(self, source: Source, audience: Audience, kind: DocumentKind | None, days: Days) -> None:
        """Store a file; one that is refused, or known already, is reported at once."""
        self._began = time.monotonic()
        try:
            version = _accept(self._services, source, audience, kind, days)
        except (ZhidaError, OSError) as error:
            failed = Ingested(str(source.path), None, None, VersionStatus.FAILED, _reason(error), 0, self._ms())
            self._report(failed)
        else:
            self._waiting[version.document_id, version.number] = source
            self._look(version)

    def process(self) -> None:
        """Work until nothing of the batch waits. What a server took first is waited for."""
        worker = self._services.make_worker(f"command@{socket.gethostname()}:{os.getpid()}")
        self._began = time.monotonic()
        while self._waiting:
            worker.run_all(done=self._look)
            for document_id, number in list(self._waiting):
                self._look(self._services.kb.version(document_id, number))
            if self._waiting:
                time.sleep(POLL_S)

    def _look(self, version: DocumentVersion) -> None:
        if version.status not in DONE:
            return
        source = self._waiting.pop((version.document_id, version.number), None)
        if source is not None:
            done = (version.document_id, version.number, version.status, version.reason, version.passages)
            self._report(Ingested(str(source.path), *done, self._ms()))
        self._began = time.monotonic()

    def _ms(self) -> float:
        return round((time.monotonic() - self._began) * 1000, 1)


def _accept(
    services: Services, source: Source, audience: Audience, kind: DocumentKind | None, days: Days
) -> DocumentVersion:
    from kb.records import Upload

    with source.path.open("rb") as file:
        effective_from, expires_on = days
        upload = Upload(
            name=source.name, audience=audience, kind=kind, effective_from=effective_from, expires_on=expires_on
        )
        return services.kb.accept(upload, iter(lambda: file.read(CHUNK), b""))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"The file can't be read: {error.strerror or type(error).__name__}."
    return str(error)


def describe(session: Session, result: Ingested) -> str:
    """One line for a person."""
    if result.status is VersionStatus.FAILED:
        return harmless(f"✗ {result.file}: {result.reason}")
    counted = session.words(
        f"第 {result.version} 版，{result.passages} 段", f"version {result.version}, {result.passages} passages"
    )
    return harmless(f"✓ {result.file}: {counted} ({result.ms:.0f} ms)")
