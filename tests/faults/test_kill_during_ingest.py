"""kill -9 while uploads, ingest and indexes are busy. The long version is `eval.benchmarks.kill_ingest`."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest

from eval.benchmarks.kill_ingest import Accepted, Heard, findings, main
from eval.benchmarks.kill_ingest_child import encoder_named, open_home, open_indexes
from ingest.sandbox import Sandbox
from ingest.worker import Worker
from kb.store import Upload

CONTENT = b"# m1\n\nm1 says that parcels arrive in two days.\n\n# m1 again\n\nm1 says so twice."


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_nothing_acknowledged_is_lost_and_nothing_is_half_visible(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every acknowledged upload keeps its bytes and ends ready or failed; SQL and the indexes agree."""
    code = main(["--kills", "6", "--seed", "20", "--home", str(tmp_path / "home")])

    told = capsys.readouterr().out
    assert code == 0, told
    assert " 0 findings" in told


class TestTheProof:
    """A proof that can't fail proves nothing."""

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        """One document with two passages, published and indexed."""
        kb = open_home(tmp_path)
        kb.accept(Upload("a.md"), [CONTENT])
        with Sandbox() as sandbox:
            Worker(kb, encoder_named("fake"), sandbox, owner="test").run_all()
        indexes = open_indexes(tmp_path, kb, encoder_named("fake"))
        indexes.open()
        indexes.save()
        indexes.close()
        return tmp_path

    @pytest.fixture
    def heard(self, home: Path) -> Heard:
        """The acknowledgement of that document."""
        document = open_home(home).documents()[0].document_id
        upload = Accepted(document, 1, hashlib.sha256(CONTENT).hexdigest(), "m1", broken=False)
        return Heard(accepted={(document, 1): upload})

    def test_finds_nothing_where_nothing_is_wrong(self, home: Path, heard: Heard) -> None:
        """The state that the other tests damage is sound."""
        assert list(findings(home, heard, encoder="fake")) == []

    def test_sees_a_file_that_is_gone(self, home: Path, heard: Heard) -> None:
        """An acknowledged upload must be there."""
        next((home / "blobs").iterdir()).unlink()

        assert "upload m1 was acknowledged and is gone" in list(findings(home, heard, encoder="fake"))

    def test_sees_other_bytes(self, home: Path, heard: Heard) -> None:
        """And be the same."""
        next((home / "blobs").iterdir()).write_bytes(CONTENT[:-1])

        assert "upload m1 has other bytes" in list(findings(home, heard, encoder="fake"))

    @pytest.mark.parametrize(
        ("statement", "finding"),
        [
            ("DELETE FROM passages WHERE ordinal = 1", "has 1 of 2 passages"),
            ("UPDATE passages SET text = 'm1' WHERE ordinal = 1", "has a passage that isn't the text at its place"),
            ("UPDATE versions SET status = 'processing'", "shows 2 passages"),
            ("DELETE FROM changes WHERE sequence = 1", "the change log and the live passages differ"),
        ],
        ids=["a lost passage", "a changed passage", "a version visible before its time", "a lost change"],
    )
    def test_sees_half_a_version(self, home: Path, heard: Heard, statement: str, finding: str) -> None:
        """Whatever part of it is missing or too much."""
        with sqlite3.connect(home / "zhida.db") as connection:
            connection.execute(statement)

        assert any(finding in found for found in findings(home, heard, encoder="fake"))
