"""What a company's own scanner says of a file."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from core.errors import FileRefused, StorageError

Scan = Callable[[Path], None]
"""Looks at a file that isn't kept yet. Raises `FileRefused`, or `StorageError` where it couldn't be looked at."""

CLEAN: Final = 0
REFUSED: Final = 1
"""As `clamdscan` says it; 2 means that it couldn't look."""

_log = logging.getLogger("zhida.attachments")


def no_scan(_path: Path) -> None:
    """For companies without a scanner."""


class CommandScan:
    """Asks a command, which is given the path as its last argument. No shell reads it, and the path is our own.

    A command that fails, is missing or takes too long lets nothing through.
    """

    def __init__(self, command: Sequence[str], *, timeout_s: float) -> None:
        self._command = tuple(command)
        self._timeout_s = timeout_s

    def __call__(self, path: Path) -> None:
        """Look at a file. Raises as `Scan` says."""
        code = self._run(path)
        if code == CLEAN:
            return
        if code == REFUSED:
            raise FileRefused("The file was refused by the security check. Send another one, or describe it in words.")
        raise StorageError("Files can't be checked at the moment, so none is taken. Try again in some minutes.")

    def _run(self, path: Path) -> int | None:
        """The command's exit code; `None` where it has none to give."""
        quiet = subprocess.DEVNULL
        try:
            ended = subprocess.run(  # noqa: S603  # the operator's own command, and a path that we chose
                [*self._command, str(path)],
                stdin=quiet,
                stdout=quiet,
                stderr=quiet,
                timeout=self._timeout_s,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            _log.error("The scan of a file failed: %s.", type(error).__name__)
            return None
        if ended.returncode not in {CLEAN, REFUSED}:
            _log.error("The scan of a file ended with %d.", ended.returncode)
        return ended.returncode


def make_scan(command: Sequence[str], *, timeout_s: float) -> Scan:
    """The scan that a command does; none where there is no command."""
    return CommandScan(command, timeout_s=timeout_s) if command else no_scan
