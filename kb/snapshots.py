"""Saved indexes on disk: immutable folders whose SHA-256 stands in SQL, and private working folders.

Under the index folder lie

- `<name>-<sequence>-<sha12>/`: one generation of one index. It is written elsewhere, synced and
  renamed into place, and never changed afterwards.
- `work-…/` with `work-….lock`: the working folder of a process that is running. Those of dead
  processes are removed by the next one that starts.
- `.lock`: held while somebody reads, adds or removes a generation.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from core.errors import IndexCorrupt, StorageError
from core.files import sync

WORK: Final = "work-"
LOCK: Final = ".lock"
LOCK_TIMEOUT_S: Final = 60.0
GENERATIONS_KEPT: Final = 2
"""The recorded generation and the one before it, which another process may be about to read."""

BLOCK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Generation:
    """A saved index: the name of its folder and the SHA-256 over its files."""

    folder: str
    sha256: str


def manifest_sha256(files: Mapping[str, str]) -> str:
    """SHA-256 over the sorted names of files with the SHA-256 of each."""
    lines = (f"{sha256}  {name}\n" for name, sha256 in sorted(files.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def folder_sha256(folder: Path) -> str:
    """SHA-256 over the names and contents of a folder's files. Raises `IndexCorrupt` when it is missing."""
    return manifest_sha256({file.name: _digest(file) for file in _files(folder)})


def read_verified(folder: Path, sha256: str) -> dict[str, bytearray]:
    """The files of a folder by name, each read once and held once, since one may have a gigabyte.

    Raises:
        IndexCorrupt: they aren't the ones with this hash.
    """
    files = {file.name: _content(file) for file in _files(folder)}
    _compare({name: hashlib.sha256(content).hexdigest() for name, content in files.items()}, folder, sha256)
    return files


def copy_verified(folder: Path, target: Path, sha256: str) -> None:
    """Copy the files of a folder into a new one, hashing what is written.

    Raises:
        IndexCorrupt: they aren't the ones with this hash; the target is removed again.
    """
    target.mkdir(parents=True)
    try:
        _compare({file.name: _copy(file, target / file.name) for file in _files(folder)}, folder, sha256)
    except IndexCorrupt:
        shutil.rmtree(target)
        raise


class SnapshotFolder:
    """The folder that holds the generations of every index, shared by all processes of one installation."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, generation: str) -> Path:
        """Where a generation lies or would lie. Raises `IndexCorrupt` for a name that leaves the folder."""
        if generation in {"", ".", ".."} or Path(generation).name != generation:
            raise IndexCorrupt(f"{generation!r} isn't the name of a saved index. Run `zhida reindex`.")
        return self._folder / generation

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from adding and removing generations. The folder is made if need be.

        Raises:
            StorageError: the folder can't be used, or another process holds it too long.
        """
        with _translated():
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self._folder / LOCK, timeout=LOCK_TIMEOUT_S)
            try:
                lock.acquire()
            except Timeout:
                raise StorageError(
                    "Another process has held the index folder for a minute. Wait for it to end, or stop it."
                ) from None
        try:
            with _translated():
                yield
        finally:
            lock.release()

    def write(self, name: str, sequence: int, fill: Callable[[Path], None], *, work: Path) -> Generation:
        """Save a generation durably. `fill` writes the files into an empty folder made below `work`.

        Raises:
            StorageError: the disk refused; no generation was added.
        """
        with _translated():
            fresh = work / f"new-{secrets.token_hex(8)}"
            fresh.mkdir()
            fill(fresh)
            for file in _files(fresh):
                sync(file)
            sync(fresh)
            sha256 = folder_sha256(fresh)
            generation = Generation(f"{name}-{sequence}-{sha256[:12]}", sha256)
            with self.locked():
                shutil.rmtree(self.path(generation.folder), ignore_errors=True)  # of the same content, or damaged
                fresh.rename(self.path(generation.folder))
                sync(self._folder)
        return generation

    def prune(self, name: str, *, keep: str) -> None:
        """Remove old generations of an index: all but `keep` and the newest before it."""
        with self.locked():
            pattern = re.compile(rf"{re.escape(name)}-\d+-[0-9a-f]{{12}}")
            found = [path for path in self._folder.iterdir() if pattern.fullmatch(path.name) and path.name != keep]
            found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
            for path in found[GENERATIONS_KEPT - 1 :]:
                shutil.rmtree(path)


class WorkFolder:
    """A private folder of one process, removed when the process closes it or, if it died, by the next one."""

    def __init__(self, shared: SnapshotFolder, parent: Path) -> None:
        self._shared = shared
        self._name = f"{WORK}{secrets.token_hex(8)}"
        self._parent = parent
        self._lock = FileLock(parent / f"{self._name}{LOCK}", thread_local=False)

    @property
    def path(self) -> Path:
        """The folder itself."""
        return self._parent / self._name

    def open(self) -> None:
        """Make the folder, and remove those whose process has died."""
        with self._shared.locked():
            for lock in self._parent.glob(f"{WORK}*{LOCK}"):
                _remove_if_dead(lock)
            self._lock.acquire()
            self.path.mkdir(mode=0o700)

    def close(self) -> None:
        """Remove the folder. Nothing happens when it isn't open."""
        if not self._lock.is_locked:
            return
        with self._shared.locked():
            shutil.rmtree(self.path, ignore_errors=True)
            self._lock.release()
            Path(self._lock.lock_file).unlink(missing_ok=True)


def _remove_if_dead(path: Path) -> None:
    """A process holds its lock as long as it lives; the caller holds the shared one, so none is just starting."""
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return
    shutil.rmtree(path.with_suffix(""), ignore_errors=True)
    path.unlink(missing_ok=True)
    lock.release()


def _files(folder: Path) -> list[Path]:
    try:
        found = sorted(folder.iterdir())
    except OSError as error:
        raise IndexCorrupt(
            f"The saved index {folder.name!r} can't be read. It is rebuilt from the database."
        ) from error
    if not all(path.is_file() and not path.is_symlink() for path in found):
        raise IndexCorrupt(f"The saved index {folder.name!r} holds more than files. It is rebuilt from the database.")
    return found


def _blocks(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as opened:
            while block := opened.read(BLOCK_BYTES):
                yield block
    except OSError as error:
        raise IndexCorrupt(
            f"The saved index {file.parent.name!r} can't be read. It is rebuilt from the database."
        ) from error


def _content(file: Path) -> bytearray:
    content = bytearray(file.stat().st_size)
    at = 0
    for block in _blocks(file):
        content[at : at + len(block)] = block
        at += len(block)
    return content


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    for block in _blocks(file):
        digest.update(block)
    return digest.hexdigest()


def _copy(file: Path, target: Path) -> str:
    """Copy a file and return the SHA-256 of what was written."""
    digest = hashlib.sha256()
    with target.open("xb") as copy:
        for block in _blocks(file):
            digest.update(block)
            copy.write(block)
    return digest.hexdigest()


def _compare(files: Mapping[str, str], folder: Path, sha256: str) -> None:
    if manifest_sha256(files) != sha256:
        raise IndexCorrupt(
            f"The saved index {folder.name!r} isn't the one that was recorded. It is rebuilt from the database."
        )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"The index folder can't be written ({error.strerror or type(error).__name__}). "
            "Check its permissions and free space."
        ) from error
