"""Uploaded files, stored under the SHA-256 of their content."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final

from core.errors import InvalidInput, NotFound, StorageError, TooLarge
from core.files import sync

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_STAGED: Final = ".upload-"
MEBIBYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file: its SHA-256 in hex and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that is on the disk but not yet under its name."""

    blob: Blob
    path: Path


class BlobStore:
    """Files by the hash of their content, in one folder that is made at the first write.

    A file is written beside its place, synced, renamed and the folder synced, so it is either
    there whole or not at all, also after a power cut.
    """

    def __init__(self, folder: Path, *, max_bytes: int, advice: str = "Split it and try again.") -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._advice = advice
        """What whoever sent a file that is too large can do."""

    def write(self, chunks: Iterable[bytes]) -> Blob:
        """Store a file and return when it is durable. The same content again changes nothing.

        Raises:
            TooLarge: it has more than `max_bytes`; the rest isn't read.
            InvalidInput: it is empty.
            StorageError: the disk refused. In each case no trace of the file is left.
        """
        with self.staged(chunks) as staged:
            self.keep(staged)
            return staged.blob

    @contextmanager
    def staged(self, chunks: Iterable[bytes]) -> Iterator[Staged]:
        """Write and sync a file that `keep` can then put in place; leaving without `keep` removes it.

        Raises as `write` does.
        """
        with _translated():
            self._make_folder()
            descriptor, name = tempfile.mkstemp(prefix=_STAGED, dir=self._folder)
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as file:  # nothing is left to fail on closing
                staged = Staged(self._copy(chunks, file), path)
            yield staged
        finally:
            with _translated():
                path.unlink(missing_ok=True)

    def keep(self, staged: Staged) -> None:
        """Put a staged file in its place, durably. Replaces an equal one that is there already."""
        with _translated():
            staged.path.replace(self.path(staged.blob.sha256))
            sync(self._folder)

    def path(self, sha256: str) -> Path:
        """Where the file with this hash lies or would lie.

        Raises:
            NotFound: this isn't a SHA-256 in hex.
        """
        if not _SHA256.fullmatch(sha256):
            raise NotFound("file", sha256)
        return self._folder / sha256

    def remove(self, sha256: str) -> None:
        """Delete a file, durably; nothing happens when it isn't there."""
        with _translated():
            self.path(sha256).unlink(missing_ok=True)
            if self._folder.exists():
                sync(self._folder)

    def stored(self, *, older_than_s: float = 0.0) -> list[str]:
        """Hashes of the files that were last written at least so many seconds ago."""
        with _translated():
            return sorted(path.name for path in self._aged(older_than_s) if _SHA256.fullmatch(path.name))

    def sweep_staged(self, *, older_than_s: float) -> int:
        """Remove what an interrupted upload left behind so many seconds ago. Returns how many."""
        with _translated():
            leftovers = [path for path in self._aged(older_than_s) if path.name.startswith(_STAGED)]
            for path in leftovers:
                path.unlink(missing_ok=True)
            return len(leftovers)

    def _make_folder(self) -> None:
        if not self._folder.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            sync(self._folder.parent)

    def _aged(self, older_than_s: float) -> list[Path]:
        if not self._folder.exists():
            return []
        newest = time.time() - older_than_s
        with os.scandir(self._folder) as entries:
            return [Path(entry.path) for entry in entries if entry.is_file() and entry.stat().st_mtime <= newest]

    def _copy(self, chunks: Iterable[bytes], file: FileIO) -> Blob:
        digest, size = hashlib.sha256(), 0
        for chunk in chunks:
            size += len(chunk)
            if size > self._max_bytes:
                raise TooLarge(f"The file has more than {self._max_bytes / MEBIBYTE:g} MiB. {self._advice}")
            digest.update(chunk)
            _write(file, chunk)
        if size == 0:
            raise InvalidInput("The file is empty. Check it and upload it again.")
        with _translated():
            os.fsync(file.fileno())
        return Blob(digest.hexdigest(), size)


def _write(file: FileIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    with _translated():
        while rest:
            rest = rest[file.write(rest) :]


@contextmanager
def _translated() -> Iterator[None]:
    """Say what the disk refused, without the server's paths."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise StorageError(
            f"The file couldn't be written: {reason}. Make room or mend the disk, then try again."
        ) from error
