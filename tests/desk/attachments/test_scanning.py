"""What a company's own scanner says. The scanners here are real commands."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from core.errors import FileRefused, StorageError
from desk.attachments.scanning import make_scan, no_scan

READS = "import sys; sys.exit(1 if b'EICAR' in open(sys.argv[1], 'rb').read() else 0)"


def scanner(program: str) -> tuple[str, ...]:
    return sys.executable, "-c", program


class TestAScan:
    def test_is_given_the_file(self, tmp_path: Path) -> None:
        """It says yes to one and no to the other."""
        good, bad = tmp_path / "good; rm -rf $HOME", tmp_path / "bad"
        good.write_bytes(b"harmless")
        bad.write_bytes(b"EICAR")
        scan = make_scan(scanner(READS), timeout_s=30)

        scan(good)
        with pytest.raises(FileRefused, match="refused by the security check"):
            scan(bad)

    @pytest.mark.parametrize(
        "command",
        [scanner("import sys; sys.exit(2)"), ("/no/such/scanner",), scanner("import time; time.sleep(60)")],
        ids=["it says that it can't", "it isn't there", "it hangs"],
    )
    def test_that_fails_lets_nothing_through(
        self, tmp_path: Path, command: tuple[str, ...], caplog: pytest.LogCaptureFixture
    ) -> None:
        """The sender is told to try later, the operator finds a line in the log."""
        path = tmp_path / "file"
        path.write_bytes(b"x")

        with caplog.at_level(logging.ERROR), pytest.raises(StorageError, match="can't be checked at the moment"):
            make_scan(command, timeout_s=1.0)(path)
        assert "scan of a file" in caplog.text

    def test_isnt_there_without_a_command(self) -> None:
        """Which is the default."""
        assert make_scan((), timeout_s=1) is no_scan
