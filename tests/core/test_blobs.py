"""The files beside the database."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.blobs import Blob, BlobStore
from core.errors import InvalidInput, NotFound, StorageError, TooLarge

HASH = hashlib.sha256(b"abcdef").hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "blobs"


@pytest.fixture
def store(folder: Path) -> BlobStore:
    return BlobStore(folder, max_bytes=10)


class TestAFile:
    def test_is_stored_under_its_hash(self, store: BlobStore, folder: Path) -> None:
        """The name is the SHA-256 of the content, whatever the chunks were."""
        assert store.write([b"abc", b"", b"def"]) == Blob(HASH, 6)

        assert store.path(HASH).read_bytes() == b"abcdef"
        assert os.listdir(folder) == [HASH]

    def test_is_stored_once(self, store: BlobStore, folder: Path) -> None:
        """Equal content is one file."""
        store.write([b"abcdef"])

        assert store.write([b"abc", b"def"]) == Blob(HASH, 6)

        assert os.listdir(folder) == [HASH]

    def test_is_gone_once_removed(self, store: BlobStore, folder: Path) -> None:
        """Removing what isn't there is no error, also before the first file."""
        store.remove(HASH)
        store.write([b"abcdef"])

        store.remove(HASH)
        store.remove(HASH)

        assert os.listdir(folder) == []

    @pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "", HASH.upper(), HASH + "\n", HASH[:-1]])
    def test_has_no_other_name(self, store: BlobStore, name: str) -> None:
        """Only a SHA-256 in hex is ever part of a path."""
        with pytest.raises(NotFound):
            store.path(name)


class TestARefusedFile:
    def test_that_is_too_large_leaves_nothing_and_is_not_read_on(self, store: BlobStore, folder: Path) -> None:
        """Reading stops with the chunk that is over the limit."""
        read: list[int] = []

        def endless() -> Iterator[bytes]:
            for n in range(1000):
                read.append(n)
                yield b"12345"

        with pytest.raises(TooLarge, match="MiB"):
            store.write(endless())

        assert read == [0, 1, 2]
        assert os.listdir(folder) == []

    def test_that_is_empty_leaves_nothing(self, store: BlobStore, folder: Path) -> None:
        """There is nothing to read in it."""
        with pytest.raises(InvalidInput, match="empty"):
            store.write([b"", b""])

        assert os.listdir(folder) == []

    def test_whose_sender_fails_leaves_nothing(self, store: BlobStore, folder: Path) -> None:
        """The sender's own error comes through."""

        def broken() -> Iterator[bytes]:
            yield b"abc"
            raise ConnectionResetError("gone")

        with pytest.raises(ConnectionResetError):
            store.write(broken())

        assert os.listdir(folder) == []

    def test_for_which_there_is_no_folder_says_so_without_its_path(self, tmp_path: Path) -> None:
        """The disk's refusal is a storage error that shows nothing of the server."""
        (tmp_path / "file").write_bytes(b"in the way")

        with pytest.raises(StorageError) as raised:
            BlobStore(tmp_path / "file" / "blobs", max_bytes=10).write([b"abc"])

        assert str(tmp_path) not in str(raised.value)

    def test_that_the_disk_has_no_room_for_leaves_nothing(self, store: BlobStore, folder: Path) -> None:
        """A write that fails halfway is a storage error, and the part is removed."""
        resource = pytest.importorskip("resource")
        signal = pytest.importorskip("signal")
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4, limits[1]))
        try:
            with pytest.raises(StorageError, match="too large"):
                store.write([b"abcdef"])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, handler)

        assert os.listdir(folder) == []


class TestLeftovers:
    def test_of_an_interrupted_upload_are_swept_when_old(self, store: BlobStore, folder: Path) -> None:
        """A part that is still being written stays; stored files are never touched."""
        store.write([b"abcdef"])
        old, fresh = folder / ".upload-old", folder / ".upload-fresh"
        for part in (old, fresh):
            part.write_bytes(b"abc")
        os.utime(old, (time.time() - 7200,) * 2)
        os.utime(store.path(HASH), (time.time() - 7200,) * 2)

        assert store.sweep_staged(older_than_s=3600) == 1

        assert sorted(os.listdir(folder)) == sorted([fresh.name, HASH])

    def test_are_not_listed_as_stored(self, store: BlobStore, folder: Path) -> None:
        """Only whole files count, and by age if asked."""
        assert store.stored() == []
        store.write([b"abcdef"])
        (folder / ".upload-part").write_bytes(b"abc")

        assert store.stored() == [HASH]
        assert store.stored(older_than_s=60) == []
