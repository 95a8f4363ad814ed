"""Saved indexes: written whole, never changed, read only if they are what was recorded."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from core.errors import IndexCorrupt, StorageError
from kb.snapshots import (
    Generation,
    SnapshotFolder,
    WorkFolder,
    copy_verified,
    folder_sha256,
    manifest_sha256,
    read_verified,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "a").write_bytes(b"one")
    (folder / "b").write_bytes(b"two")
    return folder


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def write(shared: SnapshotFolder, work: Path, sequence: int = 7, content: bytes = b"x") -> Generation:
    return shared.write("passages-dense", sequence, lambda folder: _fill(folder, content), work=work)


def _fill(folder: Path, content: bytes) -> None:
    (folder / "vectors").write_bytes(content)


class TestHash:
    def test_is_over_names_and_contents(self, saved: Path) -> None:
        """Sorted by name, so that it doesn't depend on the file system's order."""
        listed = {file.name: _sha256(file) for file in sorted(saved.iterdir(), reverse=True)}

        assert folder_sha256(saved) == manifest_sha256(listed)

    @pytest.mark.parametrize(
        "tamper",
        [
            lambda folder: (folder / "a").write_bytes(b"onE"),
            lambda folder: (folder / "a").unlink(),
            lambda folder: (folder / "c").write_bytes(b""),
            lambda folder: (folder / "a").rename(folder / "c"),
            lambda folder: (folder / "a").write_bytes(b"onetwo") and (folder / "b").write_bytes(b""),
        ],
        ids=["changed", "missing", "added", "renamed", "moved content"],
    )
    def test_sees_every_change(self, saved: Path, tamper: object) -> None:
        """One byte, one file more or less, one name."""
        before = folder_sha256(saved)

        tamper(saved)  # type: ignore[operator]

        assert folder_sha256(saved) != before

    def test_of_a_missing_folder_is_an_error(self, tmp_path: Path) -> None:
        """Not the hash of nothing."""
        with pytest.raises(IndexCorrupt):
            folder_sha256(tmp_path / "nowhere")

    def test_follows_no_link(self, saved: Path, tmp_path: Path) -> None:
        """A link could change what it points to after the comparison."""
        (tmp_path / "elsewhere").write_bytes(b"three")
        (saved / "c").symlink_to(tmp_path / "elsewhere")

        with pytest.raises(IndexCorrupt, match="more than files"):
            folder_sha256(saved)


class TestReading:
    def test_gives_the_bytes_that_were_hashed(self, saved: Path) -> None:
        """By name."""
        assert read_verified(saved, folder_sha256(saved)) == {"a": b"one", "b": b"two"}

    def test_refuses_other_files(self, saved: Path) -> None:
        """One flipped bit is enough."""
        recorded = folder_sha256(saved)
        (saved / "b").write_bytes(b"twp")

        with pytest.raises(IndexCorrupt, match="isn't the one that was recorded"):
            read_verified(saved, recorded)

    def test_copies_to_a_new_folder(self, saved: Path, tmp_path: Path) -> None:
        """The copy has the same hash."""
        recorded = folder_sha256(saved)

        copy_verified(saved, tmp_path / "copy", recorded)

        assert folder_sha256(tmp_path / "copy") == recorded

    def test_leaves_no_copy_of_other_files(self, saved: Path, tmp_path: Path) -> None:
        """Nobody can use it by mistake."""
        with pytest.raises(IndexCorrupt):
            copy_verified(saved, tmp_path / "copy", "0" * 64)

        assert not (tmp_path / "copy").exists()


class TestWriting:
    def test_names_the_generation_by_index_sequence_and_hash(self, tmp_path: Path, work: Path) -> None:
        """So that a listing of the folder says what is there."""
        shared = SnapshotFolder(tmp_path / "indexes")

        generation = write(shared, work)

        assert generation.folder == f"passages-dense-7-{generation.sha256[:12]}"
        assert folder_sha256(shared.path(generation.folder)) == generation.sha256

    def test_leaves_nothing_else(self, tmp_path: Path, work: Path) -> None:
        """No half-written folder."""
        shared = SnapshotFolder(tmp_path / "indexes")

        generation = write(shared, work)

        assert {path.name for path in (tmp_path / "indexes").iterdir()} == {".lock", generation.folder}
        assert list(work.iterdir()) == []

    def test_the_same_again_mends_a_damaged_one(self, tmp_path: Path, work: Path) -> None:
        """A rebuilt index often has the name of the damaged one that it replaces."""
        shared = SnapshotFolder(tmp_path / "indexes")
        generation = write(shared, work)
        (shared.path(generation.folder) / "vectors").write_bytes(b"damaged")

        assert write(shared, work) == generation
        assert folder_sha256(shared.path(generation.folder)) == generation.sha256

    def test_a_failure_adds_no_generation(self, tmp_path: Path, work: Path) -> None:
        """A full disk is a storage error, and what was there stays."""
        shared = SnapshotFolder(tmp_path / "indexes")
        before = write(shared, work)

        def fill(folder: Path) -> None:
            (folder / "vectors").write_bytes(b"half")
            raise OSError(28, "No space left on device")

        with pytest.raises(StorageError, match="No space left"):
            shared.write("passages-dense", 8, fill, work=work)

        assert {path.name for path in (tmp_path / "indexes").iterdir()} == {".lock", before.folder}

    def test_keeps_the_one_before_the_recorded(self, tmp_path: Path, work: Path) -> None:
        """Older ones go, other indexes' generations stay."""
        shared = SnapshotFolder(tmp_path / "indexes")
        made = [write(shared, work, sequence, str(sequence).encode()) for sequence in range(1, 5)]
        for age, generation in enumerate(reversed(made)):
            os.utime(shared.path(generation.folder), (1_000 - age, 1_000 - age))
        other = shared.write("questions-dense", 1, lambda folder: _fill(folder, b"q"), work=work)

        shared.prune("passages-dense", keep=made[3].folder)

        left = {path.name for path in (tmp_path / "indexes").iterdir()}
        assert left == {".lock", made[3].folder, made[2].folder, other.folder}

    @pytest.mark.parametrize("name", ["", ".", "..", "../elsewhere", "a/b", "/etc"])
    def test_a_name_that_leaves_the_folder_is_refused(self, tmp_path: Path, name: str) -> None:
        """Names come from SQL, which somebody may have edited."""
        with pytest.raises(IndexCorrupt):
            SnapshotFolder(tmp_path).path(name)


class TestLock:
    def test_keeps_others_out(self, tmp_path: Path) -> None:
        """One at a time, between threads and processes alike."""
        shared = SnapshotFolder(tmp_path)
        order: list[str] = []

        def other() -> None:
            with SnapshotFolder(tmp_path).locked():
                order.append("other")

        thread = threading.Thread(target=other)
        with shared.locked():
            thread.start()
            thread.join(timeout=0.2)
            order.append("first")
        thread.join()

        assert order == ["first", "other"]

    def test_an_unusable_folder_is_a_storage_error(self, tmp_path: Path) -> None:
        """A file lies where the folder should be."""
        (tmp_path / "indexes").write_bytes(b"")

        with pytest.raises(StorageError), SnapshotFolder(tmp_path / "indexes").locked():
            pass


class TestWorkFolder:
    def test_is_there_while_open(self, tmp_path: Path) -> None:
        """And gone with its lock afterwards."""
        work = WorkFolder(SnapshotFolder(tmp_path), tmp_path)

        work.open()
        assert work.path.is_dir()
        work.close()

        assert {path.name for path in tmp_path.iterdir()} == {".lock"}

    def test_of_a_running_process_is_left_alone(self, tmp_path: Path) -> None:
        """Two processes work side by side."""
        shared = SnapshotFolder(tmp_path)
        one, other = WorkFolder(shared, tmp_path), WorkFolder(shared, tmp_path)

        one.open()
        other.open()

        assert one.path.is_dir()
        assert other.path.is_dir()
        one.close()
        other.close()

    def test_of_a_dead_process_is_swept_by_the_next(self, tmp_path: Path) -> None:
        """Killed without a chance to tidy up."""
        program = (
            "import os, sys; from pathlib import Path; from kb.snapshots import SnapshotFolder, WorkFolder;"
            "folder = Path(sys.argv[1]); work = WorkFolder(SnapshotFolder(folder), folder); work.open();"
            "(work.path / 'left').write_text('x'); os.kill(os.getpid(), 9)"
        )
        subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, check=False)
        assert [path for path in tmp_path.iterdir() if path.is_dir()]

        work = WorkFolder(SnapshotFolder(tmp_path), tmp_path)
        work.open()

        assert [path for path in tmp_path.iterdir() if path.is_dir()] == [work.path]
        work.close()

    def test_closing_what_is_not_open_does_nothing(self, tmp_path: Path) -> None:
        """Also not make a folder."""
        WorkFolder(SnapshotFolder(tmp_path / "indexes"), tmp_path / "indexes").close()

        assert not (tmp_path / "indexes").exists()


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
